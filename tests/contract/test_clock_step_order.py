"""What sounds after a step of the clock, one rule of docs/plan.md each; expected by hand.

Random sets met each of these cases (`test_plan_oracle`); here they can be read.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.harness.plan_oracle_clock import ClockOracle, Reading
from tests.harness.plan_oracle_policy import MOURNING, OraclePolicy, Rules, second
from tests.harness.plan_steps import planner_of, play_readings
from tests.harness.random_plan import HEADER, PlanSet
from tests.harness.virtual_time import BEGIN_S

DAY = "2027-03-01"
BEGIN = int(BEGIN_S)
ZONES = ("a", "b")
Heard = tuple[str, int, int, int]  # entry, offset, true seconds from the beginning


def entry(name: str, at: str, seconds: int, kind: str = "at", **more: Any) -> dict[str, Any]:
    """An entry of one day; its id names its medium too."""
    start = {"kind": kind} if "ms" not in more else {"kind": kind, "ms": more.pop("ms")}
    when = {"at": [at], "weekdays": [1, 2, 3, 4, 5, 6, 7], "from": DAY, "until": DAY, "except": []}
    return {
        "id": name, "title": name, "lang": "vi", "zones": ["*"], "when": when, "start": start,
        "body": {"media": [name * 64]}, "max_ms": seconds * 1000, **more,
    }  # fmt: skip


def document(number: int, class_: str, *entries: dict[str, Any]) -> dict[str, Any]:
    filler = {"filler": True, "crit": ["filler"]} if class_ == "filler" else {}
    media = [
        {"sha256": one["id"] * 64, "bytes": 1, "mime": "audio/mpeg", "urls": [],
         "duration_ms": one["max_ms"]}
        for one in entries
    ]  # fmt: skip
    return {
        **HEADER, "kind": "playlist", "class": "routine" if filler else class_, **filler,
        "doc_id": f"{number:032x}", "slot": f"s{number}", "seq": 1,
        "expires": "2027-03-20T00:00:00Z", "media": media, "entries": list(entries),
    }  # fmt: skip


def routine(*entries: dict[str, Any]) -> dict[str, Any]:
    return document(1, "routine", *entries)


def priority(*entries: dict[str, Any]) -> dict[str, Any]:
    return document(2, "priority", *entries)


def filler(*entries: dict[str, Any]) -> dict[str, Any]:
    return document(3, "filler", *entries)


def hear(
    patch: pytest.MonkeyPatch,
    docs: list[dict[str, Any]],
    steps: list[tuple[int, str] | tuple[int, str, bool]],
    until: int,
    quiet: str | None = None,
    calendars: list[dict[str, Any]] | None = None,
) -> list[Heard]:
    """What is heard, when the clock is set so after so many seconds (True: switched off).

    By the box and by the oracle, which is asked beside it.
    """
    readings = [
        Reading(BEGIN + after, second(f"{DAY}T{clock}"), is_on=not is_off)
        for after, clock, *is_off in steps
    ]
    drawn = PlanSet(docs, [], calendars or [], Rules(quiet=[] if quiet is None else [quiet]))
    oracle = ClockOracle(planner_of(drawn), OraclePolicy(drawn.rules, drawn.calendars), ZONES)
    oracle.run(readings, BEGIN + until)
    pieces = play_readings(drawn, readings, BEGIN + until, ZONES, patch)
    assert pieces == oracle.pieces
    return [(one.key[1], one.offset_s, one.start_s - BEGIN, one.end_s - BEGIN) for one in pieces]


def test_of_several_that_wait_none_begins_when_the_clock_is_set_past_their_wait(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waiting = [entry(name, f"05:0{n}:00", 60, "within", ms=600_000) for n, name in enumerate("bcd")]
    docs = [routine(entry("a", "05:00:00", 3600), *waiting)]
    steps = [(0, "05:00:00"), (300, "07:00:00")]
    assert hear(monkeypatch, docs, steps, 5000) == [("a", 0, 0, 3600)]


def test_what_was_skipped_waits_as_if_new_when_its_time_comes_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What a higher level kept off goes on before it."""
    docs = [
        priority(entry("a", "05:00:00", 600)),
        routine(entry("b", "05:05:00", 30), entry("c", "05:01:00", 30, "next")),
    ]
    steps = [(0, "04:59:00"), (5, "06:00:00"), (10, "04:59:50")]
    assert hear(monkeypatch, docs, steps, 1000) == [
        ("a", 0, 20, 620), ("b", 0, 620, 650), ("c", 0, 650, 680),
    ]  # fmt: skip


def test_what_was_heard_in_part_is_joined_behind_what_it_waits_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The routine item delays all filler by a minute."""
    docs = [
        routine(entry("d", "05:07:00", 60)),
        filler(
            entry("a", "05:05:00", 600),
            entry("b", "05:06:00", 300, "next"),
            entry("c", "05:10:00", 1200, "next", when_cut="rejoin"),
        ),
    ]
    steps = [(0, "05:25:00"), (10, "05:04:30")]
    assert hear(monkeypatch, docs, steps, 2500) == [
        ("c", 300, 0, 40), ("a", 0, 40, 160), ("d", 0, 160, 220), ("a", 120, 220, 700),
        ("b", 0, 700, 1000), ("c", 60, 1000, 2140),
    ]  # fmt: skip


def test_what_waits_and_cannot_end_before_quiet_hours_does_not_begin(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Planned for 05:20 to 05:30; the clock is set ahead, and what it waits for ends at 05:25."""
    docs = [routine(entry("a", "05:00:00", 1200), entry("b", "05:10:00", 600, "next"))]
    steps = [(0, "05:00:00"), (600, "05:15:00")]
    assert hear(monkeypatch, docs, steps, 2500, "05:30-06:00") == [("a", 0, 0, 1200)]


def test_what_only_lapsed_below_a_higher_level_is_heard_when_its_time_comes_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    docs = [
        priority(entry("a", "05:00:00", 600)),
        filler(entry("b", "05:02:00", 60, when_cut="rejoin")),
    ]
    steps = [(0, "05:00:00"), (570, "05:01:00")]
    assert hear(monkeypatch, docs, steps, 1000) == [("a", 0, 0, 600), ("b", 0, 630, 690)]


def test_a_restart_joins_what_lies_below_a_dropped_item_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    docs = [
        routine(entry("c", "05:03:00", 60)),
        filler(entry("a", "05:00:00", 7200), entry("b", "05:02:00", 3600, when_cut="drop")),
    ]
    steps = [(0, "05:00:00"), (300, "05:05:00", True), (360, "05:06:00")]
    assert hear(monkeypatch, docs, steps, 500) == [
        ("a", 0, 0, 120), ("b", 0, 120, 180), ("c", 0, 180, 240), ("a", 120, 240, 300),
        ("a", 360, 360, 500),
    ]  # fmt: skip


def test_what_was_heard_keeps_nothing_off_before_its_moment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The second item is heard first; two seconds before its moment the filler goes on."""
    docs = [
        routine(entry("b", "05:01:00", 30), entry("c", "05:01:32", 30)),
        filler(entry("a", "05:00:00", 600)),
    ]
    steps = [(0, "05:01:32"), (58, "05:00:50")]
    assert hear(monkeypatch, docs, steps, 1000) == [
        ("c", 0, 0, 30), ("a", 122, 30, 68), ("b", 0, 68, 98), ("a", 160, 98, 538),
    ]  # fmt: skip


def test_what_comes_due_again_below_what_sounds_on_waits_from_its_beginning(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The clock is set back to its very moment; what sounds is planned for an hour later."""
    docs = [priority(entry("a", "06:00:00", 600)), routine(entry("b", "05:00:00", 60))]
    steps = [(0, "06:00:00"), (60, "05:00:00")]
    assert hear(monkeypatch, docs, steps, 2000) == [("a", 0, 0, 600), ("b", 0, 600, 660)]


def test_what_is_cut_at_its_end_leaves_nothing_that_others_wait_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The first is joined, and would end a millisecond behind the start of the second."""
    docs = [
        filler(
            entry("a", "05:00:00", 600),
            entry("b", "05:10:00", 60),
            entry("c", "05:09:00", 30, "next"),
            entry("d", "05:11:02", 60),
        )
    ]
    steps = [(0, "04:00:00"), (10, "05:05:00")]
    assert hear(monkeypatch, docs, steps, 1000) == [
        ("a", 300, 10, 310), ("b", 0, 310, 370), ("c", 0, 370, 372), ("d", 0, 372, 432),
        ("c", 2, 432, 460),
    ]  # fmt: skip


def test_what_waits_since_a_step_waits_on_through_the_next_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    docs = [routine(entry("a", "05:00:00", 600), entry("b", "05:05:00", 60, "next"))]
    steps = [(0, "05:00:00"), (100, "05:10:00"), (101, "05:15:00")]
    assert hear(monkeypatch, docs, steps, 2000) == [("a", 0, 0, 600), ("b", 0, 600, 660)]


def test_filler_that_has_waited_long_enough_takes_the_place_of_filler(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What was cut goes on before it, and is on by the plan too."""
    waits = entry("c", "05:10:30", 30, "within", ms=600_000)
    docs = [filler(entry("a", "05:00:00", 7200), entry("b", "05:10:00", 60), waits)]
    assert hear(monkeypatch, docs, [(0, "05:00:00")], 2000) == [
        ("a", 0, 0, 600), ("b", 0, 600, 660), ("a", 600, 660, 1230), ("c", 0, 1230, 1260),
        ("a", 1170, 1260, 2000),
    ]  # fmt: skip


def test_what_has_waited_long_enough_begins_also_seconds_before_another_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What was cut does not go on in the four seconds before the last start."""
    waits = entry("c", "05:01:10", 20, "within", ms=600_000)
    others = [entry("b", "05:01:00", 30), entry("d", "05:11:13", 60)]
    docs = [filler(entry("a", "05:00:00", 7200), *others, waits)]
    assert hear(monkeypatch, docs, [(0, "05:00:00")], 1000) == [
        ("a", 0, 0, 60), ("b", 0, 60, 90), ("a", 60, 90, 670), ("c", 0, 670, 673),
        ("d", 0, 673, 733), ("a", 640, 733, 1000),
    ]  # fmt: skip


@pytest.mark.parametrize("kind", ["at", "next"])
def test_what_was_cut_goes_on_before_filler_that_is_planned_for_now(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was cut is over by the plan, and the filler is prepared for its moment."""
    docs = [
        priority(entry("b", "05:09:00", 60)),
        routine(entry("a", "05:00:00", 600), entry("c", "05:10:00", 60)),
        filler(entry("d", "05:11:00", 30, kind)),
    ]
    assert hear(monkeypatch, docs, [(0, "05:00:00")], 5000) == [
        ("a", 0, 0, 540), ("b", 0, 540, 600), ("c", 0, 600, 660), ("a", 540, 660, 720),
        ("d", 0, 720, 750),
    ]  # fmt: skip


def test_what_begins_at_its_time_goes_before_what_waits_in_another_zone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The output is free at that very moment; when its wait is over, it takes its place."""
    docs = [
        routine(
            entry("a", "05:00:00", 60, zones=["a"]),
            entry("b", "05:00:59", 60, "within", ms=60_000, zones=["b"]),
            entry("c", "05:01:00", 60, zones=["a"]),
        )
    ]
    assert hear(monkeypatch, docs, [(0, "05:00:00")], 1000) == [
        ("a", 0, 0, 60), ("c", 0, 60, 119), ("b", 0, 119, 179),
    ]  # fmt: skip


def test_what_sounds_before_its_time_ends_when_quiet_hours_begin(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    docs = [routine(entry("a", "06:00:00", 3600))]
    steps = [(0, "06:00:00"), (60, "05:00:00")]
    assert hear(monkeypatch, docs, steps, 8000, "05:30-05:40") == [
        ("a", 0, 0, 1860), ("a", 0, 3660, 7260),
    ]  # fmt: skip


def test_of_two_that_wait_in_two_zones_one_begins_and_the_other_waits_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Both are planned for the same moment: no zone of theirs has sound then."""
    waiting = [entry(name, "05:00:00", 900, "next", zones=[name]) for name in "ab"]
    assert hear(monkeypatch, [filler(*waiting)], [(0, "04:59:00")], 5000) == [
        ("a", 0, 60, 960), ("b", 0, 960, 1860),
    ]  # fmt: skip


def test_what_waits_begins_before_filler_is_joined(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also behind its planned end, when the plan has the filler of another zone for now."""
    waits = entry("d", "05:01:10", 30, "next", zones=["b"])
    docs = [
        routine(entry("c", "05:01:30", 30)),
        filler(
            entry("a", "05:00:00", 7200, when_cut="rejoin", zones=["a"]),
            entry("b", "05:01:00", 60, zones=["b"]),
            waits,
        ),
    ]
    assert hear(monkeypatch, docs, [(0, "05:00:00")], 1000) == [
        ("a", 0, 0, 60), ("b", 0, 60, 90), ("c", 0, 90, 120), ("b", 30, 120, 150),
        ("d", 0, 150, 180), ("a", 180, 180, 1000),
    ]  # fmt: skip


def test_music_that_is_planned_for_the_end_of_mourning_is_heard(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is prepared on the last day; something else begins meanwhile."""
    row = {"from": DAY, "until": DAY, "sets": [MOURNING], "title": "Quốc tang", "source": "thử"}
    calendar = {
        **HEADER, "kind": "calendar", "class": "config", "doc_id": "e" * 32, "slot": "lich",
        "seq": 1, "expires": "2027-06-01T00:00:00Z", "year": 2027, "sets": [MOURNING],
        "days": [row],
    }  # fmt: skip
    music = entry("a", "00:00:00", 60, music=True)
    music["when"] |= {"from": "2027-03-02", "until": "2027-03-02"}
    docs = [routine(music, entry("b", "23:59:58", 1))]
    assert hear(monkeypatch, docs, [(0, "23:59:00")], 1000, None, [calendar]) == [
        ("b", 0, 58, 59), ("a", 0, 60, 120),
    ]  # fmt: skip
