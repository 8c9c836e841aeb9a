"""The mixer: slots by level, sample-exact starts, fades, limiter. Pure: `fill` is given its times.

Threads: the control thread queues commands; the device's callback executes them at the head of the
next block, and it alone touches slots. Events return through another queue.

Pre-emption is enforced here, whatever the plan says: a slot that starts fades every sounding slot
of a lower level out in 20 ms and drops it; a slot that should start below a sounding one is dropped
unheard, unless it is to start behind that one. Slots of one level sound together.

A stream that is replaced by a fresh one hands its waiting slots over and forwards commands for them
(`hand_over`); see `engine_streams`. What still sounds on it counts for the fresh one: levels hold
over all streams of an engine, to a block.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial

from agent.contract.priority import Level
from agent.play.decode.pcm import Clip, ClipSource, SampleSource
from agent.play.ipc import Ended, Fire, Gain, Load, Started, StartSlot, Steer, Stop, WorkerFault
from agent.play.sound.dated_events import DatedEvents
from agent.play.sound.frame_clock import FrameClock
from agent.play.sound.mix import SAMPLE_BYTES, Limiter, Mix, interleave
from agent.play.sound.mixer_slot import Slot
from agent.play.sound.steady_clock import SteadyClock

PREEMPT_S = 0.020
JOIN_FRAMES = 48  # 1 ms: a start closer than this to the end of another slot joins that end
BEHIND_S = 0.02  # a shorter stall causes no break in the sound
NOW_S = float("-inf")

Action = Callable[[], None]


class Mixer:
    """Mixes slots into blocks of s16, its channels interleaved.

    Args:
        rate_hz: frames a second.
        channels: of the device.

    Attributes:
        sounding_level: the highest level that sounds and is not fading out; None in silence.
        next_start_s: the earliest moment for which a slot waits; infinity without one.
        is_empty: has it no slot at all?
        replaced: the mixer whose stream this one's has replaced, while that is open.
        successor: the mixer whose stream has replaced this one's.
    """

    def __init__(self, rate_hz: int, channels: int = 1) -> None:
        self.rate_hz = rate_hz
        self.clock = FrameClock(rate_hz)
        self._steady = SteadyClock(self.clock, rate_hz)
        self.frames = 0
        self.gaps = 0
        self._told = DatedEvents(self.clock)
        self.events = self._told.ready
        self.sounding_level: int | None = None
        self.next_start_s = float("inf")
        self.is_empty = True
        self._channels = channels
        self._actions: deque[Action] = deque()
        self._slots: dict[str, Slot] = {}
        self._ends: dict[int, int] = {}  # level -> frame behind the last slot that ended
        self._limiter = Limiter(rate_hz)
        self._now_s = 0.0
        self.successor: Mixer | None = None
        self.replaced: Mixer | None = None

    # -- control thread

    def load(self, command: Load, source: SampleSource) -> None:
        """Add a slot for `command`; `source` is already filling."""
        slot = Slot(command, source, self.rate_hz, self._channels)
        self._actions.append(lambda: self._add(slot))

    def start(self, command: StartSlot) -> None:
        """Place the first sample at a moment; a moment past means now."""
        self._actions.append(lambda: self._schedule(command))

    def stop(self, command: Stop) -> None:
        """Fade out and drop."""
        self._actions.append(lambda: self._stop(command))

    def gain(self, command: Gain) -> None:
        """Change a slot's gain within one block."""
        self._actions.append(lambda: self._gain(command))

    def steer(self, command: Steer) -> None:
        """Move the moment to which a slot is kept."""
        self._actions.append(lambda: self._steer(command))

    def fire(self, command: Fire, clips: Mapping[str, Clip]) -> None:
        """Play a held clip from the next block on."""
        clip = clips.get(command.clip)
        if clip is None:
            self.events.append(WorkerFault("E_CLIP", f"{command.clip}: not held", command.id))
            return
        load = Load(command.id, command.level, command.gain_db, channels=command.channels)
        self.load(load, ClipSource(clip))
        self.start(StartSlot(command.id, NOW_S))

    def hand_over(self, successor: Mixer, level: int | None) -> None:
        """Give what waits to a successor, and fade out what sounds below a level (None: nothing).

        From now on commands for slots that are not here go to the successor.
        """
        self._actions.append(lambda: self._hand_over(successor, level))

    def forget_replaced(self) -> None:
        """The stream that this one replaced is closed."""
        self._actions.append(self._forget_replaced)

    def abandon(self) -> None:
        """The stream is closed, and nothing is called back any more: end what is left."""
        self._run_actions()
        for slot in list(self._slots.values()):
            self._drop(slot, 0)
        self._date_events()
        self._update_summary()

    # -- callback

    def fill(self, frames: int, mono_s: float, lead_s: float) -> bytes:
        """The next block, called at `mono_s`, sounding `lead_s` later."""
        self._now_s = mono_s
        behind_s = self.clock.observe(self.frames, mono_s, lead_s)
        if behind_s >= BEHIND_S:
            self._catch_up(round(behind_s * self.rate_hz))
        self._run_actions()
        self._keep_step()
        self._date_events()
        block = self._mix(frames) if self._slots else None
        self.frames += frames
        self._update_summary()
        return block or bytes(frames * SAMPLE_BYTES * self._channels)

    def _mix(self, frames: int) -> bytes | None:
        offsets = self._begin(frames)
        sounding = [slot for slot in self._slots.values() if slot.sounding]
        if not sounding:
            return None
        if len(sounding) == 1 and not offsets and self._limiter.is_at_rest:
            # By far the most common case, and this thread dominates the CPU cost of playing.
            block = sounding[0].copy(frames)
            if block is not None:
                return block if self._channels == 1 else interleave([block] * self._channels)
        mix = Mix(frames, self._channels)
        for slot in sounding:
            self._render(slot, mix, frames, offsets.get(slot.id, 0))
        while behind := self._begin(frames):  # slots that waited for one that ended in this block
            for slot_id, offset in behind.items():
                self._render(self._slots[slot_id], mix, frames, offset)
        return interleave(self._limiter.limit(mix.channels()))

    def _run_actions(self) -> None:
        while self._actions:
            self._actions.popleft()()

    def _update_summary(self) -> None:
        """What the control thread reads of the slots, which it must not touch."""
        slots = self._slots.values()
        self.is_empty = not slots
        levels = [slot.level for slot in slots if slot.sounding and not slot.stopping]
        self.sounding_level = max(levels, default=None)
        starts = (s.start_at_s for s in slots if not s.sounding and s.start_at_s is not None)
        self.next_start_s = min(starts, default=float("inf"))

    def _catch_up(self, frames: int) -> None:
        """The device stalled: skip what it did not play in time, except in an alarm."""
        for slot in self._slots.values():
            if slot.sounding and slot.level < Level.EMERGENCY:  # no word of an alarm is lost
                slot.skip(frames)

    def _keep_step(self) -> None:
        """Correct what sounds for the drift of the card, once in two seconds."""
        if (reading := self._steady.observe(self.frames)) is not None:
            for slot in self._slots.values():
                slot.steering.correct(reading)

    def _begin(self, frames: int) -> dict[str, int]:
        """Start the slots that are due; returns where in this block each begins."""
        offsets: dict[str, int] = {}
        for slot in list(self._slots.values()):
            if slot.sounding or slot.start_at_s is None or slot.after is not None:
                continue
            at = self._offset(slot.start_at_s, slot.level)
            if at is None:
                continue
            offset = max(at, slot.not_before - self.frames)
            if offset >= frames or not slot.has_sound:
                continue
            if self._is_below(slot.level):
                self._drop(slot, offset)
                continue
            slot.sounding = True
            slot.steering.begin(*self._place_of(slot, self.frames + offset))
            offsets[slot.id] = offset
            self._preempt(slot, offset, offsets)
            self._told.add(self.frames + offset, partial(Started, slot.id))
        return offsets

    def _place_of(self, slot: Slot, frame: int) -> tuple[int, float | None]:
        """Where a slot begins, and the moment to which that is to be kept."""
        if not self.clock.ready:
            return frame, None
        at_s, planned_s = self.clock.mono_of(frame), slot.start_at_s or NOW_S
        is_planned = abs(at_s - planned_s) <= JOIN_FRAMES / self.rate_hz
        return frame, planned_s if is_planned else at_s

    def _is_below(self, level: int) -> bool:
        """Does anything above a level sound, on any stream of the engine?"""
        slots = self._slots.values()
        if any(one.sounding and not one.stopping and one.level > level for one in slots):
            return True
        levels = [one.sounding_level for one in self._list_others()]
        return any(other is not None and other > level for other in levels)

    def _list_others(self) -> Iterator[Mixer]:
        """The mixers that this one replaces, and those that replace it."""
        older, newer = self.replaced, self.successor
        while older is not None:
            yield older
            older = older.replaced
        while newer is not None:
            yield newer
            newer = newer.successor

    def _offset(self, at_mono_s: float, level: int) -> int | None:
        """Frames from this block's begin to the moment; 0 when it is past, None: not known yet.

        The clock's map drifts by a few samples over an item, so a slot that is to start right after
        another of its level is joined to that one's exact end.
        """
        if not self.clock.ready:  # a fresh stream: its first block sounds in some milliseconds
            return 0 if at_mono_s <= self._now_s else None
        if at_mono_s == NOW_S:
            return 0
        frame = self.clock.frame_of(at_mono_s)
        ends = [self._ends[level]] if level in self._ends else []
        for other in self._slots.values():
            remaining = other.source.remaining
            if other.sounding and other.level == level and remaining is not None:
                ends.append(self.frames + remaining)
        near = [end for end in ends if abs(end - frame) <= JOIN_FRAMES]
        return max(0, (max(near) if near else frame) - self.frames)

    def _preempt(self, winner: Slot, offset: int, offsets: Mapping[str, int]) -> None:
        for slot in self._slots.values():
            if slot.sounding and slot.level < winner.level:
                delay = max(0, offset - offsets.get(slot.id, 0))
                slot.fade_out(int(PREEMPT_S * self.rate_hz), delay)
        if self.replaced is not None:
            self.replaced.fade_below(winner.level)

    def fade_below(self, level: int) -> None:
        """A slot of this level begins on the stream that replaced this one."""
        self._actions.append(lambda: self._fade_below(level))

    def _fade_below(self, level: int) -> None:
        for slot in self._slots.values():
            if slot.sounding and slot.level < level:
                slot.fade_out(int(PREEMPT_S * self.rate_hz))
        if self.replaced is not None:
            self.replaced.fade_below(level)

    def _render(self, slot: Slot, mix: Mix, frames: int, offset: int) -> None:
        gaps = slot.gaps
        end = slot.render(mix, frames, offset)
        self.gaps += slot.gaps - gaps
        if end is not None:
            self._finish(slot, end)

    # -- commands, executed by the callback

    def _add(self, slot: Slot) -> None:
        if slot.id in self._slots:
            slot.source.close()
            self.events.append(WorkerFault("E_SLOT", "this id is in use", slot.id))
            return
        self._slots[slot.id] = slot

    def _schedule(self, command: StartSlot) -> None:
        slot = self._slots.get(command.id)
        if slot is not None:
            slot.start_at_s = command.at_mono_s
            slot.after = command.after if command.after in self._slots else None
        elif self.successor is not None:
            self.successor.start(command)
        else:
            self.events.append(WorkerFault("E_SLOT", "no such id", command.id))

    def _stop(self, command: Stop) -> None:
        slot = self._slots.get(command.id)
        if slot is None:
            if self.successor is not None:
                self.successor.stop(command)
            return  # else it ended while the command was under way
        if slot.sounding:
            slot.fade_out(command.fade_ms * self.rate_hz // 1000)
        else:
            self._drop(slot, 0)

    def _gain(self, command: Gain) -> None:
        if slot := self._slots.get(command.id):
            slot.set_gain(command.gain_db, command.channels)
        elif self.successor is not None:
            self.successor.gain(command)

    def _steer(self, command: Steer) -> None:
        if slot := self._slots.get(command.id):
            slot.steering.shift(command.by_s)
        elif self.successor is not None:
            self.successor.steer(command)

    def _hand_over(self, successor: Mixer, level: int | None) -> None:
        self.successor = successor
        if level is not None:
            self._fade_below(level)
        waiting = [one for one in self._slots.values() if not one.sounding]
        moved = [one for one in waiting if not self._is_behind_sound(one)]
        for slot in moved:
            del self._slots[slot.id]
        successor.take(moved, self)

    def _is_behind_sound(self, slot: Slot) -> bool:
        """Does it wait for the end of what sounds on here? There it can follow to the sample."""
        before: Slot | None = slot
        for _ in self._slots:  # no longer, should two wait for each other
            before = self._slots.get(before.after) if before and before.after else None
            if before is not None and before.sounding:
                return not before.stopping
        return False

    def take(self, slots: Iterable[Slot], replaced: Mixer) -> None:
        """Take over slots that wait, from the mixer that this one replaces."""
        slots = list(slots)
        self._actions.append(lambda: self._take(slots, replaced))

    def _take(self, slots: list[Slot], replaced: Mixer) -> None:
        self.replaced = replaced
        if self.successor is not None:  # this one has been replaced itself meanwhile
            self.successor.take(slots, self)
            return
        for slot in slots:
            slot.not_before = 0
            self._add(slot)
        for slot in slots:  # one may wait for another that comes with it
            slot.after = slot.after if slot.after in self._slots else None

    def _forget_replaced(self) -> None:
        self.replaced = None

    def _drop(self, slot: Slot, offset: int) -> None:
        slot.why = "stopped"
        slot.source.close()
        self._finish(slot, offset)

    def _finish(self, slot: Slot, offset: int) -> None:
        del self._slots[slot.id]
        end = self.frames + offset
        if slot.why == "end":
            self._ends[slot.level] = end
        for other in self._slots.values():
            if other.after == slot.id:
                other.after, other.not_before = None, end
                other.steering.carried_s += slot.steering.last_off_s
        steering, why = slot.steering, slot.why or "end"
        heard, missing = slot.heard - steering.paused, slot.missing + steering.skipped
        steered = steering.describe()
        self._told.add(end, lambda at_s: Ended(slot.id, heard, why, at_s, missing, steered))

    def _date_events(self) -> None:
        self._told.date(self._now_s, is_over=self.successor is not None)
