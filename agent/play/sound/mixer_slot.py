"""One sound in the mixer: its source, gain, fades, and how much of it was heard."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from agent.play.decode.pcm import SampleSource

Why = Literal["end", "stopped", "starved"]
Mix = NDArray[np.float32]

STARVED_LIMIT_S = 3.0
FADE_BACK_S = 0.010


def linear_of(gain_db: float) -> float:
    """Decibels to a factor."""
    return float(10.0 ** (gain_db / 20.0))


class Slot:
    """Waits for its moment, sounds, fades out, ends.

    Under-run: silence is inserted and the samples that arrive late are skipped, so that the
    position stays right; of a live source they are played. The sound fades back in within 10 ms.
    Before its first sample a slot waits.

    Args:
        slot_id: the command's id.
        level: higher pre-empts lower.
        source: where samples come from.
        gain_db: dB.
        fade_in_frames: linear fade at the start.
        rate_hz: frames a second.
    """

    def __init__(
        self,
        slot_id: str,
        level: int,
        source: SampleSource,
        *,
        gain_db: float,
        fade_in_frames: int,
        rate_hz: int,
    ) -> None:
        self.id = slot_id
        self.level = level
        self.source = source
        self.start_at_s: float | None = None  # CLOCK_MONOTONIC; None: not set yet
        self.after: str | None = None  # the slot whose end it waits for
        self.not_before = 0  # frame
        self.sounding = False
        self.heard = 0
        self.gaps = 0
        self.why: Why | None = None
        self._rate_hz = rate_hz
        self._gain = self._gain_to = linear_of(gain_db)
        self._fade_in = (0, fade_in_frames)  # frames done, frames long
        self._fade_out: tuple[int, int] | None = None
        self._late = 0

    @property
    def stopping(self) -> bool:
        """Is it fading out? Then it no longer counts when levels are compared."""
        return self._fade_out is not None

    def set_gain(self, gain_db: float) -> None:
        """Reach a new gain within one block."""
        self._gain_to = linear_of(gain_db)
        if not self.sounding:
            self._gain = self._gain_to

    def fade_out(self, frames: int, delay: int = 0) -> None:
        """Fade out over `frames`, beginning `delay` frames into the next block.

        A slot that is already fading keeps its fade, unless the new one ends sooner.
        """
        if self._fade_out is not None:
            done, length = self._fade_out
            if length - done <= frames + delay:
                return
        self._fade_out = (-delay, max(frames, 1))

    def skip(self, frames: int) -> None:
        """Skip frames: the device has fallen behind the timeline. A live source has none."""
        self.gaps += 1
        if self.source.is_live:
            return
        self._late += frames
        self._fade_in = (0, int(FADE_BACK_S * self._rate_hz))

    def copy(self, frames: int) -> bytes | None:
        """This block unchanged from the source; None when it needs mixing, or may be the last."""
        done, length = self._fade_in
        is_bare = self._gain == 1.0 == self._gain_to and done >= length
        if not is_bare or self._fade_out is not None or self._late:
            return None
        if self.source.available <= frames:
            return None
        self.heard += frames
        return self.source.read(frames).tobytes()

    def render(self, mix: Mix, offset: int) -> int | None:
        """Add this block's share to `mix` from `offset` on; the frame after the last, if it ended.

        Sets `why` when it ends.
        """
        room = len(mix) - offset
        left = self._frames_left_to_fade()
        wanted = room if left is None else min(room, left)
        samples = self._pull(wanted)
        if len(samples):
            self.heard += len(samples)
            mix[offset : offset + len(samples)] += samples * self._envelope(len(samples), room)
        self._gain = self._gain_to
        if left is not None and left <= room:
            return self._end("stopped", offset + wanted)
        if self.source.finished:
            return self._end("end", offset + len(samples))
        if len(samples) < wanted:
            return self._starve(wanted - len(samples), offset + wanted)
        return None

    def _frames_left_to_fade(self) -> int | None:
        if self._fade_out is None:
            return None
        done, length = self._fade_out
        return length - done

    def _pull(self, frames: int) -> NDArray[np.int16]:
        if self.source.is_live and self.source.available:
            self._late = 0
        while self._late:
            skipped = len(self.source.read(min(self._late, self._rate_hz)))
            if not skipped:
                break
            self._late -= skipped
        return self.source.read(frames)

    def _envelope(self, frames: int, block: int) -> Mix | float:
        done, length = self._fade_in
        if self._gain == self._gain_to and done >= length and self._fade_out is None:
            return self._gain
        curve = self._gain + (self._gain_to - self._gain) * _ramp(0, frames, block)
        if done < length:
            curve *= _ramp(done, frames, length)
            self._fade_in = (done + frames, length)
        if self._fade_out is not None:
            out, out_length = self._fade_out
            curve *= 1.0 - _ramp(out, frames, out_length)
            self._fade_out = (out + frames, out_length)
        return curve

    def _starve(self, missing: int, end: int) -> int | None:
        if self._late == 0:
            self.gaps += 1
        self._late += missing
        self._fade_in = (0, int(FADE_BACK_S * self._rate_hz))
        if self._late >= STARVED_LIMIT_S * self._rate_hz:
            return self._end("starved", end)
        if self._fade_out is not None:
            return self._end("stopped", end)
        return None

    def _end(self, why: Why, at: int) -> int:
        self.why = why
        self.source.close()
        return at


def _ramp(done: int, frames: int, length: int) -> Mix:
    """0 to 1 over `length` frames, this block's part of it, clipped at both ends."""
    steps = np.arange(done, done + frames, dtype=np.float32) / np.float32(length)
    return np.clip(steps, 0.0, 1.0, out=steps)
