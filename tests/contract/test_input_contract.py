"""What every input contact and every sensor must do; a new driver adds one line and one way to act.

An act is done in the world outside: a hand closes the contact, the quantity changes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from drivers.driver_index import INPUTS, SENSORS
from drivers.errors import DriverError
from drivers.interface import UNIT_OF, InputPin, SensorReader
from drivers.registry import load_input, load_sensor
from drivers.sensor import hwmon_sensor as hwmon
from drivers.sensor import iio_sensor as iio
from tests.fakes.fake_gpiod import FakeGpio

CHIP = "/dev/gpiochip0"


@dataclass
class Rig:
    """A folder for state, and chips to plug in."""

    folder: Path
    chips: FakeGpio


@dataclass
class Contact:
    """A contact with the hand that moves it and takes it away."""

    pin: InputPin
    close: Callable[[], object]
    open: Callable[[], object]
    pull: Callable[[], object]


def build_gpio(rig: Rig) -> Contact:
    rig.chips.plug(CHIP, "pinctrl-bcm2711", [None] * 28)
    return Contact(
        load_input("gpio", name="a", port=CHIP, line=17, active="low", bias="pull-up"),
        close=lambda: rig.chips.drive(CHIP, 17, "low"),
        open=lambda: rig.chips.drive(CHIP, 17, "open"),
        pull=lambda: rig.chips.unplug(CHIP),
    )


def build_sim_input(rig: Rig) -> Contact:
    port = rig.folder / "key.json"
    return Contact(
        load_input("sim-input", name="a", port=str(port), debounce_ms=50, active="low"),
        close=lambda: port.write_text('{"active": true}'),
        open=lambda: port.write_text('{"active": false}'),
        pull=lambda: port.write_text('{"fault": "gone"}'),
    )


CONTACTS = {"gpio": build_gpio, "sim-input": build_sim_input}


@pytest.fixture
def rig(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Rig:
    chips = FakeGpio()
    chips.install(monkeypatch)
    monkeypatch.setattr(hwmon, "CLASS", tmp_path / "hwmon")
    monkeypatch.setattr(iio, "CLASS", tmp_path / "iio")
    return Rig(tmp_path, chips)


@pytest.mark.parametrize("profile", CONTACTS)
async def test_a_contact_has_the_state_that_was_set(profile: str, rig: Rig) -> None:
    contact = CONTACTS[profile](rig)
    assert contact.pin.name == "a"
    assert await contact.pin.read() is False
    contact.close()
    assert await contact.pin.read() is True
    contact.open()
    assert await contact.pin.read() is False


@pytest.mark.parametrize("profile", CONTACTS)
async def test_an_unplugged_contact_raises_a_driver_error(profile: str, rig: Rig) -> None:
    contact = CONTACTS[profile](rig)
    contact.close()
    await contact.pin.read()
    contact.pull()
    with pytest.raises(DriverError):
        await contact.pin.read()


def build_hwmon(rig: Rig) -> tuple[SensorReader, Callable[[str], object]]:
    folder = rig.folder / "hwmon" / "hwmon0"
    folder.mkdir(parents=True)
    (folder / "name").write_text("ina226\n")
    sensor = load_sensor("hwmon", name="a", measures="current", chip="ina226")
    return sensor, lambda value: (folder / "curr1_input").write_text(f"{float(value) * 1000:.0f}")


def build_sim_sensor(rig: Rig) -> tuple[SensorReader, Callable[[str], object]]:
    port = rig.folder / "sensor.json"
    sensor = load_sensor("sim-sensor", name="a", measures="current", port=str(port))
    return sensor, lambda value: port.write_text(f'{{"value": {value}}}')


def build_iio(rig: Rig) -> tuple[SensorReader, Callable[[str], object]]:
    folder = rig.folder / "iio" / "iio:device0"
    folder.mkdir(parents=True)
    (folder / "name").write_text("ad7799\n")
    sensor = load_sensor("iio", name="a", measures="current", chip="ad7799", channel="in_current0")
    return sensor, (folder / "in_current0_input").write_text


QUANTITIES = {"hwmon": build_hwmon, "iio": build_iio, "sim-sensor": build_sim_sensor}


@pytest.mark.parametrize("profile", QUANTITIES)
async def test_a_sensor_measures_in_its_unit(profile: str, rig: Rig) -> None:
    sensor, change = QUANTITIES[profile](rig)
    assert (sensor.name, sensor.unit) == ("a", UNIT_OF["current"])
    for value in ("0", "1.187", "-0.25"):
        change(value)
        assert await sensor.read() == pytest.approx(float(value))


def test_every_driver_of_the_registry_is_tested_here() -> None:
    assert set(CONTACTS) == set(INPUTS)
    assert set(QUANTITIES) == set(SENSORS)
