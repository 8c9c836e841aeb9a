"""The gain that levels a medium: -16 LUFS, true peak at most -1 dBTP."""

from __future__ import annotations

import pytest

from agent.contract.loudness import Loudness


@pytest.mark.parametrize(
    ("lufs", "peak_dbtp", "gain_db", "levelled_lufs"),
    [
        (-23.0, -12.0, 7.0, -16.0),  # a broadcast recording with headroom
        (-20.0, -1.0, 4.0, -16.0),  # speech with its peaks at full scale: they are limited
        (-23.0, -1.0, 6.0, -17.0),  # its peaks forbid more
        (-9.0, 0.3, -7.0, -16.0),  # a loud master is always lowered
        (-20.0, 0.5, 4.0, -16.0),
        (-30.0, 6.0, 0.0, -30.0),  # peaks far above the ceiling: not amplified, not lowered either
        (-45.0, -40.0, 20.0, -25.0),  # a failed recording: its noise is not raised further
        (-70.0, -90.0, 0.0, -70.0),  # blank
        (float("-inf"), float("-inf"), 0.0, float("-inf")),
    ],
)
def test_the_gain_brings_it_to_the_target_as_far_as_its_peaks_allow(
    lufs: float, peak_dbtp: float, gain_db: float, levelled_lufs: float
) -> None:
    loudness = Loudness(lufs, peak_dbtp)
    assert loudness.gain_db == pytest.approx(gain_db)
    assert loudness.levelled_lufs == levelled_lufs


def test_only_what_would_exceed_the_ceiling_is_limited() -> None:
    with_room = [(-23.0, -12.0), (-20.0, -5.0), (-9.0, 2.0)]
    assert not any(Loudness(*figures).is_limited for figures in with_room)
    assert Loudness(-20.0, -4.9).is_limited


def test_a_medium_without_sound_is_blank() -> None:
    assert Loudness(-70.0, -90.0).is_blank
    assert not Loudness(-45.0, -20.0).is_blank
