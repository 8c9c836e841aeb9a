"""How long the agent has been silent towards its board process."""

from __future__ import annotations

import math
from collections.abc import Callable

from agent.clock import mono_s
from agent.play.ipc import AGENT_LIMIT_S

AWAY_S = 2.0  # the board looks twice a second: a longer pause was the machine's


class AgentWatch:
    """Judges once whether the agent has been silent for too long.

    Seconds in which the board itself did not run are not counted: then the whole machine stood
    still, and the agent's words are on their way.

    Args:
        mono: monotonic seconds; replaced in tests.
    """

    def __init__(self, mono: Callable[[], float] = mono_s) -> None:
        self._mono = mono
        self._heard_mono_s = math.inf  # before it has promised to speak regularly
        self._looked_mono_s = mono()
        self._is_known = False

    def begin(self) -> None:
        """It has promised to speak regularly."""
        self._heard_mono_s = self._mono()
        self._is_known = False

    def hear(self) -> None:
        """It has said something."""
        if self._heard_mono_s != math.inf:
            self.begin()

    def is_lost(self) -> bool:
        """Has it been silent for too long? True once in each silence."""
        now_s = self._mono()
        away_s, self._looked_mono_s = now_s - self._looked_mono_s, now_s
        if away_s > AWAY_S:
            self._heard_mono_s += away_s
        if self._is_known or now_s - self._heard_mono_s < AGENT_LIMIT_S:
            return False
        self._is_known = True
        return True
