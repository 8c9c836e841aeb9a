"""Calendar, windows, quiet hours and arbitration against slow and obvious models."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from agent.contract.document import Body, Entry, EntryStart, Medium, Playlist, When
from agent.contract.priority import Level
from agent.plan.calendar import expand, list_days, parse_window
from agent.plan.occurrence import Occurrence
from agent.plan.policy import EffectivePolicy
from agent.plan.timeline import Timeline, build_timeline

MONDAY_AT = datetime(2026, 11, 22, 17, tzinfo=UTC)  # local midnight of 2026-11-23
DIGEST = "a" * 64
minutes_of_day = st.integers(0, 1439)


def clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


@dataclass(frozen=True)
class FakeHeld:
    document: Playlist
    sha256: str = "0" * 64


def make_entry(id_: str, at: list[str], zones: list[str] | None = None) -> Entry:
    return Entry(
        id=id_,
        title="t",
        lang="vi",
        zones=zones or ["*"],
        when=When(at, [1, 2, 3, 4, 5, 6, 7], "2026-01-01", "2027-12-31"),
        start=EntryStart("at"),
        body=Body(media=[DIGEST]),
    )


def make_held(entries: list[Entry], duration_ms: int, **changes: object) -> FakeHeld:
    fields: dict[str, object] = {
        "kind": "playlist", "issuer": "vn.84.29266", "class_": "routine", "to": ["84/*/*"],
        "doc_id": "1" * 32, "slot": "s", "epoch": 1, "seq": 1,
        "issued": "2026-01-01T00:00:00Z", "not_before": "2026-01-01T00:00:00Z",
        "expires": "2028-01-01T00:00:00Z",
        "media": [Medium(DIGEST, 1, "audio/mpeg", duration_ms, [])], "entries": entries,
        **changes,
    }  # fmt: skip
    return FakeHeld(Playlist(**fields))  # type: ignore[arg-type]  # a table of fields


@given(start=minutes_of_day, length=st.integers(1, 1439), minute=minutes_of_day)
def test_a_window_covers_its_start_and_not_its_end_also_over_midnight(
    start: int, length: int, minute: int
) -> None:
    window = parse_window(f"{clock(start)}-{clock((start + length) % 1440)}")
    inside = {(start + step) % 1440 for step in range(length)}
    assert window.covers(minute * 60) == (minute in inside)
    assert window.covers(minute * 60 + 59) == (minute in inside)


@given(
    weekdays=st.sets(st.integers(1, 7), min_size=1),
    first=st.dates(date(2026, 12, 20), date(2027, 1, 10)),
    span=st.integers(0, 20),
    except_=st.sets(st.dates(date(2026, 12, 20), date(2027, 1, 31)), max_size=5),
    at=st.sets(minutes_of_day, min_size=1, max_size=4),
)
def test_expansion_is_what_a_person_with_a_wall_calendar_finds(
    weekdays: set[int], first: date, span: int, except_: set[date], at: set[int]
) -> None:
    last = first + timedelta(days=span)
    when = When(
        [clock(minute) for minute in at],
        sorted(weekdays),
        first.isoformat(),
        last.isoformat(),
        [day.isoformat() for day in except_],
    )
    begin = datetime(2026, 12, 15, tzinfo=UTC)
    found = list(expand(when, list_days(begin, begin + timedelta(days=60))))
    want = [
        datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(minutes=minute - 7 * 60)
        for number in range(span + 1)
        if (day := first + timedelta(days=number)).isoweekday() in weekdays and day not in except_
        for minute in sorted(at)
    ]
    assert found == want


@settings(max_examples=60)
@given(
    quiet=st.lists(st.tuples(minutes_of_day, minutes_of_day), min_size=1, max_size=3),
    at=st.sets(minutes_of_day, min_size=1, max_size=6),
    length=st.integers(1, 600),
)
def test_no_planned_sound_touches_a_quiet_minute_and_nothing_else_is_refused(
    quiet: list[tuple[int, int]], at: set[int], length: int
) -> None:
    windows = tuple(parse_window(f"{clock(a)}-{clock(b)}") for a, b in quiet)
    held = make_held([make_entry("e", [clock(m) + ":00" for m in at])], length * 60_000)
    until_at = MONDAY_AT + timedelta(days=1)
    timeline = build_timeline([held], EffectivePolicy(windows), MONDAY_AT, until_at)
    loud = {
        minute
        for minute in at
        if not any(
            window.covers((minute + step) % 1440 * 60)
            for window in windows
            for step in range(length)
        )
    }
    today = {o.start_at for o in timeline.occurrences if o.start_at >= MONDAY_AT}
    assert today == {MONDAY_AT + timedelta(minutes=minute) for minute in loud}
    assert {r.at for r in timeline.refusals} == {
        MONDAY_AT + timedelta(minutes=minute) for minute in at - loud
    }


@st.composite
def occurrences(draw: st.DrawFn) -> list[Occurrence]:
    made = []
    for number in range(draw(st.integers(1, 12))):
        held = make_held(
            [], 1, epoch=draw(st.integers(1, 2)), seq=draw(st.integers(1, 3)),
            doc_id=f"{number:032x}",
        )  # fmt: skip
        start = draw(st.integers(0, 20))
        end = start + draw(st.integers(1, 10))
        made.append(
            Occurrence(
                document=held,
                entry=make_entry("e", ["05:00:00"], draw(st.sampled_from([["*"], ["a"], ["b"]]))),
                level=draw(st.sampled_from([Level.FILLER, Level.SCHEDULED, Level.PRIORITY])),
                start_at=MONDAY_AT + timedelta(minutes=start),
                end_at=MONDAY_AT + timedelta(minutes=end),
                latest_end_at=MONDAY_AT + timedelta(days=1),
                medium="sound",
            )
        )
    return made


@given(items=occurrences(), seed=st.integers(0, 1000))
def test_the_order_is_total_and_blind_to_the_order_of_documents(
    items: list[Occurrence], seed: int
) -> None:
    assert len({item.rank for item in items}) == len(items)
    shuffled = random.Random(seed).sample(items, len(items))  # noqa: S311 - no secret
    one, other = Timeline(items), Timeline(shuffled)
    for minute in range(32):
        at = MONDAY_AT + timedelta(minutes=minute)
        assert one.playing(at, "sound", {"a"}) is other.playing(at, "sound", {"a"})


@given(items=occurrences(), minute=st.integers(-1, 32))
def test_the_winner_is_the_highest_of_all_that_are_on(items: list[Occurrence], minute: int) -> None:
    at = MONDAY_AT + timedelta(minutes=minute)
    timeline = Timeline(items)
    on = [o for o in items if o.start_at <= at < o.end_at and o.entry.zones in (["*"], ["a"])]
    want = max(on, key=lambda o: (o.level, o.start_at, o.rank), default=None)
    assert timeline.playing(at, "sound", {"a"}) is want
    assert timeline.playing(at, "picture") is None


ZONES = [None, {"a"}, {"b"}, {"a", "b"}]


def is_meant(one: Occurrence, zones: set[str] | None) -> bool:
    return zones is None or "*" in one.entry.zones or bool(zones & set(one.entry.zones))


@given(items=occurrences(), minute=st.integers(-1, 32), zones=st.sampled_from(ZONES))
def test_the_index_finds_what_looking_at_each_one_finds(
    items: list[Occurrence], minute: int, zones: set[str] | None
) -> None:
    at = MONDAY_AT + timedelta(minutes=minute)
    timeline = Timeline(items)
    meant = [one for one in items if is_meant(one, zones)]

    def on(moment: datetime) -> list[Occurrence]:
        found = [one for one in meant if one.start_at <= moment < one.end_at]
        return sorted(found, key=lambda one: one.rank, reverse=True)

    later = sorted((one for one in meant if one.start_at > at), key=lambda one: one.start_at)
    winners = [one for one in later if on(one.start_at)[0] is one]
    assert timeline.contenders(at, "sound", zones) == on(at)
    assert timeline.playing(at, "sound", zones) is next(iter(on(at)), None)
    assert timeline.upcoming(at, "sound", zones) is next(iter(winners), None)
    until_at = at + timedelta(minutes=7)
    starting = list(timeline.starting(at, until_at, "sound", zones))
    assert [one.start_at for one in starting] == [
        one.start_at for one in later if one.start_at <= until_at
    ]
    assert {id(one) for one in starting} == {id(one) for one in later if one.start_at <= until_at}
