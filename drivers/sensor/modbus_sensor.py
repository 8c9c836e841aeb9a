"""A measured quantity of a sensor or meter on a Modbus bus."""

from __future__ import annotations

import math
import struct
from typing import cast

from drivers.bus.modbus_device import build_modbus_device
from drivers.errors import DeviceProtocolError, UnsupportedFeature
from drivers.interface import UNIT_OF, Measure
from drivers.profile.model import MeterProfile, ReadingSpec, SensorProfile

_FORMATS = {"u16": ">H", "s16": ">h", "u32": ">I", "s32": ">i", "f32": ">f"}


class ModbusSensor:
    """A `SensorReader`: one quantity as the profile describes it.

    Args:
        profile: of kind meter or sensor, with Modbus readings.
        name: its name in the settings.
        measures: the quantity.
        port: a serial port's path, or `tcp://host:port`.
        unit: the device's address.
        baud: of the serial line.
        parity: of the serial line.
        timeout_ms: longest time until the device's answer.
    """

    def __init__(  # noqa: PLR0913 - the keys of a sensor in the settings
        self,
        profile: MeterProfile | SensorProfile,
        *,
        name: str,
        measures: str,
        port: str,
        unit: int,
        timeout_ms: int,
        baud: int | None = None,
        parity: str | None = None,
    ) -> None:
        reading = profile.readings.get(cast("Measure", measures))
        if reading is None or reading.table is None or reading.address is None:
            raise UnsupportedFeature(name, "load", f"the profile has no register of {measures}")
        self.name = name
        self.unit = UNIT_OF[measures]
        self._reading = reading
        self._place = (reading.table, reading.address)
        self._device = build_modbus_device(
            profile,
            name=name,
            port=port,
            unit=unit,
            timeout_ms=timeout_ms,
            baud=baud,
            parity=parity,
        )

    async def read(self) -> float:
        """Measure now.

        Raises:
            DriverError: as `ModbusDevice.poll`; DeviceProtocolError also for an impossible value.
        """
        reading = self._reading
        count = struct.calcsize(_FORMATS[reading.type]) // 2
        words = await self._device.poll("read", *self._place, count)
        value = decode_words(words, reading)
        low, high = reading.low, reading.high
        if low is None or high is None or not low <= value <= high:
            detail = f"{value:g} {self.unit} cannot be: outside {low:g}..{high:g}"
            raise DeviceProtocolError(self.name, "read", detail)
        return value


def decode_words(words: list[int], reading: ReadingSpec) -> float:
    """Decode the number in these registers, in the quantity's plain unit."""
    ordered = words if reading.word_order == "big" else words[::-1]
    raw = struct.pack(f">{len(ordered)}H", *ordered)
    number: float = struct.unpack(_FORMATS[reading.type], raw)[0]
    value = number * reading.scale + reading.offset
    return round(value, 9) if math.isfinite(value) else value  # 2301 * 0.1 is 230.1
