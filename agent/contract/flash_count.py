"""Counts how often parts of a moving picture change their brightness: does it flash?

A change is a rise or a fall of the relative luminance by the limit or more, of which the darker end
is dark enough; rises and falls are each counted, as the limit has it. A clip flashes where a
quarter of the picture changes more often than allowed within the limit's span (WCAG 2.2, definition
of general flash: a quarter of the central field of view; a board that is far away is inside it
whole). The centre counts before it signs, a box while it shows.
"""

from __future__ import annotations

from collections import deque

from agent.contract.flash_limit import FLASH, FlashLimit

CELLS = (16, 9)  # the parts, across and down: each is about a hundredth of the picture
AREA = 0.25
# sRGB, IEC 61966-2-1
_LUMINANCE = [
    value / 12.92 / 255 if value / 255 <= 0.04045 else ((value / 255 + 0.055) / 1.055) ** 2.4
    for value in range(256)
]


class FlashCount:
    """The changes of one clip.

    Args:
        fps: frames a second.
        limit: how many changes there may be.
    """

    def __init__(self, fps: int, limit: FlashLimit = FLASH) -> None:
        self._limit = limit
        self._span = limit.within_ms * fps // 1000
        self._cells: list[_Cell] = []
        self._number = -1

    def add(self, values: bytes) -> bool:
        """Take the next frame, a grey value for each part; True: with it the clip flashes."""
        self._number += 1
        if not self._cells:
            self._cells = [_Cell(_LUMINANCE[value]) for value in values]
        has_changed = False
        for cell, value in zip(self._cells, values, strict=True):
            if cell.add(_LUMINANCE[value], self._limit):
                cell.changes.append(self._number)
                has_changed = True
        return has_changed and self._flashes()

    def _flashes(self) -> bool:
        after, most = self._number - self._span, self._limit.changes
        flashing = sum(cell.count(after) > most for cell in self._cells)
        return flashing >= AREA * len(self._cells)


class _Cell:
    """One part of the picture: its extreme since the last change, and when it changed."""

    __slots__ = ("_high", "_is_rising", "_low", "changes")

    def __init__(self, luminance: float) -> None:
        self._low = self._high = luminance
        self._is_rising: bool | None = None
        self.changes: deque[int] = deque()

    def add(self, luminance: float, limit: FlashLimit) -> bool:
        """The next frame; True: a rise or a fall, told once, as soon as it is large enough."""
        if self._is_rising is not True:
            self._low = min(self._low, luminance)
            if luminance - self._low >= limit.luminance and self._low < limit.dark:
                self._is_rising, self._high = True, luminance
                return True
        if self._is_rising is not False:
            self._high = max(self._high, luminance)
            if self._high - luminance >= limit.luminance and luminance < limit.dark:
                self._is_rising, self._low = False, luminance
                return True
        return False

    def count(self, after: int) -> int:
        """Changes after a frame; older ones are forgotten."""
        while self.changes and self.changes[0] <= after:
            self.changes.popleft()
        return len(self.changes)
