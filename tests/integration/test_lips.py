"""A clip and its sound, from the officer's file to horn and board: they agree."""

from __future__ import annotations

import statistics

import pytest

from tests.harness.lips import AMPLIFIER, BOARD, CLIP_S, measure_lips_ms
from tests.harness.measured_box import box

LIPS_MS = 40


@pytest.mark.long
async def test_lips_and_lamp_agree_within_40_ms() -> None:
    """The middle one of the tones: a machine that is busy for a moment delays one frame of all."""
    async with box(BOARD, AMPLIFIER) as scene:
        found = await measure_lips_ms(scene)
    assert len(found) >= CLIP_S - 2, found
    assert abs(statistics.median(found)) <= LIPS_MS, found
