"""A sound output: plays what the rundown has for now.

The engine works to the sample (when a slot starts, which slot wins); this loop decides: prepare the
next item a few seconds early, begin, cut, resume. It never waits itself: each session opens its
media and switches its lines in its own task, so that an emergency does not wait for a slow card.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections import Counter
from collections.abc import Coroutine
from datetime import datetime

from agent.clock import Now, mono_s
from agent.errors import AgentError, PlayError
from agent.play.commissioning_test import TONE_S, ToneTests, busy, not_ready
from agent.play.ipc import Ended, EngineBeat, EngineEvent, Hold, Ready, Started, WorkerFault
from agent.play.item import SILENCES, Item, OutputContext, forget_past
from agent.play.play_record import PlayRecord, PlayResult
from agent.play.sound.attention_tone import ATTENTION, open_two_tone
from agent.play.sound.backlog import Backlog, Cut
from agent.play.sound.builtin_speech import hold_lines
from agent.play.sound.emergency_queue import EmergencyQueue
from agent.play.sound.emergency_session import EmergencySession
from agent.play.sound.session_stack import Session, SessionStack
from agent.play.sound.sound_session import SoundSession
from agent.play.speaker_line import SpeakerLine, close_buses
from agent.play.supervisor import Spawn, Supervisor

log = logging.getLogger(__name__)
PREPARE_S = 4.0
LATE_S = 0.35
TRIES = 3  # a decoder may be killed; one that always dies has a corrupt medium
REJOIN_LEAD_S = 0.25  # to open the media and decode up to where the timeline will be
TEST_ROOM_S = PREPARE_S + TONE_S + 4.0  # a test ends before the next item is prepared
STEP_S = 0.005  # a smaller step of the clock is not worth moving a cued item


class SoundOutput:
    """One sound path with its loudspeaker lines.

    Args:
        name: the output's name.
        lines: its zones.
        spawn: makes a worker (not started) for the engine of this output's device.
        context: schedule, clock, media, journal and issue sink.

    `session_stack` has its sessions.
    """

    def __init__(
        self, name: str, lines: list[SpeakerLine], spawn: Spawn[EngineEvent], context: OutputContext
    ) -> None:
        self.name = name
        self.lines = {line.name: line for line in lines}
        self._supervisor = Supervisor(
            name,
            "engine_lost",
            spawn,
            on_event=self._on_event,
            on_lost=self._on_lost,
            on_fault=context.on_fault,
        )
        self._context = context
        self._rundown = context.rundown
        self._clock = context.clock
        self._log = context.log
        self._changed = asyncio.Event()
        self._done: dict[str, datetime] = {}
        self._backlog = Backlog(name, context, self._done)
        self.session_stack = SessionStack(context, self._backlog, self._done)
        self._sessions = self.session_stack.sessions
        self._reported_missing: dict[str, datetime] = {}
        self._underruns = 0
        self._breaks: Counter[str] = Counter()
        self._alarms = EmergencyQueue()
        self._tone_tests = ToneTests(name, self._supervisor.send)

    def changed(self) -> None:
        """Documents, media or the clock changed: update now."""
        self._backlog.changed()
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

    def start_tone_test(self, name: str) -> None:
        """Sound a quiet tone on one line.

        Raises:
            PlayError: E_NOT_READY without an engine, E_BUSY when anything sounds or is about to.
        """
        if not self._supervisor.is_ready:
            raise not_ready(name)
        now = self._clock.now()
        upcoming = self._rundown.upcoming(now)
        is_soon = upcoming is not None and (
            (upcoming.start_at - now.at).total_seconds() < TEST_ROOM_S
        )
        is_waiting = self._backlog.next(now) is not None
        if self._sessions or is_waiting or self._tone_tests.line is not None or is_soon:
            raise busy(name)
        self._tone_tests.begin(self.lines[name], self._group)

    async def run(self) -> None:
        """Live until cancelled; then fade out, close the records, switch the lines off."""
        try:
            async with asyncio.TaskGroup() as group:
                self._group = group
                for line in self.lines.values():
                    await line.open()
                group.create_task(self._supervisor.run(), name=f"engine of {self.name}")
                group.create_task(self._run_schedule(), name=f"rundown of {self.name}")
        finally:
            # The engine has stopped by now: a record must not end before its sound does.
            try:
                await self._abandon_all("shutdown")
            finally:
                await close_buses(self.lines.values())

    # Events of the engine

    async def _abandon_all(self, reason: str) -> None:
        sessions = list(self._sessions)
        self._sessions.clear()
        for session in sessions:
            self._alarms.restart(session.item)
        now_s = mono_s()
        ends = [session.abandon(reason, now_s) for session in sessions]
        for error in await asyncio.gather(*ends, return_exceptions=True):
            if isinstance(error, Exception):  # a failure must not keep another record open
                log.error("%s: a play was not closed", self.name, exc_info=error)

    async def _on_lost(self, _reason: str) -> None:
        self._tone_tests.on_ended()
        await self._abandon_all("engine_lost")

    async def _on_event(self, event: EngineEvent) -> None:
        match event:
            case EngineBeat(underruns=underruns):
                self._count(underruns)
            case Ready():
                self._underruns = 0
                self._supervisor.send(Hold(ATTENTION), await asyncio.to_thread(open_two_tone))
                self._group.create_task(hold_lines(self._supervisor.send), name="built-in lines")
                self.changed()
            case Started() | Ended() | WorkerFault() if event.id is not None:
                if self._tone_tests.owns(event.id) and not isinstance(event, Started):
                    self._tone_tests.on_ended()  # nothing else to do
                for session in [one for one in self._sessions if one.owns(event.id)]:
                    await self._on_slot(session, event)
            case _:
                pass  # the worker is lost after a fault without a slot

    async def _on_slot(self, session: Session, event: Started | Ended | WorkerFault) -> None:
        match event:
            case Started():
                self._preempt(session)
                self.session_stack.begun(session.item)
                session.on_started(event)
            case Ended():
                if await session.on_ended(event):
                    await self._settle(session)
            case WorkerFault():
                session.on_fault(event)

    def _count(self, underruns: int) -> None:
        """Add the engine's new underruns to what sounds now."""
        for session in self._sessions:
            if session.is_sounding:
                session.add_underruns(underruns - self._underruns)
        self._underruns = underruns

    def _preempt(self, session: Session) -> None:
        """Stop what plays: equal levels are replaced, lower ones may come back."""
        level = session.item.level
        for other in self._sessions:
            if other.is_sounding and other is not session and other.item.level <= level:
                other.stop("replaced" if other.item.level == level else "preempted")

    async def _settle(self, session: Session) -> None:
        """A session is over: mark its item as done, or keep it until it may come back."""
        if session not in self._sessions:
            return
        self.session_stack.remove(session)
        item = session.item
        if isinstance(session, EmergencySession):
            if self._alarms.settle(session):
                self._done[item.key] = item.end_at
        elif session.has_broken and self._breaks[item.key] < TRIES:
            self._breaks[item.key] += 1  # not done: the next update resumes it
        elif session.stop_reason in SILENCES and item.when_cut == "rejoin":
            pass  # not done: it rejoins once the silence is lifted
        elif session.is_preempted_unheard:
            await self._backlog.add_due(item)
        elif session.outcome == "cut" and session.stop_reason in (None, "preempted"):
            self._backlog.add_cut(item, session.offset_ms + session.played_ms)
        else:
            self._done[item.key] = item.end_at
        self.changed()

    # The schedule

    async def _run_schedule(self) -> None:
        while True:
            self._changed.clear()
            wait_s = await self._update() if self._supervisor.is_ready else 1.0
            try:
                async with asyncio.timeout(wait_s):
                    await self._changed.wait()
            except TimeoutError:
                pass

    async def _update(self) -> float:
        """Start and stop sessions as scheduled; returns the seconds until the next update."""
        now = self._clock.now()
        await self._end_unentitled(now)
        alarm = await self._update_alarms(now)
        await self.session_stack.hold_back(now)
        upcoming = self._rundown.upcoming(now)
        ahead_s = (upcoming.start_at - now.at).total_seconds() if upcoming else math.inf
        # A medium that is not in store may still arrive: it is missing only when its item is due.
        soon = upcoming if upcoming and ahead_s <= PREPARE_S and not upcoming.missing else None
        back = self._backlog.next(now) if soon is None else None
        await self.session_stack.withdraw_prepared(back)
        wanted = self._rundown.wanted(now, self._done) if alarm is None else None
        is_first = back is None or wanted is None or back.item.level <= wanted.level
        if wanted is not None and wanted.missing and wanted.when_cut == "rejoin":
            await self._report_missing(wanted)  # once; it joins when its media have arrived
        elif wanted is not None and is_first and not self.session_stack.knows(wanted.key):
            self._begin(wanted)
        elif back is not None:
            self._bring_back(back)
        if soon is not None and not self.session_stack.knows(soon.key):
            self._begin(soon)
        return min(1.0, max(0.01, ahead_s - PREPARE_S)) if ahead_s > PREPARE_S else 0.25

    async def _end_unentitled(self, now: Now) -> None:
        """Stop what is no longer entitled; drop the keys of items that ended long ago."""
        for key in forget_past(self._done, now.at):
            del self._breaks[key]
        forget_past(self._reported_missing, now.at)
        for session in list(self._sessions):
            item = session.item
            if not self._rundown.is_entitled(item, now):
                why = "over" if item.bodies and now.at >= item.end_at else "withdrawn"
                session.stop(self._rundown.why_silenced(item, now) or why)
            elif isinstance(session, SoundSession) and self._has_moved(session):
                await self.session_stack.withdraw(session)

    async def _update_alarms(self, now: Now) -> Item | None:
        """Begin the emergency that is due: at once, or after the present body of another."""
        alarms = self._rundown.alarms(now)
        for running in self.session_stack.emergencies:
            running.update(alarms)
        alarm = self._alarms.due(alarms, self._done)
        on = max(self.session_stack.emergencies, key=lambda one: one.item.level, default=None)
        if alarm is not None and on is not None and on.item.key != alarm.key:
            if on.is_sounding and on.item.level >= alarm.level:
                on.preempt()
                return alarm
            if not on.is_sounding:
                await self.session_stack.withdraw(on)
        if alarm is not None and (on is None or on.item.key != alarm.key):
            self._begin_alarm(alarm)
        return alarm

    def _begin_alarm(self, alarm: Item) -> None:
        self._tone_tests.preempt()
        self._done.pop(alarm.key, None)
        plan, context = self._alarms.sequence(alarm), self._context
        lines, send = self._lines_of(alarm), self._supervisor.send
        session = EmergencySession(self.name, alarm, plan, lines=lines, send=send, context=context)
        self._sessions.append(session)
        self._spawn(session, self._announce(session))

    async def _announce(self, session: EmergencySession) -> None:
        await session.announce()
        await self._settle(session)

    def _bring_back(self, back: Cut) -> None:
        """Resume an item; below what still sounds it is only prepared: see `SessionStack`."""
        prepared = self.session_stack.prepared
        if self.session_stack.is_free_for(prepared):
            if prepared is None:
                session = self._open_session(back.item, back.offset_ms)
                self._spawn(session, self._cue(session, mono_s()))
            elif prepared.is_waiting and not prepared.is_cued:
                prepared.cue(mono_s() + prepared.lead_s)
        elif back.item.missing or prepared is not None or not self.session_stack.is_quiet:
            pass  # a missing medium may still arrive
        elif self.on_air and self.on_air.level > back.item.level:
            session = self._open_session(back.item, back.offset_ms)
            self._spawn(session, self._prepare(session))

    def _has_moved(self, session: SoundSession) -> bool:
        """Has the clock been stepped away from a cued moment? A small step moves nothing."""
        if session.planned_mono_s is None:
            return False
        planned_mono_s = self._clock.mono_of(session.item.start_at)
        if abs(planned_mono_s - session.planned_mono_s) <= STEP_S:
            return False
        if not session.lead_s < planned_mono_s - mono_s() <= PREPARE_S:
            return True
        session.cue(planned_mono_s, is_planned=True)
        return False

    async def _report_missing(self, item: Item) -> None:
        if item.key not in self._reported_missing:
            self._reported_missing[item.key] = item.end_at
            await PlayRecord(self._log, self.name, item).close(PlayResult("skipped", item.missing))

    def _begin(self, item: Item) -> None:
        """Open a session now; slow work runs in its own task, so nothing waits for a slow card."""
        planned_mono_s = self._clock.mono_of(item.start_at)
        late_s = mono_s() - planned_mono_s
        if late_s < LATE_S:
            session = self._open_session(item, 0)
            self._spawn(session, self._cue_planned(session))
        else:
            self._rejoin(item, planned_mono_s)

    def _rejoin(self, item: Item, planned_mono_s: float) -> None:
        """Join at the present position, computed for the moment at which sound will start."""
        lead_s = max((line.lead_s for line in self._lines_of(item)), default=0.0)
        at_mono_s = mono_s() + lead_s + REJOIN_LEAD_S
        session = self._open_session(item, int((at_mono_s - planned_mono_s) * 1000))
        is_over = self._clock.at_of(at_mono_s) >= item.end_at
        self._spawn(session, _refuse_late(item) if is_over else self._cue(session, at_mono_s))

    def _open_session(self, item: Item, offset_ms: int) -> SoundSession:
        self._tone_tests.preempt()
        lines, send, context = self._lines_of(item), self._supervisor.send, self._context
        session = SoundSession(self.name, item, offset_ms, lines=lines, send=send, context=context)
        self._sessions.append(session)
        return session

    def _lines_of(self, item: Item) -> list[SpeakerLine]:
        return [ln for ln in self.lines.values() if "*" in item.zones or ln.name in item.zones]

    def _spawn(self, session: Session, work: Coroutine[None, None, None]) -> None:
        self._group.create_task(self._attempt(session, work), name=session.item.key)

    async def _attempt(self, session: Session, work: Coroutine[None, None, None]) -> None:
        try:
            await work
        except (AgentError, OSError) as error:
            await self._fail(session, error)

    async def _prepare(self, session: SoundSession) -> None:
        await session.prepare()
        self._changed.set()

    async def _cue(self, session: SoundSession, at_mono_s: float) -> None:
        await session.prepare()
        session.cue(max(at_mono_s, mono_s() + session.lead_s))

    async def _cue_planned(self, session: SoundSession) -> None:
        await session.prepare()
        if self.session_stack.is_held_above(session.item, self._clock.now()):
            self._changed.set()
        else:
            session.cue_planned(self._clock.mono_of(session.item.start_at))

    async def _fail(self, session: Session, error: Exception) -> None:
        if session not in self._sessions:
            return
        log.warning("%s: %s: %s", self.name, session.item.title, error)
        if isinstance(error, PlayError) and error.code == "E_WORKER":
            # Not the item's fault: the next engine plays it.
            self._sessions.remove(session)
            self._alarms.restart(session.item)
            await session.abandon("engine_lost", mono_s())
        elif isinstance(session, SoundSession) and session.is_withdrawn_unheard:
            self._sessions.remove(session)
            self._done[session.item.key] = session.item.end_at
            await session.withdraw()
        else:
            self._sessions.remove(session)
            self._done[session.item.key] = session.item.end_at
            await session.refuse(str(error))


async def _refuse_late(item: Item) -> None:
    raise PlayError("E_LATE", item.title, "it is over before it could sound")
