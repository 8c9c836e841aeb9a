"""What stations would refuse of a document, by their published policies and playlists.

The rules are the boxes' own (`agent.plan`). A box may know more than the centre: its local settings
may narrow the policy, and what another centre published to it counts there too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import msgspec

from agent.contract.document import Calendar, Document, Emergency, Medium, Playlist, StationConfig
from agent.contract.host_rule import is_named
from agent.contract.ids import parse_place
from agent.contract.report import Hello
from agent.contract.utc import parse_utc
from agent.plan.correction import hold
from agent.plan.timeline import Refusal, build_timeline
from agent.trust.replay import stands_beside
from central.publication.board_faces import describe_entitled, find_barred_standby, read_faces
from central.publication.left_out_stations import find_left_out
from central.publication.published_state import read_state
from central.publication.recipients import Recipients, is_meant
from central.publication.station_group import StationGroup, list_alike
from central.publication.zone_kinds import read_kinds
from central.store.database import Database

HORIZON = timedelta(days=45)


@dataclass(frozen=True)
class Objection:
    """Something that some stations would refuse.

    Args:
        code: as the stations would report it: E_HOURS, E_POLICY, E_EXPIRED, E_MEDIA, E_URL,
            E_STATION, E_REPLAY, E_BUDGET, E_UNSUPPORTED, E_CALENDAR; or E_DUTY of the centre.
        what: the rule and its value, as `agent.plan` names them, or the host, or the number.
        stations: whose rule it is.
        title: the item concerned; empty: the whole document.
        at: the first time that it would be refused; None: always.
        times: how often, within 45 days.
        is_partial: the item sounds, and leaves out some of a station's clusters; or it is shown,
            and leaves out some of its faces.
        entitled: who may fill the faces that an issuer may not.
    """

    code: str
    what: str
    stations: tuple[str, ...]
    title: str = ""
    at: datetime | None = None
    times: int = 1
    is_partial: bool = False
    entitled: str = ""


def forecast_refusals(
    database: Database, recipients: Recipients, document: Document, now: datetime
) -> list[Objection]:
    """Return all that stations among the recipients would refuse; empty where nothing is known.

    Args:
        database: the centre's.
        recipients: whom it is published to.
        document: well-formed, by any issuer.
        now: aware UTC.
    """
    found = [*_find_unaddressed(recipients, document)]
    reached = set(recipients.configs) - {one for o in found for one in o.stations}
    found += _find_superseding(database, recipients, document)
    for lacking, stations in find_left_out(database, recipients.stations, document).items():
        found.append(Objection("E_UNSUPPORTED", ", ".join(lacking), tuple(stations)))
    if isinstance(document, Playlist | Emergency):
        found += _find_unknown_hosts(recipients, document.media, reached)
    if isinstance(document, Playlist):
        state = read_state(database, now)
        configs = {one: recipients.configs[one] for one in reached}
        kinds, faces = read_kinds(database, configs), read_faces(database, configs)
        for group in list_alike(configs, state, kinds=kinds, faces=faces):
            found += _find_refused_items(document, group, now)
            found += _find_barred_standby(document, group)
    return _join_stations(found)


def _find_unaddressed(recipients: Recipients, document: Document) -> Iterator[Objection]:
    """Find stations that the document is not meant for: each would refuse it."""
    if isinstance(document, StationConfig):
        if recipients.is_group or parse_place(document.place).station != recipients.name:
            yield Objection("E_STATION", document.place, recipients.stations or (recipients.name,))
        return
    outside = tuple(
        station for station, config in recipients.configs.items() if not is_meant(document, config)
    )
    if outside:
        yield Objection("E_STATION", ", ".join(document.to), outside)


def _find_superseding(
    database: Database, recipients: Recipients, document: Document
) -> Iterator[Objection]:
    """Find stations that report a higher number in the document's slot."""
    key = f"{document.issuer}/{document.kind}/{document.slot}"
    for station in recipients.stations:
        told = database.hello(station)
        held = msgspec.convert(told, Hello).holds.get(key) if told is not None else None
        is_beside = held is not None and stands_beside(document) and held[0] == document.epoch
        if held is not None and not is_beside and held[:2] > (document.epoch, document.seq):
            yield Objection("E_REPLAY", f"{held[0]}.{held[1]}", (station,))


def _find_unknown_hosts(
    recipients: Recipients, media: Sequence[Medium], reached: Collection[str]
) -> Iterator[Objection]:
    """Find media on hosts that a station-config does not name."""
    for station in sorted(reached):
        hosts = recipients.configs[station].policy.media_hosts
        for medium in media:
            if hosts and not any(is_named(url, hosts) for url in medium.urls):
                asked = sorted({urlsplit(url).netloc for url in medium.urls})
                what = f"{', '.join(asked) or '–'} ∉ {', '.join(hosts)}"
                yield Objection("E_URL", what, (station,))


def _find_refused_items(
    document: Playlist, group: StationGroup, now: datetime
) -> Iterator[Objection]:
    """Find items that the group's policy refuses, beside the playlists that it holds."""
    policy = group.policy
    begin_at = max(now, parse_utc(document.not_before))
    end_at = min(parse_utc(document.expires), begin_at + HORIZON)
    slot = (document.issuer, document.kind, document.slot)
    held = [hold(one.document, begin_at) for one in group.held if one.slot != slot]
    timeline = build_timeline([*held, hold(document, begin_at)], policy, begin_at, end_at)
    title_of = {entry.id: entry.title for entry in document.entries}
    own = [one for one in timeline.refusals if one.doc_id == document.doc_id]
    for refusals in _group_by_rule(own):
        first = refusals[0]
        yield Objection(
            first.code, first.rule, group.stations, title_of[first.entry_id], first.at,
            len(refusals), is_partial=bool(first.zones), entitled=_find_entitled(group, first.rule),
        )  # fmt: skip


def _find_barred_standby(document: Playlist, group: StationGroup) -> Iterator[Objection]:
    """Find standby pictures for faces to which the issuer has no right."""
    for one in find_barred_standby(document, group.policy.face_rights):
        yield Objection(
            "E_POLICY", one.rule, group.stations, one.entry.title, is_partial=one.is_partial,
            entitled=_find_entitled(group, one.rule),
        )  # fmt: skip


def _find_entitled(group: StationGroup, rule: str) -> str:
    return describe_entitled(group.config, rule) if rule.startswith("face_issuers ") else ""


def _group_by_rule(refusals: Iterable[Refusal]) -> Iterator[list[Refusal]]:
    """Group refusals of one item by one rule, in the order of time."""
    found: dict[tuple[str, str, str], list[Refusal]] = defaultdict(list)
    for one in refusals:
        found[one.entry_id, one.code, one.rule].append(one)
    yield from found.values()


def _join_stations(objections: Iterable[Objection]) -> list[Objection]:
    """Join the same objection of several stations."""
    stations: dict[Objection, list[str]] = defaultdict(list)
    for one in objections:
        alike = replace(one, stations=())
        stations[alike].extend(s for s in one.stations if s not in stations[alike])
    return [replace(one, stations=tuple(whose)) for one, whose in stations.items()]


def is_decisive(objection: Objection, document: Document, recipients: Recipients) -> bool:
    """Return whether the objection stops a publication.

    A station at another place, with a high number or of an older release does not keep the others
    waiting; an urgent document is published as long as it reaches any station. An item that leaves
    out clusters which are closed to it sounds where it may, as its signer wants it.
    """
    if objection.is_partial:
        return False
    if objection.code in ("E_STATION", "E_REPLAY", "E_UNSUPPORTED"):
        return set(recipients.stations) <= set(objection.stations)
    return isinstance(document, Playlist | Calendar)
