"""Attacks 61 to 70 of the catalogue: the time itself; 65 over a real broker: test_time_broker."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from agent.clock import BUILD_AT, Clock, Now
from agent.contract.document import Playlist
from agent.errors import TrustError
from agent.plan.policy import EffectivePolicy
from agent.plan.timeline import build_timeline
from agent.store import clock_state
from agent.trust.nts import verify_chrony
from tests.harness.chrony_reports import PLAIN_AUTH, SOURCE
from tests.harness.signed_documents import (
    AT,
    COMMUNE,
    FIRST,
    FLOOR,
    GOOD,
    SECOND,
    TIME,
    code_of,
    emergency,
    judge,
    playlist,
    seal,
    time_reply,
)

NONCE = "0123456789abcdef"
DAY = timedelta(days=1)


def utc(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


class Crystal:
    """Seconds since boot that the attack moves."""

    def __init__(self) -> None:
        self.s = 500.0

    def __call__(self) -> float:
        return self.s


@pytest.fixture
def crystal() -> Crystal:
    return Crystal()


def test_attack_061_an_expired_document() -> None:
    at = Now(AT + timedelta(hours=24), "SYNCED", 0.02)
    assert code_of(lambda: judge(GOOD, now=at)) == "E_EXPIRED"


def test_attack_062_a_document_of_tomorrow_is_kept_and_silent_until_then() -> None:
    tomorrow = playlist(not_before=utc(AT + DAY), expires=utc(AT + 3 * DAY))
    accepted = judge(seal(tomorrow, COMMUNE))
    assert isinstance(accepted.document, Playlist)
    held = [_Held(accepted.document, accepted.sha256)]
    assert _starts(held, AT, AT + DAY) == []
    assert _starts(held, AT, AT + 3 * DAY)[0] >= AT + DAY
    # Written by a clock that runs ahead, or kept back for later: it is not yet written.
    ahead = playlist(issued=utc(AT + timedelta(minutes=6)), expires=utc(AT + DAY))
    assert code_of(lambda: judge(seal(ahead, COMMUNE))) == "E_NOTYET"


class _Held:
    """A document as the store keeps it, for the plan."""

    envelope = b""

    def __init__(self, document: Playlist, sha256: str) -> None:
        self.document = document
        self.sha256 = sha256
        self.accepted_at = AT


def _starts(held: list[_Held], from_at: datetime, until: datetime) -> list[datetime]:
    timeline = build_timeline(held, EffectivePolicy(quiet=()), from_at, until)
    starts = [one.start_at for one in timeline.occurrences]
    return [start for start in starts if from_at <= start < until]


def test_attack_063_a_clock_set_back_two_years_ends_at_the_floor(crystal: Crystal) -> None:
    clock = Clock(AT + 2 * DAY, AT + 2 * DAY - timedelta(days=730), crystal)
    assert clock.now().at == AT + 2 * DAY
    assert code_of(lambda: judge(GOOD, now=clock.now())) == "E_EXPIRED"
    back = clock.fix(AT + 2 * DAY - timedelta(days=730), crystal.s, "k1")
    assert back.verdict == "below_floor"


def test_attack_064_a_false_network_time_is_not_believed() -> None:
    claimed_at = AT + timedelta(days=365)
    tracking = f"7F000001,127.0.0.1,2,{claimed_at.timestamp()},0,0,0,0,0,0,0.02,0.01,64,Normal"
    with pytest.raises(TrustError, match="NTS"):
        verify_chrony(f"{tracking}\n{SOURCE}\n{PLAIN_AUTH}\n", claimed_at)


def test_attack_064_a_battery_clock_that_it_poisoned_loses_no_document(crystal: Crystal) -> None:
    """The kernel writes the system's time into the battery clock; after a power cut it is read."""
    clock = Clock(AT - DAY, AT + timedelta(days=365), crystal)
    doubtful = clock.now()
    assert doubtful.quality == "RTC"
    assert judge(GOOD, now=doubtful).floor is not None
    # Nor does it keep out what puts it right, though that has long expired by it.
    cure = seal(time_reply(), TIME)
    assert judge(cure, "time", place=None, now=doubtful, nonces=(NONCE,))
    assert clock.fix(AT, crystal.s, "k1").verdict == "taken"
    assert clock.now().at == AT
    alarm = seal(emergency(nonce=NONCE), FIRST, SECOND)
    assert judge(alarm, "emergency", now=doubtful, nonces=(NONCE,))


def test_attack_065_a_signed_time_that_answers_no_open_question() -> None:
    old = seal(time_reply(), TIME)
    for nonces in ((), ("fedcba9876543210",)):
        assert code_of(lambda: judge(old, "time", now=FLOOR, nonces=nonces)) == "E_TIME"  # noqa: B023 - called at once


@pytest.mark.parametrize("delay_s", [30.5, 299.0])
def test_attack_065_a_signed_time_that_was_kept_back(crystal: Crystal, delay_s: float) -> None:
    clock = Clock(AT - DAY, boot=crystal)
    asked_s = crystal.s
    crystal.s += delay_s
    assert clock.fix(AT, asked_s, "k1").verdict == "slow"
    assert clock.now().quality == "FLOOR"


def test_attack_065_delay_is_all_that_is_left_and_it_is_stated(crystal: Crystal) -> None:
    clock = Clock(AT - DAY, boot=crystal)
    asked_s = crystal.s
    crystal.s += 30
    clock.fix(AT, asked_s, "k1")  # signed at once, handed over half a minute later
    now = clock.now()
    true = AT + timedelta(seconds=30)
    assert now.error_s is not None
    assert abs((now.at - true).total_seconds()) <= now.error_s


def test_attack_066_five_years_ahead_waits_for_a_confirmation(crystal: Crystal) -> None:
    clock = Clock(AT, boot=crystal)
    ahead = AT + timedelta(days=5 * 365)
    assert clock.fix(ahead, crystal.s, "k1").verdict == "held"
    assert clock.now() == Now(AT, "FLOOR", None)
    assert clock.held_at == ahead  # not lost
    assert judge(GOOD, now=clock.now()).floor is not None


def test_attack_066_five_years_in_small_steps(crystal: Crystal) -> None:
    clock = Clock(AT, boot=crystal)
    for step in range(1, 6):
        clock.fix(AT + timedelta(days=365 * step), crystal.s, "k1")
        clock.raise_floor()
    assert clock.now().at == AT + timedelta(days=365)


def test_attack_067_without_time_nothing_scheduled_sounds(crystal: Crystal) -> None:
    now = Clock(boot=crystal).now()
    assert now == Now(BUILD_AT, "FLOOR", None)
    # tests/unit/playout/test_schedule.py: a programme without time starts nothing
    assert (
        code_of(lambda: judge(seal(emergency(), FIRST, SECOND), "emergency", now=now)) == "E_TIME"
    )


def test_attack_068_thirty_days_offline_play_until_expiry_and_then_stop(crystal: Crystal) -> None:
    """With a battery clock; a box without one has 13 days of budget and is silent then."""
    clock = Clock(AT - DAY, AT, crystal)
    clock.fix(AT, crystal.s, "k1")
    long = playlist(
        expires=utc(AT + timedelta(days=20)),
        entries=[{**playlist()["entries"][0], "when": _every_day(AT)}],
    )
    accepted = judge(seal(long, COMMUNE))
    assert isinstance(accepted.document, Playlist)
    held = [_Held(accepted.document, accepted.sha256)]
    sounded = []
    for _ in range(30):
        now = clock.now()
        assert now.quality in ("SYNCED", "HOLDOVER", "RTC")
        sounded.append(bool(_starts(held, now.at, now.at + DAY)))
        crystal.s += 86_400
    assert sounded == [True] * 20 + [False] * 10


def _every_day(at: datetime) -> dict[str, object]:
    return {
        "at": ["05:00:00"], "weekdays": [1, 2, 3, 4, 5, 6, 7],
        "from": f"{at:%Y-%m-%d}", "until": f"{at + timedelta(days=40):%Y-%m-%d}", "except": [],
    }  # fmt: skip


@pytest.mark.parametrize(
    "text",
    ["2026-11-23T01:00:00", "2026-11-23T08:00:00+07:00", "2026-11-23 01:00:00Z", "2026-11-23"],
)
@pytest.mark.parametrize("member", ["issued", "not_before", "expires"])
def test_attack_069_a_moment_without_its_zone(member: str, text: str) -> None:
    assert code_of(lambda: judge(seal(playlist(**{member: text}), COMMUNE))) == "E_SCHEMA"


@pytest.mark.parametrize("member", ["utc", "issued"])
def test_attack_069_a_signed_time_without_its_zone(member: str) -> None:
    reply = seal(time_reply(**{member: "2026-11-23T01:00:00"}), TIME)
    assert code_of(lambda: judge(reply, "time", nonces=(NONCE,))) == "E_SCHEMA"


def test_attack_069_midnight_at_tet_and_at_the_years_end_is_that_of_the_station() -> None:
    """Local midnight is 17:00 UTC of the day before: 1 January, and Tết on 6 February 2027."""
    for day in (datetime(2027, 1, 1, tzinfo=UTC), datetime(2027, 2, 6, tzinfo=UTC)):
        midnight = day - timedelta(hours=7)
        when = {**_every_day(day), "at": ["00:00:00"], "until": f"{day:%Y-%m-%d}"}
        document = playlist(
            issued=utc(midnight - DAY), not_before=utc(midnight - DAY), expires=utc(midnight + DAY),
            entries=[{**playlist()["entries"][0], "when": when}],
        )  # fmt: skip
        now = Now(midnight - timedelta(hours=1), "SYNCED", 0.02)
        accepted = judge(seal(document, COMMUNE), now=now)
        assert isinstance(accepted.document, Playlist)
        held = [_Held(accepted.document, accepted.sha256)]
        assert _starts(held, midnight - DAY, midnight + DAY) == [midnight]


def test_attack_070_what_was_slept_through_counts_and_drift_is_bounded(crystal: Crystal) -> None:
    clock = Clock(AT - DAY, boot=crystal)
    clock.fix(AT, crystal.s, "k1")
    crystal.s += 13 * 86_400  # the lid was closed; boot_s has the suspend
    now = clock.now()
    assert (now.at, now.quality) == (AT + timedelta(days=13), "HOLDOVER")
    assert now.error_s == pytest.approx(13 * 8.64)
    crystal.s += 86_400
    assert clock.now().quality == "FLOOR"
    clock.raise_floor()
    assert clock.now().at >= AT + timedelta(days=14) - timedelta(seconds=1)


def test_attack_070_no_restart_brings_back_what_has_drifted_away(crystal: Crystal) -> None:
    clock = Clock(AT - DAY, boot=crystal)
    clock.fix(AT, crystal.s, "k1")
    crystal.s += 14 * 86_400
    words = clock_state.describe(clock, "b1", 1)
    assert clock_state.build_clock(words, None, "b1", crystal).now().quality == "FLOOR"
