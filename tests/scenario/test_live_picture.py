"""A wall's card shows another input by a signed item, in its time, and nothing else does it."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from agent.contract.station_policy import StationPolicy
from central.documents.sign import encode_document, read_document
from central.testbed.sample_documents import station_config
from central.testbed.stations import BOARD_STATION
from central.testbed.testbed import until
from drivers.profile.load import load_profile
from drivers.profile.model import BoardProfile
from drivers.sim.sim_novastar import SimNovaStar
from drivers.sim.sim_novastar_port import SimNovaStarServer
from tests.harness.station_harness import StationTestbed, soon

PROFILE = "novastar-vx4s"
# "VX4S-Input-Switching-protocol": the register and its values
INPUT, DVI, HDMI, SDI = 0x0220_002D, 0x10, 0xA0, 0x40
CONTROLS = """\
    controls:
      - name: the-phat
        profile: novastar-vx4s
        port: {port}
        options: {{receivers: "2", input: hdmi}}
"""
FESTIVAL = "title: Lễ hội, show: {{text: Lễ hội Ok Om Bok, input: sdi}}, for: {length}"
MARKET = "title: Chợ phiên, show: {text: Chợ phiên sáng nay}, for: 1s"


def _add_to_settings(settings: Path, text: str) -> None:
    with settings.open("a", encoding="utf-8") as file:
        file.write(text)


def _hints(site: StationTestbed, what: str) -> list[str]:
    faults = [record["detail"] for record in site.collected() if record["kind"] == "fault"]
    return [one.get("hint", "") for one in faults if one["what"] == what]


async def _allow(site: StationTestbed, *inputs: str, seq: int) -> None:
    """Sign a station-config that names these inputs, as the province does."""
    host = site.testbed.media.address
    policy = StationPolicy(quiet_hours=[], media_hosts=[host], inputs=list(inputs))
    config = station_config(site.name, datetime.now(UTC), host, seq=seq, policy=policy)
    await site.testbed.publish(
        site.testbed.sign(config, "station-config", "vn.84"), station=site.name
    )


def _build_card() -> SimNovaStar:
    profile = load_profile(PROFILE)
    assert isinstance(profile, BoardProfile)
    card = SimNovaStar(profile, (2,))
    card.apply({"input": "hdmi"})
    return card


def _plan(site: StationTestbed, at: datetime, line: str, *, seq: int) -> bytes:
    """A later playlist of the same slot."""
    document = msgspec.structs.replace(read_document(site.compile([(at, line)])), seq=seq)
    return site.testbed.sign(encode_document(document), "playlist", "vn.84.29266")


async def _run_behind(runtime: Path) -> str:
    """What systemd runs behind every end of the service."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "agent", "blank-boards",
        env={**os.environ, "RUNTIME_DIRECTORY": str(runtime)},
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    _, said = await process.communicate()
    return said.decode()


@pytest.mark.long
@pytest.mark.timeout(240)
async def test_the_card_shows_the_granted_input_in_its_time_whatever_happens(
    site: Any, tmp_path: Path
) -> None:
    """In time, intrusion, its end, an intrusion without grant, kill -9, a pulled cable, withdrawal.

    The station, its broker and its centre are real; the card is simulated, at a TCP port.
    """
    testbed = site.testbed
    site = StationTestbed(testbed, testbed.stations[BOARD_STATION])
    card = await asyncio.to_thread(_build_card)
    server = SimNovaStarServer(card)
    await server.open()
    settings = site.folder / site.name / "station.yaml"
    await asyncio.to_thread(_add_to_settings, settings, CONTROLS.format(port=server.port))
    site.station.env["RUNTIME_DIRECTORY"] = str(tmp_path)

    def shows(value: int) -> bool:
        return bool(card.sender[INPUT] == value)

    try:
        await site.start()
        await _allow(site, "sdi", seq=2)
        await site.publish(site.compile([(soon(4), FESTIVAL.format(length="40s"))]))
        assert shows(HDMI)
        await until(lambda: shows(SDI), "the granted input")
        card.apply({"input": "dvi"})  # somebody at the keys of the processor
        await until(lambda: shows(SDI), "taken back to what is granted")
        await until(lambda: shows(HDMI), "the box's own at the end", 60)
        await until(lambda: bool(site.collected_plays()), "its record", 60)
        play = site.collected_plays()[0]
        assert (play["result"], play["zones"]) == ("full", ["mat-truoc", "mat-sau"])
        card.apply({"input": "sdi"})  # the same input, without a grant
        await until(lambda: shows(HDMI), "an intrusion")
        await until(lambda: len(_hints(site, "board_foreign")) >= 4, "both at the centre", 60)
        said = {hint for hint in _hints(site, "board_foreign") if hint}
        assert said == {"input is dvi, not sdi", "input is sdi, not hdmi"}

        await site.publish(_plan(site, soon(3), FESTIVAL.format(length="30m"), seq=2))
        await until(lambda: shows(SDI), "granted again")
        await site.station.stop(signal.SIGKILL)
        assert shows(SDI)
        assert f"{server.port}: input hdmi" in await _run_behind(tmp_path)
        assert shows(HDMI)
        await site.station.start()
        await until(lambda: shows(SDI), "its time is not over", 60)

        await server.close()  # the cable is pulled
        await until(lambda: bool(_hints(site, "board_card_silent")), "known at the centre", 90)
        card.apply({"input": "hdmi"})  # its power was cut too
        await server.open()
        await until(lambda: shows(SDI), "plugged in again", 60)
        await site.publish(_plan(site, soon(1_800), MARKET, seq=3))  # withdrawn
        await until(lambda: shows(HDMI), "the box's own at once")
        await until(lambda: not list(tmp_path.glob("input-*.json")), "no note of it")
    finally:
        await site.station.stop()
        await server.close()
