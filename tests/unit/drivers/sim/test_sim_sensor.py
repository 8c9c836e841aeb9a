from __future__ import annotations

import asyncio
import json
import math
from pathlib import Path

import pytest
from PIL import Image

from drivers.errors import DeviceProtocolError, DeviceTimeout, DeviceUnreachable
from drivers.sim.sim_amplifier import SimAmplifier, inject_fault
from drivers.sim.sim_sensor import SimSensor, set_sensor_fault, set_value


async def test_the_temperature_follows_the_number_in_the_file(tmp_path: Path) -> None:
    port = tmp_path / "cabinet.json"
    probe = SimSensor("tu", measures="temperature", port=str(port), unit=3, value=31.0)
    assert (await probe.read(), probe.unit) == (31.0, "°C")
    await asyncio.to_thread(set_value, port, 58.5)
    assert await probe.read() == 58.5
    assert json.loads(port.read_text()) == {"value": 58.5}


async def test_a_probe_with_a_lag_follows_a_step_as_first_order_systems_do() -> None:
    now_s = [100.0]
    probe = SimSensor(value=20.0, lag_s=60.0, mono=lambda: now_s[0])
    assert await probe.read() == 20.0
    probe.put(50.0)
    now_s[0] += 60.0  # one time constant: 63.2 % of the step
    assert await probe.read() == pytest.approx(20.0 + 30.0 * (1 - math.exp(-1)))
    now_s[0] += 600.0
    assert await probe.read() == pytest.approx(50.0, abs=0.01)


async def test_the_current_of_a_simulated_amplifier_shows_a_welded_contact(tmp_path: Path) -> None:
    port = tmp_path / "amplifier.json"
    current = SimSensor(measures="current", amplifier=str(port), draws=0.8)
    amplifier = SimAmplifier(port=str(port), switch_ms=0)
    assert await current.read() == 0.0
    await amplifier.set(True)
    assert await current.read() == 0.8
    await asyncio.to_thread(inject_fault, port, "welded")
    assert await current.read() == 0.8
    await asyncio.to_thread(inject_fault, port, "dead")
    assert await current.read() == 0.0


async def test_faults_can_be_set_and_cleared(tmp_path: Path) -> None:
    port = tmp_path / "meter.json"
    meter = SimSensor(measures="power", port=str(port), value=40.0, timeout_ms=0)
    for fault, error in (
        ("mute", DeviceTimeout),
        ("gone", DeviceUnreachable),
        ("nonsense", DeviceProtocolError),
    ):
        await asyncio.to_thread(set_sensor_fault, port, fault)
        with pytest.raises(error):
            await meter.read()
    await asyncio.to_thread(set_sensor_fault, port, None)
    assert await meter.read() == 40.0


async def test_a_value_that_is_no_number_is_a_protocol_error(tmp_path: Path) -> None:
    port = tmp_path / "meter.json"
    port.write_text('{"value": "warm"}')
    with pytest.raises(DeviceProtocolError, match="number"):
        await SimSensor(port=str(port)).read()


async def test_faults_can_be_set_without_a_file() -> None:
    probe = SimSensor()
    probe.inject("gone")
    with pytest.raises(DeviceUnreachable):
        await probe.read()


async def test_a_sensor_before_a_face_sees_its_picture_in_the_light_around(tmp_path: Path) -> None:
    file, clock = tmp_path / "mat-latest.png", [0.0]
    sensor = SimSensor(
        measures="illuminance", value=20.0, looks_at=str(file), noise=0.1, mono=lambda: clock[0]
    )
    # 10 % of noise, up and down in turn; a board that shows nothing yet is dark
    assert [await sensor.read() for _ in range(2)] == pytest.approx([22.0, 18.0])
    green = Image.new("RGB", (64, 32), "#00ff00")  # 0.7152 of white's luminance
    await asyncio.to_thread(green.save, file)
    assert await sensor.read() == pytest.approx(1.1 * (20 + 400 * 0.7152))
    await asyncio.to_thread(file.write_bytes, b"half a pict")
    assert await sensor.read() == pytest.approx(18.0)
