"""The Modbus drivers against a server that we did not write, over real ptys and real TCP."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import socket
import sys
import tty
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest

from drivers import registry
from drivers.bus import shared_bus
from drivers.errors import (
    DeviceBusy,
    DeviceFault,
    DeviceProtocolError,
    DeviceTimeout,
    DeviceUnreachable,
    DriverError,
)
from drivers.interface import PowerSwitch, SensorReader
from drivers.sim.sim_modbus_device import compute_crc

T = TypeVar("T")
SOON_MS = 600  # where an answer that is waited for in vain costs the test that long
PATIENT_MS = 3000  # where an answer is due, however busy the machine
SERVER = Path(__file__).with_name("modbus_server.py")
RELAY = "waveshare-modbus-rtu-relay-d"
ON_WIRE = bytes.fromhex("01 05 00 00 FF 00 8C 3A")  # the maker's own example: relay 1 on

# no data · an exception of no known code · its own failure · an echo of another address, then of
# another value · an answer to another function · half a register · an answer of a file record
CRAFTED = (
    "01 01 00", "01 85 63", "01 85 04", "01 05 00 07 FF 00", "01 05 00 00 00 00", "01 03 02 00 01",
    "01 03 01 00", "01 14 05 04 06 0D FE",
)  # fmt: skip


class Cable:
    """Two ptys joined: one end is the server's, the other a port at a stable path of ours."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "by-path"
        self.answers: Callable[[bytes], bytes] = lambda data: data
        self.answer_s = 0.0
        self.asked = bytearray()
        self.dead_units = {9}
        self._far, far_slave = self._make_pair()
        self.far_path = os.ttyname(far_slave)
        self._keep = far_slave  # so that the pair survives a server that starts late
        self._near: int | None = None
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._far, self._from_server)

    @staticmethod
    def _make_pair() -> tuple[int, int]:
        master, slave = os.openpty()
        tty.setraw(slave)
        os.set_blocking(master, False)
        return master, slave

    def plug(self) -> None:
        self._near, slave = self._make_pair()
        self.path.symlink_to(os.ttyname(slave))
        self._slave = slave
        self._loop.add_reader(self._near, self._from_client)

    def unplug(self) -> None:
        if self._near is None:
            return
        self._loop.remove_reader(self._near)
        os.close(self._near)
        os.close(self._slave)
        self._near = None
        self.path.unlink()

    def close(self) -> None:
        self.unplug()
        self._loop.remove_reader(self._far)
        os.close(self._far)
        os.close(self._keep)

    def _from_client(self) -> None:
        assert self._near is not None
        data = os.read(self._near, 1024)
        self.asked += data
        if data[0] not in self.dead_units:
            os.write(self._far, data)

    def _from_server(self) -> None:
        data = self.answers(os.read(self._far, 1024))
        if data:
            self._loop.call_later(self.answer_s, self._deliver, data)

    def _deliver(self, data: bytes) -> None:
        if self._near is not None:
            os.write(self._near, data)


@contextlib.asynccontextmanager
async def serving(*args: str) -> AsyncIterator[asyncio.subprocess.Process]:
    server = await asyncio.create_subprocess_exec(
        sys.executable, str(SERVER), *args, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert server.stdout is not None
        assert await server.stdout.readline() == b"ready\n"
        yield server
    finally:
        with contextlib.suppress(ProcessLookupError):
            server.kill()
        await server.wait()


@pytest.fixture
async def cable(tmp_path: Path) -> AsyncIterator[Cable]:
    line = Cable(tmp_path)
    line.plug()
    try:
        async with serving("rtu", line.far_path):
            yield line
    finally:
        registry.close()
        line.close()


def find_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
async def endpoint() -> AsyncIterator[str]:
    port = find_free_port()
    async with serving("tcp", str(port)):
        yield f"tcp://127.0.0.1:{port}"
        registry.close()
        await asyncio.sleep(0)  # the transport closes in the next round of the loop


async def load(loader: Callable[..., T], *args: str, **settings: Any) -> T:
    return await asyncio.to_thread(loader, *args, **settings)


async def load_relay(port: str | Path, unit: int = 1, coil: int = 0, **more: Any) -> PowerSwitch:
    settings = {"name": f"relay {unit}.{coil}", "port": str(port), "unit": unit, "coil": coil}
    settings |= {"timeout_ms": PATIENT_MS, **more}
    return await load(registry.load_switch, RELAY, **settings)


async def load_meter(port: str | Path, profile: str, unit: int, measures: str) -> SensorReader:
    settings = {"name": measures, "port": str(port), "unit": unit, "measures": measures}
    settings["timeout_ms"] = PATIENT_MS
    return await load(registry.load_sensor, profile, **settings)


async def test_a_relay_switches_and_the_frame_is_the_makers_own(cable: Cable) -> None:
    relay = await load_relay(cable.path)
    await relay.set(True)
    assert cable.asked[:8] == ON_WIRE
    assert await relay.read() is True
    await relay.set(False)
    assert await relay.read() is False


async def test_two_relays_of_one_board_do_not_move_each_other(cable: Cable) -> None:
    first, last = await load_relay(cable.path), await load_relay(cable.path, coil=7)
    await asyncio.gather(first.set(True), last.set(True))
    await first.set(False)
    assert (await first.read(), await last.read()) == (False, True)


async def test_the_meters_values_are_those_of_the_servers_registers(cable: Cable) -> None:
    pzem = "peacefair-pzem-004t-v3"
    assert await (await load_meter(cable.path, pzem, 7, "voltage")).read() == 230.1
    assert await (await load_meter(cable.path, pzem, 7, "current")).read() == 1.234
    temperature = await load_meter(cable.path, "xy-md02", 8, "temperature")
    assert await temperature.read() == -4.5
    assert temperature.unit == "°C"
    assert await (await load_meter(cable.path, "xy-md02", 8, "humidity")).read() == 61.2


async def test_what_a_meter_cannot_have_measured_is_no_value(cable: Cable) -> None:
    power = await load_meter(cable.path, "peacefair-pzem-004t-v3", 7, "power")
    with pytest.raises(DeviceProtocolError, match=r"70000\.1 W cannot be"):
        await power.read()


async def test_inputs_are_read(cable: Cable) -> None:
    where = {"port": str(cable.path), "unit": 1, "debounce_ms": 4, "timeout_ms": PATIENT_MS}
    closed = await load(registry.load_input, RELAY, name="a", line=1, **where)
    open_ = await load(registry.load_input, RELAY, name="b", line=2, **where)
    assert (await closed.read(), await open_.read()) == (True, False)


async def test_a_board_that_echoes_and_does_not_switch_is_a_fault(cable: Cable) -> None:
    relay = await load_relay(cable.path, unit=3)
    with pytest.raises(DeviceFault, match="the relay reads off"):
        await relay.set(True)


async def test_an_address_that_the_board_has_not_is_named(cable: Cable) -> None:
    """A profile of another board: this one has no register 1."""
    settings = {"name": "wrong", "port": str(cable.path), "unit": 7, "coil": 0}
    settings["timeout_ms"] = PATIENT_MS
    relay = await load(registry.load_switch, "eletechsup-r421a08", **settings)
    with pytest.raises(DeviceProtocolError, match="no such address: wrong profile"):
        await relay.set(True)


async def test_silence_is_a_timeout_that_names_the_port(cable: Cable) -> None:
    relay = await load_relay(cable.path, unit=9, timeout_ms=50)
    with pytest.raises(DeviceTimeout, match="by-path"):
        await relay.set(True)


@pytest.fixture
def _long_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that no pause ends by itself while a busy machine runs the test."""
    monkeypatch.setattr(shared_bus, "BACK_OFF_S", (600.0, 600.0))


@pytest.mark.usefixtures("_long_pause")
async def test_a_silent_device_is_not_polled_for_a_while_and_still_commanded(
    cable: Cable,
) -> None:
    silent = await load_relay(cable.path, unit=9, timeout_ms=50)
    with pytest.raises(DeviceTimeout, match="no answer"):
        await silent.read()
    del cable.asked[:]
    with pytest.raises(DeviceTimeout, match="next attempt in"):
        await silent.read()
    assert cable.asked == b""
    with pytest.raises(DeviceTimeout, match="no answer"):
        await silent.set(True)
    assert len(cable.asked) == 8  # asked once more, not as often as a device in good standing


@pytest.mark.usefixtures("_long_pause")
async def test_a_silent_device_does_not_starve_the_others_on_its_line(cable: Cable) -> None:
    """Judged by what went over the line, not by the clock."""
    silent = await load_relay(cable.path, unit=9, timeout_ms=50)
    good = await load_relay(cable.path)
    with pytest.raises(DeviceTimeout):
        await silent.read()
    del cable.asked[:]
    for state in (True, False, True):
        refused, _ = await asyncio.gather(silent.read(), good.set(state), return_exceptions=True)
        assert isinstance(refused, DeviceTimeout)
        assert await good.read() is state
    assert set(cable.asked[::8]) == {1}  # all requests are 8 bytes long and begin with the unit


async def test_garbage_is_told_from_silence(cable: Cable) -> None:
    relay = await load_relay(cable.path, timeout_ms=SOON_MS)
    cable.answers = lambda data: b"\xff\x00garbage" + data[:3]
    with pytest.raises(DeviceProtocolError, match="bytes came that are no answer"):
        await relay.set(True)
    cable.answers = lambda data: data
    await (await load_relay(cable.path)).set(True)


async def test_a_broken_checksum_is_no_answer(cable: Cable) -> None:
    relay = await load_relay(cable.path, timeout_ms=SOON_MS)
    cable.answers = lambda data: data[:-1] + bytes([data[-1] ^ 1])
    with pytest.raises(DeviceProtocolError):
        await relay.set(True)


async def test_whatever_comes_ends_in_an_error_of_ours(
    cable: Cable, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Well-sealed frames with wrong insides are what a client's decoder may stumble over."""
    monkeypatch.setattr(shared_bus, "REST_S", 0.0)
    unhandled: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: unhandled.append(context))
    relay = await load_relay(cable.path, timeout_ms=30)
    chance = random.Random(20261124)  # noqa: S311 - rubbish, not secrets
    bodies = [bytes.fromhex(text) for text in CRAFTED]
    bodies += [
        bytes([chance.choice([0, 1, 3])]) + chance.randbytes(chance.randrange(12))
        for _ in range(50)
    ]
    for case, body in enumerate(bodies, 1):
        rubbish = body + (compute_crc(body) if case % 3 or case <= len(CRAFTED) else b"")
        cable.answers = lambda _, rubbish=rubbish: rubbish
        with pytest.raises(DriverError):
            await relay.set(True)
    cable.answers = lambda data: data
    await (await load_relay(cable.path)).set(True)
    assert unhandled == []


async def test_an_answer_that_was_lost_once_is_asked_for_again(cable: Cable) -> None:
    relay = await load_relay(cable.path, timeout_ms=SOON_MS)
    lost: list[bytes] = []

    def lose_first(data: bytes) -> bytes:
        if lost:
            return data
        lost.append(data)
        return b""

    cable.answers = lose_first
    await relay.set(True)
    assert await relay.read() is True


async def test_an_answer_that_comes_too_late_is_not_taken_for_the_next_one(cable: Cable) -> None:
    slow = await load_relay(cable.path, timeout_ms=250)
    other = await load_relay(cable.path, coil=1)
    await (await load_relay(cable.path)).set(True)
    cable.answer_s = 0.26  # after the time-out, while the line rests
    with pytest.raises(DeviceTimeout):
        await slow.read()
    cable.answer_s = 0.0
    await other.set(False)  # a late "on" in its place would be a wrong echo or read-back


async def test_a_cable_pulled_and_put_back_needs_no_restart(cable: Cable) -> None:
    relay = await load_relay(cable.path)
    await relay.set(True)
    cable.unplug()
    with pytest.raises(DeviceUnreachable, match="no such port"):
        await relay.set(False)
    cable.plug()
    await relay.set(False)
    assert await relay.read() is False


async def test_a_cable_put_back_between_two_commands_is_not_even_noticed(cable: Cable) -> None:
    relay = await load_relay(cable.path)
    await relay.set(True)
    cable.unplug()
    cable.plug()
    await relay.set(False)
    assert await relay.read() is False


async def test_a_cable_pulled_in_the_middle_of_a_command_is_unreachable(cable: Cable) -> None:
    relay = await load_relay(cable.path, timeout_ms=SOON_MS)
    await relay.set(True)

    def pull(_: bytes) -> bytes:
        cable.unplug()
        return b""

    cable.answers = pull
    with pytest.raises(DeviceUnreachable):
        await relay.set(False)


async def test_a_port_that_another_holds_is_busy(cable: Cable) -> None:
    import fcntl

    fd = os.open(cable.path, os.O_RDWR | os.O_NOCTTY)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        relay = await load_relay(cable.path)
        with pytest.raises(DeviceBusy, match="holds it"):
            await relay.set(True)
    finally:
        os.close(fd)
    await relay.set(True)


async def test_a_command_that_is_cancelled_leaves_the_line_usable(cable: Cable) -> None:
    relay = await load_relay(cable.path)
    cable.answers = lambda _: b""
    task = asyncio.create_task(relay.set(True), name="cancelled")
    while not cable.asked:  # noqa: ASYNC110 - the cable is no task and sets no event
        await asyncio.sleep(0.001)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    cable.answers = lambda data: data
    await relay.set(False)
    assert await relay.read() is False


async def test_modbus_tcp_switches_reads_and_tells_a_fault(endpoint: str) -> None:
    relay = await load_relay(endpoint)
    await relay.set(True)
    assert await relay.read() is True
    with pytest.raises(DeviceFault):
        await (await load_relay(endpoint, unit=3)).set(True)
    volts = await load_meter(endpoint, "peacefair-pzem-004t-v3", 7, "voltage")
    assert await volts.read() == 230.1


async def test_the_ethernet_board_has_its_own_profile(endpoint: str) -> None:
    settings = {"name": "eth", "port": endpoint, "coil": 5, "timeout_ms": PATIENT_MS}
    relay = await load(registry.load_switch, "waveshare-modbus-poe-eth-relay", **settings)
    await relay.set(True)
    assert await relay.read() is True


async def test_modbus_tcp_comes_back_when_the_server_does() -> None:
    port = find_free_port()
    async with serving("tcp", str(port)) as server:
        relay = await load_relay(f"tcp://127.0.0.1:{port}")
        await relay.set(True)
        server.kill()
        await server.wait()
        with pytest.raises(DeviceUnreachable):
            await relay.set(False)
    async with serving("tcp", str(port)):
        await relay.set(True)
        assert await relay.read() is True
        registry.close()
        await asyncio.sleep(0)  # the transport closes in the next round of the loop


async def test_nobody_at_a_tcp_port_is_unreachable() -> None:
    relay = await load_relay(f"tcp://127.0.0.1:{find_free_port()}")
    with pytest.raises(DeviceUnreachable, match="nobody answers"):
        await relay.set(True)
    registry.close()
