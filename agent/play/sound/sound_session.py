"""One item on one sound output, from the opened media to the closed record.

States: prepared (its source produces, slot loaded) → cued (its moment is set) → sounding → over. An
emergency has an `EmergencySession`.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Iterable

from agent.clock import Now, mono_s
from agent.errors import AgentError, PlayError
from agent.play.ipc import RATE_HZ, Ended, Send, Started, WorkerFault
from agent.play.item import Item, OutputContext
from agent.play.play_moments import PlayMoments
from agent.play.play_record import Outcome, PlayRecord, PlayResult
from agent.play.sound.clock_follower import ClockFollower
from agent.play.sound.continuity import UNDERRUNS
from agent.play.sound.line_channels import zones_by_channel
from agent.play.sound.line_claim import LineClaim
from agent.play.sound.opening_signal import OpeningSignal, open_signal
from agent.play.sound.session_slots import NEVER_MONO_S, SessionSlots
from agent.play.sound.session_source import SessionSource
from agent.play.sound.session_verdict import MUTED, SessionEnd
from agent.play.sound.slot_volume import SlotVolume
from agent.play.sound_source import Feed
from agent.play.speaker_line import SpeakerLine

FADE_MS = 20


class SoundSession:
    """Plays one item once.

    Args:
        output: the output's name.
        item: what to play.
        offset_ms: where in the item to begin (0: at its start).
        lines: the loudspeaker lines that the item's zones select.
        send: to the engine.
        context: schedule, clock, media, journal and issue sink.
        fade_in_ms: how long its sound takes to rise.
    """

    def __init__(
        self,
        output: str,
        item: Item,
        offset_ms: int,
        *,
        lines: Iterable[SpeakerLine],
        send: Send,
        context: OutputContext,
        fade_in_ms: int = 0,
    ) -> None:
        lines = list(lines)
        self.item = item
        self.offset_ms = offset_ms
        self.over = asyncio.Event()
        self.stop_reason: str | None = None
        self.played_ms = 0
        self.is_sounding = False
        self.has_broken = False
        self.underruns = 0
        self.outcome: Outcome | None = None
        self.is_cued = False
        self.after: str | None = None
        self.is_preempted_unheard = False  # dropped before its first sample, for a higher level
        self._clock = context.clock
        self._make_source = context.make_source
        self._record = PlayRecord(context.log, output, item)
        self._claim = LineClaim(lines)
        self._muted: list[str] = []
        self._is_loaded = self._is_complete = False
        self._slots = SessionSlots(send)
        self._output, self._seen_with = output, context.moments
        self._follower = ClockFollower(context.clock, self._slots.steer)
        zones = [line.name for line in lines]
        self._volume = SlotVolume(
            item, zones, context.volumes, self._slots.set_level, zones_by_channel(lines)
        )
        self._fade_in_ms = fade_in_ms
        self._delay_s = context.delay_s
        self._source = SessionSource(offset_ms)
        self._claiming: asyncio.Task[None] | None = None
        self._planned_mono_s: float | None = None
        self.due_mono_s: float | None = None
        self._started_mono_s: float | None = None
        self._moments = PlayMoments(context.clock)

    @property
    def lead_s(self) -> float:
        """Seconds from now until sound can be heard on all lines."""
        return self._claim.lead_s + self._delay_s

    async def prepare(self) -> None:
        """Prepare the source and load the slot.

        Raises:
            AgentError: the source cannot sound: a medium is missing or is not what was signed.
        """
        if self.stop_reason == MUTED:
            raise PlayError(MUTED)
        if self.item.missing:
            raise AgentError("E_MEDIA", self.item.title, self.item.missing)
        source = self._make_source(self.item)
        feed = await source.prepare(self.offset_ms)
        self._source.set(source)
        fds = [feed.read_fd]
        try:
            kind = self.item.opening
            opening = await open_signal(kind) if kind is not None else None
            fds += [] if opening is None else [opening.fd]
            self._check_wanted()
        except (PlayError, OSError):
            for fd in fds:
                os.close(fd)
            await source.stop()
            raise
        self._load(feed, opening)

    def _load(self, feed: Feed, opening: OpeningSignal | None) -> None:
        """Open the slots; only here is their level of sound decided."""
        volume = self._volume.begin(self._clock.now())
        self._slots.load(self.item.level, feed, opening, volume, self._fade_in_ms)
        self._is_loaded = True

    def refresh_volume(self, now: Now) -> None:
        """Follow what the volume of its zones is to be now."""
        if self._is_loaded and not self.over.is_set():
            self._volume.refresh(now, is_sounding=self.is_sounding)

    def follow_clock(self) -> None:
        """Keep it at its moment when the clock is set."""
        is_on = self.has_begun and not self.over.is_set()
        if is_on and (by_s := self._follower.follow()):
            self._source.on_clock_set(by_s)

    def _check_wanted(self) -> None:
        """Check what may have changed while the session waited for a card, decoder or line."""
        if self.over.is_set():
            raise PlayError("E_WORKER", self.item.title, "the engine stopped")
        if self.stop_reason == "switch":
            raise PlayError("E_SWITCH", self.item.title, "no loudspeaker line could be switched on")
        if self.stop_reason == MUTED:
            raise PlayError(MUTED)
        if self.stop_reason is not None:
            raise PlayError("E_STOPPED", self.item.title, self.stop_reason)

    def cue(self, at_mono_s: float, *, is_planned: bool = False, after: str | None = None) -> None:
        """Set (or move) the moment of the first sample, and switch the lines on in time for it.

        Args:
            at_mono_s: the moment.
            is_planned: it is the item's planned moment, not just the soonest possible one.
            after: another session's slot; the start waits for its end if that is later.
        """
        self.is_cued, self.after = True, after
        sound_mono_s = self._slots.place(at_mono_s, after)
        begin_mono_s = at_mono_s if after is None else NEVER_MONO_S
        self._seen_with.cue(self._output, self.item.key, begin_mono_s, self.offset_ms)
        self._planned_mono_s = at_mono_s if is_planned else None
        is_dated = is_planned or self._source.has_timeline
        self.due_mono_s = at_mono_s if is_dated else None
        self._source.start(sound_mono_s - self._delay_s)
        if self._claim.is_held:
            return
        if self._claiming is not None:
            self._claiming.cancel()
        self._claiming = asyncio.create_task(
            self._claim_for(at_mono_s - self._delay_s), name="claim lines"
        )

    def cue_planned(self, planned_mono_s: float, after: str | None = None) -> None:
        """Cue the item's planned moment, or the soonest one if that is past; see `cue`."""
        soonest_s = mono_s() + self.lead_s
        is_planned = planned_mono_s >= soonest_s
        self.cue(max(planned_mono_s, soonest_s), is_planned=is_planned, after=after)

    def make_up_from(self, due_mono_s: float) -> None:
        """Where it begins was due at this moment: what its start is late is skipped."""
        self._follower.join(due_mono_s)

    def uncue(self) -> None:
        """Remove its moment."""
        if self.is_cued:
            self.is_cued, self.after, self._planned_mono_s = False, None, None
            self.due_mono_s = None
            self._seen_with.end(self._output, self.item.key, mono_s())
            self._slots.unplace()

    @property
    def planned_mono_s(self) -> float | None:
        """The item's planned moment, as it was cued; None without one, and once it sounds.

        None also when it has passed and the item waits for the end of another alone.
        """
        planned_mono_s = self._planned_mono_s
        is_waiting = self.after is not None and (planned_mono_s or 0.0) <= mono_s()
        return None if self.has_begun or is_waiting else planned_mono_s

    @property
    def has_begun(self) -> bool:
        """Has a sample of it sounded? True until the session is over."""
        return self._started_mono_s is not None

    @property
    def end_mono_s(self) -> float:
        """When what sounds ends by its planned length."""
        length_s = (self.item.end_at - self.item.start_at).total_seconds()
        return (self._started_mono_s or NEVER_MONO_S) + length_s - self.offset_ms / 1000

    @property
    def is_waiting(self) -> bool:
        """Is it loaded, but has not sounded yet?"""
        return self._is_loaded and not self.has_begun and not self.over.is_set()

    @property
    def is_stopping(self) -> bool:
        """Was its end asked of the engine, which has not reported it yet?"""
        is_asked = self.stop_reason is not None or self._is_complete
        return is_asked and self._is_loaded and not self.over.is_set()

    @property
    def last_slot(self) -> str | None:
        """The slot whose end ends its sound, once it has a moment."""
        return self._slots.last if self.is_sounding else None

    async def _claim_for(self, at_mono_s: float) -> None:
        await asyncio.sleep(max(0.0, at_mono_s - self._claim.settle_s - 0.15 - mono_s()))
        await self._claim.claim()
        if self._claim.is_unheard:
            self.stop("switch")
        else:
            await self._claim.keep_trying()

    def on_started(self, event: Started) -> None:
        """The engine placed a slot's first sample."""
        if self._started_mono_s is None:
            self._started_mono_s = event.mono_s
            self._seen_with.begin(self._output, self.item.key, event.mono_s)
            self._moments.begin(event.mono_s)
            self._source.on_started(event.mono_s)
            further_s = self._follower.begin(event.mono_s, self.due_mono_s)
            self._slots.continuity.joined = round(further_s * RATE_HZ)
            self.is_sounding = True
            self._record.open(self._build_result("cut", "restart", None))

    async def on_ended(self, event: Ended) -> bool:
        """A slot is finished; True when the session is finished too."""
        if self.over.is_set() or not self._slots.on_ended(event):
            return False
        self.played_ms = self._slots.played_ms
        await self._finish(event.why, event.mono_s)
        return True

    def on_fault(self, event: WorkerFault) -> None:
        """The engine cannot continue the slot."""
        self.stop(event.code)

    def add_underruns(self, count: int) -> None:
        """Add underruns that happened while it sounded."""
        self.underruns += count

    def owns(self, slot: str) -> bool:
        """Does this slot belong to the session?"""
        return self._slots.owns(slot)

    def stop(self, reason: str) -> None:
        """Fade out. `on_ended` follows and closes the record with this reason."""
        if self.stop_reason is None:
            self.stop_reason = reason
        self._claim.is_given_up = True
        with contextlib.suppress(PlayError):  # the supervisor reports a lost engine
            self._slots.stop(FADE_MS)

    async def abandon(self, reason: str, mono_s: float) -> None:
        """The engine is lost: close the record with what is known.

        An item that has not sounded yet leaves no record: the next engine starts it again.
        """
        if self._started_mono_s is None:
            await self._release()
            return
        self.stop_reason = reason
        end_mono_s = max(mono_s, self._started_mono_s)
        self.played_ms = int((end_mono_s - self._started_mono_s) * 1000)
        await self._finish("stopped", end_mono_s)

    def mute(self, lines: Iterable[str]) -> None:
        """Sound no longer on these lines; without any line left it ends."""
        dropped = [name for name in lines if name in self._claim.names]
        if dropped:
            self._muted += dropped
            self._claim.drop(dropped)
            self._volume.drop(dropped)
            self.refresh_volume(self._clock.now())
            if not self._claim.names:
                self.stop(MUTED)

    async def refuse(self, reason: str) -> None:
        """Write the record as skipped: it never sounded."""
        self.outcome = "skipped"
        await self._record.close(PlayResult("skipped", reason, muted=self._muted))
        await self._release()

    @property
    def is_withdrawn_unheard(self) -> bool:
        """Was it withdrawn from the schedule before its first sample? Then nothing is recorded."""
        return self.stop_reason == "withdrawn" and self._started_mono_s is None

    async def withdraw(self) -> None:
        """End without a record: it has not sounded, and its moment has moved."""
        self.stop("withdrawn")
        await self._release()

    def _build_result(
        self, outcome: Outcome, reason: str | None, end_mono_s: float | None
    ) -> PlayResult:
        missing_ms = self._slots.continuity.missing_ms
        return PlayResult(
            outcome,
            reason,
            start_at=self._moments.start_at,
            start_clock=self._moments.start_clock,
            end_at=self._moments.end_at(end_mono_s),
            duration_ms=self.played_ms,
            underruns=self.underruns,
            segments=self._source.count_segments(),
            relayed=self._source.count_relayed(self.played_ms, missing_ms),
            steering=self._slots.continuity.steering,
            zones=list(self._claim.on),
            proof="A2" if self.has_begun else "A1",
            muted=self._muted,
            volume=self._volume.recorded,
            gain_end_db=self._volume.gain_end_db,
        )

    @property
    def position_ms(self) -> int:
        """The place in the item up to which it was heard."""
        return self._source.position_ms(self.played_ms)

    @property
    def is_endless(self) -> bool:
        """Does it sound until somebody ends it?"""
        return self._source.is_endless

    def finish_planned(self) -> None:
        """The item's end has come: fade out a source that does not end by itself."""
        if self.has_begun and self.is_endless and not self._is_complete:
            self._is_complete = True
            with contextlib.suppress(PlayError):  # the supervisor reports a lost engine
                self._slots.stop(FADE_MS)

    async def _finish(self, why: str, mono_s: float) -> None:
        if self.over.is_set():
            return
        self.is_sounding = False
        self._seen_with.end(self._output, self.item.key, mono_s)
        if why == "end":
            await self._apply_source_end()
        end = SessionEnd(
            why, self.stop_reason, self.has_begun, self._is_complete, self._find_lack()
        )
        self.outcome, reason = end.judge()
        if end.is_to_its_end:
            self.stop_reason = reason
        self.is_preempted_unheard = end.is_preempted_unheard
        end_mono_s = mono_s if self.has_begun else None
        if not self.is_withdrawn_unheard and not self.is_preempted_unheard:
            await self._record.close(self._build_result(self.outcome, reason, end_mono_s))
        await self._release()

    def _find_lack(self) -> str | None:
        """Why it was not heard in full: too much of it, or a line, was silent."""
        if self._muted and self.item.source.description.essential:
            return MUTED
        continuity = self._slots.continuity
        shortfall = self._source.find_shortfall(self.played_ms, continuity.missing_ms)
        return shortfall or (UNDERRUNS if continuity.is_broken else None)

    async def _apply_source_end(self) -> None:
        """A source that breaks off also ends its pipe: apply the reason that it gives."""
        if (end := await self._source.find_end()) is not None:
            self.stop_reason, self.has_broken = end.reason or self.stop_reason, end.may_retry

    async def _release(self) -> None:
        self.over.set()
        if not self.has_begun:
            self._seen_with.end(self._output, self.item.key, mono_s())
        try:
            await self._volume.close()
            await self._claim.release(self._claiming)
        finally:
            await self._source.stop()
