"""A prepared alarm is on while a press of it lasts; lengths are added by hand from the document."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from agent.clock import Now
from agent.contract.document import Emergency
from agent.contract.priority import Level
from agent.plan.emergency import SEQUENCE_SLACK, find_active_emergency
from agent.plan.prepared_alarm import Press, find_active_alarm, find_alarm, find_missing_media
from tests.harness.emergency_documents import KM, VI, FakeHeld, S, T, cancel, emergency

NOW = Now(T + timedelta(days=200), "SYNCED", 0.01)
SEQUENCE = timedelta(seconds=3 + 3 * 50 + 2 * 2)  # attention, three rounds of two bodies, two gaps


def alarm(**changes: Any) -> FakeHeld:
    usual = {"trigger": "key", "slot": "key", "expires": "2027-12-01T00:00:00Z"}
    return emergency(**{**usual, **changes})


def press(held: FakeHeld, number: int = 1) -> Press:
    assert isinstance(held.document, Emergency)
    return Press(held, held.document, "nut-lu", number, NOW.at)


def name_of(found: Any) -> str | None:
    return None if found is None else found[1].event_id


def test_without_a_press_it_is_never_on() -> None:
    for held in ([alarm()], [alarm(exercise=True)], [alarm(accepted_at=NOW.at)]):
        for second in range(0, 700, 50):
            assert find_active_emergency(held, T + second * S) is None
            assert find_active_emergency(held, NOW.at + second * S) is None


def test_an_emergency_that_is_over_cannot_be_started_by_a_key() -> None:
    over = emergency(slot="key")
    assert find_alarm([over], "key", Now(T, "SYNCED", 0.01)) is None
    assert find_active_alarm([over], press(over), NOW.at) is None
    living = emergency(slot="key", expires="2027-12-01T00:00:00Z")
    assert find_active_alarm([living], press(living), NOW.at) is None


def test_a_press_has_it_on_until_its_longest_time() -> None:
    one = alarm()
    active = find_active_alarm([one], press(one), NOW.at)
    assert active is not None
    assert (active.start_at, active.end_at) == (NOW.at, NOW.at + 600 * S)
    assert (active.level, active.press) == (Level.LOCAL_KEY, ("nut-lu", 1))
    assert active.is_playing(NOW.at + SEQUENCE + SEQUENCE_SLACK - S)
    assert not active.is_playing(NOW.at + SEQUENCE + SEQUENCE_SLACK)


def test_its_longest_time_and_its_expiry_end_it() -> None:
    short = alarm(max_ms=60_000)
    assert find_active_alarm([short], press(short), NOW.at + 59 * S)
    assert find_active_alarm([short], press(short), NOW.at + 60 * S) is None
    ending = alarm(expires=(NOW.at + 30 * S).strftime("%Y-%m-%dT%H:%M:%SZ"))
    assert find_active_alarm([ending], press(ending), NOW.at + 29 * S)
    assert find_active_alarm([ending], press(ending), NOW.at + 30 * S) is None


@pytest.mark.parametrize("name", ["lu-2026-11", "1" * 32])
def test_a_cancel_ends_it_and_takes_it_off_the_key(name: str) -> None:
    one = alarm()
    held = [one, cancel(name)]
    assert find_alarm(held, "key", NOW) is None
    assert find_active_alarm(held, press(one), NOW.at) is None
    other = [one, cancel(name, "routine")]
    assert find_alarm(other, "key", NOW)
    assert find_active_alarm(other, press(one), NOW.at)


def test_a_newer_one_in_its_slot_does_not_cut_it_off() -> None:
    former, newer = alarm(), alarm(doc_id="2" * 32, event_id="moi", seq=2)
    assert find_active_alarm([newer], press(former), NOW.at + S)


def test_each_key_has_the_alarm_of_its_slot() -> None:
    held = [alarm(), alarm(slot="key-lu", event_id="lu"), emergency(slot="key-chay")]
    assert name_of(find_alarm(held, "key", NOW)) == "lu-2026-11"
    assert name_of(find_alarm(held, "key-lu", NOW)) == "lu"
    assert find_alarm(held, "key-chay", NOW) is None


def test_of_two_issuers_the_real_one_then_the_later_one_is_started() -> None:
    drill = alarm(issuer="vn.84", event_id="tap", exercise=True, issued="2026-12-01T00:00:00Z")
    newer = alarm(issuer="vn", event_id="moi", issued="2026-11-30T00:00:00Z")
    assert name_of(find_alarm([drill, alarm()], "key", NOW)) == "lu-2026-11"
    assert name_of(find_alarm([newer, drill, alarm()], "key", NOW)) == "moi"
    assert name_of(find_alarm([drill], "key", NOW)) == "tap"


def test_it_waits_for_its_beginning_unless_the_clock_is_untrusted() -> None:
    early = alarm(not_before="2027-11-01T00:00:00Z")
    assert find_alarm([early], "key", NOW) is None
    assert find_alarm([early], "key", replace(NOW, quality="FLOOR"))
    # but a lower bound does prove that a thing has expired
    late = Now(T + timedelta(days=400), "FLOOR", None)
    assert find_alarm([early], "key", late) is None


def test_a_box_plays_what_its_outputs_can() -> None:
    bodies = [{"lang": "vi", "media": [VI]}, {"lang": "km", "media": [KM], "text": {"show": "Lũ"}}]
    document = alarm(bodies=bodies).document
    assert isinstance(document, Emergency)
    lacking = {KM: "E_FETCH"}.get
    assert find_missing_media(document, {"sound", "picture"}, lacking) == {
        "sound": "E_FETCH", "picture": None,
    }  # fmt: skip
    assert find_missing_media(document, {"picture"}, lacking) == {"picture": None}
    spoken = alarm(bodies=[{"lang": "vi", "text": {"say": "Lũ"}}]).document
    assert isinstance(spoken, Emergency)
    assert find_missing_media(spoken, {"sound", "picture"}, lacking) == {
        "sound": None,
        "picture": None,
    }
    recorded = alarm(bodies=[{"lang": "vi", "media": [VI]}]).document
    assert isinstance(recorded, Emergency)
    assert find_missing_media(recorded, {"picture"}, lacking) == {}
