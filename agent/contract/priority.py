"""The priority levels of sound, low to high: a total order, defined only here."""

from __future__ import annotations

from enum import IntEnum


class Level(IntEnum):
    """A higher level pre-empts a lower one on the same output."""

    FILLER = 0
    SCHEDULED = 1
    RELAY = 2
    LOCAL_VOICE = 3  # a microphone or line-in at the box
    PRIORITY = 4
    EMERGENCY = 5
    LOCAL_KEY = 6  # the alarm of an emergency key
    EMERGENCY_VOICE = 7  # the microphone of an emergency key
    SILENCE = 8


LEVEL_OF_CLASS = {"routine": Level.SCHEDULED, "priority": Level.PRIORITY}
