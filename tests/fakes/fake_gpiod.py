"""A stand-in for the package `gpiod` whose chips behave: lines, owners, edges, a pulled plug.

`test_gpio.py` compares every name and signature with the real package, so it cannot drift.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import ClassVar, Literal, Self

import pytest


class Value(Enum):
    INACTIVE = 0
    ACTIVE = 1


class Direction(Enum):
    AS_IS = 1
    INPUT = 2
    OUTPUT = 3


class Bias(Enum):
    AS_IS = 1
    UNKNOWN = 2
    DISABLED = 3
    PULL_UP = 4
    PULL_DOWN = 5


class Drive(Enum):
    PUSH_PULL = 1
    OPEN_DRAIN = 2
    OPEN_SOURCE = 3


class Edge(Enum):
    NONE = 1
    RISING = 2
    FALLING = 3
    BOTH = 4


class Clock(Enum):
    MONOTONIC = 1
    REALTIME = 2
    HTE = 3


@dataclass
class LineSettings:
    direction: Direction = Direction.AS_IS
    edge_detection: Edge = Edge.NONE
    bias: Bias = Bias.AS_IS
    drive: Drive = Drive.PUSH_PULL
    active_low: bool = False
    debounce_period: timedelta = timedelta()
    event_clock: Clock = Clock.MONOTONIC
    output_value: Value = Value.INACTIVE


class EdgeEvent:
    class Type(Enum):
        RISING_EDGE = 1
        FALLING_EDGE = 2

    def __init__(
        self,
        event_type: int,
        timestamp_ns: int,
        line_offset: int,
        global_seqno: int,
        line_seqno: int,
    ) -> None:
        self.event_type = self.Type(event_type)
        self.timestamp_ns = timestamp_ns
        self.line_offset = line_offset
        self.global_seqno = global_seqno
        self.line_seqno = line_seqno


@dataclass(frozen=True)
class ChipInfo:
    name: str
    label: str
    num_lines: int


@dataclass(frozen=True)
class LineInfo:
    offset: int
    name: str
    used: bool
    consumer: str
    direction: int
    active_low: bool
    bias: int
    drive: int
    edge_detection: int
    event_clock: int
    debounced: bool
    debounce_period_us: int


class ChipClosedError(Exception):
    pass


class RequestReleasedError(Exception):
    pass


@dataclass
class _Pin:
    """One pin: what drives it from outside (None: nothing), who holds it, how it is set up."""

    name: str | None
    outside: bool | None = None
    short: bool | None = None
    owner: str | None = None
    settings: LineSettings = field(default_factory=LineSettings)
    driven: bool = False
    request: LineRequest | None = None

    def level(self) -> bool:
        if self.short is not None:
            return self.short
        if self.settings.direction is Direction.OUTPUT:
            return self.driven
        if self.outside is not None:
            return self.outside
        return self.settings.bias is Bias.PULL_UP

    def is_active(self) -> bool:
        return self.level() != self.settings.active_low


@dataclass
class _Device:
    label: str
    pins: list[_Pin]
    error: int | None = None

    def check(self) -> None:
        if self.error is not None:
            raise OSError(self.error, os.strerror(self.error))


class LineRequest:
    def __init__(self, req: tuple[_Device, dict[int | str, _Pin]]) -> None:
        self._device, self._pins = req
        self._events: list[EdgeEvent] = []
        self._near, self._far = os.pipe()
        os.set_blocking(self._near, False)
        self._is_live = True

    def release(self) -> None:
        if self._is_live:
            self._is_live = False
            for fd in (self._near, self._far):
                os.close(fd)
            for pin in self._pins.values():
                pin.request = pin.owner = None

    def get_value(self, line: int | str) -> Value:
        pin = self._pin(line)
        return Value.ACTIVE if pin.is_active() else Value.INACTIVE

    def set_value(self, line: int | str, value: Value) -> None:
        pin = self._pin(line)
        if pin.settings.direction is not Direction.OUTPUT:
            raise OSError(errno.EPERM, os.strerror(errno.EPERM))
        pin.driven = (value is Value.ACTIVE) != pin.settings.active_low

    def read_edge_events(self, max_events: int | None = None) -> list[EdgeEvent]:
        self._check()
        assert self._events, "the real one would block here"
        events, self._events = self._events[:max_events], self._events[max_events or 65_536 :]
        os.read(self._near, len(events))
        return events

    @property
    def fd(self) -> int:
        assert self._is_live
        return self._near

    def _pin(self, line: int | str) -> _Pin:
        self._check()
        return self._pins[line]

    def _check(self) -> None:
        if not self._is_live:
            raise RequestReleasedError
        self._device.check()

    def _hear(self, pin: _Pin) -> None:
        kind = 1 if pin.is_active() else 2
        self._events.append(EdgeEvent(kind, 0, 0, 1, 1))
        os.write(self._far, b"!")

    def _hang_up(self) -> None:
        os.write(self._far, b"!")


class Chip:
    bench: ClassVar[FakeGpio]

    def __init__(self, path: str) -> None:
        self._device = self.bench.find(path)
        self._path = path
        self._is_open = True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._is_open = False

    def get_info(self) -> ChipInfo:
        self._check()
        return ChipInfo(self._path.rpartition("/")[2], self._device.label, len(self._device.pins))

    def get_line_info(self, line: int | str) -> LineInfo:
        self._check()
        offset = self._offset(line)
        pin = self._device.pins[offset]
        owner = pin.owner or ""
        return LineInfo(
            offset, pin.name or "", bool(owner), owner, 2, False, 1, 1, 1, 1, False, 0  # noqa: FBT003 - the package's signature
        )  # fmt: skip

    def request_lines(
        self,
        config: dict[Iterable[int | str] | int | str, LineSettings | None],
        consumer: str | None = None,
        event_buffer_size: int | None = None,
        output_values: dict[int | str, Value] | None = None,
    ) -> LineRequest:
        self._check()
        pins = {line: self._device.pins[self._offset(line)] for line in config}
        if any(pin.owner for pin in pins.values()):
            raise OSError(errno.EBUSY, os.strerror(errno.EBUSY))
        request = LineRequest((self._device, pins))
        for line, pin in pins.items():
            pin.settings, pin.owner, pin.request = config[line], consumer, request
            pin.driven = (pin.settings.output_value is Value.ACTIVE) != pin.settings.active_low
        return request

    def _offset(self, line: int | str) -> int:
        if isinstance(line, str):
            names = [pin.name for pin in self._device.pins]
            if line not in names:
                raise OSError(errno.ENOENT, os.strerror(errno.ENOENT))
            return names.index(line)
        if line >= len(self._device.pins):
            raise ValueError("line offset of out range")
        return line

    def _check(self) -> None:
        if not self._is_open:
            raise ChipClosedError
        self._device.check()


class FakeGpio:
    """The bench: plug chips in, hold their pins, press keys."""

    def __init__(self) -> None:
        self._devices: dict[str, _Device] = {}

    def plug(self, path: str, label: str, names: Iterable[str | None]) -> None:
        self._devices[path] = _Device(label, [_Pin(name) for name in names])

    def unplug(self, path: str) -> None:
        """Remove the device node; the holder of a line gets a hang-up, then ENODEV."""
        device = self._devices.pop(path)
        device.error = errno.ENODEV
        for pin in device.pins:
            if pin.request is not None:
                pin.request._hang_up()

    def fail(self, path: str, error: int | None) -> None:
        """Every further question ends with this errno; None mends."""
        self._devices[path].error = error

    def find(self, path: str) -> _Device:
        if path not in self._devices:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        return self._devices[path]

    def pin(self, path: str, offset: int) -> _Pin:
        return self._devices[path].pins[offset]

    def drive(
        self, path: str, offset: int, level: Literal["high", "low", "open"], held_ms: float = 1e9
    ) -> None:
        """Put a level on the pin; one held for less than the debounce period reports no edge."""
        pin = self.pin(path, offset)
        before, was = pin.outside, pin.level()
        pin.outside = None if level == "open" else level == "high"
        if held_ms < pin.settings.debounce_period / timedelta(milliseconds=1):
            pin.outside = before
        hears = pin.request is not None and pin.settings.edge_detection is not Edge.NONE
        if hears and pin.level() != was:
            pin.request._hear(pin)

    def install(self, patch: pytest.MonkeyPatch) -> None:
        """Make `import gpiod` return this module."""
        package, line = build_modules(self)
        patch.setitem(sys.modules, "gpiod", package)
        patch.setitem(sys.modules, "gpiod.line", line)


def build_modules(bench: FakeGpio) -> tuple[ModuleType, ModuleType]:
    """`gpiod` and `gpiod.line`."""
    package, line = ModuleType("gpiod"), ModuleType("gpiod.line")
    package.__spec__ = ModuleSpec("gpiod", None)
    for member in (Value, Direction, Bias, Drive, Edge, Clock):
        setattr(line, member.__name__, member)
    for member in (ChipInfo, EdgeEvent, LineInfo, LineRequest, LineSettings):
        setattr(package, member.__name__, member)
    for member in (ChipClosedError, RequestReleasedError):
        setattr(package, member.__name__, member)
    package.Chip = type("Chip", (Chip,), {"bench": bench})
    package.line = line
    return package, line
