"""A playlist whose starts begin behind what they clash with: moved and rehearsed until all fits.

What fits is judged by the stations' own plan: nothing may be refused, or left out, that was not
before. A language duty may not lack because of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

import msgspec

from agent.contract.calendar_terms import SunStart
from agent.contract.document import Playlist, StationConfig
from agent.contract.local_time import LOCAL
from agent.contract.policy_rule import describe_rule
from agent.contract.strict_json import parse_strict
from agent.contract.utc import parse_utc
from agent.errors import PlanError
from agent.plan.calendar import local_date
from agent.plan.rehearsal import Event
from agent.plan.rehearsal_text import clock_time, describe_lack, say
from agent.trust.payload import decode_payload
from central.documents.start_term import StartMove, Term, list_terms, show_term
from central.messages.catalogue import translate
from central.publication.clash_move import ClashFinder
from central.publication.refusal_forecast import HORIZON
from central.publication.station_rehearsal import GroupRehearsal, rehearse_stations
from central.publication.written_start import WrittenStart, find_chains, list_together
from central.store.database import Database
from texts.catalogue import Lang

MAX_ROUNDS = 50  # each one rehearses; a day with so many clashes is written anew by a person


@dataclass(frozen=True)
class MovedPlaylist:
    """The playlist as it can be signed.

    Args:
        payload: its bytes.
        document: the same, decoded.
        moves: what was moved, in the order of its entries.
    """

    payload: bytes
    document: Playlist
    moves: tuple[StartMove, ...]


def move_behind(
    database: Database,
    payload: bytes,
    configs: Mapping[str, StationConfig],
    now: datetime,
    lang: Lang,
) -> MovedPlaylist:
    """Move all starts of a playlist that clash, at whatever stations.

    Args:
        database: the centre's.
        payload: the playlist; what this machine does not know of it stays as it is.
        configs: station → its config, of those that get it.
        now: aware UTC.
        lang: of refusals.

    Raises:
        PlanError: E_MOVE, there is no time that is free on all days.
    """
    original = document = _decode(payload)
    from_at, until_at = _find_days(document, now)
    before = found = rehearse_stations(database, configs, from_at, until_at, document)
    moved: set[WrittenStart] = set()
    for _ in range(MAX_ROUNDS):
        finder = ClashFinder(document, moved, lang)
        new = finder.choose(finder.find(found))
        if not new:
            _verify_fit(before, found, document, lang)
            return MovedPlaylist(payload, document, tuple(_list_moves(original, document)))
        payload = _write(payload, document, new)
        document = _decode(payload)
        moved |= new.keys()
        found = rehearse_stations(database, configs, from_at, until_at, document)
    raise PlanError("E_MOVE", document.slot, translate(lang, "move.rounds", MAX_ROUNDS))


def renew(payload: bytes, doc_id: str, seq: int) -> bytes:
    """The payload as a document of its own: what was signed with the former id stays another."""
    return msgspec.json.encode(parse_strict(payload) | {"doc_id": doc_id, "seq": seq})


def _decode(payload: bytes) -> Playlist:
    document = decode_payload("playlist", payload)
    assert isinstance(document, Playlist)  # noqa: S101 - the decoder of that kind
    return document


def _find_days(document: Playlist, now: datetime) -> tuple[datetime, datetime]:
    """From now to the playlist's end; whole dates, so that a later start is not lost behind it."""
    from_at = max(now, parse_utc(document.not_before))
    last = local_date(from_at) + HORIZON
    return from_at, min(datetime.combine(last, time(), LOCAL), parse_utc(document.expires))


def _write(payload: bytes, document: Playlist, new: Mapping[WrittenStart, Term]) -> bytes:
    """The payload with these starts; nothing else in it changes."""
    value: Any = parse_strict(payload)
    for start, term in new.items():
        for place in list_together(document, start.entry_id):
            when = value["entries"][place]["when"]
            if isinstance(term, SunStart):
                when["sun"][start.place - len(when["at"])] = msgspec.to_builtins(term)
            else:
                when["at"][start.place] = term
    return msgspec.json.encode(value)


def _list_moves(original: Playlist, moved: Playlist) -> Iterator[StartMove]:
    first_of = find_chains(moved)
    for was, entry in zip(original.entries, moved.entries, strict=True):
        if first_of[entry.id] is not entry or was.when == entry.when:
            continue
        along = tuple(
            one.title for one in moved.entries if first_of[one.id] is entry and one is not entry
        )
        for old, new in zip(list_terms(was.when), list_terms(entry.when), strict=True):
            if old != new:
                yield StartMove(entry.id, entry.title, old, new, along)


def _verify_fit(
    before: Sequence[GroupRehearsal],
    after: Sequence[GroupRehearsal],
    document: Playlist,
    lang: Lang,
) -> None:
    """Verify that stations refuse and miss nothing because of the moves.

    Raises:
        PlanError: E_MOVE.
    """
    refused = {name for one in before for name in _name_refused(one)}
    played = {name for one in before for name in _name_played(one)}
    lacks = {
        (one.stations, week.monday, week.lang) for one in before for week in one.rehearsal.lacks
    }
    for group in after:
        for name, event in _name_refused(group).items():
            if name not in refused:
                raise PlanError("E_MOVE", document.slot, _describe_refused(event, lang))
        for week in group.rehearsal.lacks:
            if (group.stations, week.monday, week.lang) not in lacks:
                hint = translate(lang, "move.language", describe_lack(week, lang))
                raise PlanError("E_MOVE", document.slot, hint)
    lost = played - {name for one in after for name in _name_played(one)}
    if lost:
        _, entry_id, day = min(lost)
        title = next((one.title for one in document.entries if one.id == entry_id), entry_id)
        hint = translate(lang, "move.lost", title, _day(day, lang))
        raise PlanError("E_MOVE", document.slot, hint)


def _name_refused(group: GroupRehearsal) -> dict[tuple[object, ...], Event]:
    """What is refused by entry and day; the first of each."""
    found: dict[tuple[object, ...], Event] = {}
    for one in group.rehearsal.events:
        if one.kind == "refused":
            name = (group.stations, one.doc_id, one.entry_id, local_date(one.at), one.rule)
            found.setdefault(name, one)
    return found


def _name_played(group: GroupRehearsal) -> set[tuple[tuple[str, ...], str, date]]:
    return {
        (group.stations, one.entry_id, local_date(one.asked_at or one.at))
        for one in group.rehearsal.events
        if one.kind != "refused"
    }


def _describe_refused(event: Event, lang: Lang) -> str:
    day = _day(local_date(event.at), lang)
    rule = f"{describe_rule(event.rule, lang)} ({event.code})"
    return translate(lang, "move.refused", event.title, clock_time(event.at), day, rule)


def _day(day: date, lang: Lang) -> str:
    return say(lang, f"day.{day.isoweekday()}", f"{day:%d/%m}")


def describe_moves(moves: Sequence[StartMove], lang: Lang) -> list[str]:
    """A line for each start that was moved."""
    lines = []
    for one in moves:
        line = translate(lang, "clash.move", one.title, show_term(one.old), show_term(one.new))
        if one.along:
            line += translate(lang, "move.along", ", ".join(f"“{title}”" for title in one.along))
        lines.append(f"  {line}")
    return lines
