"""Heads that somebody brings: by a battery clock, for two weeks; decision 84."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from agent.clock import Now, Quality
from agent.contract.document import Head
from agent.trust.head import carried_heads
from tests.harness.signed_documents import AT, make_header

HEAD = msgspec.convert(
    {**make_header("head", "vn.head", "config"), "slots": {}, "revoked": []}, Head
)


@pytest.mark.parametrize(
    ("quality", "days", "counts"),
    [
        ("RTC", 0.0, True),
        ("RTC", 13.9, True),
        ("RTC", 14.1, False),
        ("RTC", -0.04, True),  # an hour early: the battery clock is late
        ("RTC", -0.1, False),
        ("SYNCED", 13.9, True),
        ("FLOOR", 0.0, False),
    ],
)
def test_a_head_counts_for_two_weeks_where_there_is_a_clock(
    quality: Quality, days: float, *, counts: bool
) -> None:
    now = Now(AT + timedelta(days=days), quality, None)
    assert carried_heads([HEAD], now) == ([HEAD] if counts else [])
