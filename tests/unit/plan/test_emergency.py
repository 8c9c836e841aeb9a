"""Lengths are added by hand from the document: attention, rounds of all bodies, gaps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from agent.plan.emergency import SEQUENCE_SLACK, find_active_emergency, list_active_emergencies
from tests.harness.emergency_documents import KM, VI, S, T, cancel, emergency


def test_the_script_is_attention_then_rounds_with_gaps() -> None:
    active = find_active_emergency([emergency()], T)
    assert active is not None
    assert active.sequence_ms == 3_000 + 3 * 50_000 + 2 * 2_000


def test_an_emergency_without_recorded_words_has_no_end_of_its_own() -> None:
    active = find_active_emergency([emergency(bodies=[{"lang": "vi", "text": {"show": "Lũ"}}])], T)
    assert active is not None
    assert active.sequence_ms == 0
    assert active.is_playing(T + 599 * S)


@pytest.mark.parametrize(
    ("attention", "signal_ms", "sequence_ms"),
    [
        (None, 20_000, 3_000),  # the built-in signal, whatever was signed
        (VI, 20_000, 3_000),  # too long to be a signal
        (VI, 2_000, 3_000),  # too short
        (VI, 5_000, 8_000),  # its own, and room for the built-in one should it break off
    ],
)
def test_a_signal_that_was_not_signed_shortens_no_round(
    attention: str | None, signal_ms: int, sequence_ms: int
) -> None:
    media = [
        {"sha256": VI, "bytes": 1, "mime": "audio/mpeg", "duration_ms": signal_ms, "urls": []},
        {"sha256": KM, "bytes": 1, "mime": "audio/mpeg", "duration_ms": 30_000, "urls": []},
    ]
    bodies = [{"lang": "km", "media": [KM]}]
    signed_ms = 62_000 + (signal_ms if attention else 0)
    one = emergency(attention=attention, media=media, bodies=bodies, repeat=2, max_ms=signed_ms)
    active = find_active_emergency([one], T)
    assert active is not None
    assert active.sequence_ms == sequence_ms + 62_000
    assert active.end_at >= T + timedelta(milliseconds=active.sequence_ms)


def test_it_is_on_from_acceptance_until_its_longest_time() -> None:
    held = [emergency(accepted_at=T + 5 * S)]
    assert find_active_emergency(held, T + 4 * S) is None
    assert find_active_emergency(held, T + 5 * S) is not None
    assert find_active_emergency(held, T + 604 * S) is not None
    assert find_active_emergency(held, T + 605 * S) is None


def test_a_longest_time_that_is_just_enough_leaves_amplifiers_the_time_to_come_on() -> None:
    held = [emergency(max_ms=157_000)]
    end_at = T + 157 * S + SEQUENCE_SLACK
    assert find_active_emergency(held, end_at - S) is not None
    assert find_active_emergency(held, end_at) is None


def test_the_maximum_ends_it_before_its_script() -> None:
    held = [emergency(max_ms=60_000)]
    assert find_active_emergency(held, T + 59 * S) is not None
    assert find_active_emergency(held, T + 60 * S) is None


def test_expiry_ends_it_before_its_script() -> None:
    held = [emergency(expires="2026-11-23T03:00:30Z")]
    assert find_active_emergency(held, T + 29 * S) is not None
    assert find_active_emergency(held, T + 30 * S) is None


@pytest.mark.parametrize("name", ["lu-2026-11", "1" * 32])
def test_a_cancel_by_event_or_document_ends_it(name: str) -> None:
    assert find_active_emergency([emergency(), cancel(name)], T + S) is None


def test_a_cancel_of_another_class_does_not_end_it() -> None:
    assert find_active_emergency([emergency(), cancel("lu-2026-11", "routine")], T + S) is not None


def test_a_real_emergency_goes_before_a_later_exercise() -> None:
    exercise = emergency(T + 9 * S, doc_id="2" * 32, event_id="dien-tap", exercise=True)
    active = find_active_emergency([emergency(), exercise], T + 10 * S)
    assert active is not None
    assert active.document.event_id == "lu-2026-11"
    assert not active.exercise


def test_of_two_real_emergencies_the_later_one_is_heard() -> None:
    later = emergency(T + 9 * S, doc_id="2" * 32, event_id="vo-de")
    active = find_active_emergency([later, emergency()], T + 10 * S)
    assert active is not None
    assert active.document.event_id == "vo-de"
    both = list_active_emergencies([later, emergency()], T + 10 * S)
    assert [one.document.event_id for one in both] == ["vo-de", "lu-2026-11"]


def test_without_a_trusted_clock_the_moment_of_acceptance_counts() -> None:
    floor = datetime(2026, 11, 1, tzinfo=UTC)
    held = [emergency(accepted_at=floor)]
    assert find_active_emergency(held, floor + S) is not None
    # the clock is put right while it lasts: it goes on from its own beginning
    assert find_active_emergency(held, T + S) is not None
