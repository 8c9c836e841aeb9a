"""What was heard of a radio: what the process wrote, and what the engine made of it."""

from __future__ import annotations

import pytest

from agent.live.relay.relay_count import count_heard
from agent.play.relay_ipc import RelayBeat

LEAD_MS = 300


def heard(
    beats: list[tuple[int, int, int]], heard_ms: int, missing_ms: int
) -> tuple[int, int, int]:
    """Radio, filler and silence."""
    told = [RelayBeat(*beat, n + 1) for n, beat in enumerate(beats)]
    found = count_heard(told, LEAD_MS, heard_ms, missing_ms)
    assert found.connections == len(beats)
    return found.radio_ms, found.filler_ms, found.silence_ms


def test_before_its_first_sample_nothing_was_heard_whatever_was_written() -> None:
    assert heard([(0, 0, 0), (500, 0, 500)], 0, 0) == (0, 0, 0)


def test_the_silence_at_its_begin_is_told() -> None:
    assert heard([(10_000, 0, 0)], 10_300, 0) == (10_000, 0, 300)


@pytest.mark.parametrize(
    ("heard_ms", "expected"),
    [
        (5_300, (4_000, 0, 1_300)),
        (5_550, (4_000, 250, 1_300)),  # half a beat later, half of the filler that it told
        (5_800, (4_000, 500, 1_300)),
    ],
)
def test_what_was_written_ahead_and_did_not_sound_is_not_counted(
    heard_ms: int, expected: tuple[int, int, int]
) -> None:
    beats = [(4_000, 0, 500), (4_000, 0, 1_000), (4_000, 500, 1_000), (4_500, 500, 1_000)]
    assert heard(beats, heard_ms, 0) == expected


def test_a_process_that_hangs_leaves_silence_behind_its_last_frame() -> None:
    """It told of 3.3 s; 0.7 s later its end was known."""
    assert heard([(3_300, 0, 0)], 3_600, 700) == (3_300, 0, 1_000)


def test_what_it_wrote_after_its_last_beat_is_counted_as_nothing() -> None:
    assert heard([(3_000, 0, 0)], 3_700, 600) == (3_000, 0, 900)


def test_frames_that_came_too_late_were_silence_in_their_place() -> None:
    assert heard([(10_000, 0, 0)], 9_300, 1_000) == (9_000, 0, 1_300)
    assert heard([(400, 2_000, 100)], 1_300, 1_500) == (0, 900, 1_900)
    assert heard([(0, 0, 5_000)], 4_300, 1_000) == (0, 0, 5_300)


def test_without_a_beat_only_silence_is_known() -> None:
    assert heard([], 300, 2_000) == (0, 0, 2_300)
