"""What hwmon and IIO sensors have in common: how one is found, and what a failed read means.

Numbers of folders change from start to start, so a sensor is found by the name of its chip and by
its device.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from drivers.errors import (
    DeviceProtocolError,
    DeviceTimeout,
    DeviceUnreachable,
    DriverError,
    UnsupportedFeature,
)

_SLOW = (errno.ETIMEDOUT, errno.EAGAIN)
T = TypeVar("T")


@dataclass(frozen=True)
class KernelChip:
    """A folder of the kernel, with the chip and the device that it belongs to."""

    folder: Path
    chip: str
    device: Path

    def __str__(self) -> str:
        return f"{self.chip} {self.device.name}"


@dataclass(frozen=True)
class KernelPlace:
    """Which sensor of the kernel is meant.

    Args:
        name: its name in the settings.
        chip: the chip's name; None when the device is sufficient.
        port: the device (`1-0040`), or its folder's path; None when the chip's name is sufficient.

    Raises:
        UnsupportedFeature: neither is given.
    """

    name: str
    chip: str | None
    port: str | None

    def __post_init__(self) -> None:
        """Refuse a place that any sensor would fit."""
        if self.port is None and self.chip is None:
            raise UnsupportedFeature(self.name, "load", "needs port (the device) or options.chip")

    def find(self, here: Iterable[KernelChip]) -> KernelChip:
        """The one that is meant.

        Args:
            here: those that the kernel has.

        Raises:
            DeviceUnreachable: there is none.
            UnsupportedFeature: there are several.
        """
        every = list(here)
        found = [one for one in every if self._is_it(one)]
        if len(found) == 1:
            return found[0]
        seen = ", ".join(map(str, every)) or "none"
        if found:
            raise UnsupportedFeature(
                self.name, "find", f"more than one fits; name its port: {seen}"
            )
        raise DeviceUnreachable(self.name, "find", f"not there; sensors here: {seen}")

    def _is_it(self, one: KernelChip) -> bool:
        if self.chip not in (None, one.chip):
            return False
        if self.port is None:
            return True
        path = Path(self.port)
        return one.device == path.resolve() if path.is_absolute() else one.device.name == self.port


def read_kernel(name: str, measure: Callable[[], T]) -> T:
    """What a function reads of the kernel's files.

    Args:
        name: of the sensor.
        measure: reads them.

    Raises:
        DeviceUnreachable: no such device, or it is gone.
        DeviceTimeout: it does not answer.
        DeviceProtocolError: the value is none.
        DriverError: of `measure` itself.
    """
    try:
        return measure()
    except DriverError:  # some of them are an OSError too
        raise
    except OSError as error:
        kind = DeviceTimeout if error.errno in _SLOW else DeviceUnreachable
        raise kind(name, "read", error.strerror or str(error)) from error
    except ValueError as error:
        raise DeviceProtocolError(name, "read", str(error)) from error
