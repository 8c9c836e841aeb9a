"""The weight of a document, compared with a count by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.contract.document import Body, Entry, EntryStart, Medium, Playlist, When
from agent.contract.issuer_budget import OF_ISSUER, Usage, weigh
from agent.contract.local_time import LOCAL
from agent.plan.calendar import expand, list_days

MONDAY = datetime(2026, 11, 22, 17, tzinfo=UTC)  # local midnight


def make_entry(number: int, when: When) -> Entry:
    return Entry(f"e{number}", "t", "vi", ["*"], when, EntryStart("at"), Body(media=["a" * 64]))


def make_playlist(whens: list[When], media: list[Medium] | None = None, **more: Any) -> Playlist:
    return Playlist(
        kind="playlist", class_="routine", to=["84/29266/*"], doc_id="1" * 32,
        epoch=1, seq=1, issued="2026-11-22T08:00:00Z",
        media=media or [], entries=[make_entry(n, when) for n, when in enumerate(whens)],
        **{
            "issuer": "vn.84.29266", "slot": "tuan", "not_before": "2026-11-22T17:00:00Z",
            "expires": "2026-12-06T17:00:00Z", **more,
        },
    )  # fmt: skip


def busiest(playlist: Playlist) -> int:
    return max(weigh(playlist, 1).starts.values(), default=0)


def test_entries_for_different_days_do_not_add_up() -> None:
    days = [f"2026-11-{day}" for day in (23, 24, 25)]
    whens = [When(["05:00:00", "17:00:00"], [1, 2, 3, 4, 5, 6, 7], day, day) for day in days]
    assert busiest(make_playlist(whens)) == 2
    mondays = When(["05:00:00"], [1], "2026-11-01", "2026-12-31")
    assert busiest(make_playlist([*whens, mondays])) == 3


def test_starts_outside_the_documents_lifetime_do_not_count() -> None:
    past = When(["05:00:00"], [1, 2, 3, 4, 5, 6, 7], "2026-01-01", "2026-02-01")
    future = When(["05:00:00"], [1, 2, 3, 4, 5, 6, 7], "2027-01-01", "2027-02-01")
    assert busiest(make_playlist([past, future])) == 0


dates = st.integers(18, 38).map(lambda day: date(2026, 11, 1) + timedelta(day))
whens = st.builds(
    lambda times, weekdays, one, other: When(
        [f"{hour:02d}:00:00" for hour in sorted(times)], sorted(weekdays),
        min(one, other).isoformat(), max(one, other).isoformat(),
    ),
    st.sets(st.integers(0, 23), min_size=1, max_size=4),
    st.sets(st.integers(1, 7), min_size=1),
    dates, dates,
)  # fmt: skip


@settings(max_examples=60)
@given(whens=st.lists(whens, max_size=6))
def test_the_weight_of_each_day_equals_the_expansion_of_the_plan(whens: list[When]) -> None:
    playlist = make_playlist(whens)
    starts = weigh(playlist, 1).starts
    for day in list_days(MONDAY, MONDAY + timedelta(days=13)):
        want = sum(len(list(expand(when, [day]))) for when in whens)
        assert starts.get((day.midnight_at.astimezone(LOCAL)).toordinal(), 0) == want


@pytest.mark.parametrize(
    ("what", "weight", "times"),
    [
        ("documents", {}, 129),
        ("envelope_bytes", {"bytes_": 352 * 1024}, 5),
        ("media", {"media": 256}, 3),
        ("media_bytes", {"media": 1, "length": 1 << 31}, 3),
        ("starts", {"starts": 1440}, 3),
    ],
)
def test_each_limit_is_named(what: str, weight: dict[str, int], times: int) -> None:
    usage = Usage()
    for number in range(times):
        names = [f"{number}-{index}" for index in range(weight.get("media", 0))]
        media = [Medium(name, weight.get("length", 1), "audio/ogg", 1, []) for name in names]
        clock = [f"{n // 60:02d}:{n % 60:02d}:00" for n in range(weight.get("starts", 0))]
        when = [When(clock, [1], "2026-11-23", "2026-11-23")] if clock else []
        one = weigh(make_playlist(when, media), weight.get("bytes_", 1))
        excess = usage.excess(one)
        if number < times - 1:
            assert excess is None
            usage.add(one)
    assert excess is not None
    assert (excess.what, excess.by) == (what, "vn.84.29266")
    assert excess.value > excess.limit


def test_a_file_that_several_playlists_name_is_counted_once() -> None:
    chime = [Medium("c" * 64, 1 << 31, "audio/ogg", 1, [])]
    usage = Usage()
    for _ in range(10):
        weight = weigh(make_playlist([], chime), 1)
        assert usage.excess(weight) is None
        usage.add(weight)


def test_attack_105_a_file_named_with_one_byte_first_is_counted_with_its_later_length() -> None:
    """Nobody can check a length before the file is fetched."""
    usage = Usage()
    for length, count in ((1, 3), (1 << 31, 3)):
        media = [Medium(f"{n:064x}", length, "audio/ogg", 1, []) for n in range(count)]
        weight = weigh(make_playlist([], media), 1)
        excess = usage.excess(weight)
        if excess is None:
            usage.add(weight)
    assert excess is not None
    assert (excess.what, excess.value) == ("media_bytes", 3 << 31)


def test_two_issuers_cannot_use_up_the_whole_box() -> None:
    usage = Usage()
    clock = [f"{n // 60:02d}:{n % 60:02d}:00" for n in range(1440)]
    when = When(clock, [1, 2, 3, 4, 5, 6, 7], "2026-11-23", "2026-12-31")
    for issuer in ("vn.84", "vn.84.29266"):
        full = weigh(make_playlist([when] * 2, issuer=issuer), 1)
        assert full.starts[MONDAY.astimezone(LOCAL).toordinal()] <= OF_ISSUER["playlist"].starts
        usage.add(full)
    third = weigh(make_playlist([when] * 2, issuer="vn"), 1)
    assert usage.excess(third) is None
