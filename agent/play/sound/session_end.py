"""What follows the end of a session: its item is done, is tried again, or waits to come back."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from agent.clock import mono_s
from agent.errors import PlayError
from agent.play.ipc import EngineBeat
from agent.play.item import SILENCES, Item, OutputContext
from agent.play.play_memory import CLOCK_STEP, KeyMemory
from agent.play.play_record import PlayRecord, PlayResult
from agent.play.sound.backlog import Backlog
from agent.play.sound.emergency_queue import EmergencyQueue
from agent.play.sound.emergency_session import EmergencySession
from agent.play.sound.session_stack import Session, SessionStack
from agent.play.sound.session_verdict import MUTED
from agent.play.sound.sound_session import SoundSession

log = logging.getLogger(__name__)
# What ends an item by somebody's order, for a reason that concerns what follows it too.
ORDERED = frozenset({*SILENCES, MUTED, CLOCK_STEP, "mourning", "over", "shutdown", "switch",
                     "withdrawn"})  # fmt: skip
TRIES = 3  # a decoder may be killed; one that always dies has a corrupt medium


class SessionEnds:
    """The ends of one output's sessions.

    Args:
        output: its name.
        context: schedule, clock, media, journal and issue sink.

    Attributes:
        done: keys of the items that the output has finished.
        backlog: the items that wait until a higher level ends.
        alarms: how far each emergency has been played.
        stack: the sessions of the output.
    """

    def __init__(self, output: str, context: OutputContext) -> None:
        self._memory = context.memory
        self.done = self._memory.finished
        self.backlog = Backlog(output, context)
        self.alarms = EmergencyQueue()
        self.stack = SessionStack(context, self.backlog, self.done)
        self._output = output
        self._log = context.log
        self._breaks: Counter[str] = Counter()
        self._reported_unheard = KeyMemory()
        self._given_up = self.backlog.given_up

    async def settle(self, session: Session) -> bool:
        """A session is over: mark its item as done, or keep it until it may come back.

        Returns:
            False when it was settled before.
        """
        if session not in self.stack.sessions:
            return False
        self.stack.remove(session)
        item = session.item
        if isinstance(session, EmergencySession):
            if self.alarms.settle(session):
                self._finish(item)
        elif session.has_broken and self._breaks[item.key] < TRIES:
            self._breaks[item.key] += 1  # not done: the next update resumes it
        elif _comes_again(session):
            pass  # not done
        elif session.stop_reason == MUTED and item.when_cut == "rejoin":
            self._reported_unheard.add(item.key)  # it rejoins once the mute has ended
        elif session.is_preempted_unheard:
            await self.backlog.add_due(item)
        elif session.outcome == "cut" and session.stop_reason in (None, "preempted"):
            self.backlog.add_cut(item, session.position_ms)
        else:
            self._finish(item)
            self._give_place(session)
        return True

    async def fail(self, session: Session, error: Exception) -> None:
        """A session could not be opened, or an emergency could not be heard."""
        if session not in self.stack.sessions:
            return
        log.warning("%s: %s: %s", self._output, session.item.title, error)
        self.stack.sessions.remove(session)
        if isinstance(error, PlayError) and error.code == "E_WORKER":
            # Not the item's fault: the next engine plays it.
            self.alarms.restart(session.item)
            await session.abandon("engine_lost", mono_s())
            return
        is_recorded = session.item.key in self._memory.recorded
        if str(error) == MUTED and session.item.when_cut == "rejoin":
            self._reported_unheard.add(session.item.key)
            self._memory.recorded.add(session.item.key)
        else:
            self._finish(session.item)
            if isinstance(session, SoundSession) and str(error) != MUTED:
                self._give_place(session)
        if isinstance(session, SoundSession) and (is_recorded or session.is_withdrawn_unheard):
            await session.withdraw()
        else:
            await session.refuse(str(error))

    def _give_place(self, session: SoundSession) -> None:
        """What follows an item that failed or was cut for good begins sooner.

        Also what follows one that began sooner itself. An item that was ended by an order keeps its
        time: the order is for what follows as well.
        """
        is_chain = session.outcome == "full" and session.item.planned_at is not None
        is_failed = session.outcome != "full" and session.stop_reason not in ORDERED
        if is_chain or is_failed:
            item = session.item
            planned_at = item.planned_at or item.start_at
            self._given_up[item.key] = planned_at + (item.end_at - item.start_at)

    def list_given_up(self, at: datetime) -> list[str]:
        """The items that ended for good before their planned end, which is yet to come."""
        for key in [key for key, end_at in self._given_up.items() if end_at <= at]:
            del self._given_up[key]
        return list(self._given_up)

    def _finish(self, item: Item) -> None:
        self._memory.finish(item.key)
        del self._breaks[item.key]  # of a Counter: also where there was none

    async def abandon_all(self, reason: str, at_mono_s: float) -> None:
        """The engine is lost or has stopped: close the records of all sessions.

        Args:
            reason: for the records.
            at_mono_s: until when its sound is known to have flowed.
        """
        sessions = list(self.stack.sessions)
        self.stack.sessions.clear()
        for session in sessions:
            self.alarms.restart(session.item)
        ends = [session.abandon(reason, at_mono_s) for session in sessions]
        for error in await asyncio.gather(*ends, return_exceptions=True):
            if isinstance(error, Exception):  # a failure must not keep another record open
                log.error("%s: a play was not closed", self._output, exc_info=error)

    async def report_unheard(self, item: Item, reason: str, muted: Sequence[str] = ()) -> None:
        """Record once that an item lacks a medium or a line; it joins when it has that."""
        if item.key not in self._reported_unheard:
            self._reported_unheard.add(item.key)
            self._memory.recorded.add(item.key)
            await PlayRecord(self._log, self._output, item).close(
                PlayResult("skipped", reason, muted=list(muted))
            )


def _comes_again(session: SoundSession) -> bool:
    """Does the schedule bring it again: after a silence, behind what replaced it, at its time?"""
    match session.stop_reason:
        case "replaced":
            return session.item.goes_on
        case "clock_step":
            return True
        case reason:
            return reason in SILENCES and session.item.when_cut == "rejoin"


def count_underruns(sessions: Iterable[Session], beat: EngineBeat, former: int) -> None:
    """Add the engine's breaks since a former beat to what sounds now."""
    count = beat.underruns - former
    if count > 0:
        told = "the sound broke, seen at %.1f s: %d breaks so far, %d for want of decoded sound"
        log.warning(told, beat.mono_s, beat.underruns, beat.starved)
    for session in sessions:
        if session.is_sounding:
            session.add_underruns(count)
