"""Keeps a slot in step with the shared clock: its card runs a little too fast or too slow. Pure.

The theory. The first sample of a slot is to sound at a moment (its anchor); it sounded at a frame
(its origin), and the frame clock says when that is, by the rate at which the card counts now. A
card that is fast by 100 parts in a million moves that moment by 0.1 ms a second, although the frame
stays. What lies between the two is how far the slot is off, at any time and whatever its length.
One sample left out moves the origin back by one frame, one doubled moves it on.

The moment is a median over two seconds: a single reading jitters by the scheduler's delays, and a
slot must not follow them. Corrections are rare: at most one sample in `SPACING_FRAMES`, which is
300 parts in a million, more than the crystals of two cards differ. What is off by more than
`JUMP_S` is not chased: that takes the servo half a minute, and more is heard as an echo between two
poles. It is mended at once by a jump, but never in an alarm, whose words are all to be heard.
"""

from __future__ import annotations

from dataclasses import dataclass

from agent.play.decode.pcm import FRAME_BYTES, Samples, SampleSource
from agent.play.ipc import Steered
from agent.play.sound.splice import (
    SPREAD_FRAMES,
    cross_fade,
    double_one,
    fade,
    leave_out_one,
)

SPACING_FRAMES = 3_334  # 1 / 300e-6
DEAD_S = 100e-6  # five samples: below this nothing is corrected
JUMP_S = 0.010
BROKEN_JUMP_S = 0.002  # where the device has stalled there is a break in the sound anyway
JUMP_FADE_FRAMES = 480
AHEAD_S = 2.0  # from the midst of a reading's two seconds to that of the next ones
SHORTEST_FRAMES = 200  # of a block that may be corrected
RATED_S = 30.0  # a shorter time says nothing of a card


@dataclass(frozen=True)
class SteadyReading:
    """The map of a frame clock without its jitter.

    Args:
        frame: up to which it was observed.
        zero_s: CLOCK_MONOTONIC seconds of frame 0.
        slope: seconds a second by which it moves.
        is_broken: has the device jumped so lately that the map may still be that from before?
    """

    frame: int
    zero_s: float
    slope: float = 0.0
    is_broken: bool = False


class Steering:
    """The place of one slot in time, and its corrections.

    Args:
        rate_hz: frames a second.
        may_jump: False for an alarm.
        is_on: False for sound that is played as it comes.
    """

    def __init__(self, rate_hz: int, *, may_jump: bool, is_on: bool) -> None:
        self.carried_s = 0.0  # how far the sound was off that this one continues
        self.overdue = 0  # frames to be skipped as soon as they come
        self.skipped = 0  # frames of its sound that were skipped
        self.paused = 0  # frames of silence that were put in
        self._rate_hz = rate_hz
        self._may_jump = may_jump
        self._is_on = is_on
        self._anchor_s: float | None = None
        self._origin: int | None = None
        self._due = 0  # samples to leave out (negative: to double)
        self._jump = 0  # frames to skip (negative: to wait)
        self._hold = 0  # frames of silence that are left of a jump
        self._rises = False
        self._since = 0
        self._left_out = self._doubled = self._jumps = 0
        self._worst_s = 0.0
        self._first: SteadyReading | None = None
        self._rated_s = 0.0
        self._card_ppm: float | None = None
        self._latest: SteadyReading | None = None

    def begin(self, frame: int, at_s: float | None) -> None:
        """Its first sample is at a frame, and is to sound at a moment; None: not known yet."""
        self._origin = frame
        self._anchor_s = None if at_s is None else at_s + self.carried_s

    def shift(self, by_s: float) -> None:
        """What sounds is to sound so much later than was said (negative: earlier).

        What waits for another sound takes on how far that is off when it ends.
        """
        if self._anchor_s is None:
            return
        self._anchor_s += by_s
        self._worst_s = max(self._worst_s, abs(by_s))
        if abs(by_s) > JUMP_S and self._may_jump and self._is_on and not self.is_jumping:
            self._jump, self._due = round(-by_s * self._rate_hz), 0  # known, not measured: at once

    def catch_up(self, frames: int) -> None:
        """The device did not play so many frames, and they are skipped."""
        if self._origin is not None:
            self._origin -= frames

    def off_s(self, zero_s: float) -> float:
        """How much too early it sounds (negative: too late), by the clock's map."""
        if self._anchor_s is None or self._origin is None:
            return 0.0
        return self._anchor_s - zero_s - self._origin / self._rate_hz

    def correct(self, reading: SteadyReading) -> None:
        """Decide what to correct until the next reading."""
        if self._origin is None or not self._is_on:
            return
        self._latest = reading
        self._watch_speed(reading)
        if self._anchor_s is None:
            self.begin(self._origin, reading.zero_s + self._origin / self._rate_hz)
        if self._jump or self._hold or self._rises:
            return
        off_s = self.off_s(reading.zero_s)
        self._worst_s = max(self._worst_s, abs(off_s))
        off_s -= reading.slope * AHEAD_S
        frames = round(-off_s * self._rate_hz)
        limit_s = BROKEN_JUMP_S if reading.is_broken else JUMP_S
        if abs(off_s) > limit_s and self._may_jump:
            self._jump, self._due = frames, 0
        else:
            self._due = frames if abs(off_s) > DEAD_S else 0

    @property
    def last_off_s(self) -> float:
        """How much too early it was at the last reading: what follows it takes that on."""
        return 0.0 if self._latest is None else self.off_s(self._latest.zero_s)

    @property
    def is_jumping(self) -> bool:
        """Does the next block need more than a sample more or less?"""
        return bool(self._jump or self._hold or self._rises)

    def describe(self) -> Steered | None:
        """What was corrected; None of a sound that was too short to be looked at."""
        if self._latest is None:
            return None
        return Steered(
            left_out=self._left_out,
            doubled=self._doubled,
            jumps=self._jumps,
            worst_s=round(self._worst_s, 6),
            card_ppm=self._card_ppm,
        )

    def _watch_speed(self, reading: SteadyReading) -> None:
        """Measure the card over the longest time in which the device did not jump."""
        if reading.is_broken:
            self._first = None
            return
        first = self._first = self._first or reading
        length_s = (reading.frame - first.frame) / self._rate_hz
        if length_s >= max(RATED_S, self._rated_s):
            self._rated_s = length_s
            self._card_ppm = round(-(reading.zero_s - first.zero_s) / length_s * 1e6, 1)

    def read(self, source: SampleSource, frames: int) -> Samples:
        """The next samples, corrected; fewer when no more are available yet."""
        if self._jump > 0:
            return self._skip(source, frames)
        if self.is_jumping:
            return self._wait(source, frames)
        at = max(0, SPACING_FRAMES - self._since)
        self._since += frames
        spread = min(SPREAD_FRAMES, frames)
        if not self._due or at + spread > frames or frames < SHORTEST_FRAMES:
            return source.read(frames)
        return self._move_one(source, frames, at)

    def _move_one(self, source: SampleSource, frames: int, at: int) -> Samples:
        """One sample more or less, `at` frames into the block."""
        step = 1 if self._due > 0 else -1
        samples = source.read(frames + step)
        spread = min(SPREAD_FRAMES, frames) + min(0, step)
        begin, end = at * FRAME_BYTES, (at + spread + max(0, step)) * FRAME_BYTES
        if len(samples) < (frames + step) * FRAME_BYTES:
            return samples  # the end of the sound, or a gap
        change = leave_out_one if step > 0 else double_one
        self._since = frames - at
        self._due -= step
        self._move_origin(-step)
        self._left_out += max(0, step)
        self._doubled += max(0, -step)
        return samples[:begin] + change(samples[begin:end]) + samples[end:]

    def _move_origin(self, frames: int) -> None:
        self._origin = (self._origin or 0) + frames

    def _skip(self, source: SampleSource, frames: int) -> Samples:
        """Go on at a later place of the sound, at once where it is there already."""
        skipped, self._jump = self._jump, 0
        self._since = 0
        self._jumps += 1
        self.skipped += skipped
        self._move_origin(-skipped)
        length = min(JUMP_FADE_FRAMES, frames, skipped)
        old = source.read(length)
        if source.available < skipped + frames - length:
            self.overdue = skipped + frames - len(old) // FRAME_BYTES
            return fade(old, 1.0, 0.0).ljust(frames * FRAME_BYTES, b"\0")
        source.read(skipped - length)
        new = source.read(length)
        return cross_fade(old, new) + source.read(frames - length)

    def _wait(self, source: SampleSource, frames: int) -> Samples:
        """Silence until its place in time has come."""
        samples = b""
        if self._jump:
            self._hold, self._jump = -self._jump, 0
            self._jumps += 1
            self.paused += self._hold
            self._move_origin(self._hold)
            samples = fade(source.read(min(JUMP_FADE_FRAMES, frames)), 1.0, 0.0)
        room = frames - len(samples) // FRAME_BYTES
        silence = min(self._hold, room)
        self._hold -= silence
        self._rises = True
        if silence == room:
            return samples + bytes(silence * FRAME_BYTES)
        self._rises, self._since = False, 0
        rising = source.read(min(JUMP_FADE_FRAMES, room - silence))
        rest = source.read(room - silence - len(rising) // FRAME_BYTES)
        return samples + bytes(silence * FRAME_BYTES) + fade(rising, 0.0, 1.0) + rest
