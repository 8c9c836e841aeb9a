"""The priority levels of sound, low to high: a total order, defined only here."""

from __future__ import annotations

from enum import IntEnum


class Level(IntEnum):
    """A higher level pre-empts a lower one on the same output."""

    FILLER = 0
    SCHEDULED = 1
    RELAY = 2
    PRIORITY = 3
    EMERGENCY = 4
    LOCAL_KEY = 5
    SILENCE = 6


LEVEL_OF_CLASS = {"routine": Level.SCHEDULED, "priority": Level.PRIORITY}
