"""The steps of the demonstration of voices lie around the full minute at which the night begins."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from central.testbed.voice_steps import STEPS_S, arrange_steps

MOST_S = 133  # all steps, the night's item, and what stays empty before it


@pytest.mark.parametrize("second", range(60))
def test_no_two_steps_overlap_and_the_whole_stays_short(second: int) -> None:
    now = datetime(2026, 11, 30, 17, 8, second, 700_000, tzinfo=UTC)
    steps = arrange_steps(now)
    assert (steps.night.second, steps.night.microsecond) == (0, 0)
    spans = [(steps.night - timedelta(seconds=7), steps.night + timedelta(seconds=7))]
    spans += [(at, at + timedelta(seconds=STEPS_S[name])) for name, at in steps.begins.items()]
    spans.sort()
    assert len(spans) == len(STEPS_S) + 1 == len(steps.order)
    assert spans[0][0] > now
    assert all(end <= begin for (_, end), (begin, _) in pairwise(spans))
    assert (spans[-1][1] - now).total_seconds() <= MOST_S
