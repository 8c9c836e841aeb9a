"""The simulated NovaStar card behind real ports: TCP, a serial line, and discovery."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from agent.clock import Clock
from agent.doctor.context import DoctorContext
from agent.doctor.probes import device
from agent.play.board.input_note import restore_inputs
from agent.settings.load import SettingsReport
from agent.settings.model import ControlCard, Settings
from drivers import registry
from drivers.board_control.novastar_discovery import find_cards
from drivers.control_plane import BoardControl
from drivers.errors import DeviceUnreachable
from drivers.profile.load import load_profile
from drivers.profile.model import BoardProfile
from drivers.sim.sim_novastar import SimNovaStar
from drivers.sim.sim_novastar_port import SimDiscovery, SimNovaStarServer
from drivers.sim.sim_serial_bus import SimSerialBus
from tests.harness.station_settings import SETTINGS

PATIENT_MS = 5000  # where an answer is due, however busy the machine


def card_of(name: str) -> SimNovaStar:
    profile = load_profile(name)
    assert isinstance(profile, BoardProfile)
    return SimNovaStar(profile, (2, 2))


async def load(name: str, port: str) -> BoardControl:
    return await asyncio.to_thread(
        registry.load_board_control, name, name="the-phat", port=port, receivers="2,2",
        timeout_ms=PATIENT_MS,
    )  # fmt: skip


@pytest.fixture(autouse=True)
async def _no_bus_is_left() -> AsyncIterator[None]:
    yield
    registry.close()


async def test_a_processor_on_tcp_is_dimmed_and_comes_back_after_its_cable_was_cut() -> None:
    server = SimNovaStarServer(await asyncio.to_thread(card_of, "novastar-vx4s"))
    await server.open()
    driver = await load("novastar-vx4s", server.port)
    await driver.set_brightness(25)
    found = await driver.read()
    assert (found.brightness_pct, len(found.receivers)) == (25, 4)
    await server.close()
    with pytest.raises(DeviceUnreachable):
        await driver.read()
    await server.open()
    assert (await driver.read()).brightness_pct == 25
    await server.close()


async def test_a_card_on_a_serial_line_answers_in_pieces(tmp_path: Path) -> None:
    card = await asyncio.to_thread(card_of, "novastar-mctrl300")
    line = SimSerialBus(tmp_path / "usb-card", [card])
    await line.plug()
    driver = await load("novastar-mctrl300", str(line.path))
    assert (await driver.identify()).model == "MCTRL300 or MSD300"
    await driver.set_mode("black")
    assert (await driver.read()).mode == "black"
    registry.close()
    await line.unplug()


async def test_doctor_asks_the_card_of_the_settings_after_relays_and_before_contacts() -> None:
    server = SimNovaStarServer(await asyncio.to_thread(card_of, "novastar-mctrl660"))
    await server.open()
    card = {
        "name": "the-phat",
        "profile": "novastar-mctrl660",
        "port": server.port,
        "options": {"receivers": "2,2", "timeout_ms": PATIENT_MS},
    }
    sound, board = SETTINGS["outputs"]
    outputs = [{**sound, "zones": [{"name": "nga-ba"}]}, {**board, "controls": [card]}]
    want = msgspec.convert({**SETTINGS, "outputs": outputs}, Settings)
    case = DoctorContext(Path("f"), SettingsReport("f", "", want, None, []), want, Clock(), None)
    (found,) = [one async for one in device.check(case)]
    assert (found.code, found.args[0]) == ("card_good", "the-phat")
    assert "MCTRL660 4.3.0.0, 4/4 cards" in found.args[1]
    await server.close()


async def test_cards_on_the_network_say_where_they_are() -> None:
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(SimDiscovery, local_addr=("127.0.0.1", 0))
    udp_port = transport.get_extra_info("sockname")[1]
    for _attempt in range(5):
        found = await find_cards(wait_s=0.2, host="127.0.0.1", udp_port=udp_port)
        if found:
            break
    assert found == ["127.0.0.1"]
    transport.close()


async def test_behind_the_end_of_the_service_a_granted_input_is_taken_back_on_tcp(
    tmp_path: Path,
) -> None:
    """In a process without an event loop, as `tramtin blank-boards` is."""
    card = await asyncio.to_thread(card_of, "novastar-vx4s")
    card.apply({"input": "sdi"})
    server = SimNovaStarServer(card)
    await server.open()
    options = {"receivers": "2,2", "input": "hdmi", "timeout_ms": PATIENT_MS}
    settings = ControlCard(
        name="the-phat", profile="novastar-vx4s", port=server.port, options=options
    )
    note = tmp_path / "input-1.json"
    note.write_bytes(msgspec.json.encode(settings))
    said = await asyncio.to_thread(lambda: list(restore_inputs(tmp_path)))
    assert said == [f"{server.port}: input hdmi"]
    assert card.sender[0x0220_002D] == 0xA0  # "VX4S-Input-Switching-protocol"
    assert not note.exists()
    await server.close()
