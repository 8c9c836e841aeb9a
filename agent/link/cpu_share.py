"""Limits the processor time for messages from anybody.

The theory. Verifying a message that brings nothing new must never starve playback. So the thread's
processor time for it is counted, and after a short burst the next message waits until the use is
within the share again. Waiting messages stay in the bounded inbox. A new document that was accepted
costs nothing here: floors and budgets bound those.
"""

from __future__ import annotations

from agent.clock import mono_s

BURST_S = 0.02  # processor time of some forty messages of the usual size
LEAST_REST_S = 0.005
LONGEST_REST_S = 0.5


class CpuShare:
    """A leaky bucket of processor seconds.

    Args:
        share: of one processor, over all times longer than a moment.
    """

    def __init__(self, share: float) -> None:
        self._share = share
        self._spent_s = 0.0
        self._at_mono_s = mono_s()

    def spend(self, cost_s: float) -> float:
        """Count processor time that was used; return how many seconds to pause before the next."""
        now_s = mono_s()
        recovered_s = (now_s - self._at_mono_s) * self._share
        self._spent_s = max(0.0, self._spent_s - recovered_s) + cost_s
        self._at_mono_s = now_s
        rest_s = (self._spent_s - BURST_S) / self._share
        return min(rest_s, LONGEST_REST_S) if rest_s >= LEAST_REST_S else 0.0
