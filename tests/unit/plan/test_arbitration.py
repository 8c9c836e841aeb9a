"""What waits and what follows, by hand; the oracle has the combinations (test_plan_oracle)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from agent.plan.advert import AdvertLimits
from agent.plan.calendar import parse_window
from agent.plan.policy import EffectivePolicy, effective_policy
from agent.plan.timeline import Timeline
from tests.harness.planned_playlists import FREE, B, entry, local, plan, playlist, refusals


def plan_day(
    *entries: dict[str, Any], minutes: float = 1, policy: EffectivePolicy = FREE, **header: Any
) -> Timeline:
    held = playlist(*entries, minutes=minutes, **header)
    return plan(held, policy=policy, last="2026-11-23")


def told(timeline: Timeline) -> list[tuple[str, str]]:
    """Entry and local clock time."""
    return [
        (one.entry.id, (one.start_at + timedelta(hours=7)).strftime("%H:%M:%S"))
        for one in timeline.occurrences
    ]


NEXT, WITHIN = {"kind": "next"}, {"kind": "within", "ms": 120_000}


def after(name: str) -> dict[str, Any]:
    return {"kind": "after", "entry": name}


def test_next_begins_when_what_is_on_ends() -> None:
    song = entry("ca", "05:00:00")
    assert told(plan_day(song, entry("tin", "05:03:00", start=NEXT), minutes=10)) == [
        ("ca", "05:00:00"), ("tin", "05:10:00"),
    ]  # fmt: skip


def test_next_does_not_wait_for_another_zone_or_a_lower_level() -> None:
    song = entry("ca", "05:00:00", zones=["cho"])
    news = entry("tin", "05:03:00", start=NEXT, zones=["thon"])
    assert told(plan_day(song, news, minutes=10))[1] == ("tin", "05:03:00")
    low = playlist(entry("ca", "05:00:00"), minutes=10)
    header = {"class": "priority", "doc_id": "2" * 32}
    high = playlist(entry("lu", "05:03:00", start=NEXT), minutes=10, **header)
    assert told(plan(low, high, last="2026-11-23"))[1] == ("lu", "05:03:00")


def test_within_waits_so_long_and_no_longer() -> None:
    song = entry("ca", "05:00:00")
    soon = entry("tin", "05:09:00", start=WITHIN)
    late = entry("tin", "05:03:00", start=WITHIN)
    assert told(plan_day(song, soon, minutes=10))[1] == ("tin", "05:10:00")
    assert told(plan_day(song, late, minutes=10))[1] == ("tin", "05:05:00")


def test_a_chain_follows_before_what_has_waited_longer() -> None:
    chime = entry("chuong", "05:00:00", body={"media": [B]})
    news = entry("tin", [], start=after("chuong"))
    waiting = entry("ca", "05:00:05", start=NEXT)
    assert told(plan_day(waiting, chime, news)) == [
        ("chuong", "05:00:00"), ("tin", "05:00:10"), ("ca", "05:01:10"),
    ]  # fmt: skip


def test_what_follows_a_refused_entry_takes_its_place() -> None:
    chime = entry("chuong", "05:00:00", body={"media": ["c" * 64]})
    timeline = plan_day(chime, entry("tin", [], start=after("chuong")))
    assert told(timeline) == [("tin", "05:00:00")]
    assert [row[1] for row in refusals(timeline)] == ["E_MEDIA"]


def test_quiet_hours_are_judged_when_it_begins() -> None:
    song = entry("ca", "20:55:00")
    timeline = plan_day(
        song, entry("tin", "20:56:00", start=NEXT), minutes=5, policy=effective_policy(None, None)
    )
    assert told(timeline) == [("ca", "20:55:00")]
    assert refusals(timeline) == [
        (local("2026-11-23T21:00:00"), "E_HOURS", "quiet_hours 21:00-05:00")
    ]


def test_next_gives_up_after_six_hours() -> None:
    song = entry("ca", "05:00:00")
    timeline = plan_day(song, entry("tin", "05:30:00", start=NEXT), minutes=500)
    assert told(timeline) == [("ca", "05:00:00")]
    assert refusals(timeline) == [
        (local("2026-11-23T11:30:00"), "E_POLICY", "next waits at most 6:00:00")
    ]


def test_a_chain_that_begins_nowhere_is_refused() -> None:
    ring = [entry("a", [], start=after("b")), entry("b", [], start=after("a"))]
    timeline = plan_day(entry("ca", "05:00:00"), *ring)
    assert told(timeline) == [("ca", "05:00:00")]
    assert {row[1:] for row in refusals(timeline)} == {
        ("E_SCHEMA", "after b: nothing begins the chain"),
        ("E_SCHEMA", "after a: nothing begins the chain"),
    }


def test_a_play_keeps_its_name_when_it_must_wait_longer() -> None:
    news = entry("tin", "05:03:00", start=NEXT)
    chain = entry("ca", [], start=after("tin"))
    alone = plan_day(news, chain)
    behind = plan_day(entry("dai", "05:00:00", max_ms=240_000), news, chain, minutes=10)
    names = {one.entry.id: one.key for one in alone.occurrences}
    moved = {one.entry.id: one.key for one in behind.occurrences if one.entry.id != "dai"}
    assert moved == names


def test_of_two_entries_at_one_moment_the_one_written_first_plays() -> None:
    timeline = plan_day(entry("e10", "05:00:00"), entry("e9", "05:00:00"))
    playing = timeline.playing(local("2026-11-23T05:00:00"), "sound")
    assert playing is not None
    assert playing.entry.id == "e10"


def test_two_thousand_that_wait_are_planned_one_after_the_other() -> None:
    held = playlist(*[entry(f"e{n}", "05:00:00", start=NEXT) for n in range(2_000)], minutes=0.1)
    timeline = plan(held, last="2026-11-23")
    starts = [one.start_at for one in timeline.occurrences]
    assert starts == [local("2026-11-23T05:00:00") + timedelta(seconds=6 * n) for n in range(2_000)]


def test_what_follows_an_entry_that_is_replaced_is_due_at_once() -> None:
    song = entry("ca", "05:00:00", zones=["a", "b"], body={"media": ["a" * 64], "repeat": 30})
    news = entry("tin", [], start=after("ca"))
    weather = entry("mua", [], start=after("tin"))
    here = entry("xa", "05:10:00", zones=["a"])
    there = entry("ap", "05:20:00", zones=["b"])
    assert told(plan_day(song, news, weather, here)) == [
        ("ca", "05:00:00"), ("xa", "05:10:00"), ("tin", "05:30:00"), ("mua", "05:31:00"),
    ]  # fmt: skip
    assert told(plan_day(song, news, weather, here, there)) == [
        ("ca", "05:00:00"), ("xa", "05:10:00"), ("ap", "05:20:00"), ("tin", "05:21:00"),
        ("mua", "05:22:00"),
    ]  # fmt: skip


def sooner(timeline: Timeline) -> list[tuple[str, str | None]]:
    """Entry and the local clock time before which it does not begin, whatever ends before it."""
    return [
        (one.entry.id, one.earliest_at and f"{one.earliest_at + timedelta(hours=7):%H:%M}")
        for one in timeline.occurrences
    ]


def test_a_chain_may_begin_as_soon_as_its_first_entry_but_no_link_that_waits_for_others() -> None:
    chime, news = entry("chuong", "05:00:00"), entry("tin", [], start=after("chuong"))
    weather = entry("mua", [], start=after("tin"))
    timeline = plan_day(chime, news, weather, minutes=10)
    assert sooner(timeline) == [("chuong", None), ("tin", "05:00"), ("mua", "05:00")]
    assert [one.follows for one in timeline.occurrences] == [
        None, timeline.occurrences[0].key, timeline.occurrences[1].key,
    ]  # fmt: skip
    flood = playlist(
        entry("lu", "05:09:00"), minutes=5, **{"class": "priority", "doc_id": "2" * 32}
    )
    low = playlist(chime, news, minutes=10)
    assert sooner(plan(low, flood, last="2026-11-23")) == [
        ("chuong", None), ("lu", None), ("tin", None),
    ]  # fmt: skip


def test_what_may_not_sound_sooner_keeps_its_moment() -> None:
    chime, news = entry("chuong", "23:55:00"), entry("tin", [], start=after("chuong"))
    over_midnight = sooner(plan_day(chime, news, minutes=10))
    assert over_midnight == [("chuong", None), ("tin", "23:55"), ("chuong", None)]
    advert = entry("qc", [], start=after("chuong"), advert=True)
    hours = AdvertLimits(((parse_window("00:00-23:00"),), (parse_window("05:00-23:59"),)))
    midday = entry("chuong", "12:00:00")
    allowed = plan_day(midday, advert, minutes=10, policy=EffectivePolicy((), adverts=hours))
    assert sooner(allowed) == [("chuong", None), ("qc", None)]


def test_priority_items_of_one_moment_come_in_the_order_in_which_the_commune_wrote_them() -> None:
    names = ["lu", "gia", "dien"]
    items = [entry(name, "05:00:00", start=NEXT) for name in names]
    for written in (items, items[::-1]):
        found = told(plan_day(*written, **{"class": "priority"}))
        assert [name for name, _ in found] == [one["id"] for one in written]
        assert [at for _, at in found] == ["05:00:00", "05:01:00", "05:02:00"]


FLOOD = {"class": "priority", "doc_id": "2" * 32}


def plan_beneath(flood_at: str, **first: Any) -> list[tuple[str, str]]:
    """A chime of ten minutes at 05:00, the news behind it, and a flood warning of a minute."""
    chime = entry("chuong", "05:00:00", **first)
    news = entry("tin", [], start=after("chuong"))
    flood = playlist(entry("lu", flood_at), minutes=1, **FLOOD)
    return told(plan(playlist(chime, news, minutes=10), flood, last="2026-11-23"))


def test_what_follows_an_entry_that_a_higher_level_drops_is_due_behind_that() -> None:
    dropped = plan_beneath("05:03:00", when_cut="drop")
    assert dropped == [("chuong", "05:00:00"), ("lu", "05:03:00"), ("tin", "05:04:00")]
    for way in ("resume", "rejoin"):  # it goes on behind the warning
        assert ("tin", "05:10:00") in plan_beneath("05:03:00", when_cut=way)


def test_what_would_begin_beneath_a_higher_level_and_is_dropped_is_over_at_once() -> None:
    found = plan_beneath("04:59:30", when_cut="drop")
    assert found == [("lu", "04:59:30"), ("chuong", "05:00:00"), ("tin", "05:00:30")]


def test_a_dropped_entry_goes_on_in_zones_that_the_higher_level_leaves() -> None:
    chime = entry("chuong", "05:00:00", when_cut="drop", zones=["cho", "thon"])
    news = entry("tin", [], start=after("chuong"))
    low = playlist(chime, news, minutes=10)
    market, village = (
        playlist(entry(f"lu-{zone}", at, zones=[zone]), minutes=1, **FLOOD | {"doc_id": id_ * 32})
        for zone, at, id_ in (("cho", "05:03:00", "2"), ("thon", "05:06:00", "3"))
    )
    assert ("tin", "05:10:00") in told(plan(low, market, last="2026-11-23"))
    assert ("tin", "05:07:00") in told(plan(low, market, village, last="2026-11-23"))


def test_who_waits_does_not_wait_for_what_was_dropped() -> None:
    song = entry("ca", "05:00:00", when_cut="drop")
    waits = entry("tin", "05:01:00", start=NEXT)
    flood = playlist(entry("lu", "05:03:00"), minutes=1, **FLOOD)
    found = told(plan(playlist(song, waits, minutes=10), flood, last="2026-11-23"))
    assert found[-1] == ("tin", "05:04:00")
