"""A board's process killed or frozen: the picture is shown anew, and the cut is on record."""

from __future__ import annotations

import os
import signal
from datetime import UTC, datetime, timedelta
from typing import Any

import psutil
import pytest

from central.testbed.stations import BOARD_STATION
from central.testbed.testbed import until
from tests.harness.station_harness import BOARD, StationTestbed, children_of, moment, runs, soon


def _board(site: StationTestbed) -> psutil.Process:
    return next(child for child in children_of(site.station.pid) if runs(BOARD, child))


def _board_lost(site: StationTestbed) -> list[str]:
    faults = [r["detail"] for r in site.collected() if r["kind"] == "fault"]
    return [fault["state"] for fault in faults if fault["what"] == "board_lost"]


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
async def test_a_board_process_that_is_gone_or_frozen_is_replaced(
    site: Any, how: signal.Signals
) -> None:
    testbed = site.testbed
    site = StationTestbed(testbed, testbed.stations[BOARD_STATION])
    try:
        await site.start()
        start = soon(5)
        line = 'title: Nước sạch, show: {text: "Nước sạch cho mọi nhà"}, for: 5m'
        await site.publish(site.compile([(start, line)]))
        await until(lambda: site.open_play() is not None, "the picture")
        first = moment(site.open_play()["start"])
        at = datetime.now(UTC)
        os.kill(_board(site).pid, how)
        await until(
            lambda: (play := site.open_play()) is not None and moment(play["start"]) > at,
            "the picture again",
        )
        again = moment(site.open_play()["start"])
        await until(lambda: bool(site.collected_plays()), "the cut at the centre")
        (cut,) = site.collected_plays()
        assert (cut["result"], cut["reason"]) == ("cut", "board_lost")
        assert moment(cut["start"]) == first
        # by the record, it is over before it is shown anew
        assert first < moment(cut["end"]) <= again + timedelta(seconds=site.clock_error_s())
        await until(lambda: _board_lost(site)[:1] == ["begins"], "the fault at the centre")
    finally:
        await site.station.stop()


@pytest.mark.long
async def test_attack_109_a_text_that_takes_long_to_fit_has_failed_and_the_board_lives_on(
    site: Any,
) -> None:
    testbed = site.testbed
    site = StationTestbed(testbed, testbed.stations[BOARD_STATION])
    try:
        await site.start()
        await until(lambda: _find_board(site) is not None, "the board")
        board = _board(site).pid
        text = "lũ về, " * 1000
        line = f'title: Dài, show: {{text: "{text}"}}, for: 5m'
        await site.publish(site.compile([(soon(5), line)]))
        await until(lambda: len(site.collected_plays()) == 2, "a record of each face")
        plays = site.collected_plays()
        assert {tuple(play["zones"]) for play in plays} == {("mat-truoc",), ("mat-sau",)}
        assert {play["result"] for play in plays} == {"failed"}
        assert all(play["reason"].startswith("E_FIT") for play in plays)
        assert _board(site).pid == board
    finally:
        await site.station.stop()


def _find_board(site: StationTestbed) -> psutil.Process | None:
    return next((one for one in children_of(site.station.pid) if runs(BOARD, one)), None)
