"""Doctor asks real protocol partners for their state: a Modbus server that we did not write."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from agent.clock import Clock
from agent.doctor.context import DoctorContext
from agent.doctor.probes import device
from agent.settings.load import SettingsReport
from agent.settings.model import Settings
from drivers import registry

SERVER = Path(__file__).with_name("modbus_server.py")
RELAY = "waveshare-modbus-rtu-relay-d"
METER = "peacefair-pzem-004t-v3"


@pytest.fixture
async def endpoint() -> AsyncIterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = await asyncio.create_subprocess_exec(
        sys.executable, str(SERVER), "tcp", str(port), stdout=asyncio.subprocess.PIPE
    )
    try:
        assert server.stdout is not None
        assert await server.stdout.readline() == b"ready\n"
        yield f"tcp://127.0.0.1:{port}"
    finally:
        registry.close()
        await asyncio.sleep(0)  # the transport closes in the next round of the loop
        with contextlib.suppress(ProcessLookupError):
            server.kill()
        await server.wait()


def settings(port: str, *, relay: dict[str, Any], sensors: list[dict[str, Any]]) -> Settings:
    switch = {"profile": RELAY, "port": port, "coil": 0} | relay
    zones = [{"name": "nga-ba", "switch": switch}]
    audio = {"driver": "portaudio", "device": "default"}
    plain = {
        "station": "tv-cl-0007", "root": "/r", "state": "/s",
        "broker": {"host": "h", "ca": "/c", "cert": "/c", "key": "/k"},
        "outputs": [{"name": "loa", "audio": audio, "zones": zones}],
        "sensors": [{"port": port, "profile": METER} | one for one in sensors],
    }  # fmt: skip
    return msgspec.convert(plain, Settings)


async def examine(want: Settings, agent_pid: int | None = None) -> dict[str, tuple[str, ...]]:
    judged = SettingsReport("f", "", want, None, [])
    case = DoctorContext(Path("f"), judged, want, Clock(), agent_pid)
    return {one.code: one.args async for one in device.check(case)}


async def test_what_answers_is_told_with_its_state_and_nothing_is_switched(endpoint: str) -> None:
    want = settings(
        endpoint,
        relay={"unit": 1},
        sensors=[{"name": "dien-ap", "measures": "voltage", "unit": 7}],
    )
    found = await examine(want)
    assert found["switch_off"] == ("nga-ba", RELAY)
    assert found["sensor_reads"] == ("dien-ap", "230.1 V")  # see modbus_server.py
    relay = await asyncio.to_thread(
        registry.load_switch, RELAY, name="r", port=endpoint, unit=1, coil=0
    )
    await relay.set(True)
    registry.close()
    await asyncio.sleep(0)
    assert "switch_on" in await examine(want)
    assert "switch_on" in await examine(want)


async def test_what_does_not_answer_is_told_and_the_others_are_asked_all_the_same(
    endpoint: str,
) -> None:
    want = settings(
        endpoint,
        relay={"unit": 10},  # nobody has this address
        sensors=[{"name": "dien-ap", "measures": "voltage", "unit": 7}],
    )
    found = await examine(want)
    assert found["device_silent"] == ("nga-ba",)
    assert found["sensor_reads"] == ("dien-ap", "230.1 V")


async def test_a_running_agent_is_not_talked_into_its_lines(endpoint: str) -> None:
    want = settings(endpoint, relay={"unit": 1}, sensors=[])
    assert await examine(want, agent_pid=4711) == {"devices_busy": ("4711",)}


async def test_a_port_that_is_not_there_is_told(tmp_path: Path) -> None:
    want = settings(str(tmp_path / "ttyUSB9"), relay={"unit": 1}, sensors=[])
    assert await examine(want) == {"device_silent": ("nga-ba",)}
