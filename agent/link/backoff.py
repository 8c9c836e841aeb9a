"""When to try again: pure rules; the caller passes the source of randomness."""

from __future__ import annotations

from collections.abc import Callable
from random import SystemRandom

Uniform = Callable[[float, float], float]
STABLE_S = 10.0
TAKEOVER_WINDOW_S = 60.0


class BackOff:
    """Decorrelated jitter: each wait is drawn between the base and three times the one before.

    After an established session is lost the first wait is drawn from a whole spread instead: when
    a broker restarts, its thousands of stations must not come back in the same second.

    Args:
        base_s: shortest wait.
        cap_s: longest wait.
        spread_s: width of the first wait after an established session.
        uniform: draws between two numbers of seconds.
    """

    def __init__(
        self,
        base_s: float = 1.0,
        cap_s: float = 300.0,
        spread_s: float = 60.0,
        uniform: Uniform | None = None,
    ) -> None:
        if not 0 < base_s <= cap_s:
            raise ValueError(f"base {base_s} s, cap {cap_s} s")
        self._base_s = base_s
        self._cap_s = cap_s
        self._spread_s = spread_s
        self._uniform = uniform or SystemRandom().uniform
        self._last_s = base_s
        self._established = False
        self.short_connections = 0

    def record_end(self, lasted_s: float) -> None:
        """Handle the end of a connection; one shorter than ten seconds does not reset the waits.

        Otherwise the box would connect again and again to a broker that accepts and drops at once.
        `short_connections` counts such connections in a row.
        """
        if lasted_s < STABLE_S:
            self.short_connections += 1
            return
        self.short_connections = 0
        self._last_s = self._base_s
        self._established = True

    def record_stall(self) -> None:
        """Handle that we closed because the broker does not read: reconnect soon, every time.

        An alarm may be waiting there. Each such connection costs the broker more than the box.
        """
        self._established = False
        self._last_s = self._base_s

    def next_s(self) -> float:
        """Seconds to wait before the next attempt."""
        if self._established and self._spread_s > 0:
            self._established = False
            return self._uniform(0.0, self._spread_s)
        self._established = False
        wait_s = min(self._cap_s, self._uniform(self._base_s, self._last_s * 3))
        self._last_s = wait_s
        return wait_s


class TakeoverGuard:
    """Detects two boxes with one identity: they take over each other's session for ever.

    A second takeover within a minute is the sign.
    """

    def __init__(self, window_s: float = TAKEOVER_WINDOW_S) -> None:
        self._window_s = window_s
        self._last_mono_s: float | None = None

    def record_takeover(self, mono_s: float) -> bool:
        """Count a takeover of our session by another client; True if it points to a duplicate."""
        last, self._last_mono_s = self._last_mono_s, mono_s
        return last is not None and mono_s - last <= self._window_s
