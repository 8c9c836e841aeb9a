"""An emergency is a state of its own: no step of the clock, hour or mute changes it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest

from agent.clock import mono_s
from agent.contract.document import Cancel, Emergency
from agent.playout.schedule import Schedule
from agent.settings.model import Policy
from tests.harness.clock_story import FIRST, FakeHeld, Story, local, playlist_of, silence
from tests.harness.virtual_station import SPOKEN_S, Heard, VirtualStation
from tests.harness.virtual_time import run_virtually

SIGNAL_S = 3.0
LONGEST_S = 600
NOON = local(FIRST, 12 * 3600)
NIGHT = local(FIRST, 23 * 3600)
MINUTE = timedelta(minutes=1)
CHECK_S = 1.5  # an output looks once a second


def utc(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def alarm(number: int, at: datetime, **more: Any) -> FakeHeld:
    """In Vietnamese and Khmer, twice, with two seconds between; read aloud."""
    raw = {
        "kind": "emergency", "issuer": "vn.84.emergency", "class": "emergency", "to": ["84/*/*"],
        "doc_id": f"{number:032x}", "slot": "khan-cap", "epoch": 1, "seq": number,
        "issued": utc(at - MINUTE), "not_before": utc(at - MINUTE),
        "expires": utc(at + timedelta(hours=2)),
        "event_id": f"{number:032x}"[::-1], "exercise": False, "attention": "two-tone", "media": [],
        "bodies": [
            {"lang": "vi", "media": None, "text": {"say": f"tin {number}", "show": None}},
            {"lang": "km", "media": None, "text": {"say": f"tin {number}", "show": None}},
        ],
        "repeat": 2, "gap_ms": 2000, "max_ms": LONGEST_S * 1000,
    }  # fmt: skip
    return FakeHeld(msgspec.convert(raw | more, Emergency))


def cancel(of: FakeHeld, at: datetime) -> FakeHeld:
    raw = {
        "kind": "cancel", "issuer": "vn.84.emergency", "class": "emergency", "to": ["84/*/*"],
        "doc_id": "c" * 32, "slot": "huy", "epoch": 1, "seq": 9, "issued": utc(at),
        "not_before": utc(at), "expires": utc(at + timedelta(days=1)),
        "cancels": of.document.event_id, "reason": "thử",  # type: ignore[union-attr] # an alarm
    }  # fmt: skip
    return FakeHeld(msgspec.convert(raw, Cancel))


def play(
    patch: pytest.MonkeyPatch,
    story: Callable[[VirtualStation], Coroutine[Any, Any, None]],
    at: datetime = NOON,
    policy: Policy | None = None,
) -> VirtualStation:
    """Tell a story of a station that begins at a moment; it is switched off behind it."""
    found: list[VirtualStation] = []

    async def work() -> None:
        station = VirtualStation(at, policy or Policy())
        found.append(station)
        await story(station)
        await station.switch_off(is_crash=False)

    silence(patch)
    run_virtually(work(), patch)
    return found[0]


def texts(station: VirtualStation) -> list[str]:
    return [one.key for one in station.heard]


def results(station: VirtualStation) -> list[tuple[str, str | None]]:
    return [(one.play.result, one.play.reason) for one in station.journal.records]


ROUND = ["vi: tin 1", "km: tin 1"]


def assert_whole(heard: list[Heard]) -> None:
    """Each language to its end, in the signed order, without a gap but the signed one."""
    for one in heard:
        assert one.end_mono_s is not None
        assert one.end_mono_s - one.start_mono_s == pytest.approx(
            SIGNAL_S if one.key == "two-tone" else SPOKEN_S, abs=0.01
        )


STEPS = [timedelta(seconds=s) for s in (-2, 40, -3600, 3600, -86_400 * 3, 86_400 * 3)]


@pytest.mark.parametrize("step", STEPS, ids=str)
def test_a_step_of_the_clock_neither_ends_nor_repeats_what_repeats(
    step: timedelta, monkeypatch: pytest.MonkeyPatch
) -> None:
    expires = utc(NOON + timedelta(days=9))

    async def story(station: VirtualStation) -> None:
        await station.switch_on()
        station.hold([alarm(1, NOON, expires=expires)])
        await asyncio.sleep(8)
        station.set_clock(station.clock.now().at + step)
        await asyncio.sleep(120)
        station.set_clock(station.clock.now().at - step)
        await asyncio.sleep(120)

    station = play(monkeypatch, story)
    assert texts(station) == ["two-tone", *ROUND, *ROUND]
    assert_whole(station.heard)
    assert results(station) == [("full", None)]


def test_the_time_that_comes_does_not_end_an_emergency_accepted_without_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The box stands at a moment three weeks ago, and learns the time while the alarm sounds."""
    begun = NOON - timedelta(days=21)

    async def story(station: VirtualStation) -> None:
        station.clock.quality = "FLOOR"
        await station.switch_on()
        station.hold([alarm(1, NOON)])
        await asyncio.sleep(5)
        station.set_quality("SYNCED", NOON + timedelta(seconds=30))
        await asyncio.sleep(120)

    station = play(monkeypatch, story, at=begun)
    assert texts(station) == ["two-tone", *ROUND, *ROUND]
    assert results(station) == [("full", None)]


@pytest.mark.parametrize("step", STEPS[2::3], ids=str)
def test_its_longest_time_is_counted_in_seconds_and_not_by_the_clock(
    step: timedelta, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has no words, so that the built-in line sounds until it is over."""
    texts_only = [{"lang": "vi", "media": None, "text": {"say": None, "show": "Lũ về"}}]
    expires = utc(NOON + timedelta(days=9))
    begun: list[float] = []

    async def story(station: VirtualStation) -> None:
        await station.switch_on()
        station.hold([alarm(1, NOON, bodies=texts_only, expires=expires)])
        begun.append(mono_s())
        await asyncio.sleep(100)
        station.set_clock(station.clock.now().at + step)
        await asyncio.sleep(2 * LONGEST_S)

    station = play(monkeypatch, story)
    ended = station.journal.records[-1].mono_s
    assert abs(ended - begun[0] - LONGEST_S) < CHECK_S
    assert results(station) == [("full", None)]
    record = station.journal.records[0].play
    assert record.start is not None
    assert record.end is not None
    length = datetime.fromisoformat(record.end) - datetime.fromisoformat(record.start)
    assert 0 < length.total_seconds() < LONGEST_S + CHECK_S


def test_its_expiry_ends_it_by_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(station: VirtualStation) -> None:
        await station.switch_on()
        station.hold([alarm(1, NOON)])
        await asyncio.sleep(8)
        station.set_clock(NOON + timedelta(hours=2, seconds=1))
        await asyncio.sleep(60)

    station = play(monkeypatch, story)
    assert results(station) == [("cut", "over")]


def test_a_cancel_ends_it_in_the_middle_of_a_word_and_no_step_brings_it_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def story(station: VirtualStation) -> None:
        await station.switch_on()
        one = alarm(1, NOON)
        station.hold([one])
        await asyncio.sleep(8)
        station.hold([one, cancel(one, NOON)])
        await asyncio.sleep(30)
        station.set_clock(NOON)
        await asyncio.sleep(60)

    station = play(monkeypatch, story)
    assert texts(station) == ["two-tone", "vi: tin 1"]
    assert results(station) == [("cut", "withdrawn")]


def test_a_cancel_that_is_held_first_keeps_it_silent_also_after_a_restart_without_the_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def story(station: VirtualStation) -> None:
        one = alarm(1, NOON)
        await station.switch_on()
        station.hold([cancel(one, NOON)])
        await asyncio.sleep(5)
        station.hold([cancel(one, NOON), one])
        await asyncio.sleep(60)
        await station.switch_off(is_crash=True)
        station.clock.quality = "FLOOR"
        await station.switch_on()
        await asyncio.sleep(60)

    station = play(monkeypatch, story)
    assert texts(station) == []


def test_an_update_replaces_an_alert_while_it_sounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """A new alert and the cancel of the old one: of the old one nothing more is heard."""

    async def story(station: VirtualStation) -> None:
        await station.switch_on()
        old = alarm(1, NOON)
        station.hold([old])
        await asyncio.sleep(8)
        station.hold([old, cancel(old, NOON), alarm(2, NOON)])
        await asyncio.sleep(120)

    station = play(monkeypatch, story)
    new = ["two-tone", "vi: tin 2", "km: tin 2", "vi: tin 2", "km: tin 2"]
    assert texts(station) == ["two-tone", "vi: tin 1", *new]
    assert results(station) == [("cut", "withdrawn"), ("full", None)]


def test_of_two_alerts_the_later_goes_first_behind_the_words_that_sound_and_both_are_heard(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def story(station: VirtualStation) -> None:
        await station.switch_on()
        station.hold([alarm(1, NOON)])
        await asyncio.sleep(8)
        station.hold([*station.held, alarm(2, NOON)])
        await asyncio.sleep(240)

    station = play(monkeypatch, story)
    second = ["two-tone", "vi: tin 2", "km: tin 2", "vi: tin 2", "km: tin 2"]
    rest = ["two-tone", "vi: tin 1", "km: tin 1"]
    assert texts(station)[:7] == ["two-tone", "vi: tin 1", *second]
    assert texts(station)[7:10] == rest
    assert_whole(station.heard)


def test_an_exercise_says_so_and_waits_for_a_real_alert(monkeypatch: pytest.MonkeyPatch) -> None:
    silent = [{"lang": "vi", "media": None, "text": {"say": None, "show": "Diễn tập"}}]

    async def story(station: VirtualStation) -> None:
        await station.switch_on()
        station.hold([alarm(2, NOON), alarm(1, NOON, exercise=True, bodies=silent)])
        await asyncio.sleep(120)

    station = play(monkeypatch, story)
    assert texts(station)[:5] == ["two-tone", "vi: tin 2", "km: tin 2", "vi: tin 2", "km: tin 2"]
    assert texts(station)[5:7] == ["two-tone", "exercise-line"]


@pytest.mark.parametrize(
    "policy",
    [
        Policy(quiet_hours=["21:00-05:00"]),
        Policy(maintenance=["22:00-24:00"]),
        Policy(weekdays=[1]),
        Policy(sessions_per_day=1, minutes_per_session=1),
    ],
    ids=["quiet hours", "maintenance", "weekdays", "sessions"],
)
def test_no_limit_of_the_station_holds_it_back(
    policy: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story(station: VirtualStation) -> None:
        station.muted.add("a")
        station.is_silent = True
        await station.switch_on()
        station.hold([alarm(1, NIGHT)])
        await asyncio.sleep(120)

    station = play(monkeypatch, story, at=NIGHT, policy=policy)
    assert texts(station) == ["two-tone", *ROUND, *ROUND]
    assert results(station) == [("full", None)]


def test_a_day_of_mourning_does_not_hold_it_back(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(station: VirtualStation) -> None:
        await station.switch_on()
        station.hold([alarm(1, NOON)])
        await asyncio.sleep(120)

    monkeypatch.setattr(Schedule, "is_mourning", lambda *_: True)
    assert texts(play(monkeypatch, story)) == ["two-tone", *ROUND, *ROUND]


def test_what_it_cut_is_accounted_for_when_the_clock_is_set_meanwhile(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The bulletin at noon is cut; while the alarm sounds, the clock goes on by half an hour."""

    async def story(station: VirtualStation) -> None:
        bulletin = playlist_of(Story(1), "12:00:00")
        station.hold([bulletin])
        await station.switch_on()
        await asyncio.sleep(30)
        station.hold([bulletin, alarm(1, NOON)])
        await asyncio.sleep(8)
        station.set_clock(station.clock.now().at + timedelta(minutes=30))
        await asyncio.sleep(2000)

    station = play(monkeypatch, story, at=NOON - timedelta(seconds=10))
    of_bulletin = [one.play for one in station.journal.records if one.play.class_ == "routine"]
    assert [one.result for one in of_bulletin] == ["cut", "full"]
