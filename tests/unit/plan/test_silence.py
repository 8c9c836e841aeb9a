"""The kill switch by the rules of decision 18: a stop is latched, a pause is short and rare."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import msgspec
import pytest

from agent.clock import Now
from agent.contract.document import Document, Silence
from agent.errors import TrustError
from agent.plan.silence import (
    Pause,
    find_active_silence,
    list_active_silences,
    next_pause,
    verify_pause,
)

T = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
S = timedelta(seconds=1)
MIN = timedelta(minutes=1)
Quality = Literal["SYNCED", "HOLDOVER", "RTC", "FLOOR"]


@dataclass(frozen=True)
class FakeHeld:
    document: Document
    accepted_at: datetime
    standing: int
    sha256: str = "0" * 64


def silence(state: str, standing: int, accepted_at: datetime = T, **changes: Any) -> FakeHeld:
    document = {
        "kind": "silence", "issuer": "vn.84", "class": "silence", "to": ["84/*/*"],
        "doc_id": "1" * 32, "slot": "x", "epoch": 1, "seq": 1, "issued": "2026-11-23T03:00:00Z",
        "not_before": "2026-11-23T03:00:00Z", "expires": "2026-11-23T05:00:00Z",
        "state": state, "why": "thử", **changes,
    }  # fmt: skip
    return FakeHeld(msgspec.convert(document, Silence), accepted_at, standing)


def now(at: datetime, quality: Quality = "SYNCED") -> Now:
    return Now(at, quality, 0.01)


def code_of(one: FakeHeld, at: Now, *former: Pause) -> str | None:
    try:
        verify_pause(one, former, at)
    except TrustError as error:
        return error.code
    return None


def test_a_pause_lasts_ten_minutes_and_spares_emergencies() -> None:
    held = [silence("on", 1)]
    active = find_active_silence(held, now(T + 599 * S))
    assert active is not None
    assert not active.stops_emergency
    assert find_active_silence(held, now(T + 600 * S)) is None


def test_a_stop_lasts_until_it_expires() -> None:
    held = [silence("on", 2)]
    active = find_active_silence(held, now(T + 7199 * S))
    assert active is not None
    assert active.stops_emergency
    assert find_active_silence(held, now(T + 7200 * S)) is None


def test_the_same_role_lifts_it_in_the_same_slot_and_in_no_other() -> None:
    on = silence("on", 2)
    off = silence("off", 2, T + 10 * S, doc_id="2" * 32, seq=2)
    assert find_active_silence([on, off], now(T + 11 * S)) is None
    elsewhere = silence("off", 2, T + 10 * S, doc_id="2" * 32, seq=2, slot="y")
    assert find_active_silence([on, elsewhere], now(T + 11 * S)) is not None


@pytest.mark.parametrize("issuer", ["vn.84.29266", "vn"])
def test_another_role_lifts_nothing_whatever_its_threshold(issuer: str) -> None:
    on = silence("on", 2)
    off = silence("off", 3, T + 10 * S, doc_id="2" * 32, seq=9, issuer=issuer)
    assert find_active_silence([on, off], now(T + 11 * S)) is not None


def test_a_stolen_time_key_does_not_lift_a_stop() -> None:
    """By the clock it is over, by the attested time it is not."""
    held = [silence("on", 2)]  # until 05:00
    far = T + timedelta(days=399)
    ahead = replace(now(far), attested=T + 119 * MIN)
    active = find_active_silence(held, ahead)
    assert active is not None
    assert active.is_overdue(ahead)
    assert active.end_at == far + MIN  # what the crystal still has to count
    over = T + 120 * MIN
    assert find_active_silence(held, replace(ahead, attested=over)) is None
    assert find_active_silence(held, replace(now(over - S), attested=over)) is not None


def test_a_stop_ends_at_its_expiry_if_the_clock_is_not_moved() -> None:
    in_time = replace(now(T + MIN), attested=T + MIN)
    active = find_active_silence([silence("on", 2)], in_time)
    assert active is not None
    assert not active.is_overdue(in_time)
    assert active.end_at == T + 120 * MIN


@pytest.mark.parametrize("back", [timedelta(hours=3), timedelta(days=90)])
def test_a_clock_that_lost_its_time_does_not_lift_a_stop(back: timedelta) -> None:
    """After a power cut without a battery clock the box counts from its last signed time."""
    assert find_active_silence([silence("on", 2)], now(T - back)) is not None


def test_a_clock_that_lost_its_time_does_not_prolong_a_pause() -> None:
    assert find_active_silence([silence("on", 1)], now(T - timedelta(hours=3))) is None


def test_the_stop_goes_before_the_pause_that_lasts_longer() -> None:
    stop = silence("on", 2, expires="2026-11-23T03:01:00Z")
    pause = silence("on", 1, doc_id="2" * 32, issuer="vn.84.pause")
    assert [one.stops_emergency for one in list_active_silences([pause, stop], now(T + S))] == [
        True,
        False,
    ]


def test_who_paused_rests_an_hour_from_the_end_of_the_pause() -> None:
    last = next_pause(silence("on", 1), T)
    assert last == Pause(T, T + 10 * MIN)
    again = silence("on", 1, doc_id="2" * 32, seq=2, issued="2026-11-23T04:05:00Z")
    assert code_of(again, now(T + 5 * MIN), last) == "E_POLICY"
    assert code_of(again, now(T + 69 * MIN), last) == "E_POLICY"
    assert code_of(again, now(T + 70 * MIN), last) is None


def test_the_one_that_rests_longest_counts_and_not_one_of_the_future() -> None:
    """The pauses of a role and of its signers' keys: one in doubt must not hide another."""
    longest, in_doubt = Pause(T, T + 10 * MIN), Pause(T + 90 * MIN, T + 100 * MIN)
    again = silence("on", 1, seq=2, issued="2026-11-23T04:05:00Z")
    for former in ([longest, in_doubt], [in_doubt, longest]):
        assert code_of(again, now(T + 69 * MIN), *former) == "E_POLICY"


def test_lifting_and_stopping_wait_for_nothing_and_shorten_no_rest() -> None:
    last = Pause(T, T + 10 * MIN)
    for one in (silence("off", 1, seq=2), silence("on", 2, seq=2)):
        assert code_of(one, now(T + MIN), last) is None
        assert next_pause(one, T + MIN) is None


def test_a_pause_that_arrives_late_is_refused() -> None:
    """Else the broker could keep it and silence the station on a day of its own choice."""
    assert code_of(silence("on", 1), now(T + 10 * MIN)) is None
    assert code_of(silence("on", 1), now(T + 10 * MIN + S)) == "E_EXPIRED"
    assert code_of(silence("on", 1), now(T + 11 * MIN, "FLOOR")) is None


def test_a_clock_set_back_behind_the_last_pause_forgets_it() -> None:
    assert code_of(silence("on", 1), now(T + MIN), Pause(T + 60 * MIN, T + 70 * MIN)) is None
