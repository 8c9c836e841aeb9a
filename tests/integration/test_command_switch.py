"""Devices with a command table, on a real pty: what a cable and its far end can do wrong."""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from drivers import registry
from drivers.errors import (
    DeviceBusy,
    DeviceFault,
    DeviceProtocolError,
    DeviceTimeout,
    DeviceUnreachable,
)
from drivers.interface import PowerSwitch
from drivers.profile.load import load_profile
from drivers.sim.sim_command_device import SimCommandDevice
from drivers.sim.sim_serial_bus import SimSerialBus, build_device

NAD, LCUS, MONO, TOA = "nad-c-356bee", "lctech-lcus-1", "monoprice-10761", "toa-9000-series"

PATIENT_MS = 3000  # where an answer is due, however busy the machine


class Rack:
    """One simulated device on one line, and the driver for it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lines: list[SimSerialBus] = []

    async def fit(
        self, name: str, unit: int = 1, **settings: Any
    ) -> tuple[SimSerialBus, SimCommandDevice, PowerSwitch]:
        profile = await asyncio.to_thread(load_profile, name)
        device = build_device(profile, unit)
        assert isinstance(device, SimCommandDevice)
        line = SimSerialBus(self.folder / name, [device])
        self.lines.append(line)
        await line.plug()
        given = {"name": name, "port": str(line.path), "timeout_ms": PATIENT_MS, **settings}
        return line, device, await asyncio.to_thread(registry.load_switch, name, **given)


@pytest.fixture
async def rack(tmp_path: Path) -> AsyncIterator[Rack]:
    rack = Rack(tmp_path)
    yield rack
    registry.close()
    for line in rack.lines:
        await line.unplug()


async def test_an_amplifier_is_found_again_after_its_cable_was_pulled(rack: Rack) -> None:
    line, device, amplifier = await rack.fit(NAD)
    await amplifier.set(True)
    await line.unplug()
    with pytest.raises(DeviceUnreachable, match="is it plugged in"):
        await amplifier.set(False)
    await line.plug()
    await amplifier.set(False)
    assert device.contacts == {0: False}


async def test_a_cable_put_back_between_two_commands_is_not_even_noticed(rack: Rack) -> None:
    line, device, relay = await rack.fit(LCUS)
    await relay.set(True)
    await line.unplug()
    await line.plug()
    await relay.set(False)
    await relay.set(True)
    while device.contacts != {0: True}:  # noqa: ASYNC110 - it never answers, so there is no event
        await asyncio.sleep(0.001)


async def test_a_relay_that_never_answers_is_still_missed_when_its_port_is_gone(
    rack: Rack,
) -> None:
    line, _, relay = await rack.fit(LCUS)
    await relay.set(True)
    await line.unplug()
    with pytest.raises(DeviceUnreachable):
        await relay.set(False)


async def test_nonsense_is_told_from_silence(rack: Rack) -> None:
    line, device, amplifier = await rack.fit(NAD, timeout_ms=400)
    line.noise = b"\nMain.Pow\x80\n"
    with pytest.raises(DeviceProtocolError, match="bytes came that are no answer"):
        await amplifier.set(True)
    line.noise = None
    line.mute.add(device)
    with pytest.raises(DeviceTimeout):
        await amplifier.set(True)


async def test_a_slow_answer_within_the_time_is_an_answer(rack: Rack) -> None:
    line, _, amplifier = await rack.fit(NAD)
    line.answer_s = 0.15
    await amplifier.set(True)
    assert await amplifier.read() is True


async def test_what_the_front_panel_says_unasked_is_not_taken_for_an_answer(rack: Rack) -> None:
    line, device, amplifier = await rack.fit(NAD)
    await amplifier.set(True)
    assert line._master is not None
    os.write(line._master, b"\nMain.Power=Off\n")  # someone pressed a key, twice
    assert device.contacts == {0: True}
    await amplifier.set(True)
    assert await amplifier.read() is True


async def test_an_amplifier_that_goes_off_again_by_itself_is_a_fault(rack: Rack) -> None:
    _, device, amplifier = await rack.fit(NAD)
    device.stuck[0] = False  # its protection circuit
    with pytest.raises(DeviceFault, match="it answers that it is off"):
        await amplifier.set(True)


async def test_a_port_that_another_holds_is_busy(rack: Rack) -> None:
    line, _, amplifier = await rack.fit(NAD)
    fd = os.open(line.path, os.O_RDWR | os.O_NOCTTY)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        with pytest.raises(DeviceBusy, match="holds it"):
            await amplifier.set(True)
    finally:
        os.close(fd)


async def test_the_volume_of_the_settings_is_set_after_each_power_on(rack: Rack) -> None:
    _, device, zone = await rack.fit(MONO, unit=1, coil=2, volume=17)
    device.volumes[2] = 38
    await zone.set(True)
    assert device.volumes == {0: 0, 1: 0, 2: 17, 3: 0, 4: 0, 5: 0}


async def test_an_amplifier_that_does_not_take_its_volume_is_on_all_the_same(
    rack: Rack, caplog: pytest.LogCaptureFixture
) -> None:
    _, device, zone = await rack.fit(MONO, unit=1, coil=2, volume=17, timeout_ms=400)
    device.drop_volume_commands()
    with caplog.at_level(logging.WARNING):
        await zone.set(True)
    assert device.contacts[2] is True
    assert "it keeps the volume that it had" in caplog.text


async def test_two_zones_of_one_amplifier_share_its_port(rack: Rack) -> None:
    line, device, first = await rack.fit(MONO, unit=1, coil=0)
    settings = {"name": "second", "port": str(line.path), "coil": 1}
    second = await asyncio.to_thread(registry.load_switch, MONO, **settings)
    await asyncio.gather(first.set(True), second.set(True))
    await first.set(False)
    assert (device.contacts[0], device.contacts[1]) == (False, True)


async def test_the_makers_bytes_go_over_the_line(rack: Rack) -> None:
    line, _, amplifier = await rack.fit(TOA)
    await amplifier.set(True)
    await amplifier.set(False)
    assert line.frames == [bytes.fromhex("F4 01 01"), bytes.fromhex("F4 01 00")]
