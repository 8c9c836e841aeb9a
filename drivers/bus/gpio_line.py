"""One GPIO line through libgpiod v2: found, claimed, and let go when its chip fails.

The kernel numbers its chips in the order in which it meets them, so `/dev/gpiochip0` may be another
one after an update. A chip's label (`gpioinfo` prints it, such as `pinctrl-bcm2711`) is stable, and
so is a symbolic link that a udev rule makes.

Two traps. A line belongs to one owner at a time, and closing gives it back: on Raspberry Pi OS it
then keeps its level, so a relay of a process that died stays closed until the next one starts
(`dtparam=strict_gpiod` lets it fall back instead). And a chip behind I2C or USB answers in
milliseconds or never: nothing here runs in the event loop but the reading of events that the
kernel has already queued.
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

# as the settings say it -> the name of libgpiod's enum member
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
    """Which line: its chip (a path, or a label) and its offset or name there."""

    port: str
    line: int | str


@dataclass(frozen=True, kw_only=True)
class LineConfig:
    """How the line is to be set up, in libgpiod's own names."""

    direction: str
    is_active_low: bool
    bias: str
    drive: str = "PUSH_PULL"
    edge: str = "NONE"
    debounce_ms: int = 0


def build_place(name: str, port: str, line: int | None, line_name: str | None) -> GpioAddress:
    """The place that the settings name.

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


def pick(name: str, option: str, known: Mapping[str, T], value: str) -> T:
    """What libgpiod calls an option's value.

    Raises:
        UnsupportedFeature: no such value.
    """
    if value not in known:
        raise UnsupportedFeature(name, "load", f"{option}: {value!r} is none of {', '.join(known)}")
    return known[value]


class GpioLine:
    """A line that is claimed at its first use and claimed anew after a fault; one caller at a time.

    Args:
        name: how the settings name it.
        place: where it is.
        want: how it is set up.
    """

    def __init__(self, name: str, place: GpioAddress, want: LineConfig) -> None:
        self.name = name
        self._place = place
        self._want = want
        self._request: gpiod.LineRequest | None = None
        # Not asyncio's: a caller that is cancelled leaves its thread at work.
        self._lock = threading.Lock()

    async def get(self) -> bool:
        """The logical level.

        Raises:
            DeviceUnreachable: no such chip or line, or it is gone.
            DeviceBusy: another program holds the line.
            DeviceTimeout: the chip does not answer.
            UnsupportedFeature: the chip cannot be set up as wanted.
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
        request = await asyncio.to_thread(self._claim_once)
        await _readable(request.fd)
        with self._guarded("read edges"):
            events = request.read_edge_events()
        return [event.event_type is event.Type.RISING_EDGE for event in events]

    def _claim_once(self) -> gpiod.LineRequest:
        with self._guarded("claim"):
            return self._claimed()

    def _get(self) -> bool:
        with self._guarded("read"):
            return bool(self._claimed().get_value(self._place.line).value)

    def _put(self, level: bool) -> bool:  # noqa: FBT001 - as `put`
        from gpiod.line import Value

        with self._guarded(f"set {level}"):
            request = self._claimed()
            request.set_value(self._place.line, Value.ACTIVE if level else Value.INACTIVE)
            return bool(request.get_value(self._place.line).value)

    @contextlib.contextmanager
    def _guarded(self, operation: str) -> Iterator[None]:
        """One thread at a time; a fault lets the line go, so that the next use claims it anew."""
        with self._lock:
            try:
                yield
            except OSError as error:
                self._let_go()
                raise _told(self.name, operation, error) from error
            except ValueError as error:  # libgpiod's word for an offset beyond the chip's lines
                self._let_go()
                raise DeviceUnreachable(self.name, operation, str(error)) from error

    def _claimed(self) -> gpiod.LineRequest:
        if self._request is None:
            self._request = _claim(self._place, self._want)
        return self._request

    def _let_go(self) -> None:
        request, self._request = self._request, None
        if request is not None:
            with contextlib.suppress(OSError):
                request.release()


def _claim(place: GpioAddress, want: LineConfig) -> gpiod.LineRequest:
    import gpiod
    from gpiod.line import Bias, Direction, Drive, Edge

    settings = gpiod.LineSettings(
        direction=Direction[want.direction],
        edge_detection=Edge[want.edge],
        bias=Bias[want.bias],
        drive=Drive[want.drive],
        active_low=want.is_active_low,
        debounce_period=timedelta(milliseconds=want.debounce_ms),
    )
    with gpiod.Chip(_find_chip(place.port)) as chip:
        try:
            return chip.request_lines({place.line: settings}, consumer=CONSUMER)
        except OSError as error:
            if error.errno == errno.EBUSY:
                owner = chip.get_line_info(place.line).consumer
                raise OSError(errno.EBUSY, f"line {place.line} is held by {owner!r}") from error
            raise


def _find_chip(port: str) -> str:
    """The path of a chip that is named by its path or its label."""
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


def _told(name: str, operation: str, error: OSError) -> DriverError:
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
    """Wait until the kernel has something to read, a hang-up included."""
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
