"""Expands playlist entries to occurrences, or to refusals with their rule.

Planning begins a day before the requested interval, so that items that run into it, and earlier
sessions of its first day, count.
"""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import lru_cache
from operator import attrgetter
from urllib.parse import urlsplit

import msgspec
from msgspec import UNSET

from agent.contract.accepted import HeldDocument
from agent.contract.document import Entry, Playlist, When
from agent.contract.host_rule import is_named
from agent.contract.priority import LEVEL_OF_CLASS, Level
from agent.contract.station_policy import Stagger
from agent.contract.utc import parse_utc
from agent.errors import PlanError
from agent.plan.arbitration import Arbitration, Line
from agent.plan.calendar import (
    DAY,
    Day,
    days_of,
    earliest_starts,
    expand,
    list_days,
)
from agent.plan.chime_check import LENGTH as CHIME_LENGTH
from agent.plan.chime_check import ChimePlaylist
from agent.plan.occurrence import Medium, Occurrence, Refusal
from agent.plan.policy import EffectivePolicy
from agent.plan.session_book import SessionBook, needs_book
from agent.plan.station_calendar import StationCalendar
from agent.plan.time_rules import Bounds, Start, TimeRules
from agent.plan.zone_classes import select_barred
from speech.dialect import NORTH
from speech.reading import longest_ms

SLICE = 1000  # starts per slice, which take a few milliseconds
MAX_STAGGER = timedelta(hours=6)  # with the item's own length within the day that is planned ahead
TEXT_MS = 60_000  # for a shown text without a duration of its own


def planned_ms(entry: Entry, durations: Mapping[str, int]) -> tuple[Medium, int]:
    """The medium of an entry and its length in milliseconds; `max_ms` is only an upper limit.

    Args:
        entry: an entry of a playlist.
        durations: of the playlist's media, by digest.

    Raises:
        PlanError: it cannot be planned; `hint` is the rule.
    """
    medium, round_ms = _round_ms(entry, durations)
    if round_ms <= 0:
        raise PlanError("E_MEDIA", entry.id, "no duration")
    body = entry.body
    total_ms = round_ms * body.repeat + body.gap_ms * (body.repeat - 1)
    return medium, total_ms if entry.max_ms is None else min(total_ms, entry.max_ms)


def stagger_delay(entry: Entry, turn: Stagger) -> timedelta:
    """How long after its written time an entry starts at this station.

    Args:
        entry: an entry of a playlist.
        turn: of this station; its gap counts where the entry states none.
    """
    if entry.sync.kind == "simultaneous":
        return timedelta()
    return timedelta(milliseconds=turn.group * (entry.sync.gap_ms or turn.gap_ms))


def _require_bearable(entry: Entry, delay: timedelta) -> None:
    if delay > MAX_STAGGER:
        raise PlanError("E_POLICY", entry.id, f"staggered by {delay}, at most {MAX_STAGGER}")


def _require_relay_host(entry: Entry, hosts: Collection[str]) -> None:
    """A relay needs its host in the signed policy as well."""
    relay = entry.body.relay
    if relay is not None and not is_named(relay.url, hosts):
        raise PlanError("E_POLICY", entry.id, f"relay_hosts {urlsplit(relay.url).netloc}")


def _require_input(entry: Entry, inputs: Collection[str]) -> None:
    """A live picture needs its input in the signed policy as well."""
    scene = entry.body.scene
    if scene is not None and isinstance(scene.input, str) and scene.input not in inputs:
        raise PlanError("E_POLICY", entry.id, f"inputs {scene.input}")


def _round_ms(entry: Entry, durations: Mapping[str, int]) -> tuple[Medium, int]:
    body = entry.body
    if body.media is not None:
        try:
            return "sound", sum(map(durations.__getitem__, body.media))
        except KeyError as missing:
            raise PlanError("E_MEDIA", entry.id, f"not listed: {missing.args[0]}") from missing
    if body.scene is not None:
        return "picture" if entry.banner is UNSET else "banner", body.scene.ms
    if body.text is None:  # a relay: it lasts as long as its entry says
        return "sound", entry.max_ms or 0
    if body.text.say is None:
        return "picture", TEXT_MS if entry.max_ms is None else entry.max_ms
    if body.text.show is not None:
        raise PlanError("E_UNSUPPORTED", entry.id, "body text.say beside text.show")
    return "sound", _reading_ms(body.text.say)


@lru_cache(maxsize=256)
def _reading_ms(text: str) -> int:
    """The longest time that a text takes to be read; the dialects differ by no syllable."""
    from speech.normalise import normalise  # its rules take 20 ms to load

    return longest_ms(normalise(text, NORTH))


class Expansion:
    """Collects playlists, then decides what plays.

    Args:
        policy: of this station.
        from_at: the interval's start, included.
        until_at: its end, excluded.
        calendar: decides what days by rule mean, and which days are of mourning.
        waits: does anything wait for something else? Then all starts are arbitrated together.

    Attributes:
        mourning: the days of mourning, in order.
    """

    def __init__(
        self,
        policy: EffectivePolicy,
        from_at: datetime,
        until_at: datetime,
        calendar: StationCalendar,
        *,
        waits: bool = False,
    ) -> None:
        self._policy = policy
        self._calendar = calendar
        self._from_at = from_at
        self._until_at = until_at
        self._has_book = needs_book(policy)
        self._days = list_days(from_at - DAY, until_at)
        # one day more: sound that starts at the end continues
        further = list_days(from_at - DAY, until_at + DAY)
        self.mourning = calendar.find_mourning(further)
        self._rules = TimeRules(policy, further, self.mourning)
        self._arbitration = Arbitration(policy, self._rules, from_at) if waits else None
        self._planned: list[Occurrence] = []
        self._refusals: list[Refusal] = []
        self._slice_end = SLICE

    def add(self, held: HeldDocument, playlist: Playlist) -> Iterator[None]:
        """Plan every entry of a playlist; rules of the time of day apply here, sessions later.

        Yields after each slice of work.
        """
        bounds = Bounds(
            held=held,
            playlist=playlist,
            level=Level.FILLER if playlist.filler is True else LEVEL_OF_CLASS.get(playlist.class_),
            durations={medium.sha256: medium.duration_ms for medium in playlist.media},
            not_before_at=parse_utc(playlist.not_before),
            expires_at=parse_utc(playlist.expires),
            closed=self._policy.zone_classes.list_closed(playlist.class_),
        )
        first_at, last_at = bounds.not_before_at - DAY, bounds.expires_at
        days = [day for day in self._days if first_at < day.midnight_at < last_at]
        for position, entry in enumerate(playlist.entries):
            self._add_entry(bounds, position, entry, days)
            if len(self._planned) + len(self._refusals) >= self._slice_end:
                self._slice_end = len(self._planned) + len(self._refusals) + SLICE
                yield

    def add_chime(self, held: HeldDocument, plan: ChimePlaylist) -> None:
        """Plan the audible check of the loudspeakers; rules of the time of day apply."""
        (entry,) = plan.entries
        not_before_at, expires_at = parse_utc(plan.not_before), parse_utc(plan.expires)
        closed = self._policy.zone_classes.list_closed(plan.class_)
        bounds = Bounds(held, plan, Level.FILLER, {}, not_before_at, expires_at, closed)
        starts = self._starts(bounds, entry, self._days, timedelta())
        if not starts:
            return
        try:
            open_ = self._open_zones(bounds, entry)
        except PlanError as error:
            self._refuse(plan, entry, starts[0], error.code, error.hint)
            return
        if open_ is not entry:
            self._refuse_zones(bounds, entry, starts[0])
        check = Start(bounds, open_, 0, Level.FILLER, "sound", CHIME_LENGTH)
        if self._arbitration is not None:
            self._arbitration.add(Line(check), starts)
        else:
            self._plan(check, starts)

    def finish(self) -> Generator[None, None, tuple[list[Occurrence], list[Refusal]]]:
        """The occurrences and the refusals inside the requested interval."""
        kept = self._planned
        if self._arbitration is not None:
            yield from self._arbitration.resolve()
            kept = [one for one in self._arbitration.kept if one.start_at < self._until_at]
            self._refusals += self._arbitration.refusals
        elif self._has_book:
            kept = self._apply_sessions()
        refusals = [r for r in self._refusals if self._from_at <= r.at < self._until_at]
        return [one for one in kept if one.end_at > self._from_at], refusals

    def _apply_sessions(self) -> list[Occurrence]:
        book = SessionBook(self._policy)
        kept: list[Occurrence] = []
        # at one moment the higher level is counted first: it is the one that will be heard
        self._planned.sort(key=attrgetter("level"), reverse=True)
        self._planned.sort(key=attrgetter("start_at"))
        for one in self._planned:
            rule = book.refuse_play(one)
            if rule is None:
                kept.append(one)
            else:
                self._refuse(one.playlist, one.entry, one.start_at, "E_POLICY", rule)
        return kept

    def _add_entry(self, bounds: Bounds, position: int, entry: Entry, days: Sequence[Day]) -> None:
        if entry.standby is True:  # shown while nothing else is: never planned
            return
        delay = stagger_delay(entry, self._policy.stagger)
        if entry.start.kind == "after":
            self._add_follower(bounds, position, entry, delay, days)
            return
        starts = self._starts(bounds, entry, days, delay)
        if not starts:
            return
        if bounds.level is None:
            rule = f"class {bounds.playlist.class_}"
            self._refuse(bounds.playlist, entry, self._first_of(starts), "E_PRIO", rule)
            return
        line = self._read_line(bounds, position, entry, delay)
        if line.start.entry is not entry:
            self._refuse_left_out(line, entry, self._first_of(starts))
        if self._arbitration is not None:
            self._arbitration.add(line, starts)
        elif line.fault is None:
            self._plan(line.start, starts)
        else:
            fault = line.fault
            self._refuse(bounds.playlist, entry, self._first_of(starts), fault.code, fault.hint)

    def _first_of(self, starts: Sequence[datetime]) -> datetime:
        """Where an entry is refused once, because none of its starts can be planned."""
        return next((at for at in starts if at >= self._from_at), max(starts))

    def _add_follower(
        self, bounds: Bounds, position: int, entry: Entry, delay: timedelta, days: Sequence[Day]
    ) -> None:
        """Add an entry that follows another; of a class that sounds, as the other has it."""
        if bounds.level is None or self._arbitration is None:
            return
        line = self._read_line(bounds, position, entry, delay)
        due = self._days_due(bounds, entry, days)
        if due:
            self._refuse_left_out(line, entry, self._from_at)
        self._arbitration.add_follower(line, due)

    def _refuse_left_out(self, line: Line, entry: Entry, at: datetime) -> None:
        if line.fault is not None or line.start.entry is entry:
            return
        if line.start.medium == "sound":
            self._refuse_zones(line.start.bounds, entry, at)
        else:
            self._refuse_faces(line.start.bounds, entry, at)

    def _read_line(self, bounds: Bounds, position: int, entry: Entry, delay: timedelta) -> Line:
        assert bounds.level is not None  # noqa: S101 - the caller has refused other classes
        try:
            medium, length_ms = planned_ms(entry, bounds.durations)
            _require_bearable(entry, delay)
            _require_relay_host(entry, self._policy.relay_hosts)
            _require_input(entry, self._policy.inputs)
            select = self._open_zones if medium == "sound" else self._open_faces
            open_ = select(bounds, entry)
        except PlanError as error:
            nothing = Start(bounds, entry, position, bounds.level, "sound", timedelta())
            return Line(nothing, error, delay)
        length = timedelta(milliseconds=length_ms)
        return Line(Start(bounds, open_, position, bounds.level, medium, length), delay=delay)

    def _open_zones(self, bounds: Bounds, entry: Entry) -> Entry:
        """The entry without the clusters that are closed to its class.

        Raises:
            PlanError: none is left.
        """
        barred = select_barred(bounds.closed, entry.zones)
        if not barred:
            return entry
        rules = self._policy.zone_classes
        left = rules.leave_out(barred, entry.zones)
        if not left:
            raise PlanError("E_POLICY", entry.id, rules.name_rule(barred))
        return msgspec.structs.replace(entry, zones=left)

    def _open_faces(self, bounds: Bounds, entry: Entry) -> Entry:
        """The entry without the faces to which its issuer has no right.

        Raises:
            PlanError: none is left.
        """
        rights = self._policy.face_rights
        barred = select_barred(rights.list_closed(bounds.playlist.issuer), entry.zones)
        if not barred:
            return entry
        left = rights.leave_out(barred, entry.zones)
        if not left:
            raise PlanError("E_POLICY", entry.id, rights.name_rule(barred))
        return msgspec.structs.replace(entry, zones=left)

    def _refuse_faces(self, bounds: Bounds, entry: Entry, at: datetime) -> None:
        """Say once which faces an entry leaves out."""
        rights, doc_id = self._policy.face_rights, bounds.playlist.doc_id
        barred = select_barred(rights.list_closed(bounds.playlist.issuer), entry.zones)
        rule = rights.name_rule(barred)
        self._refusals.append(Refusal(entry.id, doc_id, at, "E_POLICY", rule, tuple(barred)))

    def _refuse_zones(self, bounds: Bounds, entry: Entry, at: datetime) -> None:
        """Say once which clusters an entry leaves out."""
        barred = select_barred(bounds.closed, entry.zones)
        rule, doc_id = self._policy.zone_classes.name_rule(barred), bounds.playlist.doc_id
        self._refusals.append(Refusal(entry.id, doc_id, at, "E_POLICY", rule, tuple(barred)))

    def _plan(self, one: Start, starts: Sequence[datetime]) -> None:
        """Plan hard starts where nothing waits: each is judged by itself."""
        if not self._has_book:  # then what is over before the interval has no effect
            starts = [at for at in starts if at + one.length > self._from_at]
        for at in starts:
            verdict = self._rules.judge(one, at)
            if isinstance(verdict, Refusal):
                self._refusals.append(verdict)
            else:
                self._planned.append(verdict)

    def _days_due(self, bounds: Bounds, entry: Entry, days: Sequence[Day]) -> frozenset[str]:
        """The dates on which an entry follows another."""
        due, undecided = self._calendar.split(entry.when, days)
        for day, lacking in undecided:
            self._refuse_undecided(bounds, entry, day, lacking)
        return frozenset(day.iso for day in days_of(entry.when, due))

    def _starts(
        self, bounds: Bounds, entry: Entry, days: Sequence[Day], delay: timedelta
    ) -> list[datetime]:
        """This station's starts, `delay` behind the written ones, before the interval's end."""
        first_at, last_at = bounds.not_before_at, min(bounds.expires_at, self._until_at - delay)
        try:
            due, undecided = self._calendar.split(entry.when, days)
            for day, lacking in undecided:
                self._refuse_undecided(bounds, entry, day, lacking)
            written = expand(entry.when, due, self._calendar.point)
            if written and not (first_at <= written[0] and written[-1] < last_at):
                written = [at for at in written if first_at <= at < last_at]
            return [at + delay for at in written] if delay else written
        except ValueError as error:
            self._refuse(bounds.playlist, entry, self._from_at, "E_SCHEMA", str(error))
            return []

    def _refuse_undecided(self, bounds: Bounds, entry: Entry, day: Day, lacking: str) -> None:
        """Refuse the entry once on a day of which nobody knows whether it is due."""
        starts = self._starts_of_day(entry.when, day) or [day.midnight_at]
        at = next((at for at in starts if at >= self._from_at), starts[-1])
        if bounds.not_before_at <= at < bounds.expires_at:
            self._refuse(bounds.playlist, entry, at, "E_CALENDAR", lacking)

    def _starts_of_day(self, when: When, day: Day) -> Sequence[datetime]:
        """When an entry would begin on a day, at the earliest where its sun is not known."""
        point = self._calendar.point
        if when.sun is not UNSET and point is not None:
            with suppress(ValueError):  # a sun that does not rise
                return expand(when, [day], point)
        return earliest_starts(when, day)

    def _refuse(self, playlist: Playlist, entry: Entry, at: datetime, code: str, rule: str) -> None:
        self._refusals.append(Refusal(entry.id, playlist.doc_id, at, code, rule))
