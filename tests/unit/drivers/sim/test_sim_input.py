from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from drivers.errors import DeviceProtocolError, DeviceTimeout, DeviceUnreachable
from drivers.sim.sim_amplifier import SimAmplifier
from drivers.sim.sim_input import SimInput, set_contact, set_contact_fault


async def test_the_file_sets_the_contact(tmp_path: Path) -> None:
    port = tmp_path / "key.json"
    key = SimInput("khan-cap", port=str(port), unit=1, line=3, active="low", debounce_ms=50)
    assert await key.read() is False
    port.write_text('{"active": true}')
    assert await key.read() is True
    await asyncio.to_thread(set_contact, port, active=False)
    assert await key.read() is False
    assert json.loads(port.read_text()) == {"active": False}


async def test_faults_can_be_set_and_cleared_and_keep_the_state(tmp_path: Path) -> None:
    port = tmp_path / "door.json"
    door = SimInput("cua", port=str(port), timeout_ms=0)
    await asyncio.to_thread(set_contact, port, active=True)
    await asyncio.to_thread(set_contact_fault, port, "mute")
    with pytest.raises(DeviceTimeout):
        await door.read()
    await asyncio.to_thread(set_contact_fault, port, "gone")
    with pytest.raises(DeviceUnreachable):
        await door.read()
    await asyncio.to_thread(set_contact_fault, port, None)
    assert await door.read() is True


async def test_a_mute_contact_times_out() -> None:
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    key = SimInput(sleep=sleep, timeout_ms=300)
    key.inject("mute")
    with pytest.raises(DeviceTimeout):
        await key.read()
    assert waited == [0.3]
    key.inject(None)
    key.put(active=True)
    assert await key.read() is True


@pytest.mark.parametrize("text", ['{"active": 1}', '{"fault": "tired"}', "[]", "{"])
async def test_nonsense_is_a_protocol_error(tmp_path: Path, text: str) -> None:
    port = tmp_path / "key.json"
    port.write_text(text)
    with pytest.raises(DeviceProtocolError):
        await SimInput(port=str(port)).read()


def test_a_contact_with_a_file_cannot_be_set_in_memory(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="lives in"):
        SimInput(port=str(tmp_path / "key.json")).put(active=True)


async def test_the_fault_contact_of_a_simulated_amplifier_says_fault_without_power(
    tmp_path: Path,
) -> None:
    port, own = tmp_path / "amplifier.json", tmp_path / "fault.json"
    contact = SimInput(port=str(own), amplifier=str(port))
    amplifier = SimAmplifier(port=str(port), switch_ms=0)
    assert await contact.read()
    await amplifier.set(True)
    assert not await contact.read()
    await asyncio.to_thread(set_contact, own, active=True)
    assert await contact.read()
