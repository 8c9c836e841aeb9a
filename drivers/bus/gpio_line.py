"""One GPIO line through libgpiod v2: found, requested, and released when its chip fails.

The kernel numbers chips in the order of their detection, so `/dev/gpiochip0` may be another chip
after an update. A chip's label (`gpioinfo` prints it, such as `pinctrl-bcm2711`) is stable, and so
is a symbolic link of a udev rule.

Two traps. A line has one owner at a time, and closing releases it: on Raspberry Pi OS it then keeps
its level, so a relay of a process that died stays closed until the next one starts
(`dtparam=strict_gpiod` resets it instead). And a chip behind I2C or USB answers in milliseconds or
never: only the reading of events that the kernel has already queued runs in the event loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from drivers.errors import (
    DeviceBusy,
    DeviceTimeout,
    DeviceUnreachable,
    DriverError,
    UnsupportedFeature,
)

if TYPE_CHECKING:
    import gpiod

T = TypeVar("T")
DEVICES = Path("/dev")
CONSUMER = "tramtin"

# value in the settings -> name of libgpiod's enum member
ACTIVE: Mapping[str, bool] = {"high": False, "low": True}
BIAS: Mapping[str, str] = {
    "as-is": "AS_IS",
    "disabled": "DISABLED",
    "pull-up": "PULL_UP",
    "pull-down": "PULL_DOWN",
}
DRIVE: Mapping[str, str] = {
    "push-pull": "PUSH_PULL",
    "open-drain": "OPEN_DRAIN",
    "open-source": "OPEN_SOURCE",
}
_HINTS: Mapping[int, str] = {
    errno.ENOENT: "no such chip or line; `gpioinfo` lists what is there",
    errno.ENODEV: "the chip is gone; is it plugged in?",
    errno.ENOTTY: "this file is no GPIO chip; `gpiodetect` lists them",
    errno.EACCES: "no permission; the service's user must be in the group `gpio`",
    errno.EPERM: "no permission; the service's user must be in the group `gpio`",
}
_UNSUPPORTED = (errno.EINVAL, errno.EOPNOTSUPP)


@dataclass(frozen=True, kw_only=True)
class GpioAddress:
    """The address of a line: its chip (a path or a label) and its offset or name there."""

    port: str
    line: int | str


@dataclass(frozen=True, kw_only=True)
class LineConfig:
    """The configuration of the line, in libgpiod's own names."""

    direction: str
    is_active_low: bool
    bias: str
    drive: str = "PUSH_PULL"
    edge: str = "NONE"
    debounce_ms: int = 0


def build_address(name: str, port: str, line: int | None, line_name: str | None) -> GpioAddress:
    """The address that the settings name.

    Raises:
        UnsupportedFeature: not exactly one of line and line_name.
    """
    if line is not None and line_name is None:
        return GpioAddress(port=port, line=line)
    if line_name is not None and line is None:
        return GpioAddress(port=port, line=line_name)
    raise UnsupportedFeature(
        name, "load", "needs the line's number, or options.line_name, not both"
    )


def look_up_option(name: str, option: str, known: Mapping[str, T], value: str) -> T:
    """Libgpiod's name of an option's value.

    Raises:
        UnsupportedFeature: no such value.
    """
    if value not in known:
        raise UnsupportedFeature(name, "load", f"{option}: {value!r} is none of {', '.join(known)}")
    return known[value]


class GpioLine:
    """A line that is requested at its first use and again after a fault; one caller at a time.

    Args:
        name: its name in the settings.
        address: chip and offset.
        config: its configuration.
    """

    def __init__(self, name: str, address: GpioAddress, config: LineConfig) -> None:
        self.name = name
        self._address = address
        self._config = config
        self._request: gpiod.LineRequest | None = None
        # Not asyncio's lock: the thread of a cancelled caller continues.
        self._lock = threading.Lock()

    async def get(self) -> bool:
        """The logical level.

        Raises:
            DeviceUnreachable: no such chip or line, or it is gone.
            DeviceBusy: another program holds the line.
            DeviceTimeout: the chip does not answer.
            UnsupportedFeature: the chip does not support the configuration.
        """
        return await asyncio.to_thread(self._get)

    async def put(self, level: bool) -> bool:  # noqa: FBT001 - the level itself is the argument
        """Drive the line; returns the logical level that the chip then reads.

        Raises:
            DriverError: as `get`.
        """
        return await asyncio.to_thread(self._put, level)

    async def edges(self) -> list[bool]:
        """Wait for debounced edges; returns the logical level after each, oldest first.

        Raises:
            DriverError: as `get`.
        """
        request = await asyncio.to_thread(self._request_once)
        await _readable(request.fd)
        with self._guarded("read edges"):
            events = request.read_edge_events()
        return [event.event_type is event.Type.RISING_EDGE for event in events]

    def _request_once(self) -> gpiod.LineRequest:
        with self._guarded("claim"):
            return self._requested()

    def _get(self) -> bool:
        with self._guarded("read"):
            return bool(self._requested().get_value(self._address.line).value)

    def _put(self, level: bool) -> bool:  # noqa: FBT001 - as `put`
        from gpiod.line import Value

        with self._guarded(f"set {level}"):
            request = self._requested()
            request.set_value(self._address.line, Value.ACTIVE if level else Value.INACTIVE)
            return bool(request.get_value(self._address.line).value)

    @contextlib.contextmanager
    def _guarded(self, operation: str) -> Iterator[None]:
        """One thread at a time; a fault releases the line, and the next use requests it again."""
        with self._lock:
            try:
                yield
            except OSError as error:
                self._release()
                raise _to_driver_error(self.name, operation, error) from error
            except ValueError as error:  # libgpiod's error for an offset beyond the chip's lines
                self._release()
                raise DeviceUnreachable(self.name, operation, str(error)) from error

    def _requested(self) -> gpiod.LineRequest:
        if self._request is None:
            self._request = _request(self._address, self._config)
        return self._request

    def _release(self) -> None:
        request, self._request = self._request, None
        if request is not None:
            with contextlib.suppress(OSError):
                request.release()


def _request(address: GpioAddress, config: LineConfig) -> gpiod.LineRequest:
    import gpiod
    from gpiod.line import Bias, Direction, Drive, Edge

    settings = gpiod.LineSettings(
        direction=Direction[config.direction],
        edge_detection=Edge[config.edge],
        bias=Bias[config.bias],
        drive=Drive[config.drive],
        active_low=config.is_active_low,
        debounce_period=timedelta(milliseconds=config.debounce_ms),
    )
    with gpiod.Chip(_find_chip(address.port)) as chip:
        try:
            return chip.request_lines({address.line: settings}, consumer=CONSUMER)
        except OSError as error:
            if error.errno == errno.EBUSY:
                owner = chip.get_line_info(address.line).consumer
                raise OSError(errno.EBUSY, f"line {address.line} is held by {owner!r}") from error
            raise


def _find_chip(port: str) -> str:
    """The path of a chip that is given by its path or its label."""
    import gpiod

    if port.startswith("/"):
        return port
    labels = []
    for path in sorted(DEVICES.glob("gpiochip*")):
        with contextlib.suppress(OSError), gpiod.Chip(str(path)) as chip:
            labels.append(chip.get_info().label)
            if labels[-1] == port:
                return str(path)
    raise OSError(errno.ENOENT, f"no chip has the label {port!r}; here: {', '.join(labels) or '-'}")


def _to_driver_error(name: str, operation: str, error: OSError) -> DriverError:
    hint = _HINTS.get(error.errno or 0)
    detail = f"{error.strerror or error}; {hint}" if hint else error.strerror or str(error)
    if error.errno == errno.EBUSY:
        return DeviceBusy(name, operation, detail)
    if error.errno == errno.ETIMEDOUT:
        return DeviceTimeout(name, operation, detail)
    if error.errno in _UNSUPPORTED:
        return UnsupportedFeature(name, operation, f"{detail}; try another bias, drive or debounce")
    return DeviceUnreachable(name, operation, detail)


async def _readable(fd: int) -> None:
    """Wait until the descriptor is readable, a hang-up included."""
    loop = asyncio.get_running_loop()
    ready: asyncio.Future[None] = loop.create_future()

    def wake() -> None:
        if not ready.done():
            ready.set_result(None)

    loop.add_reader(fd, wake)
    try:
        await ready
    finally:
        loop.remove_reader(fd)
