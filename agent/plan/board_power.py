"""What a board takes from its supply, by the light of its picture, and the cap in watts.

Lamps take power in proportion to the light that they give. What cards and supplies take on a black
wall is not counted: it is small against white, and dimming does not lower it.
"""

from __future__ import annotations

import math
from collections import deque

from agent.settings.model import BoardLight

HELD_S = 30.0  # a brighter picture counts so long: a slideshow does not pump


class HeldLevel:
    """The picture level that counts: the highest of the last half minute.

    So a brighter picture lowers the wall at once, and a darker one raises it late.
    """

    def __init__(self) -> None:
        self._levels: deque[tuple[float, float]] = deque()

    def add_sample(self, level: float | None, now_mono_s: float) -> float:
        """The level that counts now.

        Args:
            level: of the present picture, white being 1; None: not known, which counts as white.
            now_mono_s: monotonic seconds.
        """
        found = 1.0 if level is None else level
        while self._levels and self._levels[-1][1] <= found:
            self._levels.pop()
        self._levels.append((now_mono_s, found))
        while self._levels[0][0] < now_mono_s - HELD_S:
            self._levels.popleft()
        return self._levels[0][1]


def cap_pct(rules: BoardLight, picture_level: float) -> int | None:
    """The whole percent at which the picture stays below the cap in watts; None: no cap."""
    if rules.cap_w is None or rules.full_w is None or picture_level <= 0:
        return None
    return math.floor(100 * rules.cap_w / (rules.full_w * picture_level))


def estimate_w(rules: BoardLight, picture_level: float | None, pct: float) -> float | None:
    """What the wall takes with a picture at a brightness; None where the settings do not say."""
    if rules.full_w is None or picture_level is None:
        return None
    return round(rules.full_w * picture_level * pct / 100, 1)
