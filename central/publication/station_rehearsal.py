"""The days ahead of stations, by what the centre has published to them, and with a new document.

The plan is the boxes' own (`agent.plan`); a box's local settings may be narrower.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from agent.contract.accepted import HeldDocument
from agent.contract.document import Document, Playlist, StationConfig
from agent.contract.ids import parse_place
from agent.contract.local_time import LOCAL
from agent.contract.utc import encode_utc, parse_utc
from agent.plan.correction import correct, hold
from agent.plan.policy import EffectivePolicy
from agent.plan.rehearsal import (
    Lane,
    Rehearsal,
    find_lanes,
    rehearse,
)
from central.publication.board_faces import read_faces
from central.publication.published_state import read_state
from central.publication.recipients import is_meant, list_names, station_configs
from central.publication.station_group import StationGroup, list_alike
from central.publication.zone_kinds import read_kinds
from central.store.database import Database

WEEK = timedelta(days=7)
# What a hello says that a box has → what that plays.
MEDIUM_OF_OUTPUT = {"audio": "sound", "board": "picture"}
_OUTPUT_OF = {"sound": "sound", "picture": "picture", "banner": "picture"}


@dataclass(frozen=True)
class GroupRehearsal:
    """The days ahead of stations alike, before and with a new document.

    Args:
        stations: in order.
        former: without the document.
        rehearsal: with it; `former` where there is none.
        policy: of the stations, with the document.
    """

    stations: tuple[str, ...]
    former: Rehearsal
    rehearsal: Rehearsal
    policy: EffectivePolicy

    @property
    def name(self) -> str:
        """The stations in one line."""
        return list_names(self.stations)


def rehearse_stations(
    database: Database,
    configs: Mapping[str, StationConfig],
    from_at: datetime,
    until_at: datetime,
    document: Document | None = None,
) -> list[GroupRehearsal]:
    """Rehearse some days of stations, with a document as if it was published.

    Args:
        database: the centre's.
        configs: station → its config.
        from_at: aware UTC, included.
        until_at: aware UTC, excluded.
        document: to put in the place of its slot; None: what is published alone.
    """
    if isinstance(document, StationConfig):
        return _rehearse_policy(database, configs, from_at, until_at, document)
    meant = {
        name: one for name, one in configs.items() if document is None or is_meant(document, one)
    }
    others = {name: one for name, one in configs.items() if name not in meant}
    groups = list_groups(database, meant, from_at)
    found = [rehearse_group(one, one, from_at, until_at, document) for one in groups]
    unchanged = list_groups(database, others, from_at)
    return found + [rehearse_group(one, one, from_at, until_at) for one in unchanged]


def _rehearse_policy(
    database: Database,
    configs: Mapping[str, StationConfig],
    from_at: datetime,
    until_at: datetime,
    document: StationConfig,
) -> list[GroupRehearsal]:
    """Rehearse a station under a new config, and the others as they are."""
    station = parse_place(document.place).station
    others = {name: one for name, one in configs.items() if name != station}
    found = []
    if station in configs:
        (former,) = list_groups(database, {station: configs[station]}, from_at)
        (later,) = list_groups(database, {station: document}, from_at)
        found = [rehearse_group(former, later, from_at, until_at)]
    unchanged = list_groups(database, others, from_at)
    return found + [rehearse_group(one, one, from_at, until_at) for one in unchanged]


def list_groups(
    database: Database, configs: Mapping[str, StationConfig], at: datetime
) -> list[StationGroup]:
    """Stations alike, with what they hold at a moment."""
    if not configs:
        return []
    has, kinds = read_media(database, configs), read_kinds(database, configs)
    state, faces = read_state(database, at), read_faces(database, configs)
    return list(list_alike(configs, state, has, kinds, faces))


def rehearse_group(
    former: StationGroup,
    later: StationGroup,
    from_at: datetime,
    until_at: datetime,
    document: Document | None = None,
) -> GroupRehearsal:
    """Rehearse stations alike.

    Args:
        former: as they are.
        later: the same stations as they would be; `former` itself where their config stays.
        from_at: aware UTC, included.
        until_at: aware UTC, excluded.
        document: to put in the place of its slot; None: there is none.
    """
    before = [hold(one.document, from_at) for one in former.held]
    after = [hold(one.document, from_at) for one in later.held]
    if document is not None:
        after = correct(after, document, from_at)
    lanes = list_lanes([*before, *after], former.has)
    was = _rehearse(former, before, from_at, until_at, lanes)
    if document is None and later is former:
        return GroupRehearsal(former.stations, was, was, former.policy)
    will_be = _rehearse(later, after, from_at, until_at, lanes)
    return GroupRehearsal(former.stations, was, will_be, later.policy)


def _rehearse(
    group: StationGroup,
    held: Sequence[HeldDocument],
    from_at: datetime,
    until_at: datetime,
    lanes: Sequence[Lane],
) -> Rehearsal:
    config = hold(group.config, from_at)
    found = rehearse([*held, config], group.policy, from_at, until_at, lanes)
    if group.kinds is not None:
        return found
    return replace(found, not_known=("zone_classes", *found.not_known))


def read_media(database: Database, configs: Collection[str]) -> dict[str, frozenset[str]]:
    """Station → the media that its last hello says it can play, of those that said so."""
    return {
        station: frozenset(MEDIUM_OF_OUTPUT[one] for one in told["has"] if one in MEDIUM_OF_OUTPUT)
        for station, told in database.hellos().items()
        if station in configs and told.get("has")
    }


def list_lanes(held: Sequence[HeldDocument], has: Collection[str]) -> list[Lane]:
    """A lane for each zone that entries name and each medium; `has` empty: all media."""
    lanes = find_lanes(held)
    return [lane for lane in lanes if not has or _OUTPUT_OF[lane.medium] in has]


def find_week(document: Playlist, now: datetime) -> tuple[datetime, datetime]:
    """The first seven days of a playlist that are still to come."""
    from_at = max(now, parse_utc(document.not_before))
    return from_at, min(from_at + WEEK, parse_utc(document.expires))


def find_days(at: datetime, days: int) -> tuple[datetime, datetime]:
    """Whole local dates from the date of a moment on."""
    midnight = datetime.combine(at.astimezone(LOCAL).date(), time(), LOCAL)
    return midnight, midnight + timedelta(days=days)


def find_configs(database: Database, now: datetime, document: Document) -> dict[str, StationConfig]:
    """The configs of the stations that a document is meant for."""
    with database.transaction() as connection:
        configs = station_configs(connection, encode_utc(now))
    return {name: config for name, config in configs.items() if is_meant(document, config)}
