"""A sound output: asks the rundown what should sound now, and makes it so.

The engine does the exact work (which sample, which slot wins); this loop decides: prepare the next
item a few seconds early, begin, cut, hand back, and start the engine anew when it is gone.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from agent.clock import mono_s
from agent.errors import AgentError, PlayError
from agent.play.attention import ATTENTION, two_tone
from agent.play.item import EMERGENCY, Item, Neighbours
from agent.play.line import Line
from agent.play.session import SoundSession
from agent.play.wire import Ended, EngineEvent, Fault, Hold, Ready, Started
from agent.play.worker import Worker

log = logging.getLogger(__name__)
PREPARE_S = 4.0
LATE_S = 0.35
REJOIN_LEAD_S = 0.25  # to open the media and decode up to where the timeline will be
RESPAWN_S = (0.0, 0.5, 1.0, 2.0, 5.0)


@dataclass(frozen=True)
class _Interrupted:
    item: Item
    offset_ms: int


class SoundOutput:
    """One sound path with its loudspeaker lines.

    Args:
        name: the output's name.
        lines: its zones.
        spawn: makes a worker (not started) for the engine of this output's device.
        near: the neighbours.
    """

    def __init__(
        self,
        name: str,
        lines: list[Line],
        spawn: Callable[
            [Callable[[EngineEvent], None], Callable[[str], None]], Worker[EngineEvent]
        ],
        near: Neighbours,
    ) -> None:
        self.name = name
        self.lines = {line.name: line for line in lines}
        self._spawn = spawn
        self._near = near
        self._rundown = near.rundown
        self._clock = near.clock
        self._log = near.log
        self._on_fault = near.on_fault
        self._worker: Worker[EngineEvent] | None = None
        self._events: asyncio.Queue[EngineEvent | str] = asyncio.Queue()
        self._changed = asyncio.Event()
        self._ready = False
        self._sessions: list[SoundSession] = []
        self._done: dict[str, datetime] = {}
        self._interrupted: list[_Interrupted] = []
        self._deaths = 0

    def changed(self) -> None:
        """Documents, media or the clock moved: look again now."""
        self._changed.set()

    @property
    def on_air(self) -> Item | None:
        """What sounds now."""
        return next((s.item for s in reversed(self._sessions) if s.is_sounding), None)

    async def run(self) -> None:
        """Live until cancelled; then fade out, close the records, switch off."""
        try:
            async with asyncio.TaskGroup() as group:
                for line in self.lines.values():
                    await line.close()
                group.create_task(self._supervise(), name=f"engine of {self.name}")
                group.create_task(self._follow(), name=f"rundown of {self.name}")
        finally:
            await self._shut_down()

    async def _shut_down(self) -> None:
        if self._worker is not None:
            await self._worker.stop()  # first: a record must not end before its sound does
        for session in self._sessions:
            await session.abandon("shutdown", mono_s())
        self._sessions.clear()
        for line in self.lines.values():
            await line.close()

    # The engine's side

    async def _start_engine(self) -> None:
        self._ready = False
        self._worker = self._spawn(self._events.put_nowait, self._events.put_nowait)
        try:
            await self._worker.start()
        except PlayError as error:
            self._events.put_nowait(str(error))

    async def _supervise(self) -> None:
        await self._start_engine()
        while True:
            event = await self._events.get()
            if isinstance(event, str):
                await self._replace_engine(event)
                continue
            try:
                await self._on_event(event)
            except PlayError as error:
                log.warning("%s: %s", self.name, error)  # its loss is told by the worker

    async def _replace_engine(self, reason: str) -> None:
        log.error("engine of %s lost: %s", self.name, reason)
        self._ready = False
        if self._worker is not None:
            await self._worker.stop()
        self._on_fault("engine_lost", self.name, reason)
        for session in list(self._sessions):
            await session.abandon("engine_lost", mono_s())
        self._sessions.clear()
        await self._log.append(
            "fault", detail={"what": "engine_lost", "output": self.name, "why": reason}
        )
        await asyncio.sleep(RESPAWN_S[min(self._deaths, len(RESPAWN_S) - 1)])
        self._deaths += 1
        while not self._events.empty():
            self._events.get_nowait()
        await self._start_engine()

    async def _on_event(self, event: EngineEvent) -> None:
        match event:
            case Ready():
                self._on_fault("engine_lost", self.name, None)
                self._deaths = 0
                self._hold_attention()
                self._ready = True
                self.changed()
            case Started(id=slot):
                for session in self._owners(slot):
                    await self._give_way(session)
                    await session.on_started(event)
            case Ended(id=slot):
                for session in self._owners(slot):
                    if await session.on_ended(event):
                        self._settle(session)
            case Fault(id=slot) if slot is not None:
                for session in self._owners(slot):
                    await session.stop(event.code)
            case Fault():
                await self._replace_engine(f"{event.code}: {event.detail}")

    async def _give_way(self, session: SoundSession) -> None:
        """A hard start stops what plays: equals are replaced, lower ones may come back."""
        for other in self._sessions:
            if other.is_sounding and other is not session:
                equal = other.item.level == session.item.level
                await other.stop("replaced" if equal else "preempted")

    def _owners(self, slot: str) -> list[SoundSession]:
        return [session for session in self._sessions if session.owns(slot)]

    def _hold_attention(self) -> None:
        assert self._worker is not None  # noqa: S101 - Ready comes from a worker
        fd = os.memfd_create(ATTENTION)
        os.write(fd, two_tone())
        os.lseek(fd, 0, os.SEEK_SET)
        self._worker.send(Hold(ATTENTION), fd)

    def _settle(self, session: SoundSession) -> None:
        """A session is over: remember it, or keep it for handing back."""
        self._sessions.remove(session)
        item = session.item
        if session.outcome == "cut" and session.stop_reason in (None, "preempted"):
            if item.when_cut == "resume":
                offset = session.offset_ms + session.message_ms
                self._interrupted.append(_Interrupted(item, offset))
            elif item.when_cut == "drop":
                self._done[item.key] = item.end_at
        elif session.outcome != "failed" or session.stop_reason is not None:
            # What a higher level dropped before its first sample is not done: it may still come.
            self._done[item.key] = item.end_at
        self.changed()

    # The rundown's side

    async def _follow(self) -> None:
        while True:
            self._changed.clear()
            wait_s = await self._look() if self._ready else 1.0
            try:
                async with asyncio.timeout(wait_s):
                    await self._changed.wait()
            except TimeoutError:
                pass

    async def _look(self) -> float:
        """Compare what is with what should be; returns how long nothing needs doing (seconds)."""
        now = self._clock.now()
        self._forget(now.at)
        for session in list(self._sessions):
            if not self._rundown.is_entitled(session.item, now):
                await session.stop("withdrawn")
        wanted = self._rundown.wanted(now, self._done)
        if wanted is not None and self._is_new(wanted):
            late_s = (now.at - wanted.start_at).total_seconds()
            await (self._begin(wanted, 0) if late_s < LATE_S else self._rejoin(wanted))
        elif self._interrupted and not self._sessions:
            await self._hand_back(now.at)
        upcoming = self._rundown.upcoming(now, self._done)
        if upcoming is None:
            return 1.0
        ahead_s = (upcoming.start_at - now.at).total_seconds()
        # A medium that is not here yet may still come: it is missing only at its own moment.
        is_near = ahead_s <= PREPARE_S and not upcoming.missing
        # `_ready` again: the engine may have gone while the item above was begun.
        if is_near and self._ready and self._is_new(upcoming):
            await self._begin(upcoming, 0)
        return min(1.0, max(0.01, ahead_s - PREPARE_S)) if ahead_s > PREPARE_S else 0.25

    def _is_new(self, item: Item) -> bool:
        known = (s.item.key for s in self._sessions)
        interrupted = (i.item.key for i in self._interrupted)
        return item.key not in self._done and item.key not in (*known, *interrupted)

    def _forget(self, at: datetime) -> None:
        for key in [key for key, end_at in self._done.items() if (at - end_at).days >= 1]:
            del self._done[key]

    async def _hand_back(self, at: datetime) -> None:
        back = self._interrupted.pop()
        left = back.item.end_at - back.item.start_at - timedelta(milliseconds=back.offset_ms)
        fits = at + left <= back.item.latest_end_at
        if fits and self._rundown.is_entitled(back.item, self._clock.now()):
            await self._begin(back.item, back.offset_ms, resumed=True)
        else:
            self._done[back.item.key] = at

    def _open_session(self, item: Item, offset_ms: int) -> SoundSession:
        assert self._worker is not None  # noqa: S101 - only called when ready
        lines = self._lines_of(item)
        send = self._worker.send
        session = SoundSession(self.name, item, offset_ms, lines=lines, send=send, near=self._near)
        self._sessions.append(session)
        return session

    def _lines_of(self, item: Item) -> list[Line]:
        return [ln for ln in self.lines.values() if "*" in item.zones or ln.name in item.zones]

    async def _rejoin(self, item: Item) -> None:
        """Go on where the timeline is, counted at the moment at which sound will come."""
        if item.level >= EMERGENCY:
            await self._begin(item, 0)  # an alarm is told from its beginning
            return
        lead_s = max((line.lead_s for line in self._lines_of(item)), default=0.0)
        at_mono_s = mono_s() + lead_s + REJOIN_LEAD_S
        offset_s = at_mono_s - self._clock.mono_of(item.start_at)
        session = self._open_session(item, int(offset_s * 1000))
        try:
            if self._clock.at_of(at_mono_s) >= item.end_at:
                raise PlayError("E_LATE", item.title, "it is over before it could sound")
            await session.prepare()
            await session.cue(max(at_mono_s, mono_s() + session.lead_s))
        except (AgentError, OSError) as error:
            await self._fail(session, error)

    async def _begin(self, item: Item, offset_ms: int, *, resumed: bool = False) -> None:
        session = self._open_session(item, offset_ms)
        try:
            if item.attention and item.level >= EMERGENCY:
                await session.fire()
                return
            await session.prepare()
            soonest = mono_s() + session.lead_s
            planned = self._clock.mono_of(item.start_at)
            is_future = planned > mono_s() and not resumed
            await session.cue(planned if is_future else soonest)
        except (AgentError, OSError) as error:
            await self._fail(session, error)

    async def _fail(self, session: SoundSession, error: Exception) -> None:
        if isinstance(error, PlayError) and error.code == "E_WORKER":
            # Not the item's fault. The worker tells the loss, and the next engine plays the item.
            log.warning("%s: %s waits: %s", self.name, session.item.title, error)
        else:
            await self._skip(session, error)

    async def _skip(self, session: SoundSession, error: Exception) -> None:
        log.warning("%s: %s skipped: %s", self.name, session.item.title, error)
        if session.has_fired:
            await session.give_up(str(error))
            if session.over.is_set():
                self._settle(session)
            return
        self._sessions.remove(session)
        self._done[session.item.key] = session.item.end_at
        await session.refuse(str(error))
