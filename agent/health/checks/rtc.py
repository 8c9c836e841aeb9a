"""Checks that there is a battery-backed clock and that its battery works.

Layout: Documentation/ABI/testing/sysfs-class-rtc of the kernel: `rtc0/since_epoch`, seconds. A
driver that detects a loss of power answers EINVAL; any other restarts at its own first year.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from agent.clock import BUILD_AT
from agent.health.check import CheckFinding

RTC_CLASS = Path("/sys/class/rtc")
DEVICE = "rtc0"


class RtcCheck:
    """Checks the first RTC of the machine.

    Args:
        rtc_class: the kernel's folder of clocks.
    """

    name = "rtc"
    period_s = 3600.0

    def __init__(self, rtc_class: Path = RTC_CLASS) -> None:
        self._file = rtc_class / DEVICE / "since_epoch"

    async def check(self) -> list[CheckFinding]:
        """See `Check.check`."""
        return await asyncio.to_thread(self._check)

    def _check(self) -> list[CheckFinding]:
        try:
            at = datetime.fromtimestamp(int(self._file.read_text()), UTC)
        except FileNotFoundError:
            return [CheckFinding("rtc_missing", DEVICE, "the kernel has no battery clock")]
        except (OSError, ValueError, OverflowError) as error:
            return [CheckFinding("rtc_battery", DEVICE, f"it cannot be read: {error}")]
        if at.year < BUILD_AT.year:
            hint = f"it reads {at:%Y-%m-%d}, before this software was made"
            return [CheckFinding("rtc_battery", DEVICE, hint)]
        return []
