"""The kernel's light sensors, on a folder tree of the documented layout (ABI/sysfs-bus-iio)."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from drivers.errors import DeviceProtocolError, DeviceUnreachable, UnsupportedFeature
from drivers.registry import load_sensor
from drivers.sensor import iio_sensor
from drivers.sensor.iio_sensor import IioSensor


@pytest.fixture
def bus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """/sys/bus/iio/devices: a chip's own folder holds iio:deviceN, the class folder links there."""
    devices = tmp_path / "bus"
    devices.mkdir()
    monkeypatch.setattr(iio_sensor, "CLASS", devices)
    return devices


def add(bus: Path, number: int, device: str, chip: str, **files: str) -> Path:
    folder = bus.parent / "i2c-1" / device / f"iio:device{number}"
    folder.mkdir(parents=True)
    (folder / "name").write_text(chip + "\n")
    for name, text in files.items():
        (folder / name).write_text(text + "\n")
    (bus / folder.name).symlink_to(folder)
    return folder


async def test_a_bh1750_measures_lux_by_its_raw_count_and_the_kernels_scale(bus: Path) -> None:
    # bh1750.c: at the default time a count is 1/1.2 lux
    add(bus, 0, "1-0023", "bh1750", in_illuminance_raw="24000", in_illuminance_scale="0.833333")
    add(bus, 1, "1-0048", "ads1115", in_voltage0_raw="1")
    sensor = await asyncio.to_thread(
        load_sensor, "rohm-bh1750", name="troi-sang", measures="illuminance"
    )
    assert await sensor.read() == pytest.approx(20_000, rel=1e-5)
    assert sensor.unit == "lx"


async def test_a_driver_that_tells_lux_needs_no_scale_and_a_dome_its_own_factor(bus: Path) -> None:
    add(bus, 3, "0-0029", "tsl2563", in_illuminance0_input="812", in_illuminance0_raw="9")
    sensor = IioSensor(measures="illuminance", port="0-0029", channel="in_illuminance0", scale=2.5)
    assert await sensor.read() == pytest.approx(2030)


async def test_an_offset_is_added_before_the_scale(bus: Path) -> None:
    files = {"raw": "100", "offset": "-20", "scale": "0.5"}
    add(bus, 0, "1-0044", "opt3001", **{f"in_illuminance_{k}": v for k, v in files.items()})
    assert await IioSensor(measures="illuminance", chip="opt3001").read() == pytest.approx(40)


async def test_two_of_one_chip_need_their_port_and_an_absent_one_names_what_is_there(
    bus: Path,
) -> None:
    for number, device in enumerate(("1-0023", "1-005c")):
        add(bus, number, device, "bh1750", in_illuminance_raw=str(number))
    with pytest.raises(UnsupportedFeature, match="bh1750 1-0023, bh1750 1-005c"):
        await IioSensor(measures="illuminance", chip="bh1750").read()
    assert await IioSensor(measures="illuminance", port="1-005c").read() == 1
    with pytest.raises(DeviceUnreachable, match="sensors here: bh1750 1-0023"):
        await IioSensor(measures="illuminance", port="1-0029").read()


@pytest.mark.parametrize("text", ["", "dark", "nan", "inf"])
async def test_what_is_no_number_is_no_light(bus: Path, text: str) -> None:
    add(bus, 0, "1-0023", "bh1750", in_illuminance_raw=text)
    with pytest.raises(DeviceProtocolError):
        await IioSensor(measures="illuminance", chip="bh1750").read()


async def test_a_sensor_that_was_pulled_is_unreachable(bus: Path) -> None:
    folder = add(bus, 0, "1-0023", "bh1750", in_illuminance_raw="5")
    sensor = IioSensor(measures="illuminance", chip="bh1750")
    assert await sensor.read() == 5
    (folder / "in_illuminance_raw").unlink()
    with pytest.raises(DeviceUnreachable):
        await sensor.read()


def test_without_port_and_chip_or_for_another_quantity_it_is_not_loaded() -> None:
    with pytest.raises(UnsupportedFeature, match="port"):
        IioSensor(measures="illuminance")
    with pytest.raises(UnsupportedFeature, match=r"options\.channel"):
        IioSensor(measures="voltage", chip="ads1115")
