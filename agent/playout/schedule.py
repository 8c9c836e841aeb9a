"""Documents in force → what each output should play: the timeline of `plan` as items of `play`.

`plan` has the rules and knows no outputs, `play` has the outputs and knows no rules; this module
connects them. Every query leaves the state as it is. What time changes is written by `refresh`,
which `app` calls whenever something has changed and `run` calls as time passes.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from agent.clock import Clock, Now
from agent.contract.accepted import HeldDocument
from agent.contract.document import Emergency
from agent.contract.priority import Level
from agent.plan.emergency import ActiveEmergency, list_active_emergencies
from agent.plan.occurrence import Medium as Sense
from agent.plan.occurrence import Refusal, limit_refusals
from agent.plan.policy import EffectivePolicy, config_in_force, effective_policy
from agent.plan.prepared_alarm import Press, find_active_alarm
from agent.plan.silence import ActiveSilence, find_active_silence
from agent.plan.timeline import Occurrence, Timeline, build_in_slices
from agent.play.item import Item
from agent.playout.item_builder import (
    LIMIT_SLACK,
    ReadAloud,
    build_item,
    digests_of,
    each_entry_once,
    emergency_picture,
    emergency_sound,
    key_of,
    live_item,
    read_nothing,
)
from agent.settings.model import Policy
from agent.signals import Signal
from agent.state.documents_in_force import DocumentsInForce
from agent.state.live_voices import LiveVoices

BEHIND = timedelta(hours=26)
AHEAD = timedelta(hours=50)
REBUILD_AFTER = timedelta(hours=12)
REFRESH_S = 60.0
LOCAL_KINDS = ("microphone", "line-in")
WITHOUT_CONFIG = effective_policy(None, None)
REFRESH_WHILE_WAITING_S = 1.0  # far below the slack of an emergency's sequence, 10 s


def _never() -> bool:
    return False


def _no_press() -> None:
    return None


def _no_voice(_zones: Collection[str]) -> None:
    return None


@dataclass
class Schedule:
    """The timeline of all documents in force, and the emergencies among them.

    Args:
        local: the narrowing policy of the local settings, if any.
        media_state: None when a medium is in store, else why it is not.
        is_silent: may nothing but an emergency sound?
        is_locked: does the key on the box mute and blank everything, an emergency too?
        pressed: the last press of an emergency key, while it may last.
        documents: those in force.
        voices: the live ones that are to be heard.
        find_speaker: who speaks at the box now on an output with these zones.
        read: what the box says for a text; None where it cannot read it.

    Attributes:
        planned: emitted when `replan` has built a timeline.
        timeline: the last one that was built; it reaches from `BEHIND` to `AHEAD` of `built_at`.
        built_at: the moment around which it was built.
        media_hosts: the hosts that the station-config allows media to come from.
        policy: the limits in force.
    """

    local: Policy | None
    media_state: Callable[[str], str | None]
    is_silent: Callable[[], bool] = _never
    is_locked: Callable[[], bool] = _never
    pressed: Callable[[], Press | None] = _no_press
    documents: DocumentsInForce = field(default_factory=DocumentsInForce)
    voices: LiveVoices = field(default_factory=LiveVoices)
    find_speaker: Callable[[Collection[str]], Item | None] = _no_voice
    read: ReadAloud = read_nothing
    planned: Signal[[]] = field(default_factory=Signal)
    built_at: datetime | None = None
    timeline: Timeline | None = None
    media_hosts: frozenset[str] = frozenset()
    policy: EffectivePolicy = WITHOUT_CONFIG
    _ids: frozenset[str] = frozenset()
    _waiting: dict[str, datetime] = field(default_factory=dict)
    _plans: int = 0
    _reported: frozenset[tuple[str, str, str]] = frozenset()
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def update(self, held: Sequence[HeldDocument], now: Now) -> None:
        """Replace the documents and build the timeline at once."""
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
        """As `plan`, in slices of some milliseconds: nothing else waits for a large plan."""
        for _ in self._plan(now):
            await asyncio.sleep(0)
        self.planned.emit()

    def _plan(self, now: Now) -> Iterator[None]:
        """The former timeline stays until the new one is built; of two builds the later wins."""
        self._plans += 1
        number = self._plans
        config = config_in_force(self.held, now)
        self.media_hosts = frozenset(config.policy.media_hosts if config else ())
        policy = self.policy = effective_policy(config, self.local)
        ids = frozenset(h.document.doc_id for h in self.held)
        self._waiting = {one: at for one, at in self._waiting.items() if one in ids}
        from_at, until_at = now.at - BEHIND, now.at + AHEAD
        timeline = yield from build_in_slices(self.held, policy, from_at, until_at)
        if number == self._plans:
            self.timeline, self.built_at, self._ids = timeline, now.at, ids

    def refresh(self, now: Now) -> None:
        """Write down what this moment changes.

        The timeline is built anew when the clock has left its middle. An emergency that waits for
        a key's alarm is noted as waiting until now.
        """
        if self.built_at is not None and abs(now.at - self.built_at) > REBUILD_AFTER:
            self.plan(now)
        if self._is_key_alarm_telling(now):
            waiting = list_active_emergencies(self._held_with_waits(), now.at)
            self._waiting |= {one.document.doc_id: now.at for one in waiting}
        self._changed.set()

    async def run(self, clock: Clock) -> None:
        """Refresh as time passes, until cancelled."""
        while True:
            now = clock.now()
            self.refresh(now)
            self._changed.clear()
            is_waiting = self._is_key_alarm_telling(now)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(REFRESH_WHILE_WAITING_S if is_waiting else REFRESH_S):
                    await self._changed.wait()

    def needed(self, now: Now) -> dict[str, datetime]:
        """When each medium of the days ahead is to be played next; what plays now comes first.

        A key may be pressed at any moment, so the media of its alarm come first too.
        """
        timeline = self.timeline
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

    def take_new_refusals(self) -> list[Refusal]:
        """The refusals of the timeline that were not taken before, one for each entry and rule."""
        fresh: dict[tuple[str, str, str], Refusal] = {}
        for refusal in self.timeline.refusals if self.timeline else ():
            fresh.setdefault((refusal.doc_id, refusal.entry_id, refusal.rule), refusal)
        former, self._reported = self._reported, frozenset(fresh)
        return limit_refusals(refusal for key, refusal in fresh.items() if key not in former)

    def is_held(self, doc_id: str) -> bool:
        """Was the document in force when the timeline was built?"""
        return doc_id in self._ids

    def silence(self, now: Now) -> ActiveSilence | None:
        """The strongest silence that was ordered by a document, if any."""
        return find_active_silence(self.held, now)

    def is_stopped(self, now: Now) -> bool:
        """Is everything muted and blank, an emergency too: by the key or by a signed silence?"""
        ordered = self.silence(now)
        return self.is_locked() or (ordered is not None and ordered.stops_emergency)

    def alarms(self, now: Now, sense: Sense) -> list[ActiveEmergency]:
        """What is in force for one sense, highest first: a key's alarm, then the emergencies.

        A board shows the first of the emergencies; a loudspeaker plays one after the other.
        An emergency that waits for a key's alarm is played as if it had been accepted afterwards:
        `refresh` notes until when it waits.
        """
        local = self._key_alarm(now)
        own = list_active_emergencies(self._held_with_waits(), now.at)
        if sense == "picture":
            own = own[:1]
        return own if local is None else [local, *own]

    def _key_alarm(self, now: Now) -> ActiveEmergency | None:
        press = self.pressed()
        return find_active_alarm(self.held, press, now.at) if press is not None else None

    def _is_key_alarm_telling(self, now: Now) -> bool:
        local = self._key_alarm(now)
        return local is not None and local.is_playing(now.at)

    def _held_with_waits(self) -> list[HeldDocument]:
        return [self._with_wait(one) for one in self.held]

    def _with_wait(self, held: HeldDocument) -> HeldDocument:
        waited_until = self._waiting.get(held.document.doc_id)
        return held if waited_until is None else replace(held, accepted_at=waited_until)


class SoundSchedule:
    """The schedule of one sound output (see `play.item.Rundown`)."""

    sense: Sense = "sound"

    def __init__(self, schedule: Schedule, zones: Iterable[str]) -> None:
        self._schedule = schedule
        self._zones = frozenset(zones)

    def wanted(self, now: Now, done: Collection[str] = ()) -> Item | None:
        """The first that is not done of emergencies and who speaks at the box, else the highest."""
        speaker = self._find_speaker(now, done)
        for item in self._alarms(now):
            if item.key not in done:
                return speaker if speaker is not None and speaker.level > item.level else item
        scheduled = self.scheduled(now)
        is_done = scheduled is None or scheduled.key in done
        candidates = [None if is_done else scheduled, self._voice(now, done), speaker]
        found = filter(None, candidates)
        return max(found, key=lambda item: item.level, default=scheduled)  # the first of equals

    def _find_speaker(self, now: Now, done: Collection[str]) -> Item | None:
        speaker = self._schedule.find_speaker(self._zones) if self.sense == "sound" else None
        if speaker is None or speaker.key in done or not self.is_entitled(speaker, now):
            return None
        return speaker

    def _voice(self, now: Now, done: Collection[str]) -> Item | None:
        """The highest live voice for this output that is not done."""
        for voice in self._schedule.voices.now if self.sense == "sound" else ():
            zones, is_new = voice.stream.zones, voice.key not in done
            is_here = "*" in zones or not self._zones.isdisjoint(zones)
            if is_new and is_here and self._may_sound(voice.stream.level, now):
                return live_item(voice, now.at)
        return None

    def _may_sound(self, level: Level, now: Now) -> bool:
        if level >= Level.EMERGENCY:
            return not self._schedule.is_stopped(now)
        return not self._is_silent(now)

    def scheduled(self, now: Now) -> Item | None:
        """What the schedule has for now, whatever goes before it."""
        timeline = self._timeline(now)
        if timeline is None:
            return None
        return self._item(timeline.playing(now.at, self.sense, self._zones))

    def due(self, since_at: datetime, now: Now, known: Container[str] = ()) -> list[Item]:
        """What the schedule had start from a moment until now, the winner of each level."""
        timeline = self._timeline(now)
        if timeline is None:
            return []
        from_at = since_at - timedelta(microseconds=1)
        started = timeline.starting(from_at, now.at, self.sense, self._zones)
        winners = {(one.start_at, one.level): one for one in sorted(started, key=lambda o: o.rank)}
        return [self._build(one) for one in winners.values() if one.key not in known]

    def alarms(self, now: Now) -> list[Item]:
        """The emergencies in force as items of this output, highest first."""
        return list(self._alarms(now))

    def upcoming(self, now: Now) -> Item | None:
        """The next scheduled item, also while an alarm is on."""
        timeline = self._timeline(now)
        if timeline is None:
            return None
        return self._item(timeline.upcoming(now.at, self.sense, self._zones))

    def _timeline(self, now: Now) -> Timeline | None:
        """The timeline, where it may sound or show: not without a clock, nor in a silence."""
        if now.quality == "FLOOR" or self._is_silent(now):
            return None
        return self._schedule.timeline

    def lacking(self, now: Now, ahead: timedelta) -> list[Item]:
        """What is to start within `ahead` (at most a day) and lacks a medium, soonest first.

        Of each entry the next start alone.
        """
        timeline = self._schedule.timeline
        if timeline is None:
            return []
        occurrences = timeline.starting(now.at, now.at + ahead, self.sense, self._zones)
        return [item for item in map(self._build, each_entry_once(occurrences)) if item.missing]

    def is_needed(self, now: Now, ahead: timedelta, on_air: Item | None) -> bool:
        """Must what is on, or begins within `ahead`, not be cut? Notices can be drawn again."""
        if on_air is not None and (self.sense == "sound" or on_air.level >= Level.EMERGENCY):
            return True
        if next(self._alarms(now), None) is not None:
            return True
        upcoming = self.upcoming(now) if self.sense == "sound" else None
        return upcoming is not None and upcoming.start_at - now.at <= ahead

    def is_entitled(self, item: Item, now: Now) -> bool:
        """Held, and if it is an emergency, still on; nothing is while the box is stopped."""
        if self._schedule.is_stopped(now):
            return False
        if item.kind == "live":
            is_on = self._schedule.voices.is_on(item.key)
            return is_on and self._may_sound(Level(item.level), now)
        if item.kind in LOCAL_KINDS:  # who speaks is ended with its reason by `overrides`
            return self._may_sound(Level(item.level), now)
        if item.level >= Level.EMERGENCY:
            alarms = self._schedule.alarms(now, self.sense)
            return any(key_of(one, self.sense) == item.key for one in alarms)
        is_over = now.at >= item.latest_end_at + LIMIT_SLACK
        return (
            not is_over and not self._is_silent(now) and self._schedule.is_held(item.source.doc_id)
        )

    def why_silenced(self, item: Item, now: Now) -> str | None:
        """What mutes this item at present: the silence key, or a signed silence."""
        if self._schedule.is_locked():
            return "silence_key"
        ordered = self._schedule.silence(now)
        is_off = ordered is not None and (ordered.stops_emergency or item.level < Level.EMERGENCY)
        return "silenced" if is_off else None

    def _is_silent(self, now: Now) -> bool:
        """The local mute concerns sound alone; a signed silence concerns boards too."""
        schedule = self._schedule
        if schedule.is_locked() or schedule.silence(now) is not None:
            return True
        return self.sense == "sound" and schedule.is_silent()

    def _alarms(self, now: Now) -> Iterator[Item]:
        schedule = self._schedule
        alarms = [] if schedule.is_stopped(now) else schedule.alarms(now, self.sense)
        return filter(None, map(self.item_of, alarms))

    def item_of(self, active: ActiveEmergency) -> Item | None:
        """The emergency as an item of this output; None when it has nothing for it."""
        return emergency_sound(active, self._schedule.media_state, self._schedule.read)

    def _item(self, occurrence: Occurrence | None) -> Item | None:
        return None if occurrence is None else self._build(occurrence)

    def _build(self, occurrence: Occurrence) -> Item:
        return build_item(occurrence, self._schedule.media_state, self._schedule.read)


class BoardSchedule(SoundSchedule):
    """The schedule of one board output."""

    sense: Sense = "picture"

    def item_of(self, active: ActiveEmergency) -> Item | None:
        """As a board shows it."""
        return emergency_picture(active)
