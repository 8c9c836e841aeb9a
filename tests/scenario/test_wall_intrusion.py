"""Somebody changes the input of a wall's card: the box takes it back and the centre hears of it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from central.testbed.stations import BOARD_STATION
from central.testbed.testbed import until
from drivers.profile.load import load_profile
from drivers.profile.model import BoardProfile
from drivers.sim.sim_novastar import SimNovaStar
from drivers.sim.sim_novastar_port import SimNovaStarServer
from tests.harness.station_harness import StationTestbed

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


def _add_to_settings(settings: Path, text: str) -> None:
    with settings.open("a", encoding="utf-8") as file:
        file.write(text)


def _states(site: StationTestbed, what: str) -> list[str]:
    faults = [record["detail"] for record in site.collected() if record["kind"] == "fault"]
    return [fault["state"] for fault in faults if fault["what"] == what]


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
