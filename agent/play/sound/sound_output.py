"""A sound output: plays what the rundown has for now.

The engine works to the sample (when a slot starts, which slot wins); this loop decides: prepare the
next item a few seconds early, begin, cut, resume. It never waits itself: each session opens its
media and switches its lines in its own task, so that an emergency does not wait for a slow card.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
from collections.abc import Callable, Coroutine
from functools import partial

from agent.clock import Now, mono_s
from agent.contract.priority import Level
from agent.errors import PlayError
from agent.play.commissioning_test import TONE_S, ToneTests, busy, not_ready
from agent.play.ipc import Ended, EngineBeat, EngineEvent, Hold, Ready, Started, Tap, WorkerFault
from agent.play.item import SILENCES, Item, OutputContext
from agent.play.plan_watch import OUTPUT_LOST, PlanWatch, report_passed
from agent.play.play_memory import CLOCK_STEP
from agent.play.sound.attention_tone import ATTENTION, open_two_tone
from agent.play.sound.backlog import Cut
from agent.play.sound.builtin_speech import hold_lines
from agent.play.sound.card_order import SoundPath
from agent.play.sound.fixed_delay import FixedDelay
from agent.play.sound.planned_cue import PREPARE_S, has_moved, is_out_of_time
from agent.play.sound.session_end import SessionEnds, count_underruns
from agent.play.sound.session_stack import Session
from agent.play.sound.session_start import SessionStarts
from agent.play.sound.session_verdict import MUTED
from agent.play.sound.sound_session import SoundSession
from agent.play.sound.stop_limit import StopLimit
from agent.play.speaker_line import SpeakerLine, close_buses
from agent.play.supervisor import Supervisor, WorkerSource
from agent.play.worker_process import has_stalled
from agent.signals import Signal

log = logging.getLogger(__name__)
TEST_ROOM_S = PREPARE_S + TONE_S + 4.0  # a test ends before the next item is prepared
EVENT_LIMIT_S = 5.0
CLOSE_LIMIT_S = 5.0  # systemd waits for 15 s, and the lines must be off by then
CARD_LIMIT_PPM = 300  # the engine's servo makes up no more, see `steering`


class SoundOutput:
    """One sound path with its loudspeaker lines.

    Args:
        name: the output's name.
        lines: its zones.
        source: which engine to start, on which card.
        context: schedule, clock, media, journal and issue sink.
        path: the card and the engine in use, if known.

    `session_stack` has its sessions; `engine_ready` is emitted when an engine has started.
    """

    def __init__(
        self,
        name: str,
        lines: list[SpeakerLine],
        source: WorkerSource[EngineEvent],
        context: OutputContext,
        path: Callable[[], SoundPath | None] = lambda: None,
    ) -> None:
        self.name = name
        self.path = path
        self.lines = {line.name: line for line in lines}
        self.engine_ready = Signal[[]]()
        self._supervisor = Supervisor(
            name,
            "engine_lost",
            source,
            on_event=self._on_event,
            on_lost=self._on_lost,
            on_fault=context.on_fault,
            is_quiet=self.is_quiet,
        )
        self._context = context
        self._on_fault = context.on_fault
        self._rundown = context.rundown
        self._clock = context.clock
        self._changed = asyncio.Event()
        self._ends = SessionEnds(name, context)
        self.session_stack = self._ends.stack
        self._sessions = self.session_stack.sessions
        self._underruns = 0
        self._beat_mono_s = 0.0  # the engine's last word that sound flows
        self._stop_limit = StopLimit()
        self._watch = PlanWatch(
            self._rundown,
            is_recorded=context.memory.recorded.__contains__,
            is_pending=self._is_pending,
            alive_at=context.memory.alive_at,
            begun_mono_s=mono_s(),
        )
        self._delay = FixedDelay(self._supervisor.send, context.delay_s)
        self._tone_tests = ToneTests(name, self._supervisor.send)
        self._starts = SessionStarts(
            name,
            self.lines.values(),
            send=self._delay,
            context=context,
            ends=self._ends,
            changed=self.changed,
            preempt_tests=self._tone_tests.preempt,
        )

    def changed(self) -> None:
        """Documents, media or the clock changed: update now."""
        self._ends.backlog.changed()
        self._changed.set()

    @property
    def on_air(self) -> Item | None:
        """The item that sounds now."""
        return next((s.item for s in reversed(self._sessions) if s.is_sounding), None)

    @property
    def is_ready(self) -> bool:
        """Is its engine running?"""
        return self._supervisor.is_ready

    @property
    def line_under_test(self) -> str | None:
        """The line on which a technician's tone sounds."""
        return self._tone_tests.line

    def tap(self, fd: int) -> None:
        """Have the engine copy what it plays into a socket, owned from now on (see `ipc.Tap`)."""
        with contextlib.suppress(PlayError):  # without an engine the next one says that it is ready
            self._supervisor.send(Tap(), fd)

    def start_tone_test(self, name: str) -> None:
        """Sound a quiet tone on one line.

        Raises:
            PlayError: E_NOT_READY without an engine, E_BUSY when anything sounds or is about to.
        """
        if not self._supervisor.is_ready:
            raise not_ready(name)
        if not self.is_quiet():
            raise busy(name)
        self._tone_tests.begin(self.lines[name], self._group)

    def is_quiet(self) -> bool:
        """Does nothing sound, and is nothing about to, for as long as a test takes?"""
        now = self._clock.now()
        upcoming = self._rundown.upcoming(now)
        is_soon = upcoming is not None and (
            (upcoming.start_at - now.at).total_seconds() < TEST_ROOM_S
        )
        is_waiting = self._ends.backlog.next(now) is not None
        return not (self._sessions or is_waiting or self._tone_tests.line is not None or is_soon)

    async def run(self) -> None:
        """Live until cancelled; then fade out, close the records, switch the lines off."""
        try:
            async with asyncio.TaskGroup() as group:
                self._group = group
                self._starts.set_group(group)
                for line in self.lines.values():
                    await line.open()
                group.create_task(self._supervisor.run(), name=f"engine of {self.name}")
                group.create_task(self._run_schedule(), name=f"rundown of {self.name}")
        finally:
            # The engine has stopped by now: a record must not end before its sound does.
            try:
                async with asyncio.timeout(CLOSE_LIMIT_S):
                    await self._ends.abandon_all("shutdown", mono_s())
            except TimeoutError:  # the next start finds the open records, and closes them
                log.warning("%s: its records were not closed in time", self.name)
            finally:
                await close_buses(self.lines.values())

    # Events of the engine

    async def _on_lost(self, reason: str) -> None:
        self._tone_tests.on_ended()
        at_mono_s = self._beat_mono_s if has_stalled(reason) else mono_s()
        abandon = partial(self._ends.abandon_all, "engine_lost", at_mono_s)
        await self._within_limit(abandon, "records of a lost engine")

    async def _on_event(self, event: EngineEvent) -> None:
        match event:
            case EngineBeat(underruns=underruns):
                self._beat_mono_s = event.mono_s
                count_underruns(self._sessions, event, self._underruns)
                self._underruns = underruns
                if (held := self._stop_limit.on_beat(self._sessions)) is not None:
                    self._supervisor.lose(f"E_STOP: {held.item.title} does not end")
            case Ready():
                self._underruns, self._beat_mono_s = 0, mono_s()
                self._on_fault("mixer_not_set", self.name, None)
                await self._within_limit(self._hold_attention, "attention signal")
                self._group.create_task(hold_lines(self._supervisor.send), name="built-in lines")
                self.engine_ready.emit()
                self.changed()
            case WorkerFault(code="E_MIXER"):
                self._on_fault("mixer_not_set", self.name, event.detail)
            case Started() | Ended() | WorkerFault() if event.id is not None:
                if self._tone_tests.owns(event.id) and not isinstance(event, Started):
                    self._tone_tests.on_ended()  # nothing else to do
                self._watch_card(event)
                for session in [one for one in self._sessions if one.owns(event.id)]:
                    await self._on_slot(session, self._delay.heard(event))
            case _:
                pass  # the worker is lost after a fault without a slot

    def _watch_card(self, event: Started | Ended | WorkerFault) -> None:
        """Every sound of half a minute measures its card's speed against the box's clock."""
        if isinstance(event, Ended) and event.steered is not None:
            ppm = event.steered.card_ppm
            if ppm is not None:
                is_off = abs(ppm) > CARD_LIMIT_PPM
                self._on_fault("audio_clock", self.name, f"{ppm:+.0f} ppm" if is_off else None)

    async def _hold_attention(self) -> None:
        self._supervisor.send(Hold(ATTENTION), await asyncio.to_thread(open_two_tone))

    async def _within_limit(
        self, work: Callable[[], Coroutine[None, None, None]], name: str
    ) -> None:
        """Wait for what follows an event, so that events are handled in their order.

        What hangs, such as a record on a card that takes no writes, goes on by itself: the events
        behind it, and the loss of the engine, do not wait for it.
        """
        task = self._group.create_task(_contain(work), name=name)
        done, _ = await asyncio.wait([task], timeout=EVENT_LIMIT_S)
        if done:
            await task
        else:
            log.error("%s: %s is not done after %g s", self.name, name, EVENT_LIMIT_S)

    async def _on_slot(self, session: Session, event: Started | Ended | WorkerFault) -> None:
        match event:
            case Started():
                self._preempt(session)
                self.session_stack.begun(session.item)
                session.on_started(event)
            case Ended():
                await self._within_limit(partial(self._on_ended, session, event), session.item.key)
            case WorkerFault():
                session.on_fault(event)

    async def _on_ended(self, session: Session, event: Ended) -> None:
        if await session.on_ended(event) and await self._ends.settle(session):
            self.changed()

    def _preempt(self, session: Session) -> None:
        """Stop what plays: equal levels are replaced, lower ones and filler may come back."""
        level = session.item.level
        for other in self._sessions:
            if other is session or self.session_stack.is_behind(session, other):
                continue
            if other.is_sounding and other.item.level <= level:
                is_replaced = other.item.level == level > Level.FILLER
                self.session_stack.uncue_behind(other)
                other.stop("replaced" if is_replaced else "preempted")

    # The schedule

    async def _run_schedule(self) -> None:
        while True:
            self._changed.clear()
            if self._supervisor.is_ready:
                wait_s = await self._update()
            else:
                self._watch_plan(self._clock.now(), OUTPUT_LOST)
                wait_s = 1.0
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    await self._changed.wait()

    async def _update(self) -> float:
        """Start and stop sessions as scheduled; returns the seconds until the next update."""
        now = self._clock.now()
        await self._end_unentitled(now)
        self._watch_plan(now)
        self._starts.mute_lines()
        if self._context.warning_s():  # the station is locked out: a tone must not go on
            self._tone_tests.preempt()
        alarm = await self._update_alarms(now)
        await self.session_stack.withdraw_passed(self._watch.is_passed_over)
        await self.session_stack.hold_back(now)
        await self.session_stack.withdraw_behind(now)
        upcoming = self._rundown.upcoming(now, self._ends.done)
        ahead_s = (upcoming.start_at - now.at).total_seconds() if upcoming else math.inf
        # A medium that is not in store may still arrive: it is missing only when its item is due.
        soon = upcoming if upcoming and ahead_s <= PREPARE_S and not upcoming.missing else None
        soon, back = self._ends.backlog.order(soon, now)
        await self.session_stack.withdraw_prepared(back)
        wanted = self._rundown.wanted(now, self._ends.done)
        if alarm is not None and wanted is not None and wanted.level <= alarm.level:
            wanted = None
        await self._begin_due(wanted, back, now)
        if soon is not None and not self.session_stack.knows(soon.key):
            self._starts.begin(soon)
        wait_s = min(1.0, ahead_s - PREPARE_S) if ahead_s > PREPARE_S else 0.25
        return max(0.01, min(wait_s, self.session_stack.find_end_s(now)))

    async def _begin_due(self, wanted: Item | None, back: Cut | None, now: Now) -> None:
        """Begin what is due, or else what may begin sooner or comes back."""
        new = None if wanted is None or self.session_stack.knows(wanted.key) else wanted
        is_first = wanted is None or not self._ends.backlog.is_behind(wanted, back, now)
        if new is not None and back is not None and not is_first:
            self._ends.backlog.wait_behind(new, back)
        if wanted is not None and wanted.missing and wanted.when_cut == "rejoin":
            await self._ends.report_unheard(wanted, wanted.missing)
        elif new is not None and (muted := self._starts.find_mute(new)):
            await self._ends.report_unheard(new, MUTED, muted)
        elif new is not None and is_first:
            self._starts.begin(new)
        elif (sooner := self._starts.find_sooner(now, back)) is not None:
            self._starts.begin(sooner)
        elif back is not None:
            self._starts.bring_back(back, self.on_air)

    def _watch_plan(self, now: Now, hindrance: str | None = None) -> None:
        """Record what the clock was set past, or what came due while nothing could begin."""
        over = self._watch.look(now, mono_s(), hindrance)
        self._ends.backlog.follow_clock(now, self._watch.set_at)
        for item, reason in over:  # of hours at a time, perhaps: sound does not wait for the card
            work = partial(report_passed, self._context, self.name, item, reason)
            self._group.create_task(_contain(work), name=f"record of {item.key}")

    def _is_pending(self, key: str) -> bool:
        """Does a play of the schedule sound, or may it still?"""
        return self.session_stack.is_open(key) or self._ends.backlog.is_waiting(key)

    async def _end_unentitled(self, now: Now) -> None:
        """Stop what is no longer entitled."""
        for session in list(self._sessions):
            item = session.item
            is_to_come = isinstance(session, SoundSession) and not session.has_begun
            sounds_at = max(now.at, item.start_at) if is_to_come else now.at
            if not self._rundown.is_entitled(item, now, sounds_at):
                why = self._rundown.why_silenced(item, now)
                is_silenced = item.is_planned and why in SILENCES
                if is_to_come and (is_silenced or why in (None, CLOCK_STEP)):
                    await self.session_stack.withdraw(session)
                else:
                    is_over = now.at >= item.latest_end_at
                    session.stop(why or ("over" if is_over else "withdrawn"))
            elif isinstance(session, SoundSession):
                if has_moved(session, self._clock) or is_out_of_time(session, now):
                    await self.session_stack.withdraw(session)
                elif now.at >= item.end_at:
                    session.finish_planned()
                session.refresh_volume(now)
                session.follow_clock()

    async def _update_alarms(self, now: Now) -> Item | None:
        """Begin the emergency that is due: at once, or after the present body of another."""
        alarms = self._rundown.alarms(now)
        for running in self.session_stack.emergencies:
            running.update(alarms)
        alarm = self._ends.alarms.due(alarms, self._ends.done)
        on = max(self.session_stack.emergencies, key=lambda one: one.item.level, default=None)
        if alarm is not None and on is not None and on.item.key != alarm.key:
            if on.is_sounding and on.item.level >= alarm.level:
                on.preempt()
                return alarm
            if not on.is_sounding:
                await self.session_stack.withdraw(on)
        is_new = alarm is not None and (on is None or on.item.key != alarm.key)
        if alarm is not None and is_new and not self.session_stack.has_above(alarm.level):
            self._starts.begin_alarm(alarm)
        return alarm


async def _contain(work: Callable[[], Coroutine[None, None, None]]) -> None:
    """An engine that has gone meanwhile ends the work, not the output: its loss is an event."""
    try:
        await work()
    except PlayError as error:
        log.warning("%s", error)
