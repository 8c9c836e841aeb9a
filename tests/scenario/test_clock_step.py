"""The signed time sets a clock ahead by minutes, in the middle of the programme."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

import pytest

from central.collector import report_handler
from central.testbed.testbed import until
from tests.harness.audio_analysis import assert_in_its_place
from tests.harness.continuous_play import ContinuousPlay
from tests.harness.melody import make_melody
from tests.harness.station_harness import moment, soon

SKIPPED_AT = timedelta(minutes=5)  # behind the first item, as the two below
LATER_AT = timedelta(minutes=10)
LANDS_AT = timedelta(minutes=10, seconds=40)
HEARD_S = 2.5


class CentreTime:
    """What the centre signs as the time."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.ahead = timedelta()
        centre = self

        class Shifted(datetime):
            @classmethod
            def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override] # a datetime
                return datetime.now(tz) + centre.ahead

        patch.setattr(report_handler, "datetime", Shifted)


async def step(site: Any, monkeypatch: pytest.MonkeyPatch) -> tuple[ContinuousPlay, datetime]:
    """The first item sounds, the clock steps, the long one is joined; its start in true time."""
    centre, programme = CentreTime(monkeypatch), ContinuousPlay(site)
    make_melody(site.studio / "nhac.opus", 14_000)
    await site.start()
    await site.stock("title: Ca nhạc, play: [nhac.opus]")
    at = soon(3)
    music = "play: [nhac.opus], when_cut: rejoin"
    items = [
        (at, f"title: Ca nhạc, {music}"),
        (at + SKIPPED_AT, f"title: Bản tin, {music}"),
        (at + LATER_AT, f"title: Chương trình, {music}, repeat: 30"),
    ]
    await site.publish(site.compile(items))
    await programme.record()
    await programme.until_sounding(at - timedelta(seconds=1))
    centre.ahead = at + LANDS_AT - datetime.now(UTC)
    await site.testbed.broker.kill()  # a new connection asks for the time
    await site.testbed.broker.start()
    await programme.until_sounding(at + LATER_AT)
    programme.planned = at + LATER_AT - centre.ahead
    return programme, datetime.now(UTC)


def plays(site: Any) -> list[tuple[str, str, str | None]]:
    return [(one["title"], one["result"], one["reason"]) for one in site.collected_plays()]


PASSED = [("Bản tin", "skipped", "clock_step"), ("Ca nhạc", "cut", "replaced")]


@pytest.mark.long
async def test_what_the_clock_passed_is_on_record_and_what_is_on_is_joined_at_its_place(
    site: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    programme, since = await step(site, monkeypatch)
    await programme.pass_time(HEARD_S + 0.5)
    sound = await programme.hear()
    await until(lambda: sorted(plays(site)) == PASSED, "what was passed and what was replaced")
    error_s = site.clock_error_s()
    assert_in_its_place(sound, programme.planned, since, HEARD_S, error_s=error_s)
    fixes = [one["detail"]["step_ms"] for one in site.collected() if one["kind"] == "clock_fix"]
    assert max(fixes) > 600_000
    await site.station.stop()
    await site.station.start()
    await until(lambda: site.open_play() is not None, "the programme goes on")
    await programme.assert_truth()
    joined = ("Chương trình", "cut", "shutdown")
    assert sorted(plays(site)) == sorted([*PASSED, joined])
    for one in site.collected_plays():
        if one["start"] is not None:
            assert moment(one["start"]) <= moment(one["end"])
