"""A sensor that the kernel drives and exposes as an IIO device, such as a BH1750 light sensor.

Layout and units: kernel documentation, `ABI/testing/sysfs-bus-iio`: `in_illuminance_input` is in
lux; without it the value is (`in_illuminance_raw` + `in_illuminance_offset`) ×
`in_illuminance_scale`, both of which may be missing. Numbers of devices change from start to start,
so a sensor is found by the name of its chip and by its device: `1-0023` is address 0x23 on I2C
bus 1.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterator, Mapping
from pathlib import Path

from drivers.errors import DeviceProtocolError, UnsupportedFeature
from drivers.interface import UNIT_OF
from drivers.sensor.kernel_sensor import KernelChip, KernelPlace, read_kernel

CLASS = Path("/sys/bus/iio/devices")
CHANNELS: Mapping[str, str] = {"illuminance": "in_illuminance"}


class IioSensor:
    """A `SensorReader` for a kernel driver; a read takes as long as the chip's own measurement.

    Args:
        name: its name in the settings.
        measures: the quantity in the settings; determines the unit and the usual files.
        port: the device (`1-0023`); None when the chip's name is sufficient.
        chip: the chip's name, such as `bh1750`; None when the device is sufficient.
        channel: the files without `_raw`, where they are not the usual ones: `in_illuminance0`.
        scale: factor for a dome or a tinted window before the chip.
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
        if channel is None and measures not in CHANNELS:
            raise UnsupportedFeature(name, "load", f"needs options.channel to measure {measures}")
        self.name = name
        self.unit = UNIT_OF[measures]
        self._stem = channel or CHANNELS[measures]
        self._scale = scale

    async def read(self) -> float:
        """Measure now.

        Raises:
            DeviceUnreachable: no such device, or it is gone.
            DeviceTimeout: it does not answer.
            DeviceProtocolError: the value is none.
        """
        return await asyncio.to_thread(read_kernel, self.name, self._read)

    def _read(self) -> float:
        value = self._read_channel(self._place.find(_list_chips()).folder)
        if not math.isfinite(value):
            raise DeviceProtocolError(self.name, "read", f"no number: {value}")
        return value * self._scale

    def _read_channel(self, folder: Path) -> float:
        ready = folder / f"{self._stem}_input"
        if ready.exists():
            return float(ready.read_text())
        raw = float((folder / f"{self._stem}_raw").read_text())
        offset, scale = folder / f"{self._stem}_offset", folder / f"{self._stem}_scale"
        raw += float(offset.read_text()) if offset.exists() else 0.0
        return raw * (float(scale.read_text()) if scale.exists() else 1.0)


def _list_chips() -> Iterator[KernelChip]:
    for folder in sorted(CLASS.glob("iio:device*")):
        chip = (folder / "name").read_text().strip()
        yield KernelChip(folder, chip, folder.resolve().parent)
