"""Judges what a station played and recorded while its clock was set and the station restarted.

The rule: each planned play that the clock reached or passed has one account. It was heard, once, or
its record says why not. It was not heard before its time, nor without the time, nor against policy.
What was planned is what `plan_oracle` finds in the documents as they are on the wire.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from math import inf
from typing import Any

from agent.contract.report import Play
from tests.harness.plan_oracle import Oracle
from tests.harness.plan_oracle_policy import DAY_S, ZERO, Rules, clock
from tests.harness.virtual_station import ClockReading, Heard, VirtualStation

EMERGENCY = 3
LOOK_S = 1.5
SURE_S = 24 * 3600  # of what was passed longer ago there may be no record
EARLY_S = 0.05
JOINED_S = 0.5
OVERLAP_S = 1.0
SILENCES = ("silence_key", "local_mute")
UNHEARD = ("restart", "shutdown", "engine_lost", "preempted", "clock_step", *SILENCES)
Key = tuple[str, str, int]  # document, entry, planned second


@dataclass(frozen=True)
class Planned:
    """One play as it was planned."""

    key: Key
    kind: str
    end_s: int
    level: int
    strength: tuple[Any, ...]

    @property
    def start_s(self) -> int:
        return self.key[2]


def find_planned(
    sets: list[list[dict[str, Any]]], rules: Rules, first: date, last: date
) -> dict[Key, Planned]:
    """What is planned by documents that are in force together; each document belongs to one set."""
    found: dict[Key, Planned] = {}
    for docs in sets:
        oracle = Oracle(docs, [], rules)
        oracle.solve(first, last)
        for play in oracle.plays:
            asked = play.asked
            key = (asked.doc["doc_id"], asked.entry["id"], play.start_s)
            found[key] = Planned(key, asked.kind, play.end_s, asked.level, play.strength())
    return found


def _second(at: datetime) -> float:
    zero = datetime(ZERO.year, ZERO.month, ZERO.day, tzinfo=UTC) - timedelta(hours=7)
    return (at - zero).total_seconds()


class Judgement:
    """What was planned, and what a station did until the end."""

    def __init__(
        self,
        planned: dict[Key, Planned],
        station: VirtualStation,
        *,
        end_mono_s: float,
        quiet: list[str],
    ) -> None:
        self.planned = planned
        self.quiet = quiet
        self.spans = _spans(station.readings, end_mono_s)
        self.records: dict[Key, list[tuple[float, Play]]] = defaultdict(list)
        self.pieces: dict[Key, list[Heard]] = defaultdict(list)
        names: dict[str, Key] = {}
        for one in station.journal.records:
            play = one.play
            key = (play.doc_id, play.entry, round(_second(_utc(play.planned_start))))
            written = _utc(play.written_start or play.planned_start)
            names[f"{play.doc_id}/{play.entry}@{written.isoformat()}"] = key
            self.records[key].append((one.mono_s, play))
        for piece in station.heard:
            if piece.key not in names and _is_nothing(piece):
                continue
            assert piece.key in names, f"heard and not on record: {piece}"
            self.pieces[names[piece.key]].append(piece)

    def verify(self) -> None:
        unplanned = (self.records.keys() | self.pieces.keys()) - self.planned.keys()
        assert not unplanned, f"nobody planned {sorted(unplanned)}"
        for one in self.planned.values():
            if self.is_owed(one):
                assert self.records.get(one.key), f"skipped silently: {one}"
            self.verify_account(one)
            for piece in self.pieces.get(one.key, []):
                if not _is_nothing(piece):
                    self.verify_piece(one, piece)

    def is_owed(self, one: Planned) -> bool:
        """Did the clock reach or pass its start, last, with its document in force until its end?"""
        crossed_at = None
        for number, span in enumerate(self.spans):
            if span.state != "on":
                continue
            before = next((s for s in self.spans[number - 1 :: -1] if s.state == "on"), None)
            if number and before is not None and before.last_s < one.start_s <= span.first_s:
                is_held = one.key[0] in before.doc_ids and span.first_s - one.start_s < SURE_S
                crossed_at = number if is_held else None
            if span.first_s < one.start_s <= span.last_s - 1:
                crossed_at = number
        if crossed_at is None:
            return False
        rest = self.spans[crossed_at:]
        return all(one.key[0] in span.doc_ids for span in rest if span.first_s <= one.end_s)

    def list_stronger(self, one: Planned) -> list[Planned]:
        """What begins at one moment with it, on its level, and goes before it."""
        return [
            other
            for other in self.planned.values()
            if (other.start_s, other.level) == (one.start_s, one.level)
            and other.strength > one.strength
        ]

    def verify_reason(self, one: Planned, play: Play, at_mono_s: float) -> None:
        """A reason that the documents and the silences have not is a lie."""
        doc_ids = {other.key[0] for other in self.list_stronger(one)}
        before = [span for span in self.spans if span.mono_s <= at_mono_s]
        on = [span for span in before if span.first_s <= one.end_s and span.last_s >= one.start_s]
        if play.reason == "clash":
            assert any(doc_ids & span.doc_ids for span in on), f"nothing goes before {one}"
        if play.reason in SILENCES:
            assert any(span.silence == play.reason for span in on), f"no {play.reason}: {one}"
        is_plain = all(span.silence is None and span.state == "on" for span in on)
        if play.reason == "not_begun" and is_plain:
            assert not any(doc_ids & span.doc_ids for span in on), f"something goes before {one}"

    def verify_account(self, one: Planned) -> None:
        records = self.records.get(one.key, [])
        pieces = self.pieces.get(one.key, [])
        begun = [play for _, play in records if play.start is not None]
        heard = [piece for piece in pieces if not _is_nothing(piece)]
        assert len(heard) <= len(begun) <= len(pieces), f"{one}: {pieces} on record as {begun}"
        skipped = [(at, play) for at, play in records if play.start is None]
        assert len(skipped) <= 1, f"skipped twice: {skipped}"
        final = [(at, play) for at, play in records if play.start and not _goes_on(play)]
        assert len(final) <= 1, f"played twice: {final}"
        for at, play in final:
            later = [piece for piece in pieces if piece.start_mono_s > at]
            assert not later, f"played again after {play}: {later}"
        for at, play in skipped:
            self.verify_reason(one, play, at)
            later = [piece for piece in pieces if piece.start_mono_s > at]
            is_back = bool(later) and self.is_back(one, at, later[0].start_mono_s)
            assert not later or is_back, (play, later)
            assert len(later) == len(heard) or not heard, f"heard, and skipped: {one}, {play}"
        for former, piece in itertools.pairwise(pieces):
            heard_s = former.offset_s + (former.end_mono_s or 0.0) - former.start_mono_s
            assert piece.offset_s >= heard_s - OVERLAP_S or self.was_set_back(
                former.start_mono_s, piece.start_mono_s
            ), f"heard twice: {former}, {piece}"

    def verify_piece(self, one: Planned, piece: Heard) -> None:
        span = self.span_of(piece.start_mono_s)
        assert span.state == "on", f"without the time, or switched off: {one}"
        assert one.key[0] in span.doc_ids, f"not in force: {one}"
        assert span.silence is None, f"in a silence: {one}"
        stronger = {other.key[0] for other in self.list_stronger(one)}
        assert not stronger & span.doc_ids, f"something goes before it: {one}"
        at_s = span.first_s + piece.start_mono_s - span.mono_s
        earliest_s = self.earliest_s(one, piece.start_mono_s)
        assert at_s >= earliest_s - EARLY_S, f"too early: {one} at {at_s}"
        if one.kind == "at" and piece.offset_s > 0 and not self._was_cut(one, piece):
            assert abs(at_s - one.start_s - piece.offset_s) < JOINED_S, f"not in its place: {piece}"

        if one.level < EMERGENCY:
            self.verify_hours(one, piece)

    def earliest_s(self, one: Planned, mono_s: float) -> int:
        """Its planned start, or that of the first of its chain that failed before it."""
        failed = [
            other
            for other in self.planned.values()
            if one.kind == "after" and (other.key[0], other.end_s) == (one.key[0], one.start_s)
            if any(at <= mono_s and _has_given_place(play) for at, play in self.records[other.key])
        ]
        return min((self.earliest_s(other, mono_s) for other in failed), default=one.start_s)

    def verify_hours(self, one: Planned, piece: Heard) -> None:
        """It did not sound in quiet hours by the clock of then; the box looks each second."""
        ends = [*(span.mono_s for span in self.spans[1:]), float("inf")]
        for span, end_mono_s in zip(self.spans, ends, strict=True):
            from_s = max(span.mono_s, piece.start_mono_s)
            until_s = min(end_mono_s, piece.end_mono_s or piece.start_mono_s)
            if span.state != "on" or until_s - from_s < LOOK_S:
                continue
            shift = span.first_s - span.mono_s
            for text in self.quiet:
                quiet_s = _overlap(text, from_s + shift, until_s + shift)
                assert quiet_s < LOOK_S, f"{quiet_s} s in {text}: {one}, {piece}"

    def _was_cut(self, one: Planned, piece: Heard) -> bool:
        return any(
            at <= piece.start_mono_s and play.start is not None
            for at, play in self.records[one.key]
        )

    def is_back(self, one: Planned, from_mono_s: float, until_mono_s: float) -> bool:
        """Was the clock set back, or the document away, between two moments?"""
        within = (s for s in self.spans if from_mono_s <= s.mono_s <= until_mono_s)
        was_away = any(one.key[0] not in span.doc_ids for span in within)
        return was_away or self.was_set_back(from_mono_s, until_mono_s)

    def was_set_back(self, from_mono_s: float, until_mono_s: float) -> bool:
        for former, span in zip(self.spans, self.spans[1:], strict=False):
            if span.first_s < former.last_s and from_mono_s <= span.mono_s <= until_mono_s:
                return True
        return False

    def span_of(self, mono_s: float) -> _Span:
        return [span for span in self.spans if span.mono_s <= mono_s + 1e-6][-1]


@dataclass(frozen=True)
class _Span:
    """Some time in which the clock went on without a step."""

    mono_s: float
    first_s: float
    last_s: float
    state: str
    doc_ids: frozenset[str]
    silence: str | None


def _spans(readings: list[ClockReading], end_mono_s: float) -> list[_Span]:
    ends = [*(one.mono_s for one in readings[1:]), end_mono_s]
    return [
        _Span(
            one.mono_s,
            _second(one.at),
            _second(one.at) + end - one.mono_s,
            one.state,
            one.doc_ids,
            one.silence,
        )
        for one, end in zip(readings, ends, strict=True)
    ]


def _is_nothing(piece: Heard) -> bool:
    """Was it withdrawn at the very moment at which it began?"""
    return (piece.end_mono_s or inf) - piece.start_mono_s < EARLY_S


def _overlap(text: str, from_s: float, until_s: float) -> float:
    """How many seconds of an interval lie in a daily window."""
    first_s, last_s = (clock(part) for part in text.split("-"))
    lasts_s = (last_s - first_s) % DAY_S or DAY_S
    days = range(int(from_s // DAY_S) - 1, int(until_s // DAY_S) + 1)
    begins = (day * DAY_S + first_s for day in days)
    return sum(max(0.0, min(until_s, one + lasts_s) - max(from_s, one)) for one in begins)


def _has_given_place(play: Play) -> bool:
    """Did it end sooner than planned: it failed, or began sooner itself?"""
    is_early = play.start is not None and play.start < play.planned_start
    return play.result != "full" or is_early


def _goes_on(play: Play) -> bool:
    return play.result == "cut" and (play.reason or "") in UNHEARD


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text)
