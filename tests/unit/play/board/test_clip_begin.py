"""Where a clip begins: with its item, with its sound, or where it would be by now."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from agent.play.board.clip_feeder import ClipBegin, find_begin
from agent.play.sound_moments import SoundMoment, SoundMoments
from tests.harness.sound_output_harness import build_item

START_AT = datetime(2026, 12, 1, tzinfo=UTC)
NOW_S = 500.0


@pytest.mark.parametrize(
    ("late_s", "moment", "begin"),
    [
        (0.4, None, ClipBegin()),
        (30.0, None, ClipBegin(30_000, NOW_S)),
        (0.4, SoundMoment(500.2), ClipBegin()),  # its amplifier warms up
        (90.0, SoundMoment(500.2, offset_ms=7_300), ClipBegin(7_300)),  # resumed after an alarm
        (90.0, SoundMoment(499.5, is_begun=True, offset_ms=7_300), ClipBegin(7_800, NOW_S)),
    ],
)
def test_a_clip_begins_with_its_sound_wherever_that_begins(
    late_s: float, moment: SoundMoment | None, begin: ClipBegin
) -> None:
    item = build_item("phim", START_AT)
    assert find_begin(item, START_AT + timedelta(seconds=late_s), moment, NOW_S) == begin


def test_a_sound_that_begins_keeps_its_place_in_the_item() -> None:
    moments = SoundMoments()
    moments.cue("loa", "phim", 100.0, 7_300)
    moments.begin("loa", "phim", 100.02)
    assert moments.find("phim") == SoundMoment(100.02, is_begun=True, offset_ms=7_300)
