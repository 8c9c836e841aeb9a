"""A sensor that the kernel drives and exposes in /sys/class/hwmon, such as INA226 or DS18B20.

Layout and units: kernel documentation, `hwmon/sysfs-interface.rst` (one integer a file: °C, V and A
in thousandths, W in millionths), `hwmon/ina2xx.rst` (in1 is the bus, in0 the shunt) and
`w1/slaves/w1_therm.rst`. Numbers of hwmon folders change from start to start, so a sensor is found
by the name of its chip and by its device: `1-0040` is address 0x40 on I2C bus 1, `28-0000072d9fb1`
a DS18B20 on the 1-Wire bus.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from drivers.errors import DeviceFault, DeviceProtocolError
from drivers.interface import UNIT_OF
from drivers.sensor.kernel_sensor import KernelChip, KernelPlace, read_kernel

CLASS = Path("/sys/class/hwmon")
ONE_WIRE = "w1_slave_temp"
# w1_therm.rst: the power-on value, which a probe with too little power also reports
ONE_WIRE_FALSE_C = (85.0, 127.937)


@dataclass(frozen=True)
class _Channel:
    """The usual file of a quantity, without `_input`, and the number of its steps in one unit."""

    stem: str
    steps: int


CHANNELS: Mapping[str, _Channel] = {
    "temperature": _Channel("temp1", 1000),
    "humidity": _Channel("humidity1", 1000),
    "current": _Channel("curr1", 1000),
    "voltage": _Channel("in1", 1000),
    "power": _Channel("power1", 1_000_000),
}


class HwmonSensor:
    """A `SensorReader` for a kernel driver; a read of a DS18B20 takes up to 750 ms.

    Args:
        name: its name in the settings.
        measures: the quantity in the settings; determines the unit and the usual file.
        port: the device (`1-0040`), or its folder's path; None when the chip's name is sufficient.
        chip: the chip's name, such as `ina226`; None when the device is sufficient.
        channel: the file without `_input`, where it is not the usual one: `temp2`, `in0`.
        scale: factor for a divider or a current transformer before the chip.
    """

    def __init__(
        self,
        name: str = "sensor",
        *,
        measures: str,
        port: str | None = None,
        chip: str | None = None,
        channel: str | None = None,
        scale: float = 1.0,
    ) -> None:
        self._place = KernelPlace(name, chip, port)
        self.name = name
        self.unit = UNIT_OF[measures]
        self._stem = channel or CHANNELS[measures].stem
        self._scale = scale / CHANNELS[measures].steps

    async def read(self) -> float:
        """Measure now.

        Raises:
            DeviceUnreachable: no such device, or it is gone.
            DeviceTimeout: it does not answer.
            DeviceFault: the chip reports a broken probe.
            DeviceProtocolError: the value is impossible.
        """
        return await asyncio.to_thread(read_kernel, self.name, self._read)

    def _read(self) -> float:
        found = self._place.find(_list_chips())
        self._check_probe(found.folder)
        text = (found.folder / f"{self._stem}_input").read_text().strip()
        try:
            value = int(text) * self._scale
        except ValueError as error:
            raise DeviceProtocolError(self.name, "read", f"no number: {text!r}") from error
        if found.chip == ONE_WIRE and round(value, 3) in ONE_WIRE_FALSE_C:
            detail = f"{value:g} °C is the value of a probe without enough power; see its wiring"
            raise DeviceProtocolError(self.name, "read", detail)
        return value

    def _check_probe(self, folder: Path) -> None:
        fault = folder / f"{self._stem}_fault"
        if fault.exists() and fault.read_text().strip() == "1":
            raise DeviceFault(self.name, "read", "the chip says that its probe is open or shorted")


def _list_chips() -> Iterator[KernelChip]:
    for folder in sorted(CLASS.glob("hwmon*")):
        chip = (folder / "name").read_text().strip()
        yield KernelChip(folder, chip, (folder / "device").resolve())
