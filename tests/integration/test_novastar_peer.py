"""Our NovaStar driver and our simulated card, each against @novastar/codec, which others wrote.

The package comes from npm, pinned by the hashes of its lock file, and is not kept here.
"""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from drivers import registry
from drivers.errors import UnsupportedFeature
from drivers.profile.load import load_profile
from drivers.profile.model import BoardProfile
from drivers.sim.sim_novastar import SimNovaStar
from drivers.sim.sim_novastar_port import SimNovaStarServer

PEER = Path(__file__).resolve().parents[1] / "data" / "novastar-peer"
PATIENT_MS = 10_000
INSTALL_S = 90.0
pytestmark = pytest.mark.long


async def spawn(folder: Path, *argv: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *argv, cwd=folder, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )


@pytest.fixture
async def peer(tmp_path: Path) -> Path:
    """A folder with the package and its scripts."""
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed: @novastar/codec cannot be fetched")
    folder = await asyncio.to_thread(shutil.copytree, PEER, tmp_path / "peer")
    install = await spawn(
        folder, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"
    )
    try:
        async with asyncio.timeout(INSTALL_S):
            said, _ = await install.communicate()
    except TimeoutError:
        install.kill()
        await install.wait()
        pytest.skip("npm did not fetch @novastar/codec: no network?")
    if install.returncode and b"EINTEGRITY" in said:
        pytest.fail(said.decode())
    if install.returncode:
        pytest.skip(f"npm did not fetch @novastar/codec: {said.decode()[-200:]}")
    return folder


@pytest.fixture
async def foreign_card(peer: Path) -> AsyncIterator[str]:
    card = await spawn(peer, "node", "card.mjs")
    assert card.stdout is not None
    port = (await card.stdout.readline()).decode().strip()
    yield f"tcp://127.0.0.1:{port}"
    registry.close()
    await asyncio.sleep(0)  # the transport closes in the next round of the loop
    card.kill()
    await card.communicate()


async def test_our_driver_drives_a_card_that_others_wrote(foreign_card: str) -> None:
    card = await asyncio.to_thread(
        registry.load_board_control, "novastar-mctrl660", name="the-phat", port=foreign_card,
        timeout_ms=PATIENT_MS,
    )  # fmt: skip
    identity = await card.identify()
    assert (identity.model, identity.firmware) == ("MCTRL660", "4.3.0.0")
    assert identity.cabinet_px == (128, 64)
    await card.set_brightness(20)
    await card.set_mode("black")
    await card.select_input("hdmi")
    found = await card.read()
    assert (found.brightness_pct, found.mode, found.input) == (20, "black", "hdmi")
    assert (found.video_present, found.signals, found.lux) == (True, ("hdmi",), 112)
    assert found.backup_ports == (2,)
    (receiver,) = found.receivers
    assert (receiver.temperature_c, receiver.voltage_v) == (36.0, 4.9)
    with pytest.raises(UnsupportedFeature, match="unknown command"):
        await card.set_power(1, on=True)


async def test_a_client_that_others_wrote_understands_our_simulated_card(peer: Path) -> None:
    profile = await asyncio.to_thread(load_profile, "novastar-mctrl660")
    assert isinstance(profile, BoardProfile)
    server = SimNovaStarServer(SimNovaStar(profile))
    await server.open()
    client = await spawn(peer, "node", "client.mjs", server.port.rpartition(":")[2])
    said, _ = await client.communicate()
    await server.close()
    assert client.returncode == 0, said.decode()
    found = json.loads(said)
    assert found["model"] == [0x01, 0x11]
    assert found["video"] == [1]
    assert found["brightness"] == [51]
    assert found["monitoring"] == [0x80, 60, 0, 0xB1]  # 30 °C, 4.9 V
