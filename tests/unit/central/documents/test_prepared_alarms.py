"""A prepared alarm: it waits for a local key, so it may be old, and shares no floor with others."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from agent.clock import Now
from agent.contract.document import Emergency
from agent.contract.ids import Place
from agent.trust.authority import load_pinned
from tests.harness.signed_documents import (
    AT,
    COMMUNE,
    FIRST,
    FLOOR,
    ROOT,
    SECOND,
    STRANGER,
    FakeFloors,
    cancel,
    code_of,
    emergency,
    judge,
    seal,
    utc_text,
)

DAY = timedelta(days=1)
EVENT = "e0" * 16


def prepared_alarm(**changes: Any) -> dict[str, Any]:
    year = utc_text(AT + 400 * DAY)
    return emergency(**{"slot": "key", "trigger": "key", "expires": year, **changes})


def sealed(**changes: Any) -> bytes:
    return seal(prepared_alarm(**changes), FIRST, SECOND)


def test_it_may_live_400_days_and_no_longer() -> None:
    document = judge(sealed(), "emergency").document
    assert isinstance(document, Emergency)
    assert document.trigger == "key"
    longer = sealed(expires=utc_text(AT + 400 * DAY + timedelta(seconds=1)))
    assert code_of(lambda: judge(longer, "emergency")) == "E_TTL"
    now = sealed(trigger="now", slot="khan-cap")
    assert code_of(lambda: judge(now, "emergency")) == "E_TTL"


def test_the_roles_own_limit_shortens_it() -> None:
    roles = [
        {**role, "max_ttl_s": 86_400} if role["name"] == "vn.84.em" else role
        for role in ROOT["roles"]
    ]
    narrow = load_pinned(json.dumps({**ROOT, "roles": roles}).encode())
    assert code_of(lambda: judge(sealed(), "emergency", authority=narrow)) == "E_TTL"
    day = sealed(expires=utc_text(AT + DAY))
    assert judge(day, "emergency", authority=narrow)


@pytest.mark.parametrize(
    "now", [Now(AT + 300 * DAY, "SYNCED", 0.02), Now(AT, "RTC", None), FLOOR], ids=str
)
def test_it_need_not_be_fresh_and_needs_no_clock(now: Now) -> None:
    assert judge(sealed(), "emergency", now=now)


def test_it_expires_and_cannot_come_from_the_future() -> None:
    for days, code in ((400, "E_EXPIRED"), (-1, "E_NOTYET")):
        now = Now(AT + days * DAY, "SYNCED", 0.02)
        assert code_of(lambda n=now: judge(sealed(), "emergency", now=n)) == code


@pytest.mark.parametrize("signers", [(FIRST,), (SECOND,), (FIRST, STRANGER), (FIRST, COMMUNE)])
def test_it_needs_both_people(signers: tuple[Any, ...]) -> None:
    envelope = seal(prepared_alarm(), *signers)
    assert code_of(lambda: judge(envelope, "emergency")) == "E_THRESHOLD"


def test_its_scope_is_that_of_any_emergency() -> None:
    elsewhere = sealed(to=["84/99999/*"])
    assert code_of(lambda: judge(elsewhere, "emergency")) == "E_STATION"
    other = Place("45", "29266", "tv-cl-0007")
    foreign = sealed(to=["*/*/*"])
    assert code_of(lambda: judge(foreign, "emergency", place=other)) == "E_SCOPE"
    routine = sealed(**{"class": "routine"})
    assert code_of(lambda: judge(routine, "emergency")) == "E_SCHEMA"
    commune = seal(prepared_alarm(issuer="vn.84.29266"), COMMUNE)
    assert code_of(lambda: judge(commune, "emergency")) == "E_SCOPE"


@pytest.mark.parametrize("slot", ["key", "key-lu", "key-Chay.2"])
def test_a_slot_belongs_to_prepared_alarms_or_to_immediate_ones(slot: str) -> None:
    assert judge(sealed(slot=slot), "emergency")
    at_once = seal(emergency(slot=slot), FIRST, SECOND)
    assert code_of(lambda: judge(at_once, "emergency")) == "E_SCHEMA"


@pytest.mark.parametrize("slot", ["khan-cap", "keys", "key-", "xkey", "KEY", "key.lu"])
def test_a_prepared_alarm_has_no_other_slot(slot: str) -> None:
    assert code_of(lambda: judge(sealed(slot=slot), "emergency")) == "E_SCHEMA"
    if slot != "key-":
        assert judge(seal(emergency(slot=slot), FIRST, SECOND), "emergency")


@pytest.mark.parametrize(
    "changes", [{"trigger": "press"}, {"trigger": None}, {"nonce": "feedfacefeedface"}], ids=str
)
def test_its_form_is_strict(changes: dict[str, Any]) -> None:
    assert code_of(lambda: judge(sealed(**changes), "emergency")) == "E_SCHEMA"


def test_it_has_a_floor_of_its_own() -> None:
    floors = FakeFloors()
    first = judge(sealed(), "emergency").floor
    assert first is not None
    floors.floors[first.issuer, first.kind, first.slot] = (first.epoch, first.seq, first.sha256)
    assert judge(sealed(), "emergency", floors=floors).duplicate
    for changes, code in (({"seq": 41}, "E_REPLAY"), ({"exercise": False}, "E_FORK")):
        envelope = sealed(**changes)
        assert code_of(lambda e=envelope: judge(e, "emergency", floors=floors)) == code
    assert judge(sealed(seq=43), "emergency", floors=floors)
    # what comes at once, and another key's alarm, count on their own
    at_once = seal(emergency(seq=1, slot="khan-cap"), FIRST, SECOND)
    assert judge(at_once, "emergency", floors=floors)
    assert judge(sealed(seq=1, slot="key-lu"), "emergency", floors=floors)


def test_an_emergency_that_was_seen_does_not_come_back_as_a_prepared_alarm() -> None:
    floors = FakeFloors()
    floors.events.add(EVENT)
    assert code_of(lambda: judge(sealed(), "emergency", floors=floors)) == "E_REPLAY"


def test_its_trigger_is_signed() -> None:
    """An immediate emergency whose trigger is edited is a document that nobody signed."""
    envelope = json.loads(seal(emergency(slot="khan-cap"), FIRST, SECOND))
    edited = json.loads(seal(prepared_alarm(), STRANGER))
    forged = json.dumps({**envelope, "payload": edited["payload"]}).encode()
    assert code_of(lambda: judge(forged, "emergency")) == "E_THRESHOLD"


def test_only_the_emergency_class_withdraws_it() -> None:
    floors = FakeFloors()
    floors.events.add(EVENT)
    commune = seal(cancel(), COMMUNE)
    assert code_of(lambda: judge(commune, "cancel", floors=floors)) == "E_SCOPE"
    both = seal(cancel(issuer="vn.84.em", **{"class": "emergency"}), FIRST, SECOND)
    assert judge(both, "cancel", floors=floors)


def test_an_immediate_alarm_is_kept_beside_a_newer_one_and_lowers_no_floor() -> None:
    """Two floods, two pairs of officers: which pair was faster must not silence the other."""
    floors = FakeFloors()
    above = (1, 42, "ab" * 32)
    older = seal(emergency(seq=41, epoch=1), FIRST, SECOND)
    floor = judge(older, "emergency", floors=floors).floor
    assert floor is not None
    floors.floors[floor.issuer, floor.kind, floor.slot] = above
    accepted = judge(older, "emergency", floors=floors)
    assert accepted.floor is not None
    assert (accepted.floor.epoch, accepted.floor.seq, accepted.floor.sha256) == above
    assert not accepted.duplicate
    same = seal(emergency(seq=42, epoch=1), FIRST, SECOND)
    assert code_of(lambda: judge(same, "emergency", floors=floors)) == "E_FORK"
    floors.floors[floor.issuer, floor.kind, floor.slot] = (2, 1, "ab" * 32)
    assert code_of(lambda: judge(older, "emergency", floors=floors)) == "E_REPLAY"
    floors.floors[floor.issuer, floor.kind, floor.slot] = above
    event = accepted.document
    assert isinstance(event, Emergency)
    floors.events.add(event.event_id)
    assert code_of(lambda: judge(older, "emergency", floors=floors)) == "E_REPLAY"
