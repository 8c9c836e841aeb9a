"""Plays one sound at a time through `aplay`, by the rules of the mixer.

A sound of a higher level kills the `aplay` of a lower one and starts its own, which takes some
hundredths of a second. Sounds that follow each other go through one `aplay`, to the sample. What
the mixer can do and this cannot: two sounds of one level together, and a fade at a stop.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from typing import Literal

from agent.contract.priority import Level
from agent.play.ipc import RATE_HZ, Ended, Fire, Gain, Load, Started, StartSlot, Stop, WorkerFault
from agent.play.sound.aplay_stream import BUFFER_MS, AplayStream
from agent.play.sound.safe_slot import SafeClip, SafeClipSource, SafeSlot, SafeSource

LEAD_S = 0.015  # from the start of `aplay` to the first sound
JOIN_S = 0.25  # what is due so soon after an end is written behind it; so late may an end be
STARVED_LIMIT_S = 3.0
END_LIMIT_S = 2.0  # from the last sample's moment to the exit of `aplay`
LOW_S = BUFFER_MS / 1000  # less in the stream, and the device would run dry
FILL_FRAMES = RATE_HZ // 200
BUSY_STEP_S = 0.005
PLAY_STEP_S = 0.02

Event = Started | Ended | WorkerFault
Why = Literal["end", "stopped", "starved"]


class StreamLost(Exception):  # noqa: N818 - names the state
    """`aplay` ended although it had sound to play: the device is gone."""


class SafePlayer:
    """The slots of one sound path.

    Args:
        open_stream: starts an `aplay`.
        channels: of the device.

    Attributes:
        events: to be sent to the agent, in order.
        gaps: how often a sound had no samples in time.
    """

    def __init__(self, open_stream: Callable[[], AplayStream], channels: int = 1) -> None:
        self.events: deque[Event] = deque()
        self.gaps = 0
        self._open_stream = open_stream
        self._channels = channels
        self._waiting: dict[str, SafeSlot] = {}
        self._playing: deque[SafeSlot] = deque()  # in the stream, in its order
        self._stream: AplayStream | None = None
        self._clips: dict[str, SafeClip] = {}

    @property
    def stream(self) -> AplayStream | None:
        """The present one."""
        return self._stream

    # Commands

    def hold(self, clip: str, fd: int) -> None:
        """Keep a clip."""
        self._clips[clip] = SafeClip(fd)

    def load(self, command: Load, source: SafeSource) -> None:
        """Add a slot."""
        if command.id in self._waiting or any(one.id == command.id for one in self._playing):
            source.close()
            self.events.append(WorkerFault("E_SLOT", "this id is in use", command.id))
            return
        self._waiting[command.id] = SafeSlot(command, source, self._channels)

    def start(self, command: StartSlot) -> None:
        """Set a slot's moment."""
        slot = self._waiting.get(command.id)
        if slot is None:
            self.events.append(WorkerFault("E_SLOT", "no such id", command.id))
            return
        ahead = {*self._waiting, *(one.id for one in self._playing)}
        slot.start_mono_s = command.at_mono_s
        slot.after = command.after if command.after in ahead else None

    def fire(self, command: Fire) -> None:
        """Play a held clip at once."""
        clip = self._clips.get(command.clip)
        if clip is None:
            self.events.append(WorkerFault("E_CLIP", f"{command.clip}: not held", command.id))
            return
        load = Load(command.id, command.level, command.gain_db, channels=command.channels)
        self.load(load, SafeClipSource(clip))
        self.start(StartSlot(command.id, -math.inf))

    def gain(self, command: Gain) -> None:
        """Change a slot's level for what is not in the stream yet."""
        for slot in (*self._waiting.values(), *self._playing):
            if slot.id == command.id:
                slot.set_gain(command.gain_db, command.channels)

    def stop(self, command: Stop, now_mono_s: float) -> None:
        """Silence a slot at once and drop it."""
        if slot := self._waiting.get(command.id):
            self._drop(slot, now_mono_s)
        elif any(one.id == command.id for one in self._playing):
            self._kill(now_mono_s)

    # Time

    def step(self, now_mono_s: float) -> float:
        """Do what is due; the seconds until the next step is of use.

        Raises:
            StreamLost: the device is gone.
        """
        self._observe(now_mono_s)
        self._start_due(now_mono_s)
        try:
            self._write(now_mono_s)
        except BrokenPipeError:
            return 0.0  # its exit follows
        return self._pause_s(now_mono_s)

    def _pause_s(self, now_mono_s: float) -> float:
        if self._stream is not None:
            return BUSY_STEP_S if self._stream.begin_mono_s is None else PLAY_STEP_S
        moments = [one.start_mono_s for one in self._waiting.values() if one.after is None]
        coming = min((at for at in moments if at is not None), default=math.inf)
        return max(BUSY_STEP_S, coming - LEAD_S - now_mono_s)

    def _observe(self, now_mono_s: float) -> None:
        """Report what has begun and ended in the stream by now."""
        stream = self._stream
        if stream is None:
            return
        code, was_open = stream.exit_code, stream.is_open
        stream.observe(now_mono_s)
        position = stream.position(now_mono_s)
        for slot in list(self._playing):
            self._report_start(stream, slot, position)
            if slot.end is not None and position >= slot.end and slot is not self._playing[-1]:
                self._end(slot, "end", stream.mono_of(slot.end) or now_mono_s)
        if code is None:
            self._check_end(stream, now_mono_s)
            return
        if code or was_open:
            raise StreamLost(stream.read_error() or f"aplay ended with exit code {code}")
        self._close_stream(stream, now_mono_s)

    def _check_end(self, stream: AplayStream, now_mono_s: float) -> None:
        """An `aplay` that has all its samples and does not end hangs in its driver."""
        end_mono_s = stream.mono_of(stream.written)
        is_late = end_mono_s is not None and now_mono_s - end_mono_s > END_LIMIT_S
        if is_late and not stream.is_open:
            raise StreamLost("aplay does not end")

    def _close_stream(self, stream: AplayStream, now_mono_s: float) -> None:
        """`aplay` has played all that it had."""
        for slot in list(self._playing):
            self._report_start(stream, slot, stream.written)
            self._end(slot, "starved" if slot.is_starved else "end", now_mono_s)
        stream.close()
        self._stream = None

    def _report_start(self, stream: AplayStream, slot: SafeSlot, position: int) -> None:
        begin_mono_s = stream.mono_of(slot.first)
        if not slot.is_started and begin_mono_s is not None and position >= slot.first:
            slot.is_started = True
            self.events.append(Started(slot.id, begin_mono_s))

    def _start_due(self, now_mono_s: float) -> None:
        for slot in self._list_due(now_mono_s + LEAD_S):
            top = self._playing[-1].level if self._playing else None
            if top is not None and slot.level < top:
                self._drop(slot, now_mono_s)
            elif top is None or slot.level > top or self._is_overdue(slot, now_mono_s):
                self._kill(now_mono_s)
                self._stream = self._open_stream()
                self._append(slot)

    def _list_due(self, by_mono_s: float) -> list[SafeSlot]:
        """What is due, the highest level first."""
        due = [one for one in self._waiting.values() if one.is_due(by_mono_s)]
        return sorted(due, key=lambda one: -one.level)

    def _is_overdue(self, slot: SafeSlot, now_mono_s: float) -> bool:
        """Has it waited for the end of one of its level for longer than an end may be late?"""
        return slot.start_mono_s is not None and now_mono_s - slot.start_mono_s > JOIN_S

    def _append(self, slot: SafeSlot) -> None:
        """Its samples are written from now on."""
        if self._stream is not None:
            slot.first = self._stream.written
            del self._waiting[slot.id]
            self._playing.append(slot)

    def _write(self, now_mono_s: float) -> None:
        stream = self._stream
        while stream is not None and stream.is_open and self._playing:
            slot = self._playing[-1]
            has_samples = slot.fetch()
            if has_samples and slot.late:
                slot.skip_late()
            elif has_samples:
                if not (count := stream.write(slot.pending)):
                    return
                slot.wrote(count)
            elif has_samples is None:
                if not self._fill(stream, slot, now_mono_s):
                    return
            else:
                self._finish(stream, slot)

    def _fill(self, stream: AplayStream, slot: SafeSlot, now_mono_s: float) -> bool:
        """Nothing has come in time: silence keeps the device running, and the position right."""
        left_s = (stream.written - stream.position(now_mono_s)) / RATE_HZ
        if stream.begin_mono_s is None or left_s > LOW_S:
            return False
        if not slot.dry:
            self.gaps += 1
        filled = stream.write(bytes(FILL_FRAMES * stream.frame_bytes)) // stream.frame_bytes
        slot.missing += filled
        slot.dry += filled
        if slot.level < Level.EMERGENCY:  # no word of an alarm is skipped
            slot.late += filled
        if slot.dry > STARVED_LIMIT_S * RATE_HZ:
            slot.is_starved = True
            self._finish(stream, slot)
        return filled > 0

    def _finish(self, stream: AplayStream, slot: SafeSlot) -> None:
        """All of a slot is in the stream: what follows at once is written behind it."""
        slot.source.close()
        slot.end = stream.written
        following = self._find_following(stream, slot)
        if following is None:
            stream.finish()
            return
        following.after = None
        end_mono_s = stream.mono_of(slot.end)
        if end_mono_s is not None and following.start_mono_s is not None:
            self._pause(stream, following.start_mono_s - end_mono_s)
        self._append(following)

    def _pause(self, stream: AplayStream, gap_s: float) -> None:
        """Silence between two sounds, as much as the pipe takes."""
        frames = round(min(JOIN_S, gap_s) * RATE_HZ)
        while frames > 0:
            piece = min(FILL_FRAMES, frames)
            if not stream.write(bytes(piece * stream.frame_bytes)):
                return
            frames -= piece

    def _find_following(self, stream: AplayStream, slot: SafeSlot) -> SafeSlot | None:
        for one in self._waiting.values():
            if one.after == slot.id:
                return one
        end_mono_s = stream.mono_of(stream.written)
        due = self._list_due(end_mono_s + JOIN_S) if end_mono_s is not None else []
        return due[0] if due else None

    # Ends

    def _kill(self, now_mono_s: float) -> None:
        """Silence now; what was in the stream has ended where it was."""
        stream = self._stream
        if stream is None:
            return
        position = stream.position(now_mono_s)
        stream.kill()
        self._stream = None
        for slot in list(self._playing):
            if slot.end is None:
                slot.source.close()
            slot.sound = max(0, min(slot.sound, position - slot.first))
            is_whole = slot.end is not None and position >= slot.end
            self._end(slot, "end" if is_whole else "stopped", now_mono_s)

    def _drop(self, slot: SafeSlot, now_mono_s: float) -> None:
        """It ends unheard."""
        slot.source.close()
        del self._waiting[slot.id]
        self._tell_end(slot, "stopped", now_mono_s)

    def _end(self, slot: SafeSlot, why: Why, at_mono_s: float) -> None:
        self._playing.remove(slot)
        self._tell_end(slot, why, at_mono_s)

    def _tell_end(self, slot: SafeSlot, why: Why, at_mono_s: float) -> None:
        for other in self._waiting.values():
            if other.after == slot.id:
                other.after = None
        self.events.append(Ended(slot.id, slot.sound, why, at_mono_s, slot.missing))

    def close(self, now_mono_s: float) -> None:
        """End all sound."""
        self._kill(now_mono_s)
