"""Does a light sensor that looks at a face follow what the face was sent? Pure.

The picture's own changes are the signal, nothing is flashed. From one level of light to another the
sensor must rise as commissioning measured for a white face. A rise proves that the face gives the
light of its present picture. A fall proves nothing, because a dead face is dark too, but a reading
that does not fall with the picture proves that the face shows something else. What cannot be told
from daylight, headlights or a saturated sensor is said to be unknown, never seen.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal

SETTLE_S = 3.0  # a sensor has followed a change by then
STEADY = 0.10  # the picture may change by so much of white within `SETTLE_S`
SAME = 0.03  # levels that differ by less are one
WINDOW_S = 120.0  # so far back another level is looked for
LEAST_POINTS, MOST_POINTS = 2, 5  # readings at one level
LEAST_LUX = 3.0
DAYLIGHT_SHARE = 0.10  # a change must be so much of what is measured, and
NOISE_FACTOR = 2.0  # so many times what the readings differ at one level
LOOK_EVERY_S = 5.0
# of the change that is due: seen between these two; less than `MISSING` is not seen
SEEN_FROM, SEEN_TO, MISSING = 0.5, 1.6, 0.25

Doubt = Literal["no_change", "drowned"]


@dataclass(frozen=True)
class Sighting:
    """What a reading says of the face.

    Args:
        is_seen: does the face give the light of its picture? None: not known.
        share: of the change that was due.
        doubt: why it is not known.
    """

    is_seen: bool | None
    share: float = 0.0
    doubt: Doubt | None = None


@dataclass(frozen=True)
class _Point:
    at_mono_s: float
    light: float
    lux: float


class LightSight:
    """One sensor and the face that it looks at.

    Args:
        white_lux: by so much a white face at full brightness raises the sensor's value.
        saturated_lux: a value from here on says nothing; None: the sensor has no such value.
    """

    def __init__(self, white_lux: float, saturated_lux: float | None = None) -> None:
        self._white_lux = white_lux
        self._saturated_lux = saturated_lux
        self._sent: deque[tuple[float, float]] = deque()
        self._points: deque[_Point] = deque()
        self._looked_mono_s: float | None = None

    def add_sent(self, light: float | None, at_mono_s: float) -> None:
        """The face was sent so much light, 0 to 1 with its brightness; None: not known."""
        if light is None:
            self.forget()
            return
        self._sent.append((at_mono_s, light))
        while self._sent[0][0] < at_mono_s - 2 * SETTLE_S:
            self._sent.popleft()

    def forget(self) -> None:
        """Nobody knows what the face shows."""
        self._sent.clear()
        self._points.clear()

    def add_reading(self, lux: float, at_mono_s: float) -> Sighting | None:
        """The sensor was read; None while the picture has just changed, or too soon."""
        light = self._settled_light(at_mono_s)
        if self._saturated_lux is not None and lux >= self._saturated_lux:
            return Sighting(None, doubt="drowned")
        if light is None:
            return None
        self._points.append(_Point(at_mono_s, light, lux))
        while self._points[0].at_mono_s < at_mono_s - WINDOW_S:
            self._points.popleft()
        if self._looked_mono_s is not None and at_mono_s - self._looked_mono_s < LOOK_EVERY_S:
            return None
        found = self._judge()
        if found is not None:
            self._looked_mono_s = at_mono_s
        return found

    def _settled_light(self, at_mono_s: float) -> float | None:
        """What was sent before a reading; None while it changes, or is not known."""
        if not self._sent or at_mono_s - self._sent[-1][0] > SETTLE_S:
            return None
        if self._sent[0][0] > at_mono_s - SETTLE_S:
            return None
        recent = [light for at_s, light in self._sent if at_s >= at_mono_s - SETTLE_S]
        if max(recent) - min(recent) > STEADY:
            return None
        return sum(recent) / len(recent)

    def _judge(self) -> Sighting | None:
        now = self._list_present()
        if len(now) < LEAST_POINTS:
            return None
        darker, brighter = self._list_at(min), self._list_at(max)
        doubt: Doubt = "no_change"
        for before in (darker, brighter):
            due_lux = self._white_lux * (now[-1].light - before[-1].light)
            if len(before) < LEAST_POINTS or abs(due_lux) < LEAST_LUX:
                continue
            if not _is_clear(due_lux, now, before):
                doubt = "drowned"
                continue
            share = (_lux(now) - _lux(before)) / due_lux
            if share < MISSING:
                return Sighting(is_seen=False, share=share)
            if due_lux > 0 and SEEN_FROM <= share <= SEEN_TO:
                return Sighting(is_seen=True, share=share)
            doubt = "drowned"
        return Sighting(None, doubt=doubt)

    def _list_present(self) -> list[_Point]:
        """The last readings, as far back as the light is the present one."""
        found: list[_Point] = []
        for one in reversed(self._points):
            if abs(one.light - self._points[-1].light) > SAME or len(found) == MOST_POINTS:
                break
            found.append(one)
        return found[::-1]

    def _list_at(self, extreme: Callable[[Sequence[float]], float]) -> list[_Point]:
        """The last readings at the darkest, or brightest, level of the window."""
        level = extreme([one.light for one in self._points])
        return [one for one in self._points if abs(one.light - level) <= SAME][-MOST_POINTS:]


def _is_clear(due_lux: float, now: Sequence[_Point], before: Sequence[_Point]) -> bool:
    """Can a change be told from daylight, and from how much the readings differ by themselves?"""
    noise_lux = _spread(now) + _spread(before)
    daylight_lux = DAYLIGHT_SHARE * max(one.lux for one in (*now, *before))
    return abs(due_lux) >= max(daylight_lux, NOISE_FACTOR * noise_lux)


def _spread(points: Sequence[_Point]) -> float:
    values = [one.lux for one in points]
    return max(values) - min(values)


def _lux(points: Sequence[_Point]) -> float:
    return median(one.lux for one in points)
