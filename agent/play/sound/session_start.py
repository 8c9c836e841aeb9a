"""Opens the sessions of one output; their slow work runs in tasks, so nothing waits for a card."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Coroutine
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from agent.clock import Now, mono_s
from agent.contract.priority import Level
from agent.errors import AgentError, PlayError
from agent.play.ipc import Send
from agent.play.item import Item, OutputContext
from agent.play.sound.backlog import Cut
from agent.play.sound.emergency_session import EmergencySession
from agent.play.sound.line_channels import ChannelSend, channels_of
from agent.play.sound.session_end import SessionEnds
from agent.play.sound.session_stack import Session
from agent.play.sound.sound_session import SoundSession
from agent.play.speaker_line import SpeakerLine

if TYPE_CHECKING:  # loads only where a station is locked out
    from agent.play.sound.lockout_warning import LockoutWarning

LATE_S = 0.35
REJOIN_LEAD_S = 0.25  # to open the media and decode up to where the timeline will be


class SessionStarts:
    """The begins of one output's sessions.

    Args:
        output: its name.
        lines: its zones.
        send: to its engine.
        context: schedule, clock, media, journal and issue sink.
        ends: what follows the end of a session.
        changed: called when the output should update.
        preempt_tests: called before anything begins: it ends a technician's tone.
    """

    def __init__(
        self,
        output: str,
        lines: Collection[SpeakerLine],
        *,
        send: Send,
        context: OutputContext,
        ends: SessionEnds,
        changed: Callable[[], None],
        preempt_tests: Callable[[], None],
    ) -> None:
        self._output = output
        self._lines = lines
        self._send = send
        self._context = context
        self._clock = context.clock
        self._ends = ends
        self._stack = ends.stack
        self._changed = changed
        self._preempt_tests = preempt_tests
        self._warning: LockoutWarning | None = None
        self._group: asyncio.TaskGroup

    def set_group(self, group: asyncio.TaskGroup) -> None:
        """The sessions' tasks run in this group; call it before anything else."""
        self._group = group

    def begin_alarm(self, alarm: Item) -> None:
        """Sound an emergency now."""
        self._preempt_tests()
        self._ends.done.discard(alarm.key)
        lines = self._lines_of(alarm)
        session = EmergencySession(
            self._output,
            alarm,
            self._ends.alarms.sequence(alarm),
            lines=lines,
            send=ChannelSend(self._send, channels_of(lines)),
            context=self._context,
            warning=self._find_warning(),
        )
        self._stack.sessions.append(session)
        self._spawn(session, partial(self._announce, session))

    def _find_warning(self) -> LockoutWarning | None:
        """What warns whoever works at the station; loads where that was locked out in an alarm."""
        if self._warning is None and self._context.warning_s():
            from agent.play.sound.lockout_warning import LockoutWarning

            self._warning = LockoutWarning(self._context.warning_s, self._context.note_waiting)
        return self._warning

    async def _announce(self, session: EmergencySession) -> None:
        await session.announce()
        if await self._ends.settle(session):
            self._changed()

    def begin(self, item: Item) -> None:
        """Begin a scheduled item at its moment, or join it at its present position.

        What is late, and did not wait, is joined behind what it does not cut: see
        `SessionStack.is_kept_from`.
        """
        if item.when_cut == "drop" and item.key in self._context.memory.preempted:
            self._ends.done.add(item.key)  # a former run dropped it, and its record does not say so
            self._changed()
            return
        now = self._clock.now()
        planned_mono_s = self._clock.mono_of(item.start_at)
        is_late = mono_s() - planned_mono_s >= LATE_S
        is_kept = is_late and self._stack.is_kept_from(item, now)
        if is_kept or self._stack.is_joined_behind(item, now):
            return
        if not is_late or self._stack.is_held_above(item, now):
            session = self._open(item, 0)
            self._spawn(session, partial(self._cue_planned, session))
        else:
            self._rejoin(item, planned_mono_s)

    def find_sooner(self, now: Now, back: Cut | None) -> Item | None:
        """What may begin before its planned moment, because what it follows is over for good.

        It begins on a free output alone; what comes back from below it does not hinder it. Within
        the seconds for which it is prepared already, and where a medium lacks, it keeps its moment.
        """
        for key in self._ends.list_given_up(now.at):
            item = self._context.rundown.following(key, now)
            if item is None or item.missing or self._stack.knows(item.key):
                continue
            levels = [session.item.level for session in self._stack.sessions]
            levels += [] if back is None else [back.item.level]
            is_allowed = item.earliest_at is not None and item.earliest_at <= now.at < item.start_at
            is_heard = not self._muted_of(self._lines_of(item), item)
            if is_allowed and is_heard and all(level < item.level for level in levels):
                length = item.end_at - item.start_at
                return replace(
                    item, start_at=now.at, end_at=now.at + length, planned_at=item.start_at
                )
        return None

    def _rejoin(self, item: Item, planned_mono_s: float) -> None:
        """Join at the present position, computed for the moment at which sound will start."""
        lead_s = max((line.lead_s for line in self._lines_of(item)), default=0.0)
        at_mono_s = mono_s() + lead_s + self._context.delay_s + REJOIN_LEAD_S
        session = self._open(item, int((at_mono_s - planned_mono_s) * 1000))
        is_over = self._clock.at_of(at_mono_s) >= item.end_at
        join = partial(self._join, session, at_mono_s)
        self._spawn(session, partial(_refuse_late, item) if is_over else join)

    def bring_back(self, back: Cut, on_air: Item | None) -> None:
        """Resume an item; below what still sounds it is only prepared: see `SessionStack`."""
        prepared = self._stack.prepared
        is_free = self._stack.is_free_for(prepared)
        if back.is_waiting and not is_free:  # what is prepared for later does not hinder it
            is_free = self._stack.find_holder(self._clock.now()) is None
        if prepared is None and on_air is not None and self._has_waited(back, on_air):
            session = self._open(back.item, back.offset_ms)
            self._spawn(session, partial(self._cue, session, mono_s()))
        elif is_free:
            if prepared is None:
                session = self._open(back.item, back.offset_ms)
                self._spawn(session, partial(self._cue, session, mono_s()))
            elif prepared.is_waiting and not prepared.is_cued:
                prepared.cue(mono_s() + prepared.lead_s)
        elif back.item.missing or prepared is not None or not self._stack.is_quiet:
            pass  # a missing medium may still arrive
        elif on_air and on_air.level > back.item.level:
            session = self._open(back.item, back.offset_ms)
            self._spawn(session, partial(self._prepare, session))

    def _has_waited(self, back: Cut, on_air: Item) -> bool:
        """Does it take the place of what sounds at its level, having waited long enough?

        What was cut, or came due below a higher level, waits no more: else two would cut each other
        for ever.
        """
        item = back.item
        if not back.is_waiting:
            return False
        is_equal = item.waits_until is not None and on_air.level == item.level
        return is_equal and not item.yields_to(on_air, self._clock.now().at)

    def _open(self, item: Item, offset_ms: int) -> SoundSession:
        self._preempt_tests()
        lines = self._lines_of(item)
        follows_silence = not self._stack.sessions
        session = SoundSession(
            self._output,
            item,
            offset_ms,
            lines=lines,
            send=self._send,
            context=self._context,
            fade_in_ms=self._context.fade_in_ms if follows_silence else 0,
        )
        session.mute(self._muted_of(lines, item))
        self._stack.sessions.append(session)
        return session

    def mute_lines(self) -> None:
        """Take from what sounds or is about to the lines that are muted now."""
        for session in self._stack.sessions:
            if isinstance(session, SoundSession):
                session.mute(self._muted_of(self._lines_of(session.item), session.item))

    def find_mute(self, item: Item) -> list[str]:
        """The lines of an item that rejoins, where all of them are muted; else none."""
        lines = self._lines_of(item) if item.when_cut == "rejoin" else []
        muted = self._muted_of(lines, item)
        return muted if len(muted) == len(lines) else []

    def _muted_of(self, lines: Collection[SpeakerLine], item: Item) -> list[str]:
        """Which of these lines are muted for an item; an emergency and a local key pass."""
        if item.level >= Level.EMERGENCY:
            return []
        return [line.name for line in lines if self._context.is_muted(line.name)]

    def _lines_of(self, item: Item) -> list[SpeakerLine]:
        return [line for line in self._lines if "*" in item.zones or line.name in item.zones]

    def _spawn(self, session: Session, work: Callable[[], Coroutine[None, None, None]]) -> None:
        self._group.create_task(self._attempt(session, work), name=session.item.key)

    async def _attempt(
        self, session: Session, work: Callable[[], Coroutine[None, None, None]]
    ) -> None:
        try:
            await work()
        except (AgentError, OSError) as error:
            await self._ends.fail(session, error)

    async def _prepare(self, session: SoundSession) -> None:
        await session.prepare()
        self._changed()

    async def _cue(self, session: SoundSession, at_mono_s: float) -> None:
        await session.prepare()
        session.cue(max(at_mono_s, mono_s() + session.lead_s))

    async def _join(self, session: SoundSession, at_mono_s: float) -> None:
        """A slow decoder begins later than that: the engine then skips what is late."""
        await self._cue(session, at_mono_s)
        session.make_up_from(at_mono_s)

    async def _cue_planned(self, session: SoundSession) -> None:
        await session.prepare()
        if self._stack.is_held_above(session.item, self._clock.now()):
            self._changed()
        else:
            session.cue_planned(self._clock.mono_of(session.item.start_at))


async def _refuse_late(item: Item) -> None:
    raise PlayError("E_LATE", item.title, "it is over before it could sound")
