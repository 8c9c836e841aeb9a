"""What is planned and not heard has one record, with its reason, in the real director.

In virtual time, so that hours of silence cost little. What the station should have recorded is
written by hand from docs/plan.md.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from agent.plan.site_work import NOBODY, SiteWork
from agent.settings.model import Policy
from tests.harness.clock_story import FakeHeld, silence
from tests.harness.planned_playlists import A, B, entry, local, playlist
from tests.harness.virtual_station import VirtualStation
from tests.harness.virtual_time import run_virtually

BEGIN = local("2026-11-23T04:59:50")
Row = tuple[str, str, str | None]
Tell = Callable[[VirtualStation], Awaitable[None]]


def hold(station: VirtualStation, *held: Any) -> None:
    station.hold([FakeHeld(one.document) for one in held])


def run(patch: pytest.MonkeyPatch, tell: Tell, *held: Any) -> list[Row]:
    """Entry, result and reason of each record, in the order in which they were written."""
    station: list[VirtualStation] = []

    async def work() -> None:
        station.append(VirtualStation(BEGIN, Policy()))
        hold(station[0], *held)
        await station[0].switch_on()
        await tell(station[0])
        await station[0].switch_off(is_crash=False)

    silence(patch)
    run_virtually(work(), patch)
    plays = [one.play for one in station[0].journal.records]
    return [(one.entry, one.result, one.reason) for one in plays]


def priority(*entries: dict[str, Any], minutes: float = 1) -> Any:
    return playlist(*entries, minutes=minutes, doc_id="2" * 32, slot="tin", **{"class": "priority"})


async def two_minutes(_station: VirtualStation) -> None:
    await asyncio.sleep(120)


async def a_quarter(_station: VirtualStation) -> None:
    await asyncio.sleep(900)


def test_of_two_that_begin_together_the_weaker_is_on_record(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    both = playlist(entry("mot"), entry("hai", when_cut="resume"))
    rows = run(monkeypatch, two_minutes, both)
    assert sorted(rows) == [("hai", "skipped", "clash"), ("mot", "full", None)]


def test_also_where_the_stronger_one_is_short_and_of_another_document(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    long, short = playlist(entry("dai")), playlist(
        entry("ngan", body={"media": [B]}), doc_id="3" * 32, slot="khac", seq=2
    )  # fmt: skip
    assert run(monkeypatch, two_minutes, long, short) == [
        ("ngan", "full", None),
        ("dai", "skipped", "clash"),
    ]


def test_what_waits_for_its_rival_plays_and_is_no_clash(monkeypatch: pytest.MonkeyPatch) -> None:
    both = playlist(entry("mot"), entry("hai", start={"kind": "next"}, body={"media": [B]}))
    assert run(monkeypatch, two_minutes, both) == [("mot", "full", None), ("hai", "full", None)]


@pytest.mark.parametrize("when_cut", ["drop", "resume", "rejoin"])
def test_what_a_higher_one_covers_whole_is_on_record_once(
    monkeypatch: pytest.MonkeyPatch, when_cut: str
) -> None:
    covered = playlist(entry("mot", "05:01:00", when_cut=when_cut, body={"media": [B]}))
    alone = {("mot", "skipped", "preempted"), ("tin", "full", None)}
    if when_cut == "resume":  # behind the higher one, as long as its window is open
        alone = {("mot", "full", None), ("tin", "full", None)}
    rows = run(monkeypatch, a_quarter, covered, priority(entry("tin"), minutes=10))
    assert (len(rows), set(rows)) == (2, alone)


def test_what_may_not_wait_as_long_as_the_higher_one_lasts_is_on_record_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    start = {"kind": "within", "ms": 60_000}
    within = entry("mot", "05:01:00", start=start, when_cut="drop", body={"media": [B]})
    rows = run(monkeypatch, a_quarter, playlist(within), priority(entry("tin"), minutes=10))
    assert sorted(rows) == [("mot", "skipped", "preempted"), ("tin", "full", None)]


def test_hours_of_silence_and_restarts_leave_one_record_for_each_item(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    minutes = [f"{hour:02d}:{minute:02d}:00" for hour in (5, 6) for minute in range(60)]
    every = playlist(entry("e", minutes, body={"media": [B]}))

    async def tell(station: VirtualStation) -> None:
        await asyncio.sleep(100)  # 05:01:30: two were heard
        station.silence(is_locked=True)
        for is_crash in (True, False):
            await asyncio.sleep(30 * 60)
            await station.switch_off(is_crash=is_crash)
            await asyncio.sleep(5)
            await station.switch_on()
        await asyncio.sleep(30 * 60)
        station.silence()
        await asyncio.sleep(5 * 60)

    rows = run(monkeypatch, tell, every)
    heard = [row for row in rows if row[1] == "full"]
    skipped = [row for row in rows if row[1] != "full"]
    assert skipped == [("e", "skipped", "silence_key")] * 90
    assert len(heard) == 7


def test_each_silence_has_its_word_and_filler_owes_none(monkeypatch: pytest.MonkeyPatch) -> None:
    times = ["05:00:00", "05:02:00", "05:04:00"]
    news = playlist(entry("tin", times, body={"media": [B]}))
    fill = playlist(entry("nen", times), doc_id="4" * 32, slot="base", filler=True)

    async def tell(station: VirtualStation) -> None:
        station.silence(is_silent=True)
        await asyncio.sleep(60)
        station.silence(is_locked=True)
        await asyncio.sleep(120)
        station.silence(is_silent=True, is_locked=True)
        await asyncio.sleep(120)

    assert run(monkeypatch, tell, news, fill) == [
        ("tin", "skipped", "local_mute"),
        ("tin", "skipped", "silence_key"),
        ("tin", "skipped", "silence_key"),
    ]


@pytest.mark.parametrize("when_cut", ["drop", "resume", "rejoin"])
def test_under_a_lockout_each_item_has_its_word_and_what_is_still_due_goes_on_after_it(
    monkeypatch: pytest.MonkeyPatch, when_cut: str
) -> None:
    times = ["05:00:00", "05:02:00", "05:04:00"]
    news = playlist(entry("tin", times, when_cut=when_cut))

    async def tell(station: VirtualStation) -> None:
        await asyncio.sleep(30)  # 05:00:20: it sounds
        station.lock_out(SiteWork(is_locked_out=True))
        await asyncio.sleep(180)  # 05:03:20: the second has passed
        await station.switch_off(is_crash=True)
        await asyncio.sleep(5)
        await station.switch_on()
        await asyncio.sleep(45)  # 05:04:10
        station.lock_out(NOBODY)
        await asyncio.sleep(120)

    rows = run(monkeypatch, tell, news)
    assert ("tin", "cut", "lockout") in rows
    assert ("tin", "skipped", "lockout") in rows
    assert rows[-1] == ("tin", "full", None)
    assert len(rows) == 3


def test_what_is_on_when_a_silence_ends_is_joined_and_has_no_other_record(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def tell(station: VirtualStation) -> None:
        station.silence(is_silent=True)
        await asyncio.sleep(40)
        station.silence()
        await asyncio.sleep(60)

    assert run(monkeypatch, tell, playlist(entry("mot"))) == [("mot", "full", None)]


def test_what_a_silence_takes_in_the_seconds_before_its_start_is_joined_behind_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def tell(station: VirtualStation) -> None:
        await asyncio.sleep(8)  # 04:59:58: it is prepared
        station.silence(is_locked=True)
        await asyncio.sleep(10)
        station.silence()
        await asyncio.sleep(80)

    held = playlist(entry("mot", when_cut="drop"))
    assert run(monkeypatch, tell, held) == [("mot", "full", None)]


def test_what_is_withdrawn_before_its_time_owes_nothing_and_what_came_in_vain_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    late = playlist(entry("sau", "05:02:00"), entry("mot"), entry("hai"), minutes=5)

    async def tell(station: VirtualStation) -> None:
        station.silence(is_silent=True)
        await asyncio.sleep(60)
        hold(station)
        await asyncio.sleep(900)

    rows = run(monkeypatch, tell, late)
    assert sorted(rows) == [("hai", "skipped", "local_mute"), ("mot", "skipped", "local_mute")]


def test_without_a_sound_card_what_comes_due_is_on_record_also_if_the_box_then_restarts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    held = playlist(entry("mot"), entry("hai", "05:20:00"))

    async def tell(station: VirtualStation) -> None:
        await station.switch_off(is_crash=False)
        station.has_card = False
        await station.switch_on()
        await asyncio.sleep(600)
        await station.switch_off(is_crash=True)
        station.has_card = True
        await station.switch_on()
        await asyncio.sleep(900)

    assert run(monkeypatch, tell, held) == [
        ("mot", "skipped", "output_lost"),
        ("hai", "full", None),
    ]


def test_what_lacks_its_medium_until_its_end_is_on_record_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    held = playlist(entry("mot", when_cut="rejoin"), entry("hai", "05:02:00", when_cut="drop"))

    async def tell(station: VirtualStation) -> None:
        station.lacking[A] = "E_MEDIA: not here"
        await asyncio.sleep(300)

    rows = run(monkeypatch, tell, held)
    assert [(name, result) for name, result, _ in rows] == [("mot", "skipped"), ("hai", "skipped")]


def test_a_clock_that_is_set_ahead_in_a_silence_leaves_one_record_for_each(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    held = playlist(entry("mot"), entry("hai"), entry("ba", "05:10:00"))

    async def tell(station: VirtualStation) -> None:
        station.silence(is_locked=True)
        await asyncio.sleep(5)
        station.set_clock(BEGIN + timedelta(minutes=30))
        await asyncio.sleep(5)
        station.set_clock(BEGIN)
        await asyncio.sleep(900)

    rows = run(monkeypatch, tell, held)
    assert sorted(rows) == [
        ("ba", "skipped", "clock_step"),
        ("hai", "skipped", "clock_step"),
        ("mot", "skipped", "clock_step"),
    ]
