"""The kernel's sensors, on a folder tree of the documented layout (hwmon/sysfs-interface.rst)."""

from __future__ import annotations

from pathlib import Path

import pytest

from drivers.errors import (
    DeviceFault,
    DeviceProtocolError,
    DeviceUnreachable,
    UnsupportedFeature,
)
from drivers.sensor import hwmon_sensor
from drivers.sensor.hwmon_sensor import HwmonSensor


class Sys:
    """/sys: a device's own folder holds hwmon/hwmonN, the class folder links there."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.hwmon = root / "class" / "hwmon"
        self.hwmon.mkdir(parents=True)
        self.count = 0

    def add(self, device: str, chip: str, **files: str) -> Path:
        folder = self.root / "devices" / device / "hwmon" / f"hwmon{self.count}"
        folder.mkdir(parents=True)
        (folder / "name").write_text(chip + "\n")
        (folder / "device").symlink_to("../../../" + Path(device).name)
        for name, text in files.items():
            (folder / name).write_text(text + "\n")
        (self.hwmon / folder.name).symlink_to(folder)
        self.count += 1
        return folder


@pytest.fixture
def sys_(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sys:
    tree = Sys(tmp_path)
    monkeypatch.setattr(hwmon_sensor, "CLASS", tree.hwmon)
    tree.add("virtual/thermal/thermal_zone0", "cpu_thermal", temp1_input="48312")
    # ina2xx.rst: in0 shunt mV, in1 bus mV, curr1 mA, power1 µW
    for address in ("1-0040", "1-0041"):
        tree.add(
            f"platform/soc/fe804000.i2c/i2c-1/{address}",
            "ina226",
            in0_input="12",
            in1_input="23984",
            curr1_input="1187",
            power1_input="28450000",
            shunt_resistor="10000",
        )
    # w1_therm: hwmon name w1_slave_temp, millidegrees
    tree.add("w1_bus_master1/28-0000072d9fb1", "w1_slave_temp", temp1_input="-1250")
    return tree


@pytest.mark.parametrize(
    ("measures", "value", "unit"),
    [("current", 1.187, "A"), ("voltage", 23.984, "V"), ("power", 28.45, "W")],
)
async def test_an_ina226_measures_current_bus_voltage_and_power(
    sys_: Sys, measures: str, value: float, unit: str
) -> None:
    ina = HwmonSensor(measures=measures, chip="ina226", port="1-0041")
    assert await ina.read() == pytest.approx(value)
    assert ina.unit == unit


async def test_the_shunt_has_its_own_channel_and_a_divider_its_scale(sys_: Sys) -> None:
    shunt = HwmonSensor(measures="voltage", port="1-0040", channel="in0", scale=11)
    assert await shunt.read() == pytest.approx(0.132)


async def test_a_1_wire_probe_is_found_by_its_number_alone_and_reads_below_zero(sys_: Sys) -> None:
    probe = HwmonSensor(measures="temperature", port="28-0000072d9fb1")
    assert await probe.read() == pytest.approx(-1.25)


async def test_a_device_may_be_named_by_its_folder(sys_: Sys) -> None:
    folder = sys_.root / "devices" / "w1_bus_master1" / "28-0000072d9fb1"
    assert await HwmonSensor(measures="temperature", port=str(folder)).read() == pytest.approx(
        -1.25
    )


async def test_two_chips_of_a_name_need_the_device(sys_: Sys) -> None:
    with pytest.raises(UnsupportedFeature, match="ina226 1-0040, ina226 1-0041"):
        await HwmonSensor(measures="current", chip="ina226").read()
    with pytest.raises(UnsupportedFeature, match="port"):
        HwmonSensor(measures="current")


async def test_an_unplugged_probe_is_unreachable_and_found_again_under_another_number(
    sys_: Sys,
) -> None:
    probe = HwmonSensor(measures="temperature", port="28-0000072d9fb1")
    (sys_.hwmon / "hwmon3").unlink()
    with pytest.raises(DeviceUnreachable, match="sensors here: cpu_thermal thermal_zone0, ina226"):
        await probe.read()
    sys_.count = 7
    sys_.add("w1_bus_master2/28-0000072d9fb1", "w1_slave_temp", temp1_input="21062")
    assert await probe.read() == pytest.approx(21.062)


async def test_a_channel_that_the_chip_lacks_is_unreachable(sys_: Sys) -> None:
    with pytest.raises(DeviceUnreachable):
        await HwmonSensor(measures="humidity", port="1-0040").read()


async def test_a_chip_that_reports_an_open_probe_is_a_device_fault(sys_: Sys) -> None:
    sys_.add("1-0048", "lm90", temp2_input="127000", temp2_fault="1")
    with pytest.raises(DeviceFault, match="open or shorted"):
        await HwmonSensor(measures="temperature", chip="lm90", channel="temp2").read()


@pytest.mark.parametrize(
    ("told", "is_false"), [("85000", True), ("127937", True), ("85062", False)]
)
async def test_the_power_on_value_of_a_1_wire_probe_is_not_a_temperature(
    sys_: Sys, told: str, is_false: bool  # noqa: FBT001 - a table's column
) -> None:  # fmt: skip
    sys_.add("w1_bus_master1/28-ffff", "w1_slave_temp", temp1_input=told)
    probe = HwmonSensor(measures="temperature", port="28-ffff")
    if is_false:
        with pytest.raises(DeviceProtocolError, match="wiring"):
            await probe.read()
    else:
        assert await probe.read() == pytest.approx(85.062)


async def test_a_file_without_a_number_is_a_protocol_error(sys_: Sys) -> None:
    folder = sys_.add("1-0044", "sht3x", temp1_input="")
    probe = HwmonSensor(measures="temperature", chip="sht3x")
    with pytest.raises(DeviceProtocolError, match="no number"):
        await probe.read()
    (folder / "temp1_input").write_text("31250\n")
    assert await probe.read() == pytest.approx(31.25)
