"""GPIO lines through libgpiod: requests, read-back, edges, a busy line, an unplugged chip."""

from __future__ import annotations

import asyncio
import contextlib
import enum
import errno
import inspect
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import gpiod
import pytest

from drivers.bus import gpio_line
from drivers.errors import (
    DeviceBusy,
    DeviceFault,
    DeviceTimeout,
    DeviceUnreachable,
    UnsupportedFeature,
)
from drivers.input.gpio_input import GpioInput
from drivers.interface import EdgePin
from drivers.relay.gpio_relay import GpioRelay
from tests.fakes.fake_gpiod import FakeGpio, build_modules

CHIP = "/dev/gpiochip0"


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> FakeGpio:
    bench = FakeGpio()
    bench.plug(CHIP, "pinctrl-bcm2711", [f"GPIO{offset}" for offset in range(28)])
    bench.install(monkeypatch)
    return bench


def names_of(module: ModuleType) -> list[str]:
    return [name for name in vars(module) if not name.startswith("_") and name != "line"]


FAKE, FAKE_LINE = build_modules(FakeGpio())


@pytest.mark.parametrize("name", names_of(FAKE_LINE))
def test_the_fake_has_the_enums_of_the_package(name: str) -> None:
    mine, real = getattr(FAKE_LINE, name), getattr(gpiod.line, name)
    assert issubclass(real, enum.Enum)
    assert [member.name for member in mine] == [member.name for member in real]
    if name == "Value":  # the driver relies on these two numbers
        assert [member.value for member in mine] == [member.value for member in real] == [0, 1]


def shape(function: object) -> list[tuple[str, object]]:
    """Names and defaults of the parameters; defaults that are enum members by their names."""
    parameters = inspect.signature(function).parameters.values()
    return [(p.name, getattr(p.default, "name", p.default)) for p in parameters]


@pytest.mark.parametrize("name", names_of(FAKE))
def test_the_fake_has_the_signatures_of_the_package(name: str) -> None:
    mine, real = getattr(FAKE, name), getattr(gpiod, name)
    if issubclass(real, Exception):
        assert not issubclass(real, OSError)
        return
    assert shape(mine) == shape(real)
    methods = [m for m, f in inspect.getmembers(mine, inspect.isfunction) if not m.startswith("_")]
    for method in methods:
        assert shape(getattr(mine, method)) == shape(getattr(real, method)), method
    for other in set(vars(mine)) - set(methods):
        assert other.startswith("_") or other == "bench" or hasattr(real, other)


def test_the_fake_and_the_package_name_edges_alike() -> None:
    mine, real = FAKE.EdgeEvent.Type, gpiod.EdgeEvent.Type
    assert [member.name for member in mine] == [member.name for member in real]


def test_the_package_raises_oserror_for_a_file_that_is_no_chip(tmp_path: Path) -> None:
    """What the driver catches, seen on the real package, which works without any chip."""
    with pytest.raises(FileNotFoundError):
        gpiod.Chip(str(tmp_path / "gpiochip9"))
    with pytest.raises(OSError, match="No such device") as caught:
        gpiod.Chip(os.devnull)
    assert caught.value.errno == errno.ENODEV


async def test_the_real_package_without_a_chip_is_an_unreachable_device(tmp_path: Path) -> None:
    with pytest.raises(DeviceUnreachable, match="gpioinfo"):
        await GpioRelay(port=str(tmp_path / "gpiochip0"), coil=4).set(True)
    with pytest.raises(DeviceUnreachable, match="plugged in"):
        await GpioInput(port=os.devnull, line=4).read()


def test_gpiod_is_not_loaded_before_a_line_is_used() -> None:
    code = (
        "import sys, drivers.registry as r; r.load_switch('gpio', port='/dev/gpiochip0', coil=1); "
        "r.load_input('gpio', port='/dev/gpiochip0', line=1); print('gpiod' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"


async def test_an_active_low_relay_closes_at_low(bench: FakeGpio) -> None:
    relay = GpioRelay(port=CHIP, coil=26, active="low")
    assert await relay.read() is False
    assert bench.pin(CHIP, 26).level() is True
    await relay.set(True)
    assert bench.pin(CHIP, 26).level() is False
    assert await relay.read() is True


async def test_the_chip_is_found_by_its_label_and_the_line_by_its_name(
    bench: FakeGpio, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(gpio_line, "DEVICES", tmp_path)
    for number, label in enumerate(("pinctrl-rp1", "ft232h")):
        (tmp_path / f"gpiochip{number}").touch()
        bench.plug(str(tmp_path / f"gpiochip{number}"), label, [None, "RELAY"])
    await GpioRelay(port="ft232h", line_name="RELAY").set(True)
    assert bench.pin(str(tmp_path / "gpiochip1"), 1).level() is True
    with pytest.raises(DeviceUnreachable, match="here: pinctrl-rp1, ft232h"):
        await GpioRelay(port="ft232", coil=0).set(True)


async def test_a_shorted_pin_is_a_fault_of_the_device(bench: FakeGpio) -> None:
    bench.pin(CHIP, 26).short = False
    with pytest.raises(DeviceFault, match="reads off"):
        await GpioRelay(port=CHIP, coil=26).set(True)


async def test_a_line_of_another_program_is_busy_and_names_the_holder(bench: FakeGpio) -> None:
    bench.pin(CHIP, 4).owner = "onewire@0"
    relay = GpioRelay(port=CHIP, coil=4)
    with pytest.raises(DeviceBusy, match="onewire@0"):
        await relay.set(True)
    bench.pin(CHIP, 4).owner = None
    await relay.set(True)


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (errno.ETIMEDOUT, DeviceTimeout),
        (errno.EIO, DeviceUnreachable),
        (errno.EINVAL, UnsupportedFeature),
        (errno.EACCES, DeviceUnreachable),
    ],
)
async def test_an_error_of_the_kernel_becomes_a_driver_error(
    bench: FakeGpio, code: int, error: type[Exception]
) -> None:
    relay = GpioRelay(port=CHIP, coil=4)
    bench.fail(CHIP, code)
    with pytest.raises(error):
        await relay.set(True)
    bench.fail(CHIP, None)
    await relay.set(True)


async def test_a_line_beyond_the_chip_or_of_no_such_name_is_unreachable(bench: FakeGpio) -> None:
    with pytest.raises(DeviceUnreachable, match="range"):
        await GpioRelay(port=CHIP, coil=99).set(True)
    with pytest.raises(DeviceUnreachable, match="no such chip or line"):
        await GpioRelay(port=CHIP, line_name="RELAY").set(True)


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"port": CHIP}, "line's number"),
        ({"port": CHIP, "coil": 1, "line_name": "GPIO1"}, "not both"),
        ({"port": CHIP, "coil": 1, "bias": "up"}, "pull-up"),
        ({"port": CHIP, "coil": 1, "active": "hoch"}, "high, low"),
        ({"port": CHIP, "coil": 1, "drive": "both"}, "open-drain"),
    ],
)
def test_incomplete_or_invalid_settings_are_refused_at_once(
    settings: dict[str, object], text: str
) -> None:
    with pytest.raises(UnsupportedFeature, match=text):
        GpioRelay(**settings)


def build_key() -> GpioInput:
    """A key to ground, with the chip's own pull-up."""
    return GpioInput("khan-cap", port=CHIP, line=17, active="low", bias="pull-up", debounce_ms=50)


async def test_a_key_pressed_and_released_unread_gives_both_edges(bench: FakeGpio) -> None:
    key = build_key()
    assert isinstance(key, EdgePin)
    assert await key.read() is False
    bench.drive(CHIP, 17, "low")
    bench.drive(CHIP, 17, "open")
    assert [await key.next_state(), await key.next_state()] == [True, False]


@pytest.mark.parametrize("active", ["high", "low"])
async def test_a_broken_wire_is_not_a_pressed_key(bench: FakeGpio, active: str) -> None:
    assert await GpioInput(port=CHIP, line=17, active=active).read() is False


async def test_a_door_that_opens_its_contact_to_ground_is_active_high_with_a_pull_up(
    bench: FakeGpio,
) -> None:
    door = GpioInput(port=CHIP, line=17, bias="pull-up")
    bench.drive(CHIP, 17, "low")
    assert await door.read() is False
    bench.drive(CHIP, 17, "open")
    assert await door.read() is True


async def test_a_bounce_is_not_an_edge(bench: FakeGpio) -> None:
    key = build_key()
    assert await key.read() is False
    bench.drive(CHIP, 17, "low", held_ms=3)
    bench.drive(CHIP, 17, "low")
    assert await key.next_state() is True
    assert bench.pin(CHIP, 17).settings.debounce_period.total_seconds() == 0.05


async def test_a_cancelled_wait_loses_no_edge(bench: FakeGpio) -> None:
    key = build_key()
    await key.read()
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(key.next_state(), 0.01)
    bench.drive(CHIP, 17, "low")
    assert await key.next_state() is True


async def test_an_unplugged_chip_ends_the_wait_and_works_again_after_it_returns(
    bench: FakeGpio,
) -> None:
    key = build_key()
    await key.read()
    waiting = asyncio.create_task(key.next_state())
    await asyncio.sleep(0)
    bench.unplug(CHIP)
    with pytest.raises(DeviceUnreachable, match="plugged in"):
        await waiting
    with pytest.raises(DeviceUnreachable, match="no such chip"):
        await key.read()
    bench.plug(CHIP, "pinctrl-bcm2711", [None] * 28)
    bench.drive(CHIP, 17, "low")
    assert await key.read() is True
