"""What follows the end of a session: its item is done, is tried again, or waits to come back."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from agent.clock import mono_s
from agent.errors import PlayError
from agent.play.item import SILENCES, Item, OutputContext, forget_past
from agent.play.play_record import PlayRecord, PlayResult
from agent.play.sound.backlog import Backlog
from agent.play.sound.emergency_queue import EmergencyQueue
from agent.play.sound.emergency_session import EmergencySession
from agent.play.sound.session_stack import Session, SessionStack
from agent.play.sound.sound_session import MUTED, SoundSession

log = logging.getLogger(__name__)
TRIES = 3  # a decoder may be killed; one that always dies has a corrupt medium


class SessionEnds:
    """The ends of one output's sessions.

    Args:
        output: its name.
        context: schedule, clock, media, journal and issue sink.

    Attributes:
        done: item's key → its end, of the items that the output has finished.
        backlog: the items that wait until a higher level ends.
        alarms: how far each emergency has been played.
        stack: the sessions of the output.
    """

    def __init__(self, output: str, context: OutputContext) -> None:
        self.done: dict[str, datetime] = {}
        self.backlog = Backlog(output, context, self.done)
        self.alarms = EmergencyQueue()
        self.stack = SessionStack(context, self.backlog, self.done)
        self._output = output
        self._log = context.log
        self._breaks: Counter[str] = Counter()
        self._reported_unheard: dict[str, datetime] = {}

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
        elif session.stop_reason in SILENCES and item.when_cut == "rejoin":
            pass  # not done: it rejoins once the silence is lifted
        elif session.stop_reason == MUTED and item.when_cut == "rejoin":
            self._reported_unheard[item.key] = item.end_at  # it rejoins once the mute has ended
        elif session.is_preempted_unheard:
            await self.backlog.add_due(item)
        elif session.stop_reason == "replaced" and item.goes_on:
            pass  # not done: it is joined behind what replaced it
        elif session.outcome == "cut" and session.stop_reason in (None, "preempted"):
            self.backlog.add_cut(item, session.position_ms)
        else:
            self._finish(item)
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
        if str(error) == MUTED and session.item.when_cut == "rejoin":
            self._reported_unheard[session.item.key] = session.item.end_at
        else:
            self._finish(session.item)
        if isinstance(session, SoundSession) and session.is_withdrawn_unheard:
            await session.withdraw()
        else:
            await session.refuse(str(error))

    def _finish(self, item: Item) -> None:
        self.done[item.key] = item.end_at

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
            self._reported_unheard[item.key] = item.end_at
            await PlayRecord(self._log, self._output, item).close(
                PlayResult("skipped", reason, muted=list(muted))
            )

    def forget_past(self, at: datetime) -> None:
        """Drop the keys of items that ended long ago."""
        for key in forget_past(self.done, at):
            del self._breaks[key]
        forget_past(self._reported_unheard, at)


def count_underruns(sessions: Iterable[Session], count: int) -> None:
    """Add new underruns of the engine to what sounds now."""
    for session in sessions:
        if session.is_sounding:
            session.add_underruns(count)
