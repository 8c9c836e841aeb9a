"""One item on one sound output, from the opened media to the closed record.

States: prepared (decoder runs, slot loaded) → cued (its moment is set) → sounding → over. An
emergency has an `EmergencySession`.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
from collections.abc import Iterable
from datetime import datetime

from agent.clock import mono_s
from agent.errors import AgentError, PlayError
from agent.play.decode.decoder import FfmpegDecoder, start_decoder
from agent.play.decode.media_reader import open_tracks
from agent.play.ipc import RATE_HZ, Ended, Load, Send, Started, StartSlot, Stop, WorkerFault
from agent.play.item import Item, OutputContext
from agent.play.play_record import Outcome, PlayRecord, PlayResult
from agent.play.sound.line_claim import LineClaim
from agent.play.speaker_line import SpeakerLine

_ids = itertools.count(1)
FADE_MS = 20
NEVER_MONO_S = 1e12


class SoundSession:
    """Plays one item once.

    Args:
        output: the output's name.
        item: what to play.
        offset_ms: where in the item to begin (0: at its start).
        lines: the loudspeaker lines that the item's zones select.
        send: to the engine.
        context: schedule, clock, media, journal and issue sink.
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
    ) -> None:
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
        self._send = send
        self._clock = context.clock
        self._media = context.media
        self._record = PlayRecord(context.log, output, item)
        self._claim = LineClaim(lines)
        self._is_loaded = False
        self._slot = f"{next(_ids)}.message"
        self._decoder: FfmpegDecoder | None = None
        self._claiming: asyncio.Task[None] | None = None
        self._planned_mono_s: float | None = None
        self._started_mono_s: float | None = None
        self._start_at: datetime | None = None

    @property
    def lead_s(self) -> float:
        """Seconds from now until sound can come on all lines."""
        return self._claim.lead_s

    async def prepare(self) -> None:
        """Open and check the media, start the decoder, load the slot.

        Raises:
            AgentError: a medium is missing or is not what was signed.
        """
        if self.item.missing:
            raise AgentError("E_MEDIA", self.item.title, self.item.missing)
        self._decoder = await start_decoder(
            await open_tracks(self._media, self.item.clips),
            repeat=self.item.repeat,
            gap_ms=self.item.gap_ms,
            offset_ms=self.offset_ms,
            duration_limit_ms=self._limit_ms(),
        )
        try:
            self._check_wanted()
        except PlayError:
            os.close(self._decoder.read_fd)
            await self._decoder.stop()
            raise
        self._send(Load(self._slot, self.item.level), self._decoder.read_fd)
        self._is_loaded = True

    def _check_wanted(self) -> None:
        """Check what may have changed while the session waited for a card, decoder or line."""
        if self.over.is_set():
            raise PlayError("E_WORKER", self.item.title, "the engine stopped")
        if self.stop_reason == "switch":
            raise PlayError("E_SWITCH", self.item.title, "no loudspeaker line could be switched on")
        if self.stop_reason is not None:
            raise PlayError("E_STOPPED", self.item.title, self.stop_reason)

    def _limit_ms(self) -> int | None:
        """The rest of the item's limit after the offset."""
        limit_ms = self.item.limit_ms
        return None if limit_ms is None else max(1, limit_ms - self.offset_ms)

    def cue(self, at_mono_s: float, *, is_planned: bool = False, after: str | None = None) -> None:
        """Set (or move) the moment of the first sample, and switch the lines on in time for it.

        Args:
            at_mono_s: the moment.
            is_planned: it is the item's planned moment, not just the soonest possible one.
            after: another session's slot; the start waits for its end if that is later.
        """
        self.is_cued, self.after = True, after
        self._send(StartSlot(self._slot, at_mono_s, after))
        self._planned_mono_s = at_mono_s if is_planned else None
        if self._claim.is_held:
            return
        if self._claiming is not None:
            self._claiming.cancel()
        self._claiming = asyncio.create_task(self._claim_for(at_mono_s), name="claim lines")

    def cue_planned(self, planned_mono_s: float, after: str | None = None) -> None:
        """Cue the item's planned moment, or the soonest one if that is past; see `cue`."""
        soonest_s = mono_s() + self.lead_s
        is_planned = planned_mono_s >= soonest_s
        self.cue(max(planned_mono_s, soonest_s), is_planned=is_planned, after=after)

    def uncue(self) -> None:
        """Remove its moment."""
        if self.is_cued:
            self.is_cued, self.after, self._planned_mono_s = False, None, None
            self._send(StartSlot(self._slot, NEVER_MONO_S))

    @property
    def planned_mono_s(self) -> float | None:
        """The item's planned moment, as it was cued; None without one, and once it sounds."""
        return self._planned_mono_s if self._started_mono_s is None else None

    @property
    def has_begun(self) -> bool:
        """Has a sample of it sounded? True until the session is over."""
        return self._started_mono_s is not None

    @property
    def is_waiting(self) -> bool:
        """Is it loaded, but has not sounded yet?"""
        return self._is_loaded and not self.has_begun and not self.over.is_set()

    @property
    def last_slot(self) -> str | None:
        """The slot whose end ends its sound, once it has a moment."""
        return self._slot if self.is_sounding else None

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
            # once: setting the clock while it sounds must not give one play two start times
            self._start_at = self._clock.at_of(event.mono_s)
            self.is_sounding = True
            self._record.open(self._build_result("cut", "restart", None))

    async def on_ended(self, event: Ended) -> bool:
        """A slot is finished; True when the session is finished too."""
        if self.over.is_set():
            return False
        self.played_ms = event.frames * 1000 // RATE_HZ
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
        return slot == self._slot

    def stop(self, reason: str) -> None:
        """Fade out. `on_ended` follows and closes the record with this reason."""
        if self.stop_reason is None:
            self.stop_reason = reason
        self._claim.is_given_up = True
        with contextlib.suppress(PlayError):  # the supervisor reports a lost engine
            self._send(Stop(self._slot, FADE_MS))

    async def abandon(self, reason: str, mono_s: float) -> None:
        """The engine is lost: close the record with what is known.

        An item that has not sounded yet leaves no record: the next engine starts it again.
        """
        if self._started_mono_s is None:
            await self._release()
            return
        self.stop_reason = reason
        self.played_ms = max(0, int((mono_s - self._started_mono_s) * 1000))
        await self._finish("stopped", mono_s)

    async def refuse(self, reason: str) -> None:
        """Write the record as skipped: it never sounded."""
        self.outcome = "skipped"
        await self._record.close(PlayResult("skipped", reason))
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
        return PlayResult(
            outcome,
            reason,
            start_at=self._start_at,
            end_at=self._clock.at_of(end_mono_s) if end_mono_s is not None else None,
            duration_ms=self.played_ms,
            underruns=self.underruns,
            zones=list(self._claim.on),
            proof="A1" if self._start_at is None else "A2",
        )

    async def _finish(self, why: str, mono_s: float) -> None:
        if self.over.is_set():
            return
        self.is_sounding = False
        if why == "end":
            await self._check_decoder()
        if why == "end" and self.stop_reason is None:
            self.outcome, reason = "full", None
        elif self._started_mono_s is None:
            self.outcome, reason = "failed", self.stop_reason or why
        else:
            self.outcome, reason = "cut", self.stop_reason or why
        is_unheard = self._started_mono_s is None
        self.is_preempted_unheard = is_unheard and why == "stopped" and self.stop_reason is None
        end_mono_s = None if is_unheard else mono_s
        if not self.is_withdrawn_unheard and not self.is_preempted_unheard:
            await self._record.close(self._build_result(self.outcome, reason, end_mono_s))
        await self._release()

    async def _check_decoder(self) -> None:
        """Check for a decoder that failed midway: it also ends its pipe."""
        if self._decoder is not None:
            try:
                await self._decoder.wait()
            except PlayError as error:
                self.stop_reason = f"{error.code}: {error.hint}"
                self.has_broken = True

    async def _release(self) -> None:
        self.over.set()
        try:
            await self._claim.release(self._claiming)
        finally:
            if self._decoder is not None:
                await self._decoder.stop()
