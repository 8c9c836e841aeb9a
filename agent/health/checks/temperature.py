"""Checks the processor's temperature.

A Pi 4 and 5 begin to slow down at 80 °C and are throttled hard at 85 °C (Raspberry Pi
documentation, "Frequency management and thermal control").
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from agent.health.check import CheckFinding, NotCheckedError
from agent.health.hysteresis import Hysteresis
from agent.health.thermal import ZONE, read_temperature_c

HOT_C, COOL_C = 80.0, 75.0


class TemperatureCheck:
    """Checks one thermal zone.

    Args:
        zone: the kernel's file of millidegrees (Documentation/driver-api/thermal/sysfs-api.rst).
    """

    name = "temperature"
    period_s = 30.0

    def __init__(self, zone: Path = ZONE) -> None:
        self._zone = zone
        self._hot = Hysteresis(HOT_C, COOL_C)

    async def check(self) -> list[CheckFinding]:
        """See `Check.check`."""
        celsius = await asyncio.to_thread(read_temperature_c, self._zone)
        if celsius is None:
            raise NotCheckedError("no_sensor")
        if not self._hot.add_sample(celsius):
            return []
        return [CheckFinding("too_hot", self._zone.parent.name, f"{celsius:.0f} °C")]
