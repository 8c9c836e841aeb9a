"""Gain and fades of one sound, applied block by block. Pure."""

from __future__ import annotations

from agent.play.sound.mix import SAMPLE_BYTES, scaled

STEP_FRAMES = 8  # a ramp is a staircase of 1/6 ms: a fade of 20 ms changes by 0.8 % a step


def linear_of(gain_db: float) -> float:
    """Decibels to a factor."""
    return float(10.0 ** (gain_db / 20.0))


class GainEnvelope:
    """A gain that is reached within a block, a fade in and a fade out, all linear.

    Args:
        gain_db: the gain.
        fade_in_frames: length of the fade at the start.
    """

    def __init__(self, gain_db: float, fade_in_frames: int) -> None:
        self._gain = self._gain_to = linear_of(gain_db)
        self._in = (0, fade_in_frames)  # frames done, frames long
        self._out: tuple[int, int] | None = None

    @property
    def is_fading_out(self) -> bool:
        """Is it on its way to silence?"""
        return self._out is not None

    @property
    def frames_left(self) -> int | None:
        """Frames until it has faded out; None when it does not."""
        return None if self._out is None else self._out[1] - self._out[0]

    @property
    def is_flat(self) -> bool:
        """Does it leave samples as they are?"""
        return self._gain == 1.0 and self._is_constant

    @property
    def _is_constant(self) -> bool:
        done, length = self._in
        return self._gain == self._gain_to and done >= length and self._out is None

    def set_gain(self, gain_db: float, *, at_once: bool) -> None:
        """A new gain, by the end of the next block or at once."""
        self._gain_to = linear_of(gain_db)
        if at_once:
            self._gain = self._gain_to

    def fade_in(self, frames: int) -> None:
        """Rise from silence again."""
        self._in = (0, frames)

    def fade_out(self, frames: int, delay: int = 0) -> None:
        """Fade out over `frames`, beginning `delay` frames into the next block.

        What is already fading keeps its fade, unless the new one ends sooner.
        """
        left = self.frames_left
        if left is None or left > frames + delay:
            self._out = (-delay, max(frames, 1))

    def apply(self, samples: bytes, block: int) -> bytes:
        """Words of the next samples (see `mix`); a new gain is reached `block` frames on."""
        if self._is_constant:
            return scaled(samples, self._gain)
        frames = len(samples) // SAMPLE_BYTES
        step = STEP_FRAMES * SAMPLE_BYTES
        words = [
            scaled(samples[at * SAMPLE_BYTES : at * SAMPLE_BYTES + step], self._factor(at, block))
            for at in range(0, frames, STEP_FRAMES)
        ]
        self._in = (self._in[0] + frames, self._in[1])
        if self._out is not None:
            self._out = (self._out[0] + frames, self._out[1])
        return b"".join(words)

    def reach_gain(self) -> None:
        """The block is over: a new gain is in effect."""
        self._gain = self._gain_to

    def _factor(self, at: int, block: int) -> float:
        factor = self._gain + (self._gain_to - self._gain) * _ramp(at, block)
        factor *= _ramp(self._in[0] + at, self._in[1])
        if self._out is not None:
            factor *= 1.0 - _ramp(self._out[0] + at, self._out[1])
        return factor


def _ramp(done: int, length: int) -> float:
    """0 to 1 over `length` frames, clipped at both ends."""
    return min(1.0, max(0.0, done / length)) if length else 1.0
