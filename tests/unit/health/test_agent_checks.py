"""Checks of the agent's own parts: time, link, sound, boards, media, journal, restarts."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent.clock import BUILD_AT, Clock
from agent.contract.report import Issue
from agent.health.check import Check
from agent.health.check_memory import CheckMemory
from agent.health.checks.board import BoardCheck
from agent.health.checks.clock import ClockCheck
from agent.health.checks.link import LinkCheck
from agent.health.checks.media import MediaCheck
from agent.health.checks.outbox import OutboxCheck
from agent.health.checks.restart import RestartCheck
from agent.health.checks.sound import SoundCheck

HOUR_S = 3600.0
DAY_S = 24 * HOUR_S


async def kinds(check: Check) -> list[str]:
    return [finding.kind for finding in await check.check()]


class Time:
    """Seconds that the test moves; boot and monotonic at once."""

    def __init__(self) -> None:
        self.s = 1000.0

    def __call__(self) -> float:
        return self.s


# Time


async def test_a_box_without_time_raises_an_issue_after_two_minutes_and_ends_it() -> None:
    time = Time()
    clock = Clock(boot=time)
    check = ClockCheck(clock, now_mono_s=time)
    assert await kinds(check) == []
    time.s += 119
    assert await kinds(check) == []
    time.s += 1
    assert await kinds(check) == ["clock_untrusted"]
    assert clock.fix(BUILD_AT + timedelta(days=3), time.s).is_good
    assert await kinds(check) == []


async def test_a_day_without_a_signed_time_is_a_warning() -> None:
    time = Time()
    clock = Clock(boot=time)
    clock.fix(BUILD_AT + timedelta(days=3), time.s)
    check = ClockCheck(clock, now_mono_s=time)
    time.s += DAY_S
    assert await kinds(check) == []
    time.s += 1
    assert await kinds(check) == ["clock_not_confirmed"]


async def test_a_battery_clock_is_trusted_for_a_day() -> None:
    time = Time()
    check = ClockCheck(Clock(rtc=BUILD_AT + timedelta(days=3), boot=time), now_mono_s=time)
    time.s += DAY_S
    assert await kinds(check) == []
    time.s += 1
    assert await kinds(check) == ["clock_not_confirmed"]


@pytest.mark.parametrize(
    ("drifted_s", "kind"),
    # In a day 100 ppm are 8.64 s; a second more is the network's unevenness.
    [(8.0, []), (-9.0, []), (10.0, ["clock_drift"]), (-300.0, ["clock_drift"])],
)
async def test_a_step_that_100_ppm_cannot_explain_is_drift(
    drifted_s: float, kind: list[str]
) -> None:
    time = Time()
    clock = Clock(boot=time)
    true_at = BUILD_AT + timedelta(days=3)
    clock.fix(true_at, time.s)
    time.s += DAY_S
    clock.fix(true_at + timedelta(seconds=DAY_S + drifted_s), time.s)
    assert await kinds(ClockCheck(clock, now_mono_s=time)) == kind


async def test_the_first_signed_time_is_no_drift_however_far_it_steps() -> None:
    time = Time()
    clock = Clock(boot=time)
    clock.fix(BUILD_AT + timedelta(days=300), time.s)
    assert await kinds(ClockCheck(clock, now_mono_s=time)) == []


async def test_a_held_jump_is_an_issue_with_its_day_until_it_is_settled() -> None:
    time = Time()
    clock = Clock(boot=time)
    check = ClockCheck(clock, now_mono_s=time)
    clock.fix(datetime(2031, 11, 23, 1, 0, tzinfo=UTC), time.s, "k1")
    (found,) = await check.check()
    assert found.kind == "time_jump_held"
    assert "2031-11-23 01:00" in found.hint
    clock.confirm()
    assert await kinds(check) == []


async def test_a_centre_and_a_chrony_that_differ_are_an_issue_until_they_agree() -> None:
    time = Time()
    clock = Clock(boot=time)
    check = ClockCheck(clock, now_mono_s=time)
    at = BUILD_AT + timedelta(days=3)
    clock.fix(at, time.s, "k1")
    clock.follow(at + timedelta(seconds=90), time.s, 0.1)
    assert await kinds(check) == ["clock_sources_apart"]
    clock.follow(at, time.s, 0.1)
    assert await kinds(check) == []


async def test_a_battery_clock_in_local_time_is_an_issue_with_its_hours() -> None:
    time = Time()
    clock = Clock(boot=time)
    at = BUILD_AT + timedelta(days=3)
    clock.fix(at, time.s, "k1")
    clock.check_rtc(at + timedelta(hours=7))
    (found,) = await ClockCheck(clock, now_mono_s=time).check()
    assert (found.kind, found.hint) == ("rtc_wrong", "it was +7.0 h off")
    clock.check_rtc(at)
    assert await kinds(ClockCheck(clock, now_mono_s=time)) == []


# Link


class FakeConnection:
    """In each state for as long as the test sets."""

    def __init__(self, *, connected: bool) -> None:
        self.connected = connected
        self.since_mono_s = 1000.0


@pytest.mark.parametrize(
    ("connected", "lasts_s", "heard_s", "kind"),
    [
        (False, 899, DAY_S, []),
        (False, 900, 10, ["link_gone"]),
        (True, 30 * DAY_S, HOUR_S, []),
        (True, 13 * HOUR_S, 13 * HOUR_S, ["centre_silent"]),
        (True, HOUR_S, 13 * HOUR_S, []),  # back for an hour: it was only just asked
    ],
)
async def test_the_link(connected: bool, lasts_s: float, heard_s: float, kind: list[str]) -> None:  # noqa: FBT001 - a table's column
    now = 1000.0 + lasts_s
    check = LinkCheck(
        FakeConnection(connected=connected),
        "mqtt.example.vn:8883",
        lambda: now - heard_s,
        now_mono_s=lambda: now,
    )
    assert await kinds(check) == kind


# Sound and boards

# the kernel's Documentation/sound/designs/procfile.rst; the text is a Pi's with a USB card
CARDS = """ 0 [Headphones     ]: bcm2835_headpho - bcm2835 Headphones
                      bcm2835 Headphones
 1 [Device         ]: USB-Audio - USB Audio Device
                      GeneralPlus USB Audio Device at usb-0000:01:00.0-1.3, full speed
"""


async def test_a_card_that_stays_away_is_an_issue_with_the_cards_that_the_kernel_sees(
    tmp_path: Path,
) -> None:
    time, cards = Time(), tmp_path / "cards"
    cards.write_text(CARDS)
    issues: list[Issue] = []
    check = SoundCheck(lambda: issues, cards=cards, now_mono_s=time)
    issues.append(Issue("engine_lost", "loa", "", "PlayError: E_DEVICE: loa: find: none"))
    issues.append(Issue("engine_lost", "san", "", "E_WORKER: it ended"))
    assert await kinds(check) == []
    time.s += 30
    found = await check.check()
    assert [(f.kind, f.subject) for f in found] == [("sound_device_gone", "loa")]
    assert "USB Audio Device" in found[0].hint
    issues.clear()
    assert await kinds(check) == []


async def test_a_machine_without_any_card_has_that_in_the_hint(tmp_path: Path) -> None:
    time = Time()
    issue = Issue("engine_lost", "loa", "", "E_DEVICE_GONE: the stream has stopped")
    check = SoundCheck(lambda: [issue], cards=tmp_path / "cards", now_mono_s=time)
    await check.check()
    time.s += 30
    assert (await check.check())[0].hint.endswith("no sound cards")


async def test_a_board_is_late_from_three_pictures_on_until_none_is() -> None:
    late = {"bang-tin": 0}
    check = BoardCheck(lambda: late)
    findings = []
    # The fifth look sees a new process, which counts from zero.
    for total in (0, 2, 5, 6, 1, 1):
        late["bang-tin"] = total
        findings.append(await kinds(check))
    assert findings == [[], [], ["board_late"], ["board_late"], ["board_late"], []]


# Media and journal


async def test_a_file_is_missed_only_when_it_was_missing_twice() -> None:
    lacking = {"Bản tin sáng": "2026-11-25T22:00:00Z: not in store"}
    check = MediaCheck(lambda: lacking)
    assert await kinds(check) == []
    found = await check.check()
    assert [(f.kind, f.subject) for f in found] == [("media_missing_next_day", "Bản tin sáng")]
    lacking.clear()
    assert await kinds(check) == []


async def test_a_completely_missing_schedule_gives_ten_findings() -> None:
    check = MediaCheck(lambda: {f"mục {n}": "not in store" for n in range(100)})
    await check.check()
    assert len(await check.check()) == 10


async def test_an_outbox_is_old_after_a_day_until_it_is_nearly_drained() -> None:
    waits: list[tuple[int, float]] = []

    async def outbox() -> tuple[int, float]:
        return waits.pop(0)

    waits += [(0, 0.0), (10, DAY_S - 1), (10, DAY_S), (5, 2 * HOUR_S), (1, HOUR_S)]
    check = OutboxCheck(outbox)
    findings = [await kinds(check) for _ in range(5)]
    assert findings == [[], [], ["outbox_old"], ["outbox_old"], []]


# Restarts


def nothing_lost(_kind: str, _within_s: float) -> Counter[str]:
    return Counter()


async def test_short_runs_in_sequence_are_counted_across_restarts() -> None:
    memory, time = CheckMemory(), Time()
    lives = [RestartCheck(memory, nothing_lost, now_mono_s=time) for _ in range(4)]
    assert [await kinds(life) for life in lives] == [[], [], [], ["restarts_many"]]
    time.s += 599
    assert await kinds(lives[-1]) == ["restarts_many"]
    time.s += 1
    assert await kinds(lives[-1]) == []
    assert await kinds(RestartCheck(memory, nothing_lost, now_mono_s=time)) == []


async def test_a_worker_lost_three_times_an_hour_is_unsteady_until_an_hour_was_quiet() -> None:
    lost: Counter[str] = Counter()
    check = RestartCheck(
        CheckMemory(), lambda kind, _s: lost if kind == "engine_lost" else Counter()
    )
    findings = []
    for times in (2, 3, 1, 0):
        lost.clear()
        if times:
            lost["loa"] = times
        findings.append(await kinds(check))
    assert findings == [[], ["engine_unsteady"], ["engine_unsteady"], []]
