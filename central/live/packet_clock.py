"""Which moment each packet of a voice was captured at: steps of 20 ms that never leave the time."""

from __future__ import annotations

from agent.contract.live_segment import PACKET_US

# A microphone's clock may run 100 ppm apart from the computer's: 6 ms a minute.
DRIFT_WINDOW_US = 5_000_000
MAX_DRIFT_US = 2 * PACKET_US
# Samples that the device has lost, or a clock that was set: the sooner it is made up the less of a
# voice is late at the stations.
STEP_WINDOW_US = 1_000_000
MAX_STEP_US = 5 * PACKET_US
GAP_US = 200_000  # a process that was held up: what comes behind it comes at once, and late


class PacketClock:
    """Gives each packet of a source its moment, in steps of 20 ms from the first one on.

    What a device is apart from the computer's clock is corrected by whole packets: moments are left
    out, or packets are dropped. So stamps never run away from the time by which boxes play.

    Args:
        origin_us: the moment at which the first sample was captured.
        is_paced: does the source deliver at the speed of time by itself?
    """

    def __init__(self, origin_us: int, *, is_paced: bool) -> None:
        self._next_us = origin_us
        self._is_paced = is_paced
        self._drift = _Window(DRIFT_WINDOW_US)
        self._step = _Window(STEP_WINDOW_US)
        self._usual_us: int | None = None
        self._arrived_us: int | None = None
        self._to_drop = 0

    def stamp(self, arrived_us: int) -> int | None:
        """The moment of the packet that has come; None: drop it."""
        captured_us = self._next_us
        if self._is_paced and not self._to_drop:
            packets = self._count_off(arrived_us, arrived_us - captured_us)
            self._to_drop = max(0, -packets)
            self._next_us += max(0, packets) * PACKET_US
        if self._to_drop:
            self._to_drop -= 1
            return None
        self._next_us += PACKET_US
        return captured_us

    def _count_off(self, arrived_us: int, lateness_us: int) -> int:
        """Whole packets by which the stamps are behind the time (negative: ahead of it)."""
        before_us, self._arrived_us = self._arrived_us, arrived_us
        if before_us is not None and not 0 <= arrived_us - before_us <= GAP_US:
            self._restart()
        step_us = self._step.add(arrived_us, lateness_us)
        drift_us = self._drift.add(arrived_us, lateness_us)
        if self._usual_us is None:
            self._usual_us = drift_us
            return 0
        for least_us, limit_us in ((step_us, MAX_STEP_US), (drift_us, MAX_DRIFT_US)):
            off_us = 0 if least_us is None else least_us - self._usual_us
            if abs(off_us) > limit_us:
                self._restart()
                return off_us // PACKET_US if off_us > 0 else -(-off_us // PACKET_US)
        return 0

    def _restart(self) -> None:
        self._step.clear()
        self._drift.clear()


class _Window:
    """The least lateness within a time: a busy machine only ever makes a packet later."""

    def __init__(self, length_us: int) -> None:
        self._length_us = length_us
        self._begun_us: int | None = None
        self._least_us = 0

    def clear(self) -> None:
        self._begun_us = None

    def add(self, arrived_us: int, lateness_us: int) -> int | None:
        """The least of a whole window that ends here; None while it lasts."""
        if self._begun_us is None:
            self._begun_us, self._least_us = arrived_us, lateness_us
            return None
        self._least_us = min(self._least_us, lateness_us)
        if arrived_us - self._begun_us < self._length_us:
            return None
        self.clear()
        return self._least_us
