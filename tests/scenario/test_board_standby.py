"""An agent that dies or stands still: the board shows the approved still picture by itself."""

from __future__ import annotations

import hashlib
import os
import signal
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from central.testbed.stations import BOARD_STATION
from central.testbed.testbed import until
from tests.harness.station_harness import StationTestbed, site, soon

__all__ = ["site"]
FACE = "mat-truoc"
SLIDE = 'title: Hình chờ, show: {text: "UBND xã Càng Long"}, standby: true'
NOTICE = 'title: Nước sạch, show: {text: "Nước sạch cho mọi nhà"}, for: 5m'


def _digest(board: Path) -> str:
    with Image.open(board / f"{FACE}-latest.png") as file:
        return hashlib.sha256(file.convert("RGB").tobytes()).hexdigest()


def _slides(site: StationTestbed) -> dict[str, Any]:
    """By face, what the box has recorded of the picture that it keeps."""
    details = [record.get("detail") or {} for record in site.collected()]
    return {one["face"]: one for one in details if one.get("what") == "standby"}


@pytest.mark.long
@pytest.mark.timeout(240)
async def test_an_agent_that_stands_still_or_is_killed_leaves_the_approved_picture(
    site: Any,
) -> None:
    testbed = site.testbed
    site = StationTestbed(testbed, testbed.stations[BOARD_STATION])
    board = site.folder / site.name / "board"
    try:
        await site.start()
        base = site.compile(
            [(soon(60), "title: x, show: {text: x}, for: 1s"), (None, SLIDE)], "base"
        )
        await site.publish(base)
        await until(lambda: FACE in _slides(site), "the picture is kept, by the centre's journal")
        slide = _slides(site)[FACE]
        assert slide["issuer"] == "vn.84.29266"
        await until(lambda: _digest(board) == slide["frame_sha256"], "nothing else: the picture")
        await site.publish(site.compile([(soon(3), NOTICE)]))
        await until(lambda: site.open_play() is not None, "the programme")
        assert _digest(board) != slide["frame_sha256"]

        os.kill(site.station.pid, signal.SIGSTOP)
        try:
            await until(lambda: _digest(board) == slide["frame_sha256"], "the board by itself")
        finally:
            os.kill(site.station.pid, signal.SIGCONT)
        await until(lambda: _digest(board) != slide["frame_sha256"], "the programme again")
        await until(lambda: bool(site.collected_plays()), "the cut at the centre")
        (cut,) = site.collected_plays()
        assert (cut["result"], cut["reason"]) == ("cut", "agent_stalled")

        await site.station.stop(signal.SIGKILL)
        await until(lambda: _digest(board) == slide["frame_sha256"], "the picture is left behind")
    finally:
        await site.station.stop()
