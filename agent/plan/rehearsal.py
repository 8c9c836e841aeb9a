"""What a plan will sound and show over some days, as events that people read beforehand.

A rehearsal knows documents and policy. It cannot know media that do not arrive, voices at the box,
nor an emergency.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Literal, get_args

import msgspec
from msgspec import UNSET

from agent.contract.accepted import HeldDocument
from agent.contract.document import Entry, Playlist
from agent.contract.priority import Level
from agent.errors import PlanError
from agent.plan.chime_check import ENTRY as CHIME_ENTRY
from agent.plan.chime_check import LENGTH as CHIME_LENGTH
from agent.plan.chime_check import TITLE as CHIME_TITLE
from agent.plan.expansion import planned_ms
from agent.plan.language_duty import LanguageWeek, judge_weeks, list_weeks, week_end
from agent.plan.occupancy import is_dropped
from agent.plan.occurrence import Medium, Occurrence, Precedence, Refusal, find_precedence
from agent.plan.policy import EffectivePolicy
from agent.plan.timeline import Timeline, build_timeline
from agent.plan.unconfirmed_days import UnconfirmedDays, list_unconfirmed

Kind = Literal["plays", "interrupted", "clash", "refused"]


class Rival(msgspec.Struct, frozen=True):
    """An occurrence that goes before another one, and the rule by which it does."""

    title: str
    doc_id: str
    entry_id: str
    at: datetime
    rule: Precedence


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One planned play, or its refusal.

    Args:
        kind: `plays` undisturbed; `interrupted` by a higher level; `clash`, of one level with
            another; `refused`.
        at: planned start.
        until: planned end; `at` itself where it is not known.
        medium: sound or picture.
        title: of the entry.
        zones: of the entry.
        doc_id: its document.
        entry_id: the entry.
        essential: must it be broadcast? Then anything but `plays` is silence where a duty exists.
        cut_ms: by how much the recording is longer than the time that its entry gives it.
        rivals: what goes before it while it is on.
        code: of a refusal.
        rule: of a refusal, with its value.
        filler: is it filler? Then to be interrupted is what it is for.
        asked_at: when it was due, of a chain its first entry; None: not known.
    """

    kind: Kind
    at: datetime
    until: datetime
    medium: Medium
    title: str
    zones: tuple[str, ...]
    doc_id: str
    entry_id: str
    essential: bool = False
    cut_ms: int = 0
    rivals: tuple[Rival, ...] = ()
    code: str = ""
    rule: str = ""
    filler: bool = False
    asked_at: datetime | None = None

    @property
    def is_good(self) -> bool:
        """Does it play whole, as it is written?"""
        return self.kind == "plays" and not self.cut_ms


@dataclass(frozen=True)
class Lane:
    """What plays one item at a time: a sound path with its zones, or a board with its faces.

    Args:
        medium: sound or picture.
        zones: names of zones or faces; None: all.
    """

    medium: Medium
    zones: frozenset[str] | None = None


@dataclass(frozen=True)
class Rehearsal:
    """The events of some days, soonest first.

    Args:
        from_at: aware, included.
        until_at: aware, excluded.
        events: those that start in it.
        quiet: the windows without sound of the policy, as written.
        languages: weeks beginning in it, each with each language duty.
        not_known: rules of policy of which nobody knows here what they refuse, and
            `language_duties` where no week begins in these days, so that none is judged.
        unconfirmed: days by which items go, which by their calendar nobody has confirmed.
    """

    from_at: datetime
    until_at: datetime
    events: tuple[Event, ...]
    quiet: tuple[str, ...] = ()
    languages: tuple[LanguageWeek, ...] = ()
    not_known: tuple[str, ...] = ()
    unconfirmed: tuple[UnconfirmedDays, ...] = ()

    @property
    def lacks(self) -> tuple[LanguageWeek, ...]:
        """The weeks in which a language has less than its duty."""
        return tuple(one for one in self.languages if not one.is_met)

    @property
    def silent_duties(self) -> list[Event]:
        """What must be broadcast and does not play whole."""
        return [one for one in self.events if one.essential and not one.is_good]


def has_banner(held: Iterable[HeldDocument]) -> bool:
    """Does an entry of these documents put a banner over what boards show?"""
    return any(entry.banner is not UNSET for entry in _each_entry(held))


def _each_entry(held: Iterable[HeldDocument]) -> Iterator[Entry]:
    for one in held:
        if isinstance(one.document, Playlist):
            yield from one.document.entries


def find_lanes(held: Iterable[HeldDocument]) -> list[Lane]:
    """A lane for each zone that entries name: for a station whose outputs are not known."""
    known = list(held)
    zones = {zone for entry in _each_entry(known) for zone in entry.zones} - {"*"}
    named: list[frozenset[str] | None] = [frozenset({zone}) for zone in sorted(zones)]
    media = [one for one in get_args(Medium) if one != "banner" or has_banner(known)]
    return [Lane(medium, one) for medium in media for one in named or [None]]


def rehearse(
    held: Sequence[HeldDocument],
    policy: EffectivePolicy,
    from_at: datetime,
    until_at: datetime,
    lanes: Collection[Lane],
) -> Rehearsal:
    """Plan some days and list what starts in them.

    Args:
        held: accepted documents of any kind.
        policy: of the station.
        from_at: aware UTC, included.
        until_at: aware UTC, excluded.
        lanes: the station's outputs, or `find_lanes`.
    """
    timeline = build_timeline(held, policy, from_at, until_at)
    plays = _list_plays(timeline, lanes, from_at, until_at)
    refused = list_refused(held, timeline.refusals)
    events = sorted([*plays, *refused], key=attrgetter("at", "doc_id", "entry_id"))
    languages = _judge_languages(held, policy, timeline, from_at, until_at)
    return Rehearsal(
        from_at,
        until_at,
        tuple(events),
        tuple(w.text for w in (*policy.quiet, *policy.maintenance)),
        tuple(languages),
        ("language_duties",) if policy.language_duties and not languages else (),
        tuple(list_unconfirmed(held, from_at, until_at)),
    )


def _judge_languages(
    held: Sequence[HeldDocument],
    policy: EffectivePolicy,
    timeline: Timeline,
    from_at: datetime,
    until_at: datetime,
) -> list[LanguageWeek]:
    """The weeks that begin in these days; the last one is planned to its end."""
    weeks = list_weeks(from_at, until_at) if policy.language_duties else []
    if weeks and week_end(weeks[-1]) > until_at:
        timeline = build_timeline(held, policy, from_at, week_end(weeks[-1]))
    return judge_weeks(timeline.occurrences, policy.language_duties, weeks)


def list_refused(held: Iterable[HeldDocument], refusals: Sequence[Refusal]) -> list[Event]:
    """The refusals as events, with the titles of their entries."""
    wanted = {refusal.doc_id for refusal in refusals}
    entries: dict[tuple[str, str], tuple[Entry, Mapping[str, int]]] = {}
    fillers: set[str] = set()
    for one in held:
        if isinstance(one.document, Playlist) and one.document.doc_id in wanted:
            durations = {medium.sha256: medium.duration_ms for medium in one.document.media}
            doc_id = one.document.doc_id
            entries |= {(doc_id, entry.id): (entry, durations) for entry in one.document.entries}
            if one.document.filler is True:
                fillers.add(doc_id)
    found = [(one, entries.get((one.doc_id, one.entry_id))) for one in refusals]
    return [_refused(one, entry, is_filler=one.doc_id in fillers) for one, entry in found]


def _refused(
    refusal: Refusal, found: tuple[Entry, Mapping[str, int]] | None, *, is_filler: bool
) -> Event:
    entry, durations = found or (None, {})
    is_chime = refusal.entry_id == CHIME_ENTRY
    medium, length = _length(entry, durations)
    return Event(
        kind="refused",
        at=refusal.at,
        until=refusal.at + (CHIME_LENGTH if is_chime and entry is None else length),
        medium=medium,
        title=entry.title if entry else CHIME_TITLE if is_chime else refusal.entry_id,
        zones=refusal.zones or (tuple(entry.zones) if entry else ("*",)),
        doc_id=refusal.doc_id,
        entry_id=refusal.entry_id,
        essential=entry is not None and entry.essential is True,
        code=refusal.code,
        rule=refusal.rule,
        filler=is_filler,
    )


def _length(entry: Entry | None, durations: Mapping[str, int]) -> tuple[Medium, timedelta]:
    """Medium and planned length; none where it cannot be planned at all."""
    if entry is None:
        return "sound", timedelta()
    try:
        medium, length_ms = planned_ms(entry, durations)
    except PlanError:
        return "sound", timedelta()
    return medium, timedelta(milliseconds=length_ms)


def find_cut_ms(entry: Entry, durations: Mapping[str, int]) -> int:
    """By how much an entry's recordings are longer than the time that it gives them."""
    if entry.max_ms is None or (entry.body.media is None and entry.body.scene is None):
        return 0
    try:
        _, planned = planned_ms(entry, durations)
        _, whole = planned_ms(msgspec.structs.replace(entry, max_ms=None), durations)
    except PlanError:
        return 0
    return whole - planned


def _list_plays(
    timeline: Timeline, lanes: Collection[Lane], from_at: datetime, until_at: datetime
) -> Iterator[Event]:
    rivals: dict[int, dict[int, Rival]] = {}
    for lane in lanes:
        for one, before in _find_overlaps(timeline, lane, from_at, until_at):
            found = rivals.setdefault(id(one), {})
            found.update((id(other), describe_rival(other, one)) for other in before)
    cuts: dict[int, int] = {}
    for one in timeline.occurrences:
        if from_at <= one.start_at < until_at:
            if id(one.entry) not in cuts:
                durations = {medium.sha256: medium.duration_ms for medium in one.playlist.media}
                cuts[id(one.entry)] = find_cut_ms(one.entry, durations)
            yield _play(one, tuple(rivals.get(id(one), {}).values()), cuts[id(one.entry)])


def _find_overlaps(
    timeline: Timeline, lane: Lane, from_at: datetime, until_at: datetime
) -> Iterator[tuple[Occurrence, list[Occurrence]]]:
    """Occurrences and what goes before each: two that overlap are both on when the later starts."""
    since_at = from_at - timedelta(days=1)  # what runs into the interval counts as well
    starting = timeline.starting(since_at, until_at, lane.medium, lane.zones)
    latest_end_at = since_at
    over: set[int] = set()  # what a higher level has ended, because it is to be dropped
    for at, group in groupby(starting, key=attrgetter("start_at")):
        ones = list(group)
        if len(ones) > 1 or at < latest_end_at:
            found = timeline.contenders(at, lane.medium, lane.zones)
            ranked = [one for one in found if id(one) not in over]
            yield from ((one, ranked[:place]) for place, one in enumerate(ranked) if place)
            over |= {id(one) for one in ranked if is_dropped(one) and one.level < ranked[0].level}
        latest_end_at = max(latest_end_at, *(one.end_at for one in ones))


def describe_rival(winner: Occurrence, loser: Occurrence) -> Rival:
    """What goes before an occurrence, and why."""
    rule = find_precedence(winner, loser)
    entry, doc_id = winner.entry, winner.playlist.doc_id
    return Rival(entry.title, doc_id, entry.id, winner.start_at, rule)


def _play(one: Occurrence, rivals: tuple[Rival, ...], cut_ms: int) -> Event:
    return Event(
        kind=_kind_of(one, rivals),
        at=one.start_at,
        until=one.end_at,
        medium=one.medium,
        title=one.entry.title,
        zones=tuple(one.entry.zones),
        doc_id=one.playlist.doc_id,
        entry_id=one.entry.id,
        essential=one.entry.essential is True,
        cut_ms=cut_ms,
        rivals=rivals,
        filler=one.playlist.filler is True,
        asked_at=one.asked_at or one.start_at,
    )


def _kind_of(one: Occurrence, rivals: Sequence[Rival]) -> Kind:
    """A filler yields to everything: that is no clash."""
    if not rivals:
        return "plays"
    is_clash = one.level > Level.FILLER and any(rival.rule != "level" for rival in rivals)
    return "clash" if is_clash else "interrupted"


def list_clashes(rehearsal: Rehearsal, doc_id: str) -> list[Event]:
    """Sound of one class that overlaps, where a document has one of the two.

    A board shows what starts later and then goes back to the former: that is no clash.
    """
    return [
        event
        for event in rehearsal.events
        if event.kind == "clash"
        and event.medium == "sound"
        and any(
            rival.rule != "level" and doc_id in (event.doc_id, rival.doc_id)
            for rival in event.rivals
        )
    ]


class Change(msgspec.Struct, frozen=True):
    """What a correction changes: `former` is None for what is new, `event` for what is gone."""

    former: Event | None
    event: Event | None

    @property
    def at(self) -> datetime:
        """When."""
        one = self.event or self.former
        assert one is not None  # noqa: S101 - one of the two is there
        return one.at


def compare(before: Rehearsal, after: Rehearsal) -> list[Change]:
    """What differs between two rehearsals, soonest first.

    Events are the same by start, medium, title and zones: a correction has ids of its own.
    """
    former = {_name(event): event for event in before.events}
    later = {_name(event): event for event in after.events}
    changes = [
        Change(former.get(name), later.get(name))
        for name in former.keys() | later.keys()
        if _result(former.get(name)) != _result(later.get(name))
    ]
    return sorted(changes, key=lambda change: (change.at, (change.event or change.former).title))  # type: ignore[union-attr]  # one of the two is there


def compare_lacks(
    before: Rehearsal, after: Rehearsal
) -> list[tuple[Literal["new", "gone"], LanguageWeek]]:
    """The weeks in which a language lacks its share, where the two rehearsals differ in it."""
    new = [one for one in after.lacks if one not in before.lacks]
    gone = [one for one in before.lacks if one not in after.lacks]
    return [*(("gone", one) for one in gone), *(("new", one) for one in new)]


def _name(event: Event) -> tuple[object, ...]:
    return event.at, event.medium, event.title, event.zones


def _result(event: Event | None) -> tuple[object, ...] | None:
    if event is None:
        return None
    rivals = {(rival.title, rival.at, rival.rule) for rival in event.rivals}
    return event.kind, event.until, event.code, event.rule, event.cut_ms, frozenset(rivals)
