from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from drivers.errors import DeviceProtocolError, DeviceTimeout, DeviceUnreachable
from drivers.sim.sim_input import SimInput, break_contact, set_contact


async def test_a_hand_presses_the_key_by_a_word_in_the_file(tmp_path: Path) -> None:
    port = tmp_path / "key.json"
    key = SimInput("khan-cap", port=str(port), unit=1, line=3, active="low", debounce_ms=50)
    assert await key.read() is False
    port.write_text('{"active": true}')
    assert await key.read() is True
    await asyncio.to_thread(set_contact, port, active=False)
    assert await key.read() is False
    assert json.loads(port.read_text()) == {"active": False}


async def test_it_breaks_and_mends_and_keeps_its_state(tmp_path: Path) -> None:
    port = tmp_path / "door.json"
    door = SimInput("cua", port=str(port), timeout_ms=0)
    await asyncio.to_thread(set_contact, port, active=True)
    await asyncio.to_thread(break_contact, port, "mute")
    with pytest.raises(DeviceTimeout):
        await door.read()
    await asyncio.to_thread(break_contact, port, "gone")
    with pytest.raises(DeviceUnreachable):
        await door.read()
    await asyncio.to_thread(break_contact, port, None)
    assert await door.read() is True


async def test_a_mute_one_answers_after_its_time() -> None:
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


def test_a_contact_behind_a_file_is_not_pressed_in_memory(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="lives in"):
        SimInput(port=str(tmp_path / "key.json")).put(active=True)
