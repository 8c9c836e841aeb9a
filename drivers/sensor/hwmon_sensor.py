"""A sensor that the kernel drives and exposes in /sys/class/hwmon, such as INA226 or DS18B20.

Layout and units: kernel documentation, `hwmon/sysfs-interface.rst` (one integer a file: °C, V and A
in thousandths, W in millionths), `hwmon/ina2xx.rst` (in1 is the bus, in0 the shunt) and
`w1/slaves/w1_therm.rst`. Numbers of hwmon folders change from start to start, so a sensor is found
by the name of its chip and by its device: `1-0040` is address 0x40 on I2C bus 1, `28-0000072d9fb1`
a DS18B20 on the 1-Wire bus.
"""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from drivers.errors import (
    DeviceFault,
    DeviceProtocolError,
    DeviceTimeout,
    DeviceUnreachable,
    DriverError,
    UnsupportedFeature,
)
from drivers.interface import UNIT_OF

CLASS = Path("/sys/class/hwmon")
ONE_WIRE = "w1_slave_temp"
# w1_therm.rst: the power-on value, which a probe with too little power also reports
ONE_WIRE_FALSE_C = (85.0, 127.937)
_SLOW = (errno.ETIMEDOUT, errno.EAGAIN)


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
        if port is None and chip is None:
            raise UnsupportedFeature(name, "load", "needs port (the device) or options.chip")
        self.name = name
        self.unit = UNIT_OF[measures]
        self._port = port
        self._chip = chip
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
        return await asyncio.to_thread(self._read)

    def _read(self) -> float:
        try:
            folder, chip = self._find()
            self._check_probe(folder)
            text = (folder / f"{self._stem}_input").read_text().strip()
        except DriverError:
            raise
        except OSError as error:
            kind = DeviceTimeout if error.errno in _SLOW else DeviceUnreachable
            raise kind(self.name, "read", error.strerror or str(error)) from error
        try:
            value = int(text) * self._scale
        except ValueError as error:
            raise DeviceProtocolError(self.name, "read", f"no number: {text!r}") from error
        if chip == ONE_WIRE and round(value, 3) in ONE_WIRE_FALSE_C:
            detail = f"{value:g} °C is the value of a probe without enough power; see its wiring"
            raise DeviceProtocolError(self.name, "read", detail)
        return value

    def _find(self) -> tuple[Path, str]:
        """The one folder of this sensor, and its chip's name."""
        found: list[tuple[Path, str]] = []
        seen: list[str] = []
        for folder in sorted(CLASS.glob("hwmon*")):
            chip = (folder / "name").read_text().strip()
            device = (folder / "device").resolve()
            seen.append(f"{chip} {device.name}")
            if self._is_it(chip, device):
                found.append((folder, chip))
        if len(found) == 1:
            return found[0]
        here = ", ".join(seen) or "none"
        if found:
            raise UnsupportedFeature(
                self.name, "find", f"more than one fits; name its port: {here}"
            )
        raise DeviceUnreachable(self.name, "find", f"not there; sensors here: {here}")

    def _is_it(self, chip: str, device: Path) -> bool:
        if self._chip not in (None, chip):
            return False
        if self._port is None:
            return True
        path = Path(self._port)
        return device == path.resolve() if path.is_absolute() else device.name == self._port

    def _check_probe(self, folder: Path) -> None:
        fault = folder / f"{self._stem}_fault"
        if fault.exists() and fault.read_text().strip() == "1":
            raise DeviceFault(self.name, "read", "the chip says that its probe is open or shorted")
