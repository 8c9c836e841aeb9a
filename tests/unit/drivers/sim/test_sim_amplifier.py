from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from drivers.errors import DeviceFault, DeviceProtocolError, DeviceTimeout
from drivers.sim.sim_amplifier import SimAmplifier, inject_fault


class Bench:
    """Time that advances only where the amplifier waits or the test advances it."""

    def __init__(self) -> None:
        self.now_s = 100.0

    async def sleep(self, seconds: float) -> None:
        self.now_s += seconds
        await asyncio.sleep(0)

    def build(self, **settings: object) -> SimAmplifier:
        return SimAmplifier("loa", sleep=self.sleep, mono=lambda: self.now_s, **settings)


@pytest.fixture
def bench() -> Bench:
    return Bench()


async def test_the_contact_takes_its_time_and_only_when_it_moves(bench: Bench) -> None:
    amplifier = bench.build(switch_ms=20)
    await amplifier.set(True)
    assert bench.now_s == pytest.approx(100.02)
    await amplifier.set(True)
    assert bench.now_s == pytest.approx(100.02)


async def test_a_welded_contact_stays_on_and_is_a_fault_when_switched_off(bench: Bench) -> None:
    amplifier = bench.build()
    await amplifier.set(True)
    amplifier.inject("welded")
    with pytest.raises(DeviceFault, match="reads on"):
        await amplifier.set(False)
    assert await amplifier.read() is True


async def test_a_dead_contact_stays_off_and_is_a_fault_when_switched_on(bench: Bench) -> None:
    amplifier = bench.build()
    amplifier.inject("dead")
    with pytest.raises(DeviceFault, match="reads off"):
        await amplifier.set(True)
    assert await amplifier.read() is False


async def test_a_mute_amplifier_times_out_and_does_not_switch(bench: Bench) -> None:
    amplifier = bench.build(timeout_ms=500)
    amplifier.inject("mute")
    with pytest.raises(DeviceTimeout):
        await amplifier.set(True)
    assert bench.now_s == pytest.approx(100.5)
    amplifier.inject(None)
    assert await amplifier.read() is False


async def test_sound_before_the_amplifier_is_on_or_settled_is_a_runtime_error(bench: Bench) -> None:
    amplifier = bench.build(settle_ms=400)
    with pytest.raises(RuntimeError, match="off"):
        amplifier.begin_sound()
    await amplifier.set(True)
    with pytest.raises(RuntimeError, match="settle"):
        amplifier.begin_sound()
    bench.now_s += 0.4
    amplifier.begin_sound()


async def test_switching_off_during_sound_is_a_runtime_error(bench: Bench) -> None:
    amplifier = bench.build()
    await amplifier.set(True)
    amplifier.begin_sound()
    with pytest.raises(RuntimeError, match="under sound"):
        await amplifier.set(False)
    amplifier.end_sound()
    await amplifier.set(False)


async def test_two_concurrent_calls_are_a_runtime_error(bench: Bench) -> None:
    amplifier = bench.build()
    results = await asyncio.gather(
        amplifier.set(True), amplifier.set(False), return_exceptions=True
    )
    assert results[0] is None
    assert isinstance(results[1], RuntimeError)


async def test_with_a_file_the_contact_survives_the_process_and_can_get_a_fault(
    bench: Bench, tmp_path: Path
) -> None:
    port = tmp_path / "amplifier.json"
    await bench.build(port=str(port)).set(True)
    assert json.loads(port.read_text()) == {"contact": "on", "fault": None}
    second = bench.build(port=str(port))
    assert await second.read() is True
    await asyncio.to_thread(inject_fault, port, "welded")
    with pytest.raises(DeviceFault):
        await second.set(False)
    await asyncio.to_thread(inject_fault, port, None)
    await second.set(False)
    assert json.loads(port.read_text()) == {"contact": "off", "fault": None}


async def test_a_fault_written_by_hand_takes_effect_and_nonsense_is_a_protocol_error(
    bench: Bench, tmp_path: Path
) -> None:
    port = tmp_path / "amplifier.json"
    port.write_text('{"fault": "mute"}')
    with pytest.raises(DeviceTimeout):
        await bench.build(port=str(port)).read()
    port.write_text('{"fault": "tired"}')
    with pytest.raises(DeviceProtocolError):
        await bench.build(port=str(port)).read()
