"""Keeps a face from flashing: no part of it changes its brightness too often within a second.

Whatever documents order, and whoever signed them: a picture that would be one change too many waits
until it is none. Black never waits.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from PIL import Image

from agent.contract.flash_limit import FLASH, FlashLimit
from agent.play.board.picture_light import LINEAR, LUMINANCE_WEIGHTS

GRID = 4  # a face is looked at in so many parts each way
Luminances = Sequence[float]


def read_luminances(pixels: bytes, size: tuple[int, int]) -> Luminances:
    """The mean relative luminance, 0 to 1, of each part of a frame, in rows from the top.

    Args:
        pixels: RGB, rows from the top.
        size: (width_px, height_px).
    """
    picture = Image.frombuffer("RGB", size, pixels, "raw", "RGB", 0, 1)
    columns, rows = min(GRID, size[0]), min(GRID, size[1])
    xs = [size[0] * n // columns for n in range(columns + 1)]
    ys = [size[1] * n // rows for n in range(rows + 1)]
    return [
        _mean_luminance(picture.crop((left, top, right, bottom)))
        for top, bottom in itertools.pairwise(ys)
        for left, right in itertools.pairwise(xs)
    ]


def _mean_luminance(part: Image.Image) -> float:
    counts, found = part.histogram(), 0.0
    for channel, weight in enumerate(LUMINANCE_WEIGHTS):
        own = counts[channel * 256 : (channel + 1) * 256]
        found += weight * sum(n * linear for n, linear in zip(own, LINEAR, strict=True) if n)
    return found / (part.width * part.height)


class FlashGuard:
    """The changes of one face within the last second.

    Args:
        limit: how many there may be.
    """

    def __init__(self, limit: FlashLimit = FLASH) -> None:
        self._limit = limit
        self._shown: Luminances = ()
        self._changes: dict[int, list[float]] = {}

    def find_wait_s(self, luminances: Luminances, now_mono_s: float) -> float:
        """How long a frame has to wait, so that no part changes once too often; 0: not at all."""
        waits = [self._wait_of(part, now_mono_s) for part in self._changing(luminances)]
        return max(waits, default=0.0)

    def note(self, luminances: Luminances, now_mono_s: float) -> None:
        """The frame is shown now."""
        for part in self._changing(luminances):
            recent = self._recent(part, now_mono_s)
            self._changes[part] = [*recent, now_mono_s][-self._limit.changes :]
        self._shown = luminances

    def replace(self, luminances: Luminances) -> None:
        """What is shown has changed by itself, as a clip does: its changes are not counted here."""
        self._shown = luminances

    def _changing(self, luminances: Luminances) -> list[int]:
        pairs = zip(self._shown, luminances, strict=True) if self._shown else ()
        return [part for part, pair in enumerate(pairs) if self._is_change(*pair)]

    def _is_change(self, before: float, after: float) -> bool:
        is_dark = min(before, after) < self._limit.dark
        return is_dark and abs(after - before) >= self._limit.luminance

    def _recent(self, part: int, now_mono_s: float) -> list[float]:
        since_s = now_mono_s - self._limit.within_ms / 1000
        return [one for one in self._changes.get(part, []) if one > since_s]

    def _wait_of(self, part: int, now_mono_s: float) -> float:
        recent = self._recent(part, now_mono_s)
        if len(recent) < self._limit.changes:
            return 0.0
        return recent[-self._limit.changes] + self._limit.within_ms / 1000 - now_mono_s
