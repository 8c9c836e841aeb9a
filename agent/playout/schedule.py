"""Held documents → what each output should play: plan's timeline in play's terms.

Plan knows rules and no outputs, play knows outputs and no rules; this is the seam between them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from agent.clock import Now
from agent.contract.accepted import HeldDocument
from agent.contract.document import Emergency
from agent.contract.priority import Level
from agent.plan.emergency import ActiveEmergency, emergencies_on
from agent.plan.occurrence import Medium as Sense
from agent.plan.occurrence import Refusal, describe_refusal
from agent.plan.policy import config_in_force, effective_policy
from agent.plan.prepared_alarm import Press, alarm_on
from agent.plan.silence import ActiveSilence, silence_on
from agent.plan.timeline import Occurrence, Timeline, build_in_slices
from agent.play.item import Item
from agent.playout.item_builder import (
    LIMIT_SLACK,
    build_item,
    digests_of,
    each_entry_once,
    emergency_picture,
    emergency_sound,
    key_of,
)
from agent.settings.model import Policy
from agent.signals import Signal
from agent.state.documents_in_force import DocumentsInForce

BEHIND = timedelta(hours=26)
AHEAD = timedelta(hours=50)
REBUILD_AFTER = timedelta(hours=12)


def _never() -> bool:
    return False


def _nobody() -> None:
    return None


@dataclass
class Schedule:
    """All that the box holds, as timelines.

    Args:
        local: the narrowing policy of the local settings, if any.
        media_state: None when a medium is in store, else why it is not.
        is_silent: may nothing but an emergency sound?
        is_locked: does the key on the box keep everything silent and black, an emergency too?
        pressed: the last press of an emergency key, while it may last.
        documents: those in force.

    Attributes:
        planned: emitted when `replan` has built a timeline.
    """

    local: Policy | None
    media_state: Callable[[str], str | None]
    is_silent: Callable[[], bool] = _never
    is_locked: Callable[[], bool] = _never
    pressed: Callable[[], Press | None] = _nobody
    documents: DocumentsInForce = field(default_factory=DocumentsInForce)
    planned: Signal[[]] = field(default_factory=Signal)
    built_at: datetime | None = None
    timeline: Timeline | None = None
    media_hosts: frozenset[str] = frozenset()
    _ids: frozenset[str] = frozenset()
    _waiting: dict[str, datetime] = field(default_factory=dict)
    _plans: int = 0
    _told: frozenset[tuple[str, str, str]] = frozenset()

    def update(self, held: Sequence[HeldDocument], now: Now) -> None:
        """Take documents, and plan anew at once."""
        self.documents.put(held)
        self.plan(now)

    @property
    def held(self) -> Sequence[HeldDocument]:
        """The documents in force."""
        return self.documents.held

    def plan(self, now: Now) -> None:
        """Build the timeline around now."""
        for _ in self._plan(now):
            pass

    async def replan(self, now: Now) -> None:
        """The same in slices of some milliseconds, so that nothing else waits for a large plan."""
        for _ in self._plan(now):
            await asyncio.sleep(0)
        self.planned.emit()

    def _plan(self, now: Now) -> Iterator[None]:
        """The former timeline holds until it is done; of two at a time the later begun stays."""
        self._plans += 1
        number = self._plans
        config = config_in_force(self.held, now)
        self.media_hosts = frozenset(config.policy.media_hosts if config else ())
        policy = effective_policy(config, self.local)
        ids = frozenset(h.document.doc_id for h in self.held)
        self._waiting = {one: at for one, at in self._waiting.items() if one in ids}
        from_at, until_at = now.at - BEHIND, now.at + AHEAD
        timeline = yield from build_in_slices(self.held, policy, from_at, until_at)
        if number == self._plans:
            self.timeline, self.built_at, self._ids = timeline, now.at, ids

    def current(self, now: Now) -> Timeline | None:
        """The timeline, rebuilt when the clock has left its middle."""
        if self.built_at is not None and abs(now.at - self.built_at) > REBUILD_AFTER:
            self.plan(now)
        return self.timeline

    def needed(self, now: Now) -> dict[str, datetime]:
        """When each medium of the days ahead is to be played next; what plays now comes first.

        A key may be pressed at any moment, so what it starts comes first too.
        """
        timeline = self.current(now)
        needed: dict[str, datetime] = {
            medium.sha256: now.at - BEHIND
            for h in self.held
            if isinstance(h.document, Emergency) and h.document.trigger == "key"
            for medium in h.document.media
        }
        ahead = (one for one in timeline.occurrences if one.end_at > now.at) if timeline else ()
        for occurrence in each_entry_once(ahead):
            for digest in digests_of(occurrence):
                needed.setdefault(digest, occurrence.start_at)
        return needed

    def new_refusals(self) -> list[Refusal]:
        """What the timeline refuses and was not told of before: once an entry and rule, briefly."""
        fresh: dict[tuple[str, str, str], Refusal] = {}
        for refusal in self.timeline.refusals if self.timeline else ():
            fresh.setdefault((refusal.doc_id, refusal.entry_id, refusal.rule), refusal)
        told, self._told = self._told, frozenset(fresh)
        return describe_refusal(refusal for key, refusal in fresh.items() if key not in told)

    def is_held(self, doc_id: str) -> bool:
        """Is the document in force in the present timeline?"""
        return doc_id in self._ids

    def silence(self, now: Now) -> ActiveSilence | None:
        """The strongest silence that was ordered by a document, if any."""
        return silence_on(self.held, now)

    def is_stopped(self, now: Now) -> bool:
        """Is everything silent and black, an emergency too: by the key or by an order?"""
        ordered = self.silence(now)
        return self.is_locked() or (ordered is not None and ordered.stops_emergency)

    def alarms(self, now: Now, sense: Sense) -> list[ActiveEmergency]:
        """What is in force for one sense, highest first: a key's alarm, then the emergencies.

        A board shows the first of the emergencies; a loudspeaker tells one after the other.
        An emergency that a key's alarm keeps waiting is told as if accepted afterwards.
        """
        press = self.pressed()
        local = alarm_on(self.held, press, now.at) if press is not None else None
        own = emergencies_on([self._kept_waiting(one) for one in self.held], now.at)
        if sense == "picture":
            own = own[:1]
        elif local is not None and local.is_telling(now.at):
            self._waiting |= {one.document.doc_id: now.at for one in own}
        return own if local is None else [local, *own]

    def _kept_waiting(self, held: HeldDocument) -> HeldDocument:
        waited_until = self._waiting.get(held.document.doc_id)
        return held if waited_until is None else replace(held, accepted_at=waited_until)


class SoundSchedule:
    """What a sound output asks (see `play.item.Rundown`)."""

    sense: Sense = "sound"

    def __init__(self, programme: Schedule, zones: Iterable[str]) -> None:
        self._programme = programme
        self._zones = frozenset(zones)

    def wanted(self, now: Now, done: Collection[str] = ()) -> Item | None:
        """Alarms first, then what is scheduled."""
        for item in self._alarms(now):
            if item.key not in done:
                return item
        return self.scheduled(now)

    def scheduled(self, now: Now) -> Item | None:
        """What the schedule has for now, whatever goes before it."""
        timeline = self._schedule(now)
        if timeline is None:
            return None
        return self._item(timeline.playing(now.at, self.sense, self._zones))

    def due(self, since_at: datetime, now: Now, known: Container[str] = ()) -> list[Item]:
        """What the schedule had start from a moment until now, the winner of each level."""
        timeline = self._schedule(now)
        if timeline is None:
            return []
        from_at = since_at - timedelta(microseconds=1)
        started = timeline.starting(from_at, now.at, self.sense, self._zones)
        winners = {(one.start_at, one.level): one for one in sorted(started, key=lambda o: o.rank)}
        return [self._build(one) for one in winners.values() if one.key not in known]

    def alarms(self, now: Now) -> list[Item]:
        """The emergencies in force as this output tells them, highest first."""
        return list(self._alarms(now))

    def upcoming(self, now: Now) -> Item | None:
        """The next scheduled item, also while an alarm is on."""
        timeline = self._schedule(now)
        if timeline is None:
            return None
        return self._item(timeline.upcoming(now.at, self.sense, self._zones))

    def _schedule(self, now: Now) -> Timeline | None:
        """The timeline, where it may sound or show: not without a clock, nor in a silence."""
        if now.quality == "FLOOR" or self._is_silent(now):
            return None
        return self._programme.current(now)

    def lacking(self, now: Now, ahead: timedelta) -> list[Item]:
        """What is to start within `ahead` (at most a day) and lacks a medium, soonest first.

        Of each entry the next start alone.
        """
        timeline = self._programme.current(now)
        if timeline is None:
            return []
        occurrences = timeline.starting(now.at, now.at + ahead, self.sense, self._zones)
        return [item for item in map(self._build, each_entry_once(occurrences)) if item.missing]

    def is_needed(self, now: Now, ahead: timedelta, on_air: Item | None) -> bool:
        """Would anybody miss what is on, or begins within `ahead`? A notice can be drawn again."""
        if on_air is not None and (self.sense == "sound" or on_air.level >= Level.EMERGENCY):
            return True
        if next(self._alarms(now), None) is not None:
            return True
        upcoming = self.upcoming(now) if self.sense == "sound" else None
        return upcoming is not None and upcoming.start_at - now.at <= ahead

    def is_entitled(self, item: Item, now: Now) -> bool:
        """Held, and if it is an emergency, still on; nothing is while the box is stopped."""
        if self._programme.is_stopped(now):
            return False
        if item.level >= Level.EMERGENCY:
            alarms = self._programme.alarms(now, self.sense)
            return any(key_of(one, self.sense) == item.key for one in alarms)
        is_over = now.at >= item.latest_end_at + LIMIT_SLACK
        return (
            not is_over and not self._is_silent(now) and self._programme.is_held(item.source.doc_id)
        )

    def why_silenced(self, item: Item, now: Now) -> str | None:
        """What keeps this item off until it ends: the silence key, or an ordered silence."""
        if self._programme.is_locked():
            return "silence_key"
        ordered = self._programme.silence(now)
        is_off = ordered is not None and (ordered.stops_emergency or item.level < Level.EMERGENCY)
        return "silenced" if is_off else None

    def _is_silent(self, now: Now) -> bool:
        """The switch's silence is of sound, a board goes on; an ordered one is of both."""
        programme = self._programme
        if programme.is_locked() or programme.silence(now) is not None:
            return True
        return self.sense == "sound" and programme.is_silent()

    def _alarms(self, now: Now) -> Iterator[Item]:
        programme = self._programme
        alarms = [] if programme.is_stopped(now) else programme.alarms(now, self.sense)
        return filter(None, map(self.item_of, alarms))

    def item_of(self, active: ActiveEmergency) -> Item | None:
        """The emergency as this output tells or shows it; None when there is nothing for it."""
        return emergency_sound(active, self._programme.media_state)

    def _item(self, occurrence: Occurrence | None) -> Item | None:
        return None if occurrence is None else self._build(occurrence)

    def _build(self, occurrence: Occurrence) -> Item:
        return build_item(occurrence, self._programme.media_state)


class BoardSchedule(SoundSchedule):
    """What a board output asks."""

    sense: Sense = "picture"

    def item_of(self, active: ActiveEmergency) -> Item | None:
        """As a board shows it."""
        return emergency_picture(active)
