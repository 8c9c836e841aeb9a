"""The days ahead of stations, by what the centre has published to them, and with a new document.

The plan is the boxes' own (`agent.plan`); a box's local settings may be narrower.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from agent.contract.accepted import HeldDocument
from agent.contract.document import Document, Playlist, StationConfig
from agent.contract.local_time import LOCAL
from agent.contract.utc import encode_utc, parse_utc
from agent.plan.correction import correct, hold
from agent.plan.rehearsal import (
    Change,
    Lane,
    Rehearsal,
    compare,
    find_lanes,
    rehearse,
)
from central.publication.published_state import read_state
from central.publication.recipients import is_meant, list_names, station_configs
from central.publication.station_group import StationGroup, list_alike
from central.publication.zone_kinds import read_kinds
from central.store.database import Database

WEEK = timedelta(days=7)
# What a hello says that a box has → what that plays.
MEDIUM_OF_OUTPUT = {"audio": "sound", "board": "picture"}


@dataclass(frozen=True)
class GroupRehearsal:
    """The days ahead of stations alike, before and with a new document.

    Args:
        stations: in order.
        former: without the document.
        rehearsal: with it; `former` where there is none.
    """

    stations: tuple[str, ...]
    former: Rehearsal
    rehearsal: Rehearsal

    @property
    def name(self) -> str:
        """The stations in one line."""
        return list_names(self.stations)

    def find_changes(self) -> list[Change]:
        """What the document changes."""
        return compare(self.former, self.rehearsal)


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
    has = read_media(database, configs)
    kinds = read_kinds(database, configs)
    groups = list_alike(configs, read_state(database, from_at), has, kinds)
    return [_rehearse_group(group, from_at, until_at, document) for group in groups]


def _rehearse_group(
    group: StationGroup, from_at: datetime, until_at: datetime, document: Document | None
) -> GroupRehearsal:
    before = [hold(one.document, from_at) for one in group.held]
    after = before
    if document is not None and is_meant(document, group.config):
        after = correct(before, document, from_at)
    lanes = list_lanes([*before, *after], group.has)
    policy, config = group.policy, hold(group.config, from_at)
    former = rehearse([*before, config], policy, from_at, until_at, lanes)
    if group.kinds is None:
        former = replace(former, not_known=("zone_classes",))
    if after is before:
        return GroupRehearsal(group.stations, former, former)
    later = rehearse([*after, config], policy, from_at, until_at, lanes)
    later = replace(later, not_known=former.not_known)
    return GroupRehearsal(group.stations, former, later)


def read_media(database: Database, configs: Collection[str]) -> dict[str, frozenset[str]]:
    """Station → the media that its last hello says it can play, of those that said so."""
    return {
        station: frozenset(MEDIUM_OF_OUTPUT[one] for one in told["has"] if one in MEDIUM_OF_OUTPUT)
        for station, told in database.hellos().items()
        if station in configs and told.get("has")
    }


def list_lanes(held: Sequence[HeldDocument], has: Collection[str]) -> list[Lane]:
    """A lane for each zone that entries name and each medium; `has` empty: all media."""
    return [lane for lane in find_lanes(held) if not has or lane.medium in has]


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
