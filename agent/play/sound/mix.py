"""The arithmetic of one block of sound: sums, channels, limiter. Pure, and without numpy.

`audioop` works on bytes in C: it loads in a millisecond and needs no memory, where numpy takes
13 MiB of the box (docs/decisions/0037). Python 3.13 has it from the package `audioop-lts`.

Sums are *words*: 32 bits, 1/256 of a step of 16 bits, so 128 full-scale slots fit.
"""

from __future__ import annotations

import warnings
from array import array
from collections.abc import Sequence

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # see above
    import audioop

WORD_BYTES = 4
SAMPLE_BYTES = 2
FINE = 256.0  # words a step
HALF_STEP = 128
CEILING = 32_768 * FINE
LIMIT_FRAMES = 240  # the limiter's gain is constant for so long
RELEASE_PER_S = 4.0  # it recovers by a factor of e in 1/4 s

Gains = Sequence[float]


def scaled(samples: bytes, gain: float) -> bytes:
    """Samples (s16) as words, with a factor."""
    words = audioop.lin2lin(samples, SAMPLE_BYTES, WORD_BYTES)
    return audioop.mul(words, WORD_BYTES, gain / FINE)


def attenuated(samples: bytes, gain: float) -> bytes:
    """Samples (s16) with a factor of at most 1."""
    return audioop.mul(samples, SAMPLE_BYTES, gain)


def added(first: bytes, second: bytes) -> bytes:
    """Two sounds (s16) of one length."""
    return audioop.add(first, second, SAMPLE_BYTES)


class Mix:
    """One block: what sounds on all channels alike, and what each channel has of its own.

    Args:
        frames: its length.
        channels: of the device.
    """

    def __init__(self, frames: int, channels: int) -> None:
        self._frames = frames
        self._common: bytes | None = None
        self._own: list[bytes | None] = [None] * channels

    def add(self, words: bytes, offset: int, gains: Gains = ()) -> None:
        """Add a share that begins at frame `offset`; `gains` are factors by channel, or none."""
        if len(words) != self._frames * WORD_BYTES:
            after = self._frames - offset - len(words) // WORD_BYTES
            words = bytes(offset * WORD_BYTES) + words + bytes(after * WORD_BYTES)
        if not gains:
            self._common = _sum(self._common, words)
            return
        for channel, gain in enumerate(gains):
            if gain:
                share = audioop.mul(words, WORD_BYTES, gain)
                self._own[channel] = _sum(self._own[channel], share)

    def channels(self) -> list[bytes]:
        """The words of each channel."""
        silence = bytes(self._frames * WORD_BYTES)
        return [_sum(self._common, own or silence) if own else self._common or silence
                for own in self._own]  # fmt: skip


class Limiter:
    """Keeps the sum within 16 bits: its gain falls at once and recovers slowly.

    All channels have one gain. What never exceeds the range passes bit for bit.

    Args:
        rate_hz: frames a second.
    """

    def __init__(self, rate_hz: int) -> None:
        self._gain = 1.0
        self._release = RELEASE_PER_S * LIMIT_FRAMES / rate_hz

    @property
    def is_at_rest(self) -> bool:
        """Does it change nothing?"""
        return self._gain == 1.0

    def limit(self, channels: Sequence[bytes]) -> list[bytes]:
        """The samples (s16) of each channel."""
        if self.is_at_rest and max(audioop.max(one, WORD_BYTES) for one in channels) <= CEILING:
            return [_to_samples(one, 1.0) for one in channels]
        length = LIMIT_FRAMES * WORD_BYTES
        limited: list[list[bytes]] = [[] for _ in channels]
        for begin in range(0, len(channels[0]), length):
            parts = [one[begin : begin + length] for one in channels]
            gain = self._next_gain(max(audioop.max(one, WORD_BYTES) for one in parts))
            for done, part in zip(limited, parts, strict=True):
                done.append(_to_samples(part, gain))
        return [b"".join(done) for done in limited]

    def _next_gain(self, peak: int) -> float:
        recovered = self._gain + (1.0 - self._gain) * min(1.0, self._release)
        wanted = CEILING / peak if peak > CEILING else 1.0
        self._gain = min(wanted, 1.0 if recovered > 0.999 else recovered)
        return self._gain


def interleave(channels: Sequence[bytes]) -> bytes:
    """Samples (s16) of several channels as a device takes them."""
    if len(channels) == 1:
        return channels[0]
    frames = array("h", bytes(len(channels) * len(channels[0])))
    for number, samples in enumerate(channels):
        frames[number :: len(channels)] = array("h", samples)
    return frames.tobytes()


def _sum(first: bytes | None, second: bytes) -> bytes:
    return second if first is None else audioop.add(first, second, WORD_BYTES)


def _to_samples(words: bytes, gain: float) -> bytes:
    rounded = audioop.bias(words, WORD_BYTES, HALF_STEP)
    return audioop.lin2lin(audioop.mul(rounded, WORD_BYTES, gain * FINE), WORD_BYTES, SAMPLE_BYTES)
