"""Somebody changes the input of a wall's card: the box takes it back and the centre hears of it."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from central.testbed.stations import BOARD_STATION
from central.testbed.testbed import until
from drivers.profile.load import load_profile
from drivers.profile.model import BoardProfile
from drivers.sim.sim_novastar import SimNovaStar
from drivers.sim.sim_novastar_port import SimNovaStarServer
from tests.harness.station_harness import StationTestbed, soon

PROFILE = "novastar-mctrl660"
INPUT, HDMI = 0x0200_0023, 0x05
CONTROLS = """\
    controls:
      - name: the-phat
        profile: novastar-mctrl660
        port: {port}
        options: {{receivers: "2,2", input: hdmi, timeout_ms: 10000}}
    light: {{by: clock, day_pct: 30, night_pct: 30}}
"""
LEVEL = 76  # 30 %
BLACK, TEST, FREEZE = 0x0200_0100, 0x0200_0101, 0x0200_0102
OURS = (HDMI, 0, 0, 0)
BOARD_FILE = "board/mat-truoc-latest.png"


def _add_to_settings(settings: Path, text: str) -> None:
    with settings.open("a", encoding="utf-8") as file:
        file.write(text)


def _states(site: StationTestbed, what: str) -> list[str]:
    faults = [record["detail"] for record in site.collected() if record["kind"] == "fault"]
    return [fault["state"] for fault in faults if fault["what"] == what]


def _foreign(site: StationTestbed) -> list[tuple[str, str]]:
    """State and hint of each record of what somebody changed, as the centre has them."""
    faults = [record["detail"] for record in site.collected() if record["kind"] == "fault"]
    return [(one["state"], one.get("hint", "")) for one in faults if one["what"] == "board_foreign"]


def _hash_frame(path: Path) -> str:
    with Image.open(path) as file:
        return hashlib.sha256(file.convert("RGB").tobytes()).hexdigest()


async def _interfere(port: str, *writes: tuple[int, int, int]) -> None:
    """Somebody else's program at the card: (device, register, value) each, on a line of its own."""
    host, _, number = port.removeprefix("tcp://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(number))
    for serial, (device, register, value) in enumerate(writes):
        place = "ffffff" if device else "000000"  # of receiving cards: every port, every board
        body = bytes.fromhex(f"00{serial:02x}fe00{device:02x}{place}0100")
        body += register.to_bytes(4, "little") + (1).to_bytes(2, "little") + bytes([value])
        total = 0x5555 + sum(body)
        writer.write(bytes.fromhex("55aa") + body + total.to_bytes(2, "little"))
        await writer.drain()
        assert (await reader.readexactly(20))[:3] == bytes.fromhex("aa5500")
    writer.close()
    await writer.wait_closed()


@pytest.mark.long
@pytest.mark.timeout(240)
async def test_a_second_program_at_the_card_is_named_at_the_centre_and_taken_back(
    site: Any,
) -> None:
    """Test picture, freeze, black and input, each by the maker's own writes."""
    testbed = site.testbed
    site = StationTestbed(testbed, testbed.stations[BOARD_STATION])
    profile = await asyncio.to_thread(load_profile, PROFILE)
    assert isinstance(profile, BoardProfile)
    card = SimNovaStar(profile, (2,))
    server = SimNovaStarServer(card)
    await server.open()
    settings = site.folder / site.name / "station.yaml"
    controls = CONTROLS.format(port=server.port).replace('"2,2"', '"2"')
    await asyncio.to_thread(_add_to_settings, settings, controls)

    def wall() -> set[tuple[int, int, int, int]]:
        places = (BLACK, TEST, FREEZE)
        return {
            (card.sender[INPUT], *(one.memory[place] for place in places))
            for one in card.receivers.values()
        }

    def proofs() -> list[tuple[str, bool]]:
        details = [record.get("detail") or {} for record in site.collected()]
        return [(one["level"], one["heard"]) for one in details if one.get("what") == "proof"]

    try:
        await site.start()
        await until(lambda: wall() == {OURS}, "the wall is ours")
        notice = 'title: Nước sạch, show: {text: "Nước sạch cho mọi nhà"}, for: 12s'
        await site.publish(site.compile([(soon(3), notice)]))
        await until(lambda: proofs() == [("B2", True)], "the card confirms the picture", 60)
        (play,) = site.collected_plays()
        assert set(play["frames"]) == {"mat-truoc", "mat-sau"}
        frames = (site.folder / site.name / "board").glob("mat-truoc-0*.png")
        sent = await asyncio.to_thread(lambda: {_hash_frame(path) for path in frames})
        assert play["frames"]["mat-truoc"] in sent
        picture = await asyncio.to_thread((site.folder / site.name / BOARD_FILE).read_bytes)
        for writes, says in (
            ([(1, TEST, 5)], "a test pattern of the card is on"),
            ([(1, FREEZE, 0xFF)], "mode is freeze, not normal"),
            ([(1, BLACK, 0xFF)], "mode is black, not normal"),
            ([(0, INPUT, 0x01)], "input is sdi, not hdmi"),
        ):
            before = len(_foreign(site))
            await _interfere(server.port, *writes)
            assert wall() != {OURS}
            await until(lambda: wall() == {OURS}, "taken back")
            await until(
                lambda n=before: (
                    [state for state, _ in _foreign(site)[n:]][:2] == ["begins", "ends"]
                ),
                "begun and ended at the centre",
                60,
            )
            assert _foreign(site)[before] == ("begins", says)
        assert picture == await asyncio.to_thread((site.folder / site.name / BOARD_FILE).read_bytes)
    finally:
        await site.station.stop()
        await server.close()


@pytest.mark.long
async def test_a_changed_input_is_taken_back_and_reported_and_a_power_cut_repaired(
    site: Any,
) -> None:
    testbed = site.testbed
    site = StationTestbed(testbed, testbed.stations[BOARD_STATION])
    profile = await asyncio.to_thread(load_profile, PROFILE)
    assert isinstance(profile, BoardProfile)
    card = SimNovaStar(profile, (2, 2))
    server = SimNovaStarServer(card)
    await server.open()
    settings = site.folder / site.name / "station.yaml"
    await asyncio.to_thread(_add_to_settings, settings, CONTROLS.format(port=server.port))

    def levels() -> set[int]:
        return {one.memory[0x0200_0001] for one in card.receivers.values()}

    try:
        await site.start()
        await until(lambda: levels() == {LEVEL}, "the wall is dimmed")
        await until(lambda: card.sender[INPUT] == HDMI, "the wall shows the box's picture")
        card.apply({"input": "sdi"})
        await until(lambda: card.sender[INPUT] == HDMI, "the input is taken back")
        await until(lambda: "begins" in _states(site, "board_foreign"), "the centre knows of it")
        card.apply({"video": False})
        await until(
            lambda: "begins" in _states(site, "board_no_picture"), "the centre knows of the cable"
        )
        card.cut_power()
        assert levels() == {128}
        await until(lambda: levels() == {LEVEL}, "the wall is dimmed again")
        await until(lambda: "ends" in _states(site, "board_no_picture"), "the picture is back")
    finally:
        await site.station.stop()
        await server.close()
