"""A simulated LED wall for the demonstration: ColorLight cards on a cable, a NovaStar card, a sign.

A light sensor looks at the sign.

The cable is a pair of virtual interfaces. Only root may make one and send raw frames on it.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from central.testbed.broker import find_free_port
from central.testbed.stations import BOARD_STATION
from central.testbed.testbed import Testbed

NEAR, FAR = "ttwall0", "ttcard0"
CARD = "the-phat"
FACE_PX = (512, 256)
SIGN, SIGN_PX = "cong-uy-ban", (192, 96)
DAY_PCT, NIGHT_PCT = 60, 45
NOON_LUX, DUSK_LUX = 30_000, 5  # beyond the defaults of `light`
OURS, FOREIGN = "hdmi", "sdi"
WHITE_LUX = 400.0  # by so much a white sign raises the sensor that looks at it
END_S = 5.0

_OUTPUT = """\
outputs:
  - name: bang-led
    board: {{profile: colorlight-5a-75, path: {near}, options: {{rate_hz: 25}}}}
    faces:
      - {{name: mat-truoc, width_px: {width}, height_px: {height}}}
      - {{name: mat-sau, width_px: {width}, height_px: {height}, y_px: {height}}}
    controls:
      - name: {card}
        profile: novastar-mctrl660
        port: "tcp://127.0.0.1:{port}"
        options: {{receivers: "2,2", input: {ours}, timeout_ms: 5000}}
    light: {{by: sensor, day_pct: {day}, night_pct: {night}}}
  - name: bang-cong
    board: {{profile: huidu-sdk-2-0, path: "127.0.0.1:{sign_port}"}}
    faces:
      - {{name: {sign}, width_px: {sign_width}, height_px: {sign_height}}}
sensors:
  - name: nhin-bang-cong
    measures: illuminance
    profile: sim-sensor
    zone: {sign}
    baseline: {white_lux}
    options: {{looks_at: "{picture}", white_lux: {white_lux}, value: 20.0, lag_s: 0.3, noise: 0.01}}
"""


@dataclass(frozen=True)
class Wall:
    """The simulated wall of a test bed.

    Args:
        folder: of its files.
    """

    folder: Path

    @property
    def picture(self) -> Path:
        """What it shows now."""
        return self.folder / "wall.png"

    @property
    def sign(self) -> Path:
        """What the sign at the gate shows now."""
        return self.folder / "sign.png"

    @property
    def card_state(self) -> Path:
        """What somebody else does to the NovaStar card."""
        return self.folder / "card.json"

    def change_card(self, **state: str | int) -> None:
        """What the day, or anybody with the maker's program, does at the card."""
        fresh = self.card_state.with_suffix(".part")
        fresh.write_text(json.dumps(state))
        fresh.replace(self.card_state)


def wall_of(scene: Testbed) -> Wall:
    """The wall of a test bed; its files are beside the station's."""
    return Wall(scene.folder / "wall")


@contextlib.asynccontextmanager
async def put_up_wall(scene: Testbed) -> AsyncIterator[None]:
    """Cable and simulated cards, and the station's settings for them.

    Raises:
        RuntimeError: this user may not make interfaces.
    """
    wall, port, sign_port = wall_of(scene), find_free_port(), find_free_port()
    wall.folder.mkdir()
    wall.change_card(lux=NOON_LUX)
    async with contextlib.AsyncExitStack() as stack:
        await _plug()
        stack.push_async_callback(_ip, "link", "del", NEAR)
        size = [str(FACE_PX[0]), str(2 * FACE_PX[1])]
        for name, *argv in (
            ["colorlight", FAR, *size, str(wall.picture)],
            ["novastar_port", "novastar-mctrl660", f"tcp://127.0.0.1:{port}", str(wall.card_state)],
            ["huidu_port", f"127.0.0.1:{sign_port}", *map(str, SIGN_PX), str(wall.sign)],
        ):
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", f"drivers.sim.sim_{name}", *argv,
                stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL,
            )  # fmt: skip
            stack.push_async_callback(_end, process)
        _write_settings(scene, port, sign_port)
        yield


def _write_settings(scene: Testbed, port: int, sign_port: int) -> None:
    """Give the board station the wall and the sign as its only outputs."""
    settings = scene.folder / BOARD_STATION / "station.yaml"
    head, _, _ = settings.read_text(encoding="utf-8").partition("outputs:\n")
    output = _OUTPUT.format(
        near=NEAR, width=FACE_PX[0], height=FACE_PX[1], card=CARD, port=port, ours=OURS,
        day=DAY_PCT, night=NIGHT_PCT, sign=SIGN, sign_port=sign_port, sign_width=SIGN_PX[0],
        sign_height=SIGN_PX[1], picture=wall_of(scene).sign, white_lux=WHITE_LUX,
    )  # fmt: skip
    settings.write_text(head + output, encoding="utf-8")


async def _plug() -> None:
    if not await _ip("link", "add", "name", NEAR, "type", "veth", "peer", "name", FAR):
        raise RuntimeError(
            "bảng giả cần quyền root và iproute2: sudo make demo ONLY=board · "
            "the simulated wall needs root and iproute2: sudo make demo ONLY=board"
        )
    for name in (NEAR, FAR):
        await _ip("link", "set", name, "addrgenmode", "none", "up")


async def _ip(*words: str) -> bool:
    try:
        process = await asyncio.create_subprocess_exec(
            "ip", *words, stderr=asyncio.subprocess.DEVNULL
        )
    except FileNotFoundError:
        return False
    return await process.wait() == 0


async def _end(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), END_S)
    except TimeoutError:
        process.kill()
        await process.wait()
