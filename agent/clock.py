"""The only source of time: CLOCK_BOOTTIME plus an authenticated offset; never sets the system's.

The theory. The box's wall clock is not trusted. After each boot the box asks the centre: `hello`
carries a nonce, the signed `time` reply gives UTC. The true moment lies between asking and
hearing, so the middle is taken and half the round trip is the error. From then on UTC is
BOOTTIME + offset and the error grows by 100 ppm. SYNCED while the fix is from this boot and at
most a day old; HOLDOVER when it is older but its error is at most 120 s; RTC when only a
battery-backed clock above the floor exists; FLOOR when nothing is trustworthy.
"""

from __future__ import annotations

import fcntl
import math
import os
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

Quality = Literal["SYNCED", "HOLDOVER", "RTC", "FLOOR"]

DRIFT = 100e-6
HOLDOVER_LIMIT_S = 120.0
RENEW_AFTER_S = 86_400.0
MAX_ROUND_TRIP_S = 30.0
MAX_JUMP = timedelta(days=400)
BUILD_AT = datetime(2026, 11, 1, tzinfo=UTC)
RTC_DEVICE = Path("/dev/rtc0")
RTC_RD_TIME = 0x80247009  # linux/rtc.h: _IOR('p', 0x09, struct rtc_time)
RTC_VL_READ = 0x80047013  # linux/rtc.h: _IOR('p', 0x13, unsigned int)
RTC_VL_DATA_INVALID = 1
BOOT_ID_FILE = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True)
class Now:
    """A moment with its standing: aware UTC, quality, half-width of the error in seconds."""

    at: datetime
    quality: Quality
    error_s: float | None


@dataclass(frozen=True)
class _Fix:
    boot_s: float
    at: datetime
    error_s: float


def boot_s() -> float:
    """Seconds since boot, suspend included (CLOCK_BOOTTIME)."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def mono_s() -> float:
    """CLOCK_MONOTONIC seconds: the time base between processes of one box."""
    return time.monotonic()


def system_time() -> datetime:
    """The machine's own wall clock: OpenSSL judges certificates by it; nothing here plays by it."""
    return datetime.fromtimestamp(time.time(), UTC)


def read_boot_id() -> str:
    """The kernel's random id of this boot, 32 hex digits."""
    return BOOT_ID_FILE.read_text().strip().replace("-", "")


def read_rtc(device: Path = RTC_DEVICE) -> datetime | None:
    """The battery-backed clock's UTC; None when there is none or it lost its power (rtc(4)).

    A clock whose driver cannot tell of a lost battery counts as having lost it.
    """
    try:
        fd = os.open(device, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        flags = struct.unpack("I", fcntl.ioctl(fd, RTC_VL_READ, bytes(4)))[0]
        if flags & RTC_VL_DATA_INVALID:
            return None
        fields = struct.unpack("9i", fcntl.ioctl(fd, RTC_RD_TIME, bytes(36)))
        second, minute, hour, day, month, year = fields[:6]
        return datetime(year + 1900, month + 1, day, hour, minute, second, tzinfo=UTC)
    except (OSError, ValueError):
        return None
    finally:
        os.close(fd)


class Clock:
    """UTC with a quality, fed by authenticated fixes only.

    Args:
        floor: the latest moment known to be past (build time, or persisted from an authenticated
            fix); time never reads below it.
        rtc: battery-backed time read once at start, None if absent or its flag is bad.
        boot: seconds since boot; replaced in tests.

    Attributes:
        missed_s: how far the newest fix lay outside the errors stated before and with it. More than
            0 means that the machine's clock drifts faster than assumed, or that the centre's is
            wrong.
    """

    def __init__(
        self,
        floor: datetime = BUILD_AT,
        rtc: datetime | None = None,
        boot: Callable[[], float] = boot_s,
    ) -> None:
        self._boot = boot
        self.floor = max(floor, BUILD_AT)
        self._rtc_boot_s = self._floor_boot_s = boot()
        self._rtc = rtc if rtc is not None and rtc >= self.floor else None
        self._fix: _Fix | None = None
        self.missed_s = 0.0

    def now(self) -> Now:
        """The present moment and how far to trust it."""
        boot = self._boot()
        if self._fix is not None:
            age_s = boot - self._fix.boot_s
            error_s = self._fix.error_s + age_s * DRIFT
            at = self._fix.at + timedelta(seconds=age_s)
            if error_s <= HOLDOVER_LIMIT_S:
                return Now(at, "SYNCED" if age_s <= RENEW_AFTER_S else "HOLDOVER", error_s)
        if self._rtc is not None:
            return Now(self._rtc + timedelta(seconds=boot - self._rtc_boot_s), "RTC", None)
        return Now(self.floor + timedelta(seconds=boot - self._floor_boot_s), "FLOOR", None)

    def fix(self, utc: datetime, asked_boot_s: float) -> float | None:
        """Take an authenticated reply to a question asked at `asked_boot_s`.

        Returns the step in seconds against the former reading, or None when the reply is refused:
        slower than 30 s, below the floor, or more than 400 days above it.
        """
        heard = self._boot()
        round_trip_s = heard - asked_boot_s
        if not 0 <= round_trip_s <= MAX_ROUND_TRIP_S:
            return None
        if not self.floor <= utc <= self.floor + MAX_JUMP:
            return None
        before = self.now()
        self._fix = _Fix(asked_boot_s + round_trip_s / 2, utc, round_trip_s / 2)
        after = self.now()
        if before.error_s is not None:
            step_s = abs((after.at - before.at).total_seconds())
            self.missed_s = max(0.0, step_s - before.error_s - round_trip_s / 2)
        self.floor = max(self.floor, utc - timedelta(seconds=math.ceil(round_trip_s)))
        self._floor_boot_s = heard
        return (after.at - before.at).total_seconds()

    def dump(self, boot_id: str) -> dict[str, str | float] | None:
        """The fix, to survive a restart of the agent within this boot; None without one."""
        if self._fix is None:
            return None
        fix = self._fix
        return {
            "boot_id": boot_id,
            "boot_s": fix.boot_s,
            "utc": fix.at.isoformat(),
            "error_s": fix.error_s,
        }

    def restore(self, saved: dict[str, Any] | None, boot_id: str) -> None:
        """Take up a dumped fix; of another boot it means nothing and is left alone."""
        if saved is None or saved["boot_id"] != boot_id or saved["boot_s"] > self._boot():
            return
        at = datetime.fromisoformat(saved["utc"])
        self._fix = _Fix(saved["boot_s"], at, saved["error_s"])

    def mono_of(self, at: datetime) -> float:
        """The CLOCK_MONOTONIC second at which `at` falls, by the present offset."""
        return mono_s() + (at - self.now().at).total_seconds()

    def at_of(self, mono: float) -> datetime:
        """The UTC moment of a CLOCK_MONOTONIC second, by the present offset."""
        return self.now().at + timedelta(seconds=mono - mono_s())
