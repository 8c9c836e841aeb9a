"""Items that wait or follow are heard one behind the other, in their order, and none is cut."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from central.testbed.testbed import until
from tests.harness.audio_analysis import NOTE_S, assert_melody
from tests.harness.continuous_play import ContinuousPlay
from tests.harness.melody import make_melody
from tests.harness.station_harness import moment, soon

ITEM_S = 1.5
EXACT_S = 0.002
LATE_S = 2.0  # of a starved machine; else what a file states beyond its sound, some milliseconds
ORDER = ["Chuông", "Bản tin", "Ca nhạc", "Dự báo"]


@pytest.mark.long
async def test_what_waits_and_what_follows_is_heard_in_its_order(site: Any) -> None:
    programme = ContinuousPlay(site)
    make_melody(site.studio / "tin.opus", int(ITEM_S * 1000))
    await site.start()
    await site.stock("title: Bản tin, play: [tin.opus]")
    await programme.record()
    at = soon(4)
    await site.publish(
        site.compile(
            [
                (at, "title: Ca nhạc, play: [tin.opus], start: next"),
                (
                    at + timedelta(seconds=1),
                    "title: Dự báo, play: [tin.opus], start: {within: 10m}",
                ),
                (at, "title: Chuông, id: chuong, play: [tin.opus]"),
                (at, "title: Bản tin, play: [tin.opus], start: {after: chuong}"),
            ]
        )
    )

    def plays() -> dict[str, dict[str, Any]]:
        return {play["title"]: play for play in site.collected_plays()}

    await until(lambda: set(ORDER) <= set(plays()), "all plays", 60)
    sound = await programme.hear()
    await programme.assert_truth()
    heard = sorted(plays().values(), key=lambda play: moment(play["start"]))
    assert [play["title"] for play in heard] == ORDER
    assert {play["result"] for play in heard} == {"full"}, heard
    for one, following in pairwise(heard):
        gap_s = (moment(following["start"]) - moment(one["end"])).total_seconds()
        assert -EXACT_S < gap_s < LATE_S
    for play in heard:
        notes = range(int(ITEM_S / NOTE_S))
        assert_melody(sound, moment(play["start"]), notes, site.clock_error_s())
