"""Checks for under-voltage of the 5 V supply: now, and at any time since boot.

The kernel's driver `rpi_volt` (Documentation/hwmon/raspberrypi-hwmon.rst) queries the firmware
every 2 s and clears its sticky bits each time, so those bits are useless to any other reader: only
the driver's `in0_lcrit_alarm` is valid. It is read as often as it changes; reading the file causes
no query to the firmware. "Since boot" is stored with the boot's id, so a restart of the agent does
not lose it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from agent.clock import mono_s
from agent.health.check import CheckFinding, NotCheckedError
from agent.health.check_memory import CheckMemory

HWMON_CLASS = Path("/sys/class/hwmon")
CHIP = "rpi_volt"
ALARM = "in0_lcrit_alarm"
QUIET_S = 60.0  # a weak adapter dips with every loud passage: one issue for all of them
KEY = "under_voltage_boot"


class PowerCheck:
    """Checks the Raspberry Pi's own sensor.

    Args:
        memory: stores the boot in which it was too low.
        boot_id: of this boot.
        hwmon_class: the kernel's folder of sensors.
        now_mono_s: replaced in tests.
    """

    name = "power"
    period_s = 2.0

    def __init__(
        self,
        memory: CheckMemory,
        boot_id: str,
        *,
        hwmon_class: Path = HWMON_CLASS,
        now_mono_s: Callable[[], float] = mono_s,
    ) -> None:
        self._memory = memory
        self._boot_id = boot_id
        self._hwmon_class = hwmon_class
        self._now_mono_s = now_mono_s
        self._file: Path | None = None
        self._low_mono_s: float | None = None

    async def check(self) -> list[CheckFinding]:
        """See `Check.check`."""
        now = self._now_mono_s()
        if await asyncio.to_thread(self._is_low):
            self._low_mono_s = now
            await self._memory.write(KEY, self._boot_id)
        found = []
        if self._low_mono_s is not None and now - self._low_mono_s < QUIET_S:
            found.append(
                CheckFinding("under_voltage_now", CHIP, "the kernel's under-voltage alarm")
            )
        if await self._memory.read(KEY) == self._boot_id:
            hint = "the alarm was on at least once in this boot"
            found.append(CheckFinding("under_voltage_since_boot", CHIP, hint))
        return found

    def _is_low(self) -> bool:
        if self._file is None:
            self._file = self._find()
        try:
            return int(self._file.read_text()) != 0
        except FileNotFoundError:
            self._file = None
            raise NotCheckedError("no_sensor") from None

    def _find(self) -> Path:
        """Find the chip by its name: its number changes from boot to boot."""
        for name in sorted(self._hwmon_class.glob("hwmon*/name")):
            if name.read_text().strip() == CHIP:
                return name.with_name(ALARM)
        raise NotCheckedError("no_sensor")
