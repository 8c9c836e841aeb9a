"""One item on one sound output, from the opened media to the closed record.

States: prepared (decoder runs, slot loaded) → cued (its moment is set) → sounding → over. A session
has one engine slot for its message and, when it begins with an attention signal, one for the held
clip before it; the message is placed at the very sample at which the signal ends.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
from collections.abc import Iterable
from datetime import datetime

from agent.clock import mono_s
from agent.contract.ident import Digest
from agent.errors import AgentError, PlayError
from agent.play.account import Account, Entry, Outcome
from agent.play.attention import ATTENTION_S
from agent.play.decoder import Decoder, start_decoder
from agent.play.item import EMERGENCY, Item, Neighbours
from agent.play.line import Line
from agent.play.row import Track
from agent.play.wire import RATE_HZ, Ended, Fire, Load, Send, Start, Started, Stop

_ids = itertools.count(1)
FADE_MS = 20
NEVER_MONO_S = 1e12
PATIENCE_S = 0.3  # for a slow line, before an alarm goes out on the others
CLAIM_AGAIN_S = 2.0  # between tries to have a line on that did not come


class SoundSession:
    """Plays one item once.

    Args:
        output: the output's name.
        item: what to play.
        offset_ms: where in the message to begin (0: at its start).
        lines: the loudspeaker lines that the item's zones select.
        send: to the engine.
        near: the neighbours.
    """

    def __init__(
        self,
        output: str,
        item: Item,
        offset_ms: int,
        *,
        lines: Iterable[Line],
        send: Send,
        near: Neighbours,
    ) -> None:
        number = next(_ids)
        self.item = item
        self.offset_ms = offset_ms
        self.lines = list(lines)
        self.over = asyncio.Event()
        self.stop_reason: str | None = None
        self.played_ms = 0
        self.message_ms = 0
        self.is_sounding = False
        self.has_fired = False
        self.has_broken = False
        self.underruns = 0
        self.outcome: Outcome | None = None
        self.is_cued = False
        self.after: str | None = None
        self.is_preempted_unheard = False  # dropped before its first sample, for what is higher
        self._send = send
        self._clock = near.clock
        self._media = near.media
        self._entry = Entry(near.log, output, item)
        self._on: list[str] = []
        self._heard_somewhere = asyncio.Event()
        self._is_unheard = False
        self._is_loaded = False
        self._message_at_mono_s: float | None = None
        self._signal = f"{number}.signal" if item.attention else None
        self._message = f"{number}.message"
        self._pending = {slot for slot in (self._signal, self._message) if slot}
        self._decoder: Decoder | None = None
        self._claimed: list[Line] = []
        self._claiming: asyncio.Task[None] | None = None
        self._planned_mono_s: float | None = None
        self._started_mono_s: float | None = None
        self._start_at: datetime | None = None

    @property
    def lead_s(self) -> float:
        """Seconds from now until sound can come on all lines."""
        return max((line.lead_s for line in self.lines), default=0.0)

    async def prepare(self) -> None:
        """Open and check the media, start the decoder, load the slot.

        Raises:
            AgentError: a medium is missing or is not what was signed.
        """
        if self.item.missing:
            raise AgentError("E_MEDIA", self.item.title, self.item.missing)
        self._decoder = await start_decoder(
            await self._open_media(),
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
        self._send(Load(self._message, self.item.level), self._decoder.read_fd)
        self._is_loaded = True
        self._place_message()

    async def _open_media(self) -> list[Track]:
        tracks: list[Track] = []
        try:
            for clip in self.item.clips:
                digest = Digest(clip.sha256)
                fd = await self._media.open(digest, clip.bytes)
                tracks.append(Track(fd, clip.mime, clip.duration_ms))
        except BaseException:
            for track in tracks:
                os.close(track.fd)
            raise
        return tracks

    def _check_wanted(self) -> None:
        """Much may have happened while the session waited for a card, a decoder or a line."""
        if self.over.is_set():
            raise PlayError("E_WORKER", self.item.title, "the engine went")
        if self.stop_reason == "switch" or self._is_unheard:
            raise PlayError("E_SWITCH", self.item.title, "no loudspeaker line could be switched on")
        if self.stop_reason is not None:
            raise PlayError("E_STOPPED", self.item.title, self.stop_reason)

    def _limit_ms(self) -> int | None:
        """What is left of the item's limit behind the offset."""
        limit_ms = self.item.limit_ms
        return None if limit_ms is None else max(1, limit_ms - self.offset_ms)

    def _place_message(self) -> None:
        """The message follows the signal once both its moment and its slot are there."""
        if self._is_loaded and self._message_at_mono_s is not None:
            self._send(Start(self._message, self._message_at_mono_s))

    def cue(self, at_mono_s: float, *, is_planned: bool = False, after: str | None = None) -> None:
        """Set (or move) the moment of the first sample, and switch the lines on in time for it.

        Args:
            at_mono_s: the moment.
            is_planned: it is the item's own moment, not merely the soonest one.
            after: another session's slot, whose end is waited for where that is later.
        """
        self.is_cued, self.after = True, after
        self._send(Start(self._message, at_mono_s, after))
        self._planned_mono_s = at_mono_s if is_planned else None
        if self._claimed:
            return
        if self._claiming is not None:
            self._claiming.cancel()
        self._claiming = asyncio.create_task(self._claim_for(at_mono_s), name="claim lines")

    def cue_planned(self, planned_mono_s: float, after: str | None = None) -> None:
        """Cue the item's own moment, or the soonest one where that is past; see `cue`."""
        soonest_s = mono_s() + self.lead_s
        is_planned = planned_mono_s >= soonest_s
        self.cue(max(planned_mono_s, soonest_s), is_planned=is_planned, after=after)

    def hold(self) -> None:
        """Take its moment away again."""
        if self.is_cued:
            self.is_cued, self.after, self._planned_mono_s = False, None, None
            self._send(Start(self._message, NEVER_MONO_S))

    @property
    def planned_mono_s(self) -> float | None:
        """The item's own moment, as it was cued; None without one, and once it sounds."""
        return self._planned_mono_s if self._started_mono_s is None else None

    @property
    def is_waiting(self) -> bool:
        """Is it loaded, and has not sounded?"""
        return self._is_loaded and self._started_mono_s is None and not self.over.is_set()

    @property
    def last_slot(self) -> str | None:
        """The slot whose end is the end of its sound, once that one has its moment."""
        is_placed = self._is_loaded and (
            self._signal is None or self._message_at_mono_s is not None
        )
        return self._message if is_placed and self.is_sounding else None

    async def fire(self) -> None:
        """Attention signal as soon as the lines have settled; the message follows it.

        A line that does not answer in the time that it needs is not waited for: the others must
        hear the alarm. It joins when it comes. While no line at all comes, all are tried again and
        again for as long as the alarm is in force.

        Raises:
            AgentError: no line could be switched on, or the message cannot be had. When `has_fired`
                the signal sounds by then: end the session by `give_up`.
        """
        lead_s = self.lead_s
        claiming = self._claiming = asyncio.create_task(self._claim(), name="claim lines")
        if lead_s:
            await asyncio.wait([claiming], timeout=lead_s + PATIENCE_S)
            await self._until_some_line(claiming)
        assert self._signal is not None and self.item.attention is not None  # noqa: S101, PT018 - fire is for items with a signal
        self._check_wanted()
        self._send(Fire(self.item.attention, self._signal, self.item.level))
        self.has_fired = True
        await self.prepare()

    async def _until_some_line(self, claiming: asyncio.Task[None]) -> None:
        """Until a line is on, or none will be."""
        heard = asyncio.create_task(self._heard_somewhere.wait(), name="first line")
        try:
            await asyncio.wait([claiming, heard], return_when=asyncio.FIRST_COMPLETED)
        finally:
            heard.cancel()

    async def _claim_for(self, at_mono_s: float) -> None:
        settle_s = max((line.settle_s for line in self.lines), default=0.0)
        await asyncio.sleep(max(0.0, at_mono_s - settle_s - 0.15 - mono_s()))
        await self._claim()

    async def _claim(self) -> None:
        """Have all lines on; one that does not come is tried again while others sound."""
        await asyncio.gather(*(self._claim_one(line) for line in self.lines))
        while (off := [line for line in self._claimed if line.name not in self._on]) and (
            self.stop_reason is None
        ):
            if not self._on and self._signal is None:
                self.stop("switch")
                return
            await asyncio.sleep(CLAIM_AGAIN_S)
            await asyncio.gather(*(self._claim_again(line) for line in off))
        self._is_unheard = bool(self.lines) and not self._on

    async def _claim_one(self, line: Line) -> None:
        is_on = await line.claim()
        if self.over.is_set():  # given up while it settled
            line.release()
            return
        self._claimed.append(line)
        if is_on:
            self._note_on(line)

    async def _claim_again(self, line: Line) -> None:
        if await line.claim_again():
            self._note_on(line)

    def _note_on(self, line: Line) -> None:
        self._on.append(line.name)
        self._heard_somewhere.set()

    def on_started(self, event: Started) -> None:
        """The engine placed a slot's first sample."""
        if self._started_mono_s is None:
            self._started_mono_s = event.mono_s
            # once: a clock that is set while it sounds must not give one play two beginnings
            self._start_at = self._clock.at_of(event.mono_s)
            self.is_sounding = True
            self._entry.open(self._account("cut", "restart", None))
        if event.id == self._signal:
            self._message_at_mono_s = event.mono_s + ATTENTION_S
            self._place_message()

    async def on_ended(self, event: Ended) -> bool:
        """A slot is finished; True when the whole session is."""
        if event.id not in self._pending:
            return False
        self._pending.discard(event.id)
        self.played_ms += event.frames * 1000 // RATE_HZ
        if event.id == self._message:
            self.message_ms = event.frames * 1000 // RATE_HZ
        if event.why == "stopped":
            self._pending.clear()
        if self._pending:
            return False
        await self._finish(event.why, event.mono_s)
        return True

    def owns(self, slot: str) -> bool:
        """Is this slot one of ours?"""
        return slot in (self._signal, self._message)

    def stop(self, reason: str) -> None:
        """Fade out. `on_ended` follows and closes the record with this reason."""
        if self.stop_reason is None:
            self.stop_reason = reason
        for slot in list(self._pending):
            with contextlib.suppress(PlayError):  # a lost engine is told by the worker
                self._send(Stop(slot, FADE_MS))

    async def give_up(self, reason: str) -> None:
        """The message cannot be had, but its signal was heard: it is recorded."""
        self.stop_reason = reason
        self._pending.discard(self._message)
        if self._pending:
            self.stop(reason)
        else:
            await self._finish("stopped", mono_s())

    async def abandon(self, reason: str, mono_s: float) -> None:
        """The engine is gone: close the record with what was known.

        What has not sounded yet leaves no record: it is begun anew with the next engine.
        """
        if self._started_mono_s is None:
            await self._release()
            return
        self.stop_reason = reason
        self.played_ms = max(0, int((mono_s - self._started_mono_s) * 1000))
        await self._finish("stopped", mono_s)

    async def refuse(self, reason: str) -> None:
        """Never sounded: write the record as skipped."""
        self.outcome = "skipped"
        await self._entry.close(Account("skipped", reason))
        await self._release()

    @property
    def is_withdrawn_unheard(self) -> bool:
        """Was it taken out of the programme before its first sample? Then nothing has happened."""
        is_alarm = self.item.level >= EMERGENCY  # one that was not heard is put on record
        is_withdrawn = self.stop_reason == "withdrawn" and not is_alarm
        return is_withdrawn and self._started_mono_s is None

    async def withdraw(self) -> None:
        """Not yet sounded, and its moment has moved: leave without a trace."""
        self.stop("withdrawn")
        await self._release()

    def _account(self, outcome: Outcome, reason: str | None, end_mono_s: float | None) -> Account:
        return Account(
            outcome,
            reason,
            start_at=self._start_at,
            end_at=self._clock.at_of(end_mono_s) if end_mono_s is not None else None,
            duration_ms=self.played_ms,
            underruns=self.underruns,
            zones=list(self._on),
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
            await self._entry.close(self._account(self.outcome, reason, end_mono_s))
        await self._release()

    async def _check_decoder(self) -> None:
        """A decoder that failed half way also ends its pipe: that is not a full play."""
        if self._decoder is not None:
            try:
                await self._decoder.wait()
            except PlayError as error:
                self.stop_reason = f"{error.code}: {error.hint}"
                self.has_broken = True

    async def _release(self) -> None:
        self.over.set()
        for line in self._claimed:
            line.release()
        self._claimed = []
        try:
            if self._claiming is not None:
                self._claiming.cancel()
                await asyncio.wait([self._claiming])  # not the task itself: a cancel is ours
        finally:
            if self._decoder is not None:
                await self._decoder.stop()
