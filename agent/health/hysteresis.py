"""Hysteresis: a value that varies around a limit must not begin and end an issue every minute."""

from __future__ import annotations


class Hysteresis:
    """An alarm that begins at one value and ends only at another.

    Args:
        begins: at or beyond this value it begins.
        ends: at or past this value it ends; above `begins` for an alarm on low values.
    """

    def __init__(self, begins: float, ends: float) -> None:
        if begins == ends:
            raise ValueError("a band needs two values")
        self._begins = begins
        self._ends = ends
        self.is_on = False

    def add_sample(self, value: float) -> bool:
        """Add the present value; is the alarm on now?"""
        is_high = self._begins > self._ends
        if is_high:
            has_begun, has_ended = value >= self._begins, value <= self._ends
        else:
            has_begun, has_ended = value <= self._begins, value >= self._ends
        self.is_on = has_begun or (self.is_on and not has_ended)
        return self.is_on
