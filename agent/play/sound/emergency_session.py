"""An emergency on one sound output, from its attention signal to the closed record.

What sounds when is the rule of `script`; here it is made to sound. The signal never waits for
media, network or card, and for a loudspeaker line only as long as that needs to come on. Each body
is a slot of its own, loaded while the one before it sounds, so that another emergency, or words
that came late, can follow at the end of a body.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Iterable, Sequence

from agent.clock import mono_s
from agent.errors import AgentError, PlayError
from agent.play.ipc import RATE_HZ, Ended, Send, Started, Stop, WorkerFault
from agent.play.item import Item, OutputContext
from agent.play.play_record import Outcome
from agent.play.sound.attention_tone import ATTENTION
from agent.play.sound.emergency_record import EmergencyRecord
from agent.play.sound.emergency_segment import EmergencySegment
from agent.play.sound.emergency_sequence import EmergencySequence, Step
from agent.play.sound.line_claim import LineClaim
from agent.play.sound.segment_loader import SIGNAL_LIMIT_S, SegmentLoader, built_in_signal
from agent.play.speaker_line import SpeakerLine

log = logging.getLogger(__name__)
FADE_MS = 20
LINE_PATIENCE_S = 0.3  # for a slow line, before the signal goes out on the others
SIGNAL_LEAST_S = 2.9  # what breaks off before is followed by the built-in signal
START_LIMIT_S = 3.0  # for a decoder's first sample
AHEAD_S = 1.5  # before a segment ends the next one is loaded
PLACE_AHEAD_S = 0.1  # before its moment a segment's start is ordered


class EmergencySession:
    """Tells one emergency, until its script is over, it is stopped, or it gives way.

    Args:
        output: the output's name.
        item: the emergency.
        script: what of it was told on this output before; it goes on there.
        lines: the loudspeaker lines that it goes out on.
        send: to the engine.
        context: schedule, clock, media, journal and issue sink.

    Attributes:
        last_slot: the slot whose end is the end of it all, once that is known.
    """

    def __init__(
        self,
        output: str,
        item: Item,
        script: EmergencySequence,
        *,
        lines: Iterable[SpeakerLine],
        send: Send,
        context: OutputContext,
    ) -> None:
        self.item = item
        self.script = script
        self.over = asyncio.Event()
        self.stop_reason: str | None = None
        self.is_giving_way = False
        self.last_slot: str | None = None
        self._claim = LineClaim(lines)
        self.record = EmergencyRecord(
            output, item, self._claim, log=context.log, clock=context.clock
        )
        self._send = send
        self._trying: asyncio.Task[None] | None = None
        self._news = asyncio.Event()
        self._loader = SegmentLoader(item, context.media, self._news.set)
        self._segments: dict[str, EmergencySegment] = {}

    @property
    def is_sounding(self) -> bool:
        """From its first sample to its end, pauses between rounds included."""
        return self.record.has_sounded and not self.over.is_set()

    @property
    def words_missing(self) -> list[str]:
        """The languages of the bodies whose words cannot be heard now, in order."""
        able = self.script.able(self._loader.here())
        return [body.lang for index, body in enumerate(self.item.bodies) if index not in able]

    def update(self, alarms: Sequence[Item]) -> None:
        """The emergencies in force, ours among them with what of its media is here by now."""
        self.item = next((one for one in alarms if one.key == self.item.key), self.item)
        self._loader.update(self.item)
        self._news.set()

    async def announce(self) -> None:
        """Tell it and write its record.

        A line that does not answer in the time that it needs is not waited for: the others must
        hear the alarm, and it joins when it comes. While no line at all comes, all are tried again
        and again for as long as the emergency is in force.

        Raises:
            AgentError: nothing of it was heard: no line could be switched on, it was stopped
                before, or the engine is gone.
        """
        self._loader.expect_signal()
        try:
            await self._switch_on()
            await self._announce_sequence()
        finally:
            await self._discard_all()
        await self._finish()

    async def _switch_on(self) -> None:
        lead_s = self._claim.lead_s
        trying = self._trying = asyncio.create_task(self._have_lines(), name="claim lines")
        if lead_s:
            await asyncio.wait([trying], timeout=lead_s + LINE_PATIENCE_S)
            await self._claim.wait_for_some(trying)
        if self.over.is_set():
            raise PlayError("E_WORKER", self.item.title, "the engine went")
        if trying.done() and self._claim.is_unheard:
            raise PlayError("E_SWITCH", self.item.title, "no loudspeaker line could be switched on")
        if self.stop_reason is not None:
            raise PlayError("E_STOPPED", self.item.title, self.stop_reason)

    async def _have_lines(self) -> None:
        await self._claim.take()
        await self._claim.keep_trying()

    @property
    def _is_ending(self) -> bool:
        return self.is_giving_way or self.stop_reason is not None or self.over.is_set()

    # The script

    async def _announce_sequence(self) -> None:
        ahead: tuple[Step, EmergencySegment] | None = None
        while not self._is_ending:
            self._news.clear()
            here = self._loader.here()
            step = self.script.next(here)
            if ahead is not None and not ahead[1].is_placed and ahead[0] != step:
                await self._drop(ahead[1])
                ahead = None
            step, segment = ahead or (step, None)
            if step.kind == "over":
                self.script.take(step, here)
                return
            if not await self._pause_before(step):
                continue
            segment = segment or await self._load(step)
            if segment is not None and not self._is_ending:
                self.script.take(step, here)
                ahead = await self._sound(step, segment)

    async def _pause_before(self, step: Step) -> bool:
        """The silence before a step; False when something happened meanwhile."""
        pause_s = self.record.ended_mono_s + step.gap_s - PLACE_AHEAD_S - mono_s()
        if not step.gap_s or pause_s <= 0:
            return True
        try:
            async with asyncio.timeout(pause_s):
                await self._news.wait()
        except TimeoutError:
            return True
        return False

    async def _load(self, step: Step) -> EmergencySegment | None:
        """A step's sound, its slot filling; None when its words do not come."""
        try:
            segment = await self._loader.load(step)
        except (AgentError, OSError) as error:
            log.warning("%s: %s", self.item.title, error)
            self.script.fail(step.body)
            return None
        if segment is not None:
            self._segments[segment.id] = segment
            segment.load(self._send, self.item.level)
        return segment

    # One segment

    async def _sound(
        self, step: Step, segment: EmergencySegment
    ) -> tuple[Step, EmergencySegment] | None:
        """Let a segment sound to its end; the next one, if it is loaded by then."""
        if step.kind == "words":
            self.record.note_words(step.body)
        is_own_signal = step.kind == "signal" and segment.clip is None
        limit_s = SIGNAL_LIMIT_S if is_own_signal else START_LIMIT_S
        await self._begin(segment, self.record.ended_mono_s + step.gap_s, limit_s)
        ahead = None
        if segment.started_mono_s is not None:
            ahead_mono_s = segment.started_mono_s + segment.length_s - AHEAD_S
            if segment.length_s and not await segment.wait_ended(ahead_mono_s):
                ahead = await self._look_ahead(segment)
            await segment.wait_ended()
        self.record.reading = None
        await self._judge(step, segment)
        return ahead

    async def _begin(self, segment: EmergencySegment, at_mono_s: float, limit_s: float) -> None:
        """Until it has started, or did not within the limit: then it has ended."""
        at_mono_s = max(at_mono_s, mono_s())
        self._segments[segment.id] = segment
        if not segment.is_placed:
            segment.place(self._send, self.item.level, at_mono_s)
        if not await segment.wait_started(at_mono_s - mono_s() + limit_s):
            self._send(Stop(segment.id, 0))
            await segment.wait_ended(mono_s() + limit_s)
            segment.on_ended(Ended(segment.id, 0, "starved", mono_s()))

    async def _look_ahead(self, now: EmergencySegment) -> tuple[Step, EmergencySegment] | None:
        """Load the words that come next; without a gap they follow to the sample."""
        step = self.script.next(self._loader.here())
        self.last_slot = now.id if step.kind == "over" else None
        if self._is_ending or step.kind != "words":
            return None
        following = await self._load(step)
        if following is None:
            return None
        if not step.gap_s and now.ended is None and not self._is_ending:
            following.place(self._send, self.item.level, mono_s(), after=now.id)
        return step, following

    async def _judge(self, step: Step, segment: EmergencySegment) -> None:
        """What was heard of a step, and what must be heard in its place."""
        is_whole = segment.is_whole
        try:
            if segment.decoder is not None and is_whole:
                await segment.decoder.wait()
        except PlayError as error:  # one that failed half way also ends its pipe
            log.warning("%s: %s", self.item.title, error)
            is_whole = False
        await self._drop(segment)
        if self._is_cut(segment):
            return
        if step.kind == "words" and is_whole:
            self.record.note_heard(step.body)
        elif step.kind == "words":
            self.script.fail(step.body)
        elif segment.clip != ATTENTION and segment.heard_s < SIGNAL_LEAST_S:
            signal = built_in_signal()
            await self._begin(signal, mono_s(), START_LIMIT_S)
            await signal.wait_ended()

    def _is_cut(self, segment: EmergencySegment) -> bool:
        """Was it stopped from outside? What is higher stops it in the engine, without a word."""
        if segment.ended is not None and segment.ended.why == "stopped" and segment.heard_s:
            self.stop_reason = self.stop_reason or "preempted"
        return self.stop_reason is not None or self.over.is_set()

    async def _drop(self, segment: EmergencySegment) -> None:
        """Nothing of it sounds any more, and its decoder ends."""
        if segment.ended is None and (segment.is_loaded or segment.is_placed):
            self._stop_slot(segment, 0)
        self._segments.pop(segment.id, None)
        await segment.close()

    def _stop_slot(self, segment: EmergencySegment, fade_ms: int) -> None:
        with contextlib.suppress(PlayError):  # a lost engine is told by the worker
            self._send(Stop(segment.id, fade_ms))

    async def _discard_all(self) -> None:
        for segment in self._segments.values():
            if segment.ended is None:
                self._stop_slot(segment, 0)
            await segment.close()
        await self._loader.close()

    # What happens meanwhile

    def note_underruns(self, count: int) -> None:
        """Sound ran dry so often while it sounded."""
        self.record.underruns += count

    def owns(self, slot: str) -> bool:
        """Is this slot one of ours?"""
        return slot in self._segments

    def on_started(self, event: Started) -> None:
        """The engine placed a slot's first sample."""
        self.record.note_started(event.mono_s)
        self._segments[event.id].on_started(event.mono_s)

    async def on_ended(self, event: Ended) -> bool:
        """A slot is finished; never the session with it, which ends by itself."""
        self.record.note_ended(event.frames, event.mono_s)
        self._segments[event.id].on_ended(event)
        return False

    def on_fault(self, event: WorkerFault) -> None:
        """The engine cannot play a slot: it counts as ended unheard."""
        log.error("%s: %s %s", self.item.title, event.code, event.detail)
        segment = self._segments[event.id or ""]
        segment.on_ended(Ended(segment.id, 0, "starved", mono_s()))

    def preempt(self) -> None:
        """Another emergency waits: end behind the body that sounds."""
        self.is_giving_way = True
        for segment in self._segments.values():
            if segment.started_mono_s is None and segment.ended is None:
                self._stop_slot(segment, 0)
        self._news.set()

    def stop(self, reason: str) -> None:
        """Fade out; the record closes with this reason."""
        if self.stop_reason is None:
            self.stop_reason = reason
        self._claim.is_given_up = True
        for segment in self._segments.values():
            if segment.ended is None:
                self._stop_slot(segment, FADE_MS)
        self._news.set()

    async def abandon(self, reason: str, at_mono_s: float) -> None:
        """The engine is gone: close the record with what was known.

        What has not sounded yet leaves no record: it is begun anew with the next engine.
        """
        self.stop_reason = self.stop_reason or reason
        for segment in self._segments.values():
            if segment.ended is None and segment.started_mono_s is not None:
                heard_s = max(0.0, at_mono_s - segment.started_mono_s)
                self.record.note_ended(int(heard_s * RATE_HZ), at_mono_s)
            segment.on_ended(Ended(segment.id, 0, "stopped", at_mono_s))
        if self.record.has_sounded:
            await self._finish()
        else:
            await self._release()

    async def refuse(self, reason: str) -> None:
        """Never sounded: write the record as skipped."""
        await self.record.close("skipped", reason)
        await self._release()

    async def withdraw(self) -> None:
        """Not yet sounded, and another goes before it: leave without a trace."""
        self.stop("withdrawn")
        await self._release()

    async def _finish(self) -> None:
        await self.record.close(*self._result())
        await self._release()

    def _result(self) -> tuple[Outcome, str | None]:
        if self.stop_reason == "over" and not self.script.with_words:
            return "full", None  # there was nothing more to tell than what was told
        if self.stop_reason is not None:
            return ("cut" if self.record.has_sounded else "failed"), self.stop_reason
        return ("cut", "replaced") if self.is_giving_way else ("full", None)

    async def _release(self) -> None:
        self.over.set()
        self._news.set()
        await self._claim.release(self._trying)
