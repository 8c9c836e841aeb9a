"""A light sensor before a board: a picture is seen, a dark wall is known, a picture comes by order.

The board is a folder of pictures, and the simulated sensor looks at what a face has there.
"""

from __future__ import annotations

import asyncio
import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from central.documents.command_order import draft_command
from central.documents.emergency_order import OrderParams
from central.store.face_pictures import list_pictures
from central.testbed.stations import BOARD_STATION
from central.testbed.testbed import until
from tests.harness.station_harness import StationTestbed, soon

LIMIT_S = 90.0
MORE = """\
sensors:
  - name: nhin-mat-truoc
    measures: illuminance
    profile: sim-sensor
    zone: mat-truoc
    baseline: 400
    options: {{looks_at: "{eye}", white_lux: 400.0, value: 20.0, lag_s: 0.3, noise: 0.01}}
"""


def _equip(folder: Path) -> Path:
    """The sensor looks at the face through a link: without it the wall is dark."""
    eye = folder / "eye.png"
    eye.symlink_to(folder / "board" / "mat-truoc-latest.png")
    with (folder / "station.yaml").open("a", encoding="utf-8") as file:
        file.write(MORE.format(eye=eye))
    return eye


def _proofs(site: StationTestbed) -> list[tuple[str, bool | None, str | None]]:
    details = [record.get("detail") or {} for record in site.collected()]
    return [
        (one["level"], one.get("heard"), one.get("method"))
        for one in details
        if one.get("what") == "proof"
    ]


def _states(site: StationTestbed, what: str) -> list[str]:
    faults = [record["detail"] for record in site.collected() if record["kind"] == "fault"]
    return [fault["state"] for fault in faults if fault["what"] == what]


def _picture_level(site: StationTestbed) -> float:
    readings = (site.testbed.database.health_of(site.name) or {}).get("readings", {})
    return float(readings.get("bang-tin.picture_level", {}).get("value", 0))


def _pixels(path: Path) -> bytes:
    with Image.open(path) as file:
        return file.convert("RGB").tobytes()


@pytest.mark.long
@pytest.mark.timeout(300)
async def test_a_picture_is_seen_a_dark_wall_is_known_and_a_picture_comes_by_order(
    site: Any,
) -> None:
    testbed = site.testbed
    site = StationTestbed(testbed, testbed.stations[BOARD_STATION])
    folder = site.folder / site.name
    eye = await asyncio.to_thread(_equip, folder)
    shown = '{text: "Nước sạch cho mọi nhà", background: "#ffffff", colour: "#0000ff"}'
    notice, longer = (f"title: Nước sạch, show: {shown}, for: {s}s" for s in (24, 45))
    try:
        await site.start()
        await asyncio.sleep(8)  # the sensor sees the wall dark
        await site.publish(site.compile([(soon(3), notice), (soon(50), longer)]))
        await until(lambda: site.open_play() is not None, "the first item", LIMIT_S)
        order = OrderParams("vn.84", ["84/29266/*"], datetime.now(UTC), timedelta(minutes=10), 1)
        payload = draft_command(order, "screenshot", ["mat-truoc"])
        await testbed.publish(testbed.sign(payload, "command", "vn.84"))
        await until(lambda: bool(list_pictures(testbed.database, site.name, None)), "the picture")
        (found,) = list_pictures(testbed.database, site.name, None)
        frames = (folder / "board").glob("mat-truoc-0*.png")
        sent = await asyncio.to_thread(
            lambda: {hashlib.sha256(_pixels(path)).hexdigest() for path in frames}
        )
        assert found.picture.frame_sha256 in sent
        await until(lambda: _picture_level(site) > 10, "the light of the picture in health")
        await until(lambda: ("B3", True, "light") in _proofs(site), "it was seen", LIMIT_S)
        assert _states(site, "not_seen") == []
        await asyncio.to_thread(eye.unlink)  # the wall is dark, and nobody has told the box
        await until(lambda: "begins" in _states(site, "not_seen"), "the dark wall", LIMIT_S)
        await until(lambda: ("B1", False, "light") in _proofs(site), "the verdict", LIMIT_S)
    finally:
        await site.station.stop()
