"""The mixer: slots by level, sample-exact starts, fades, limiter. Pure: `fill` is given its times.

Threads: the control thread queues commands; the device's callback executes them at the head of the
next block, and it alone touches slots. Events return through another queue.

Pre-emption is enforced here, whatever the plan says: a slot that starts fades every sounding slot
of a lower level out in 20 ms and drops it; a slot that should start below a sounding one is dropped
unheard, unless it is to start behind that one. Slots of one level sound together.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping

import numpy as np

from agent.contract.priority import Level
from agent.play.decode.pcm import Clip, ClipSource, Ring, SampleSource
from agent.play.ipc import Ended, Fire, Gain, Load, Started, StartSlot, Stop, WorkerFault
from agent.play.sound.frame_clock import FrameClock
from agent.play.sound.mixer_slot import Mix, Slot

PREEMPT_S = 0.020
JOIN_FRAMES = 48  # 1 ms: a start closer than this to the end of another slot joins that end
BEHIND_S = 0.02  # a shorter stall causes no break in the sound
CEILING = 32_768.0
RELEASE_PER_S = 4.0  # the limiter's gain recovers by a factor of e in 1/4 s

Event = Started | Ended | WorkerFault
Action = Callable[[], None]


class Mixer:
    """Mixes slots into blocks of s16 mono.

    Args:
        rate_hz: frames a second.
    """

    def __init__(self, rate_hz: int) -> None:
        self.rate_hz = rate_hz
        self.clock = FrameClock(rate_hz)
        self.frames = 0
        self.gaps = 0
        self.events: deque[Event] = deque()
        self._actions: deque[Action] = deque()
        self._slots: dict[str, Slot] = {}
        self._ends: dict[int, int] = {}  # level -> frame behind the last slot that ended
        self._limit = 1.0

    # -- control thread

    def load(self, command: Load, source: SampleSource) -> None:
        """Add a slot for `command`; `source` is already filling."""
        slot = Slot(
            command.id,
            command.level,
            source,
            gain_db=command.gain_db,
            fade_in_frames=command.fade_in_ms * self.rate_hz // 1000,
            rate_hz=self.rate_hz,
        )
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

    def fire(self, command: Fire, clips: Mapping[str, Clip]) -> None:
        """Play a held clip from the next block on."""
        clip = clips.get(command.clip)
        if clip is None:
            self.events.append(WorkerFault("E_CLIP", f"{command.clip}: not held", command.id))
            return
        load = Load(command.id, command.level, command.gain_db)
        self.load(load, ClipSource(clip))
        self.start(StartSlot(command.id, float("-inf")))

    # -- callback

    def fill(self, frames: int, mono_s: float, lead_s: float) -> bytes:
        """The next block, called at `mono_s`, sounding `lead_s` later: `frames * 2` bytes."""
        behind_s = self.clock.observe(self.frames, mono_s, lead_s)
        if behind_s >= BEHIND_S:
            self._catch_up(round(behind_s * self.rate_hz))
        while self._actions:
            self._actions.popleft()()
        if not self._slots or not self.clock.ready:
            self.frames += frames
            return bytes(frames * 2)
        offsets = self._begin(frames)
        sounding = [slot for slot in self._slots.values() if slot.sounding]
        if len(sounding) == 1 and not offsets and self._limit == 1.0:
            # By far the most common case, and this thread dominates the CPU cost of playing.
            block = sounding[0].copy(frames)
            if block is not None:
                self.frames += frames
                return block
        mix = np.zeros(frames, np.float32)
        for slot in sounding:
            self._render(slot, mix, offsets.get(slot.id, 0))
        while behind := self._begin(frames):  # slots that waited for one that ended in this block
            for slot_id, offset in behind.items():
                self._render(self._slots[slot_id], mix, offset)
        self.frames += frames
        return self._limited(mix)

    def _catch_up(self, frames: int) -> None:
        """The device stalled: skip what it did not play in time, except in an alarm."""
        for slot in self._slots.values():
            if slot.sounding and slot.level < Level.EMERGENCY:  # no word of an alarm is lost
                slot.skip(frames)

    def _begin(self, frames: int) -> dict[str, int]:
        """Start the slots that are due; returns where in this block each begins."""
        offsets: dict[str, int] = {}
        for slot in list(self._slots.values()):
            if slot.sounding or slot.start_at_s is None or slot.after is not None:
                continue
            at = self._offset(slot.start_at_s, slot.level)
            offset = max(at, slot.not_before - self.frames)
            if offset >= frames or not _has_sound(slot.source):
                continue
            if any(
                other.sounding and not other.stopping and other.level > slot.level
                for other in self._slots.values()
            ):
                self._drop(slot, offset)
                continue
            slot.sounding = True
            offsets[slot.id] = offset
            self._preempt(slot, offset, offsets)
            self.events.append(Started(slot.id, self.clock.mono_of(self.frames + offset)))
        return offsets

    def _offset(self, at_mono_s: float, level: int) -> int:
        """Frames from this block's begin to the moment; 0 when it is past.

        The clock's map drifts by a few samples over an item, so a slot that is to start right after
        another of its level is joined to that one's exact end.
        """
        if at_mono_s == float("-inf"):
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

    def _render(self, slot: Slot, mix: Mix, offset: int) -> None:
        gaps = slot.gaps
        end = slot.render(mix, offset)
        self.gaps += slot.gaps - gaps
        if end is not None:
            self._finish(slot, end)

    def _limited(self, mix: Mix) -> bytes:
        """Keep the sum within the range: gain falls within a block and recovers slowly.

        A single slot at 0 dB passes bit for bit.
        """
        peak = float(np.max(np.abs(mix)))
        wanted = min(1.0, CEILING / peak) if peak > 0 else 1.0
        seconds = len(mix) / self.rate_hz
        recovered = self._limit + (1.0 - self._limit) * min(1.0, RELEASE_PER_S * seconds)
        after = min(wanted, 1.0 if recovered > 0.999 else recovered)
        if self._limit != 1.0 or after != 1.0:
            mix *= np.linspace(self._limit, after, len(mix), dtype=np.float32)
        self._limit = after
        return np.clip(np.rint(mix), -32_768, 32_767).astype("<i2").tobytes()

    # -- commands, executed by the callback

    def _add(self, slot: Slot) -> None:
        if slot.id in self._slots:
            slot.source.close()
            self.events.append(WorkerFault("E_SLOT", "this id is in use", slot.id))
            return
        self._slots[slot.id] = slot

    def _schedule(self, command: StartSlot) -> None:
        if slot := self._known(command.id):
            slot.start_at_s = command.at_mono_s
            slot.after = command.after if command.after in self._slots else None

    def _stop(self, command: Stop) -> None:
        slot = self._slots.get(command.id)
        if slot is None:
            return  # it ended while the command was under way
        if slot.sounding:
            slot.fade_out(command.fade_ms * self.rate_hz // 1000)
        else:
            self._drop(slot, 0)

    def _gain(self, command: Gain) -> None:
        if slot := self._slots.get(command.id):
            slot.set_gain(command.gain_db)

    def _known(self, slot_id: str) -> Slot | None:
        slot = self._slots.get(slot_id)
        if slot is None:
            self.events.append(WorkerFault("E_SLOT", "no such id", slot_id))
        return slot

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
        mono_s = self.clock.mono_of(end) if self.clock.ready else 0.0
        self.events.append(Ended(slot.id, slot.heard, slot.why or "end", mono_s))


def _has_sound(source: SampleSource) -> bool:
    """Is there a first sample, or nothing to wait for? A slot waits for its decoder."""
    return not isinstance(source, Ring) or source.available > 0 or source.finished
