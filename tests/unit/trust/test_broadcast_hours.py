"""Windows of the local day; expected values are calculated by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from agent.contract.document import Entry
from agent.trust.broadcast_hours import (
    ALL_DAY,
    clock_ms,
    is_inside,
    length_ms,
    local_ms,
    parse_hours,
)

HOUR_MS = 3_600_000
DAY = parse_hours(["05:00-21:00"])
NIGHT = parse_hours(["22:00-02:00"])


def at(text: str) -> int:
    hours, minutes, seconds = map(int, text.split(":"))
    return (hours * 3600 + minutes * 60 + seconds) * 1000


@pytest.mark.parametrize(
    ("minutes", "start", "length", "inside"),
    [
        (DAY, "05:00:00", 0, True),
        (DAY, "04:59:59", 0, False),
        (DAY, "04:59:59", 2000, False),
        (DAY, "20:59:59", 0, True),
        (DAY, "20:59:59", 1000, True),
        (DAY, "20:59:59", 1001, False),
        (DAY, "21:00:00", 0, False),
        (DAY, "05:00:00", 16 * HOUR_MS, True),
        (DAY, "05:00:00", 16 * HOUR_MS + 1, False),
        (DAY, "05:00:00", 24 * HOUR_MS, False),
        (DAY, "20:00:00", 12 * HOUR_MS, False),  # through the night into the next morning
        (NIGHT, "23:30:00", 2 * HOUR_MS, True),
        (NIGHT, "23:30:00", 3 * HOUR_MS, False),
        (NIGHT, "01:59:59", 1000, True),
        (NIGHT, "02:00:00", 0, False),
        (NIGHT, "21:59:59", 2000, False),
        (ALL_DAY, "17:00:00", 400 * HOUR_MS, True),
    ],
)
def test_a_time_span_is_inside_its_windows_or_not(
    minutes: int,
    start: str,
    length: int,
    inside: bool,  # noqa: FBT001 - the expected answer
) -> None:
    assert clock_ms(start) == at(start)
    assert is_inside(minutes, at(start), length) is inside


def test_windows_that_touch_are_joined() -> None:
    assert is_inside(parse_hours(["05:00-08:00", "08:00-11:00"]), at("07:30:00"), HOUR_MS)
    assert not is_inside(parse_hours(["05:00-08:00", "08:01-11:00"]), at("07:30:00"), HOUR_MS)
    assert is_inside(parse_hours(["22:00-24:00", "00:00-02:00"]), at("23:30:00"), HOUR_MS)


def test_two_links_leave_the_minutes_that_both_allow() -> None:
    both = parse_hours(["05:00-21:00"]) & parse_hours(["20:00-06:00"])
    assert both == parse_hours(["05:00-06:00", "20:00-21:00"])


def test_no_window_is_the_whole_day() -> None:
    assert parse_hours([]) == parse_hours(["00:00-24:00"]) == ALL_DAY
    assert ALL_DAY.bit_count() == 1440
    assert DAY.bit_count() == 16 * 60


@pytest.mark.parametrize(
    "window",
    ["05:00", "5:00-6:00", "05:00-25:00", "24:00-05:00", "05:00-05:00", "05:60-06:00",
     "05:00-21:00\n", "05:00 - 21:00", "٠٥:00-21:00", ""],
)  # fmt: skip
def test_a_malformed_window_is_refused(window: str) -> None:
    with pytest.raises(ValueError, match=r"window|HH:MM"):
        parse_hours([window])


def test_local_time_is_seven_hours_ahead() -> None:
    assert local_ms(datetime(2026, 11, 22, 22, 0, 1, tzinfo=UTC)) == at("05:00:01")
    assert local_ms(datetime(2026, 11, 22, 17, 0, tzinfo=UTC)) == 0


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"body": {"media": ["a", "b"]}}, 3000),
        ({"body": {"media": ["a", "b"], "repeat": 3, "gap_ms": 500}}, 10_000),
        ({"body": {"media": ["a", "b"], "repeat": 3}, "max_ms": 4000}, 4000),
        ({"body": {"media": ["a"]}, "max_ms": 4000}, 1000),
        ({"body": {"scene": {"elements": [], "ms": 7000}, "repeat": 2}}, 14_000),
        ({"body": {"text": {"show": "a"}}}, 0),
        ({"body": {"text": {"show": "a"}}, "max_ms": 60_000}, 60_000),
        ({"body": {"relay": {"url": "https://a.vn"}}, "max_ms": 1_800_000}, 1_800_000),
        ({"body": {"media": ["a"]}, "start": {"kind": "within", "ms": 600_000}}, 601_000),
    ],
)
def test_an_entry_lasts_as_long_as_the_document_states(
    changes: dict[str, Any], expected: int
) -> None:
    when = {"at": ["05:00:00"], "weekdays": [1], "from": "2026-11-23", "until": "2026-11-23"}
    plain = {
        "id": "e", "title": "t", "lang": "vi", "zones": ["*"], "when": when,
        "start": {"kind": "at"},
    }  # fmt: skip
    entry = msgspec.convert({**plain, **changes}, Entry)
    assert length_ms(entry, {"a": 1000, "b": 2000}) == expected
