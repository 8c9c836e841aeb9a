"""Maps frames of the sound device to CLOCK_MONOTONIC seconds.

PortAudio reports at each callback how far ahead of now the block will sound (`lead_s`). The
absolute device time is useless (its base is the wall clock on some devices); `now + lead` is
accurate to about 0.2 ms once the stream runs, but not in the first three callbacks. It is smoothed,
because a single reading jitters with the scheduler; a lasting jump (an underrun, a server that
stalled) is accepted after a few readings that agree. Those of a busy machine differ: they are not
believed before there are many of them.
"""

from __future__ import annotations

IGNORED_CALLBACKS = 3
SMOOTHING = 1 / 16
OUTLIER_S = 0.003
JUMP_READINGS = 4
DISAGREEING_READINGS = 24
LONGEST_LEAD_S = 10.0  # no buffer holds more: such a reading is none


class FrameClock:
    """A linear map from frame numbers to CLOCK_MONOTONIC seconds, updated at each callback.

    Args:
        rate_hz: frames a second.

    Attributes:
        jumped_s: the sum of what the device has fallen behind in jumps, negative ones included.
    """

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self._zero_s: float | None = None
        self._seen = 0
        self._outliers: list[float] = []
        self.jumped_s = 0.0

    @property
    def ready(self) -> bool:
        """Has the stream run long enough for a reliable map?"""
        return self._zero_s is not None

    def observe(self, frame: int, mono_s: float, lead_s: float) -> float:
        """In the callback at `mono_s`: the block that begins at `frame` sounds `lead_s` later.

        Returns:
            Seconds by which the device has fallen behind, once, when a jump is accepted; else 0.
        """
        if abs(lead_s) > LONGEST_LEAD_S:
            return 0.0  # believed, it would put every start into hours to come
        self._seen += 1
        if self._seen <= IGNORED_CALLBACKS:
            return 0.0
        zero_s = mono_s + lead_s - frame / self._rate_hz
        if self._zero_s is None:
            self._zero_s = zero_s
            return 0.0
        error_s = zero_s - self._zero_s
        if abs(error_s) <= OUTLIER_S:
            self._outliers.clear()
            # the start settles quickly, later readings weigh less
            self._zero_s += error_s * max(SMOOTHING, 1 / (self._seen - IGNORED_CALLBACKS))
            return 0.0
        self._outliers.append(zero_s)
        newest = sorted(self._outliers[-JUMP_READINGS:])
        agrees = len(newest) == JUMP_READINGS and newest[-1] - newest[0] <= OUTLIER_S
        if not agrees and len(self._outliers) < DISAGREEING_READINGS:
            return 0.0
        behind_s = newest[JUMP_READINGS // 2] - self._zero_s
        self._zero_s += behind_s
        self.jumped_s += behind_s
        self._outliers.clear()
        return behind_s

    def mono_of(self, frame: int) -> float:
        """When `frame` sounds.

        Raises:
            RuntimeError: not ready yet.
        """
        if self._zero_s is None:
            raise RuntimeError("the stream has not run long enough")
        return self._zero_s + frame / self._rate_hz

    def frame_of(self, mono_s: float) -> int:
        """The frame that sounds at `mono_s`, rounded.

        Raises:
            RuntimeError: not ready yet.
        """
        if self._zero_s is None:
            raise RuntimeError("the stream has not run long enough")
        return round((mono_s - self._zero_s) * self._rate_hz)
