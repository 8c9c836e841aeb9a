"""Every profile, driven over a real pty against a device made from it; a new file is held to it.

The device's frames and checksums are ours, the client's are pymodbus's; `integration/` has it the
other way round.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import TypeVar

import pytest
from msgspec.structs import replace

from drivers import registry
from drivers.errors import DeviceFault, DeviceTimeout, UnsupportedFeature
from drivers.interface import VolumeControl
from drivers.profile import load as load_module
from drivers.profile.load import list_profiles, load_profile
from drivers.profile.model import (
    AmplifierProfile,
    MeterProfile,
    Profile,
    RelayProfile,
    SensorProfile,
    Serial,
)
from drivers.profile.setting import OF_KERNEL
from drivers.sensor import hwmon_sensor as hwmon
from drivers.sensor import iio_sensor as iio
from drivers.sim.sim_command_device import SimCommandDevice
from drivers.sim.sim_modbus_device import SimModbusDevice
from drivers.sim.sim_serial_bus import SimSerialBus, build_device

NAMES = list_profiles()
ALL = {name: load_profile(name) for name in NAMES}
SWITCHES = [
    name for name, profile in ALL.items() if isinstance(profile, RelayProfile | AmplifierProfile)
]
METERS = [
    name
    for name, profile in ALL.items()
    if isinstance(profile, MeterProfile | SensorProfile) and profile.transport not in OF_KERNEL
]
OF_THE_KERNEL = [name for name, profile in ALL.items() if profile.transport in OF_KERNEL]
STEPS = {"power": 1_000_000, "illuminance": 1}  # of the kernel in one unit; else thousandths
WITH_INPUTS = [name for name, p in ALL.items() if isinstance(p, RelayProfile) and p.inputs]
T = TypeVar("T")
PATIENT_MS = 3000  # where an answer is due, however busy the machine
SHORT_MS = 60  # time-out of a device that will not answer


def build(
    name: str, path: Path
) -> tuple[Profile, SimSerialBus, SimModbusDevice | SimCommandDevice]:
    # A device on Ethernet has the same registers; its frames are integration's matter.
    profile = ALL[name]
    unit = profile.units.high if profile.units else 0
    device = build_device(profile, unit)
    return profile, SimSerialBus(path, [device]), device


async def load(loader: Callable[..., T], *args: str, **settings: object) -> T:
    """In a thread, as loading reads files."""
    return await asyncio.to_thread(loader, *args, **settings)


def settings_of(name: str, path: Path, **more: object) -> dict[str, object]:
    profile = ALL[name]
    given: dict[str, object] = {"name": "loa", "port": str(path), "timeout_ms": PATIENT_MS, **more}
    if isinstance(profile, RelayProfile | AmplifierProfile):
        given["coil"] = profile.channels - 1
    if profile.units is not None:
        given["unit"] = profile.units.high
    return given


@pytest.fixture
async def ports() -> AsyncIterator[list[SimSerialBus]]:
    lines: list[SimSerialBus] = []
    yield lines
    registry.close()
    for line in lines:
        await line.unplug()


@pytest.fixture(autouse=True)
def _as_rtu(monkeypatch: pytest.MonkeyPatch) -> None:
    """Boards on Ethernet are put on a serial line: the same registers in other frames."""
    for name, profile in ALL.items():
        if profile.transport == "modbus-tcp":
            rtu = replace(profile, transport="modbus-rtu", serial=Serial(baud=9600))
            monkeypatch.setitem(ALL, name, rtu)
    monkeypatch.setattr(load_module, "load_profile", lambda name: ALL[name])


def test_there_are_the_families_that_the_box_needs() -> None:
    kinds = [type(profile) for profile in ALL.values()]
    assert kinds.count(AmplifierProfile) >= 2
    assert sum(isinstance(p, RelayProfile) and p.registers is not None for p in ALL.values()) >= 2
    assert any(isinstance(p, RelayProfile) and p.commands is not None for p in ALL.values())
    assert MeterProfile in kinds
    assert OF_THE_KERNEL


@pytest.mark.parametrize("name", SWITCHES)
async def test_a_switch_is_set_and_read_back(
    name: str, tmp_path: Path, ports: list[SimSerialBus]
) -> None:
    profile, line, device = build(name, tmp_path / "port")
    ports.append(line)
    await line.plug()
    switch = await load(registry.load_switch, name, **settings_of(name, line.path))
    assert isinstance(profile, RelayProfile | AmplifierProfile)
    channel = profile.channels - 1
    for state in (True, True, False, False, True):
        heard = len(line.frames)
        await switch.set(state)
        if _can_be_asked(profile):
            assert await switch.read() is state
        else:
            with pytest.raises(UnsupportedFeature, match="cannot be asked"):
                await switch.read()
        want = {**dict.fromkeys(device.contacts, False), channel: state}
        # on a busy machine two frames that follow each other at once would reach it as one
        await _until(lambda heard=heard: len(line.frames) > heard)
        assert device.contacts == want


@pytest.mark.parametrize("name", SWITCHES)
async def test_a_stuck_contact_is_a_fault_where_the_device_reports_it(
    name: str, tmp_path: Path, ports: list[SimSerialBus]
) -> None:
    profile, line, device = build(name, tmp_path / "port")
    ports.append(line)
    await line.plug()
    assert isinstance(profile, RelayProfile | AmplifierProfile)
    device.stuck[profile.channels - 1] = True
    switch = await load(registry.load_switch, name, **settings_of(name, line.path))
    await switch.set(True)
    if _can_be_asked(profile):
        with pytest.raises(DeviceFault, match="switch off"):
            await switch.set(False)
    else:
        await switch.set(False)


@pytest.mark.parametrize("name", SWITCHES)
async def test_a_silent_switch_is_a_timeout_where_it_should_answer(
    name: str, tmp_path: Path, ports: list[SimSerialBus]
) -> None:
    profile, line, device = build(name, tmp_path / "port")
    ports.append(line)
    await line.plug()
    line.mute.add(device)
    switch = await load(
        registry.load_switch, name, **settings_of(name, line.path, timeout_ms=SHORT_MS)
    )
    if isinstance(profile, RelayProfile | AmplifierProfile) and _answers(profile):
        with pytest.raises(DeviceTimeout, match="no answer in"):
            await switch.set(True)
    else:
        await switch.set(True)


@pytest.mark.parametrize(
    "name",
    [
        n
        for n, p in ALL.items()
        if isinstance(p, AmplifierProfile) and p.commands.volume is not None
    ],
)
async def test_an_amplifier_with_a_volume_sets_it(
    name: str, tmp_path: Path, ports: list[SimSerialBus]
) -> None:
    profile, line, device = build(name, tmp_path / "port")
    ports.append(line)
    await line.plug()
    assert isinstance(profile, AmplifierProfile)
    assert isinstance(device, SimCommandDevice)
    assert profile.commands.volume is not None
    amplifier = await load(registry.load_switch, name, **settings_of(name, line.path))
    assert isinstance(amplifier, VolumeControl)
    low, high = profile.commands.volume.low, profile.commands.volume.high
    for step in (low, high, (low + high) // 2):
        await amplifier.set_volume(step)
        assert device.volumes[profile.channels - 1] == step
        if profile.commands.volume.query is not None:
            assert await amplifier.read_volume() == step
    with pytest.raises(ValueError, match="outside"):
        await amplifier.set_volume(high + 1)


@pytest.mark.parametrize("name", METERS)
async def test_a_meter_reports_the_measured_value(
    name: str, tmp_path: Path, ports: list[SimSerialBus]
) -> None:
    profile, line, device = build(name, tmp_path / "port")
    ports.append(line)
    await line.plug()
    assert isinstance(profile, MeterProfile | SensorProfile)
    assert isinstance(device, SimModbusDevice)
    unit = profile.units.high if profile.units else 0
    for measure, reading in profile.readings.items():
        sensor = await load(
            registry.load_sensor, name, name="m", measures=measure, port=str(line.path), unit=unit
        )
        assert reading.low is not None
        assert reading.high is not None
        for part in (0.0, 0.25, 1.0):
            value = reading.low + part * (reading.high - reading.low)
            device.measure(measure, value)
            assert await sensor.read() == pytest.approx(value, abs=reading.scale)


@pytest.mark.parametrize("name", OF_THE_KERNEL)
async def test_a_sensor_of_the_kernel_is_found_by_its_chip(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = ALL[name]
    assert isinstance(profile, SensorProfile)
    folder = tmp_path / ("hwmon3" if profile.transport == "hwmon" else "iio:device3")
    folder.mkdir()
    (folder / "name").write_text(f"{profile.chip}\n")
    monkeypatch.setattr(hwmon, "CLASS", tmp_path)
    monkeypatch.setattr(iio, "CLASS", tmp_path)
    for measure, reading in profile.readings.items():
        (folder / f"{reading.channel}_input").write_text("1500\n")
        sensor = await load(registry.load_sensor, name, name="m", measures=measure)
        assert await sensor.read() == pytest.approx(1500 / STEPS.get(measure, 1000))


@pytest.mark.parametrize("name", WITH_INPUTS)
async def test_an_input_is_read_with_its_active_level(
    name: str, tmp_path: Path, ports: list[SimSerialBus]
) -> None:
    profile, line, device = build(name, tmp_path / "port")
    ports.append(line)
    await line.plug()
    assert isinstance(device, SimModbusDevice)
    unit = profile.units.high if profile.units else 0
    where = {"port": str(line.path), "unit": unit, "line": 2, "debounce_ms": 4}
    door = await load(registry.load_input, name, name="door", active="high", **where)
    key = await load(registry.load_input, name, name="key", active="low", **where)
    for level in (False, True, False):
        device.inputs[2] = level
        # one reading of the board may serve several contacts, so a change may show a moment later
        while await door.read() is not level:
            pass
        while await key.read() is level:
            pass


def _can_be_asked(profile: RelayProfile | AmplifierProfile) -> bool:
    if isinstance(profile, RelayProfile) and profile.registers is not None:
        return profile.registers.read is not None
    return profile.commands is not None and profile.commands.query is not None


def _answers(profile: RelayProfile | AmplifierProfile) -> bool:
    return profile.commands is None or profile.commands.on.answer is not None


async def _until(condition: Callable[[], bool]) -> None:
    """A device that never answers may hear a frame after it was sent."""
    while not condition():  # noqa: ASYNC110 - the device is no task of ours and sets no event
        await asyncio.sleep(0.001)
