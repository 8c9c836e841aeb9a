"""An emergency on one sound output, from its attention signal to the closed record.

`sequence` decides what sounds when; this module plays it. The signal never waits for media, network
or card, and for a loudspeaker line only as long as that needs to switch on. Each body has its own
slot, which is loaded while the body before it sounds, so that another emergency, or words that
arrived late, can follow at the end of a body.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from agent.clock import mono_s
from agent.errors import AgentError, PlayError
from agent.play.ipc import Ended, Send, Started, Stop, WorkerFault
from agent.play.item import Item, OutputContext
from agent.play.play_record import Outcome
from agent.play.sound.attention_tone import ATTENTION
from agent.play.sound.emergency_record import EmergencyRecord
from agent.play.sound.emergency_segment import EmergencySegment
from agent.play.sound.emergency_sequence import EmergencySequence, Step
from agent.play.sound.emergency_slots import EmergencySlots
from agent.play.sound.line_claim import LineClaim
from agent.play.sound.segment_loader import (
    SIGNAL_LIMIT_S,
    SegmentLoader,
    bodies_with_words,
    built_in_signal,
    recordings_here,
)
from agent.play.speaker_line import SpeakerLine

if TYPE_CHECKING:  # loads only where a station is locked out
    from agent.play.sound.lockout_warning import LockoutWarning

log = logging.getLogger(__name__)
FADE_MS = 20
LINE_WAIT_S = 0.3  # for a slow line, before the signal starts on the others
MIN_SIGNAL_S = 2.9  # a signal that ends earlier is followed by the built-in one
START_LIMIT_S = 3.0  # for a decoder's first sample
AHEAD_S = 1.5  # how long before a segment's end the next one is loaded
PLACE_AHEAD_S = 0.1  # how long before its moment a segment's start is sent to the engine


class EmergencySession:
    """Plays one emergency until its sequence is over, it is stopped, or it is pre-empted.

    Args:
        output: the output's name.
        item: the emergency.
        sequence: its progress on this output so far; the session continues from there.
        lines: the loudspeaker lines on which it sounds.
        send: to the engine.
        context: schedule, clock, media, journal and issue sink.
        warning: the output's, to whoever works at a station that is locked out; None: nobody does.

    Attributes:
        last_slot: the slot whose end ends the session, once that is known.
    """

    def __init__(
        self,
        output: str,
        item: Item,
        sequence: EmergencySequence,
        *,
        lines: Iterable[SpeakerLine],
        send: Send,
        context: OutputContext,
        warning: LockoutWarning | None = None,
    ) -> None:
        self.item = item
        self._warning = warning
        self.sequence = sequence
        self.over = asyncio.Event()
        self.stop_reason: str | None = None
        self.is_preempted = False
        self.last_slot: str | None = None
        lines = list(lines)
        self._claim = LineClaim(lines)
        zones = [line.name for line in lines]
        self.record = EmergencyRecord(
            output,
            item,
            self._claim,
            log=context.log,
            clock=context.clock,
            volume=context.volumes.volume_of(item, zones, context.clock.now()),
        )
        self._send = send
        self._claiming: asyncio.Task[None] | None = None
        self._changed = asyncio.Event()
        self._loader = SegmentLoader(item, context, self._changed.set)
        self._slots = EmergencySlots(send)

    @property
    def is_sounding(self) -> bool:
        """From its first sample to its end, pauses between rounds included."""
        return self.record.has_sounded and not self.over.is_set()

    @property
    def is_stopping(self) -> bool:
        """Was the end of a slot asked of the engine, which has not reported it yet?"""
        is_asked = self.stop_reason is not None and not self.over.is_set()
        return is_asked and self._slots.is_stopping

    @property
    def words_missing(self) -> list[str]:
        """The languages of the bodies whose words cannot be played now, in order."""
        able = self.sequence.able(self._loader.here())
        return [body.lang for index, body in enumerate(self.item.bodies) if index not in able]

    def update(self, alarms: Sequence[Item]) -> None:
        """Apply the emergencies in force: this one may have more of its media in store now."""
        self.item = next((one for one in alarms if one.key == self.item.key), self.item)
        self._loader.update(self.item)
        self.sequence.renew(recordings_here(self.item), bodies_with_words(self.item))
        self._changed.set()

    async def announce(self) -> None:
        """Play it and write its record.

        The session does not wait for a line that does not answer in time: the others must sound the
        alarm, and the line joins when it answers. While no line answers, all are tried again for as
        long as the emergency is in force.

        Raises:
            AgentError: nothing of it was heard: no line could be switched on, it was stopped
                before, or the engine is gone.
        """
        self._loader.preload_signal()
        try:
            await self._switch_on()
            await self._speak_warning()
            await self._announce_sequence()
        finally:
            await self._slots.discard_all()
            await self._loader.close()
        await self._finish()

    async def _switch_on(self) -> None:
        lead_s = self._claim.lead_s
        trying = self._claiming = asyncio.create_task(self._have_lines(), name="claim lines")
        if lead_s:
            await asyncio.wait([trying], timeout=lead_s + LINE_WAIT_S)
            await self._claim.wait_for_some(trying)
        if self.over.is_set():
            raise PlayError("E_WORKER", self.item.title, "the engine stopped")
        if trying.done() and self._claim.is_unheard:
            raise PlayError("E_SWITCH", self.item.title, "no loudspeaker line could be switched on")
        if self.stop_reason is not None:
            raise PlayError("E_STOPPED", self.item.title, self.stop_reason)

    async def _have_lines(self) -> None:
        await self._claim.claim()
        await self._claim.keep_trying()

    @property
    def _is_ending(self) -> bool:
        return self.is_preempted or self.stop_reason is not None or self.over.is_set()

    # The sequence

    async def _announce_sequence(self) -> None:
        ahead: tuple[Step, EmergencySegment] | None = None
        while not self._is_ending:
            self._changed.clear()
            here = self._loader.here()
            step = self.sequence.next(here)
            if ahead is not None and not ahead[1].is_placed and ahead[0] != step:
                await self._slots.drop(ahead[1])
                ahead = None
            step, segment = ahead or (step, None)
            if step.kind == "over":
                self.sequence.begin(step, here)
                return
            if not await self._pause_before(step):
                continue
            segment = segment or await self._load(step)
            if segment is not None and not self._is_ending:
                self.sequence.begin(step, here)
                ahead = await self._sound(step, segment)

    async def _speak_warning(self) -> None:
        if self._warning is None:
            return
        doc_id = self.item.source.doc_id
        begin, drop = self._begin_now, self._slots.drop
        await self._warning.speak(doc_id, self._send, begin, drop, lambda: self._is_ending)

    async def _begin_now(self, segment: EmergencySegment) -> None:
        await self._begin(segment, mono_s(), START_LIMIT_S)

    async def _pause_before(self, step: Step) -> bool:
        """Wait for the silence before a step; False when something changed meanwhile."""
        pause_s = self.record.ended_mono_s + step.gap_s - PLACE_AHEAD_S - mono_s()
        if not step.gap_s or pause_s <= 0:
            return True
        try:
            async with asyncio.timeout(pause_s):
                await self._changed.wait()
        except TimeoutError:
            return True
        return False

    async def _load(self, step: Step) -> EmergencySegment | None:
        """A step's segment with its slot filling; None when its words are not available."""
        try:
            segment = await self._loader.load(step)
        except (AgentError, OSError) as error:
            log.warning("%s: %s", self.item.title, error)
            self.sequence.fail(step.body)
            return None
        if segment is not None:
            self._slots.add(segment)
            segment.load(self._send, self.item.level)
        return segment

    # One segment

    async def _sound(
        self, step: Step, segment: EmergencySegment
    ) -> tuple[Step, EmergencySegment] | None:
        """Play a segment to its end; returns the next one if it is loaded by then."""
        if step.kind == "words":
            self.record.on_words_started(step.body, segment.form, segment.media)
        elif step.kind == "line":
            self.record.on_line_started()
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
        await self._evaluate(step, segment)
        return ahead

    async def _begin(self, segment: EmergencySegment, at_mono_s: float, limit_s: float) -> None:
        """Wait until it has started; one that does not start within the limit has ended."""
        at_mono_s = max(at_mono_s, mono_s())
        self._slots.add(segment)
        if not segment.is_placed:
            segment.place(self._send, self.item.level, at_mono_s)
        if not await segment.wait_started(at_mono_s - mono_s() + limit_s):
            self._send(Stop(segment.id, 0))
            await segment.wait_ended(mono_s() + limit_s)
            segment.on_ended(Ended(segment.id, 0, "starved", mono_s()))

    async def _look_ahead(self, now: EmergencySegment) -> tuple[Step, EmergencySegment] | None:
        """Load the next words; without a gap they follow sample-exactly."""
        step = self.sequence.next(self._loader.here())
        self.last_slot = now.id if step.kind == "over" else None
        if self._is_ending or step.kind != "words":
            return None
        following = await self._load(step)
        if following is None:
            return None
        if not step.gap_s and now.ended is None and not self._is_ending:
            following.place(self._send, self.item.level, mono_s(), after=now.id)
        return step, following

    async def _evaluate(self, step: Step, segment: EmergencySegment) -> None:
        """Apply how much of a step was heard; replace a recorded signal that broke off."""
        is_whole = segment.is_whole
        if is_whole and (why := await segment.find_break()) is not None:
            log.warning("%s: %s", self.item.title, why)
            is_whole = False
        await self._slots.drop(segment)
        if self._is_cut(segment):
            return
        if step.kind == "words" and is_whole:
            self.record.on_words_heard(step.body)
        elif step.kind == "words":
            has_other = self._loader.give_up(step.body, segment.form)
            self.sequence.fail(step.body, has_other=has_other)
        elif segment.clip != ATTENTION and segment.heard_s < MIN_SIGNAL_S:
            signal = built_in_signal()
            await self._begin(signal, mono_s(), START_LIMIT_S)
            await signal.wait_ended()

    def _is_cut(self, segment: EmergencySegment) -> bool:
        """Was it stopped from outside? A higher level stops it in the engine."""
        if segment.ended is not None and segment.ended.why == "stopped" and segment.heard_s:
            self.stop_reason = self.stop_reason or "preempted"
        return self.stop_reason is not None or self.over.is_set()

    # Events

    def add_underruns(self, count: int) -> None:
        """Add underruns that happened while it sounded."""
        self.record.underruns += count

    def owns(self, slot: str) -> bool:
        """Does this slot belong to the session?"""
        return self._slots.owns(slot)

    def on_started(self, event: Started) -> None:
        """The engine placed a slot's first sample."""
        self.record.on_started(event.mono_s)
        self._slots.find(event.id).on_started(event.mono_s)

    async def on_ended(self, event: Ended) -> bool:
        """A slot is finished; always False, because the session ends by itself."""
        self.record.on_ended(event)
        self._slots.find(event.id).on_ended(event)
        return False

    def on_fault(self, event: WorkerFault) -> None:
        """The engine cannot play a slot: it counts as ended unheard."""
        log.error("%s: %s %s", self.item.title, event.code, event.detail)
        segment = self._slots.find(event.id or "")
        segment.on_ended(Ended(segment.id, 0, "starved", mono_s()))

    def preempt(self) -> None:
        """Another emergency waits: end after the body that sounds."""
        self.is_preempted = True
        self._slots.stop_waiting()
        self._changed.set()

    def stop(self, reason: str) -> None:
        """Fade out; the record closes with this reason."""
        if self.stop_reason is None:
            self.stop_reason = reason
        self._claim.is_given_up = True
        self._slots.stop_all(FADE_MS)
        self._changed.set()

    async def abandon(self, reason: str, at_mono_s: float) -> None:
        """The engine is lost: close the record with what is known.

        An emergency that has not sounded yet leaves no record: the next engine starts it again.
        """
        self.stop_reason = self.stop_reason or reason
        self._slots.end_all(at_mono_s, self.record.on_ended)
        if self.record.has_sounded:
            await self._finish()
        else:
            await self._release()

    async def refuse(self, reason: str) -> None:
        """Write the record as skipped: it never sounded."""
        await self.record.close("skipped", reason)
        await self._release()

    async def withdraw(self) -> None:
        """End without a record: it has not sounded, and another emergency goes first."""
        self.stop("withdrawn")
        await self._release()

    async def _finish(self) -> None:
        await self.record.close(*self._result())
        await self._release()

    def _result(self) -> tuple[Outcome, str | None]:
        if self.stop_reason == "over" and not self.sequence.with_words:
            return "full", None  # all that could be played was played
        if self.stop_reason is not None:
            return ("cut" if self.record.has_sounded else "failed"), self.stop_reason
        return ("cut", "replaced") if self.is_preempted else ("full", None)

    async def _release(self) -> None:
        if self._warning is not None and self.record.has_sounded:
            self._warning.note_sound()
        self.over.set()
        self._changed.set()
        await self._claim.release(self._claiming)
