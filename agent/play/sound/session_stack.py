"""The sessions of one output: which of them has it, and what happens to those below it."""

from __future__ import annotations

import math
from collections.abc import Callable, Container
from datetime import datetime

from agent.clock import Now, mono_s
from agent.contract.priority import Level
from agent.play.item import Item, OutputContext
from agent.play.play_memory import KeyUnion
from agent.play.sound.backlog import ENDING, Backlog, Cut
from agent.play.sound.emergency_session import EmergencySession
from agent.play.sound.sound_session import SoundSession

REMEMBERED = 64  # emergencies
QUIET_S = 4.0  # by then an emergency's signal is over and its first words are decoded
Session = SoundSession | EmergencySession


class SessionStack:
    """All sessions of an output, in the order in which they were opened.

    Args:
        context: schedule, clock, media, journal and issue sink.
        backlog: the items that wait until a higher level ends.
        done: keys of the items that the output has finished.

    Attributes:
        sessions: the output adds and removes them.
    """

    def __init__(self, context: OutputContext, backlog: Backlog, done: Container[str]) -> None:
        self.sessions: list[Session] = []
        self._rundown = context.rundown
        self._clock = context.clock
        self._backlog = backlog
        self._done = done
        self._heard: dict[str, frozenset[int]] = {}
        self._newest: tuple[str, float] = ("", 0.0)  # what began last, and when

    def knows(self, key: str) -> bool:
        """Has an item a session, or is it done, or will it come back from the backlog?"""
        return self.is_open(key) or self.is_done(key) or key in self._backlog

    def is_open(self, key: str) -> bool:
        """Has an item a session?"""
        return any(session.item.key == key for session in self.sessions)

    def is_done(self, key: str) -> bool:
        """Has the output finished an item?"""
        return key in self._done

    def was_heard(self, key: str) -> bool:
        """Has any of an emergency been heard?"""
        return key in self._heard

    def words_heard(self, key: str) -> frozenset[int]:
        """The bodies of an emergency whose words were heard to their end, by their numbers."""
        now = (frozenset(one.record.heard) for one in self.emergencies if one.item.key == key)
        return self._heard.get(key, frozenset()).union(*now)

    def reading(self, key: str) -> int | None:
        """The body of an emergency whose words sound now."""
        found = (one.record.reading for one in self.emergencies if one.item.key == key)
        return next(found, None)

    def words_failed(self, key: str) -> frozenset[int]:
        """The bodies of an emergency whose words are in store and cannot be played."""
        found = (frozenset(one.sequence.failed) for one in self.emergencies if one.item.key == key)
        return next(found, frozenset())

    def begun(self, item: Item) -> None:
        """A sample of the item has sounded."""
        self._backlog.begun(item.key)
        if item.key != self._newest[0]:
            self._newest = (item.key, mono_s())
        if item.level >= Level.EMERGENCY:
            self._remember(item.key, self.words_heard(item.key))

    def remove(self, session: Session) -> None:
        """Remove a session that is over; what was heard of an emergency is kept."""
        heard = self.words_heard(session.item.key)
        self.sessions.remove(session)
        if self.was_heard(session.item.key):
            self._remember(session.item.key, heard)

    def _remember(self, key: str, heard: frozenset[int]) -> None:
        self._heard[key] = heard
        while len(self._heard) > REMEMBERED:
            del self._heard[next(iter(self._heard))]

    @property
    def emergencies(self) -> list[EmergencySession]:
        """The sessions of emergencies: usually one, two while a key's alarm cuts one."""
        return [session for session in self.sessions if isinstance(session, EmergencySession)]

    @property
    def words_missing(self) -> list[str] | None:
        """Of the emergency that sounds: the languages whose words cannot be played now."""
        return next((one.words_missing for one in self.emergencies if one.is_sounding), None)

    @property
    def _scheduled(self) -> list[SoundSession]:
        """All but emergencies, which place their own slots."""
        return [session for session in self.sessions if isinstance(session, SoundSession)]

    @property
    def prepared(self) -> SoundSession | None:
        """The session that is prepared to come back."""
        waiting = (s for s in self._scheduled if s.item.key in self._backlog and not s.has_begun)
        return next(waiting, None)

    def find_holder(self, now: Now) -> Session | None:
        """The highest session that sounds, or is due to sound.

        Of several that are due the one that waits for none.
        """
        begun = [
            session
            for session in self.sessions
            if session.is_sounding
            or (session.item.start_at <= now.at and session.item.key not in self._backlog)
        ]
        return max(
            begun,
            key=lambda one: (
                one.item.level,
                one.is_sounding,
                not one.is_stopping,
                one.item.waits_until is None or now.at >= one.item.waits_until,
            ),
            default=None,
        )

    def has_above(self, level: int) -> bool:
        """Is a session open above the level of an emergency: somebody speaks at the box?"""
        return any(session.item.level > level for session in self._scheduled)

    def find_end_s(self, now: Now) -> float:
        """Seconds until the first item must be ended whose source does not end by itself.

        Or until the first has waited as long as it may.
        """
        ends = [one.item.end_at for one in self._scheduled if one.is_endless and one.is_sounding]
        waiting = [one.item.waits_until for one in self._scheduled if one.is_waiting]
        ends += [until_at for until_at in waiting if until_at is not None and until_at > now.at]
        return min(((end_at - now.at).total_seconds() for end_at in ends), default=math.inf)

    @property
    def is_quiet(self) -> bool:
        """Did nothing begin a moment ago? Decoding ahead would take CPU time from it."""
        return mono_s() - self._newest[1] >= QUIET_S

    def is_free_for(self, session: Session | None) -> bool:
        """Is no other session open?"""
        return all(other is session for other in self.sessions)

    async def withdraw(self, session: Session) -> None:
        """Take a session out that has not sounded."""
        self.sessions.remove(session)
        await session.withdraw()

    async def withdraw_prepared(self, back: Cut | None) -> None:
        """Withdraw the prepared session if another item is to come back."""
        prepared = self.prepared
        if prepared is not None and (back is None or prepared.item.key != back.item.key):
            await self.withdraw(prepared)

    def uncue_behind(self, session: Session) -> None:
        """What waits for an item that is replaced waits for what replaces it."""
        for one in [one for one in self._scheduled if one.is_waiting]:
            if self.is_behind(one, session):
                one.uncue()

    async def withdraw_passed(self, is_passed_over: Callable[[Item], bool]) -> None:
        """Withdraw what waits, where the clock was set past its beginning: it is joined.

        It is asked before anything is cued: the end of its wait may have passed, too.
        """
        self._backlog.forget_waiting(is_passed_over)
        for one in self._list_to_come():
            if is_passed_over(one.item):
                await self.withdraw(one)

    async def withdraw_behind(self, now: Now) -> None:
        """Withdraw what was prepared before it was known what it waits for.

        What waits for what comes back is in the backlog then. What waits for what sounds is joined
        behind that if it was heard in part, and given up if it cannot end in time any more.
        """
        for one in self._list_to_come():
            if self._backlog.has_before(one.item, now):
                await self.withdraw(one)
                if one.item.start_at <= now.at:
                    self._backlog.add_waiting(one.item)
            elif not self._is_due_behind(one.item, now):
                continue
            elif self._backlog.is_hopeless(one.item, now):
                await self.withdraw(one)
                await self._backlog.give_up(one.item)
            elif self._backlog.was_heard(one.item):
                await self.withdraw(one)

    def _list_to_come(self) -> list[SoundSession]:
        """The sessions that have not begun, but for what comes back."""
        return [
            one
            for one in self._scheduled
            if not one.has_begun and one.item.key not in self._backlog
        ]

    async def hold_back(self, now: Now) -> None:
        """Move what comes due below the holder of the output into the backlog."""
        holder = self.find_holder(now)
        if holder is not None:
            for session in self._list_displaced(holder, now):
                await self._backlog.add_due(session.item, session.offset_ms)
                if session.item.key not in self._backlog:
                    await self.withdraw(session)
            known = [session.item.key for session in self.sessions]
            await self._backlog.add_all_due(holder.item, now, known)
        self._uncue_early(now)
        self._cue_prepared(holder, now)
        await self._backlog.remove_lapsed(now.at)

    def _list_displaced(self, holder: Session, now: Now) -> list[SoundSession]:
        """The sessions that are due to sound and cannot, because the holder has a higher level.

        What ends at this moment by the plan has not told its end yet, and displaces nothing.
        """
        due_at = now.at - ENDING
        return [
            session
            for session in self._scheduled
            if session.item.level < holder.item.level
            and not session.has_begun
            and session.item.start_at <= due_at
            and session.item.key not in self._backlog
        ]

    def is_kept_from(self, item: Item, now: Now) -> bool:
        """Is the output held by what an item that is late does not cut?

        That is a higher level, what began later at its own level by the plan (the clock was set
        back), or what it waits for, where the clock was set past its beginning.
        """
        holder = self.find_holder(now)
        if holder is None or holder.item.level < item.level:
            return False
        is_above = holder.item.level > item.level or holder.item.start_at > item.start_at
        return is_above or self.is_joined_behind(item, now)

    def is_joined_behind(self, item: Item, now: Now) -> bool:
        """Is an item due that has missed its beginning, and waits for the holder of the output?"""
        return self._backlog.has_missed(item) and self._is_due_behind(item, now)

    def _is_due_behind(self, item: Item, now: Now) -> bool:
        return item.start_at <= now.at and self.is_held_above(item, now)

    def is_held_above(self, item: Item, now: Now) -> bool:
        """Does a higher level have the output, or what it waits for?"""
        holder = self.find_holder(now)
        return holder is not None and item.yields_to(holder.item, now.at)

    def _uncue_early(self, now: Now) -> None:
        """Where the clock was just set, what waits is cued anew: not before its time."""
        if now.at == self._backlog.set_at:
            for one in [one for one in self._scheduled if one.is_waiting]:
                if one.after is not None and one.item.start_at > now.at:
                    one.uncue()

    def _cue_prepared(self, holder: Session | None, now: Now) -> None:
        """Cue the prepared sessions: at their moment, behind a holder right after its last sample.

        While the holder's last slot is not known nothing may begin: the holder may only be pausing.
        """
        waiting = [one for one in self._scheduled if one.is_waiting]
        if not waiting:
            return
        slot = self._find_last_slot(holder, now) if holder is not None else None
        first: list[SoundSession] = []
        for session in sorted(waiting, key=_turn_of):
            planned_mono_s = self._clock.mono_of(session.item.start_at)
            level = session.item.level
            equals = [one.item for one in first if one.item.level == level]
            is_next = not any(session.item.yields_to(one, now.at) for one in equals)
            if session.item.waits_until is not None:
                first.append(session)
            if not is_next:
                session.uncue()  # of several that wait one begins, and the others wait for it
            elif holder is None or not session.item.yields_to(holder.item, now.at):
                has_waited = session.after is not None and holder is not None
                is_new = not session.is_cued and session.item.key not in self._backlog
                if is_new or has_waited:
                    session.cue_planned(planned_mono_s)
            elif slot is None or self._is_preceded(session, holder):
                session.uncue()
            elif session.after != slot and _ends_late(holder, session.item):
                session.cue(max(planned_mono_s, mono_s() + session.lead_s), after=slot)
            elif session.after != slot:
                session.cue_planned(planned_mono_s, after=slot)

    def _is_preceded(self, session: SoundSession, holder: Session) -> bool:
        """Does another begin at its moment, until the holder ends? That begins before it."""
        if not isinstance(holder, SoundSession):
            return False
        until_mono_s = holder.end_mono_s + ENDING.total_seconds()
        return any(
            one.item.level == session.item.level
            and session.item.yields_to(one.item, one.item.start_at)
            and not one.item.yields_to(session.item, one.item.start_at)
            and self._clock.mono_of(one.item.start_at) <= until_mono_s
            for one in self._list_to_come()
        )

    def is_behind(self, session: Session, other: Session) -> bool:
        """Was a session started behind the last sample of another?"""
        after = session.after if isinstance(session, SoundSession) else None
        return after is not None and other.owns(after)

    def _find_last_slot(self, holder: Session, now: Now) -> str | None:
        """The slot whose end frees the output; None while it is unknown, or an alarm follows."""
        known = KeyUnion((self._done, {session.item.key for session in self.sessions}))
        following = self._rundown.wanted(now, known)
        is_alarm = following is not None and following.level >= Level.EMERGENCY
        return None if is_alarm else holder.last_slot


def _turn_of(session: SoundSession) -> tuple[int, datetime]:
    """The higher level, then what has waited longest."""
    return -session.item.level, session.item.start_at


def _ends_late(holder: Session, item: Item) -> bool:
    """May what sounds end after an item's moment? Then the item keeps to no clock."""
    is_timed = isinstance(holder, SoundSession) and holder.due_mono_s is not None
    return holder.item.level == item.level and not (
        is_timed and holder.item.end_at <= item.start_at
    )
