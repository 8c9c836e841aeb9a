"""Reads the machine's own clocks, for `agent.clock` alone, which decides how far to trust them."""

from __future__ import annotations

import os
import struct
import time
from datetime import UTC, datetime
from pathlib import Path

RTC_DEVICE = Path("/dev/rtc0")
RTC_RD_TIME = 0x80247009  # linux/rtc.h: _IOR('p', 0x09, struct rtc_time)
RTC_VL_READ = 0x80047013  # linux/rtc.h: _IOR('p', 0x13, unsigned int)
RTC_VL_DATA_INVALID = 1
BOOT_ID_FILE = Path("/proc/sys/kernel/random/boot_id")


def boot_s() -> float:
    """Seconds since boot, suspend included, as the crystal counts them.

    CLOCK_BOOTTIME has the suspend but runs at the rate that whoever keeps the system's clock sets:
    chronyd slews by up to 8 % (chrony.conf(5), maxslewrate), so a false NTP server can change it.
    CLOCK_MONOTONIC_RAW cannot be changed and stands still in suspend.
    """
    return time.clock_gettime(time.CLOCK_MONOTONIC_RAW) + _suspended_s()


def _suspended_s() -> float:
    """Rounded to 10 ms: it is 0 on most boxes and must not vary with the moments of reading."""
    asked = []
    for _ in range(3):
        before = time.monotonic()
        boot = time.clock_gettime(time.CLOCK_BOOTTIME)
        after = time.monotonic()
        asked.append((after - before, boot - (before + after) / 2))
    return round(min(asked)[1], 2)


def paced_s() -> float:
    """Seconds since boot, suspend included, at the rate that the system's clock is steered to."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def mono_s() -> float:
    """CLOCK_MONOTONIC seconds: the time base between processes of one box."""
    return time.monotonic()


def cpu_s() -> float:
    """Processor seconds of this thread."""
    return time.thread_time()


def read_boot_id() -> str:
    """The kernel's random id of this boot, 32 hex digits."""
    return BOOT_ID_FILE.read_text().strip().replace("-", "")


def read_rtc(device: Path = RTC_DEVICE) -> datetime | None:
    """The battery-backed clock's UTC; None when there is none or it lost its power (rtc(4)).

    A clock whose driver cannot report a lost battery counts as one that has lost it.
    """
    try:
        fd = os.open(device, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    import fcntl  # an officer's Windows, which has no such device, has no such module

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
