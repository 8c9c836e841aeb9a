"""Attacks 93 to 97 of the catalogue: a voice is taken over, repeated, ended or drowned."""

from __future__ import annotations

import copy
import json
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from agent.trust import live_stream
from agent.trust.authority import Authority, load_pinned
from tests.harness.live_box import LiveBox, say
from tests.harness.live_documents import Studio, later, stream_grant
from tests.harness.signed_documents import (
    COMMUNE,
    FIRST,
    FLOOR,
    NEIGHBOUR,
    ROOT,
    SECOND,
    code_of,
    judge,
    seal,
)


@pytest.fixture
def box(monkeypatch: pytest.MonkeyPatch) -> LiveBox:
    return LiveBox(monkeypatch)


def test_attack_093_a_voice_without_a_grant(box: LiveBox) -> None:
    say(box, Studio(), 3)
    assert not box.is_on


def test_attack_093_a_voice_after_its_grant_has_expired(box: LiveBox) -> None:
    studio = Studio()
    box.allow(studio.grant())
    say(box, studio)
    assert box.is_on
    box.pass_time(timedelta(minutes=10).total_seconds())
    assert not box.is_on
    studio.at_us = box.now_us
    say(box, studio)
    assert not box.is_on


def test_attack_093_another_streams_key_is_silent_and_ends_nothing(box: LiveBox) -> None:
    studio, thief = Studio(), Studio()
    box.allow(studio.grant())
    say(box, thief, 5)
    assert not box.is_on
    say(box, studio)
    thief.seq, thief.at_us, thief.prev = studio.seq, studio.at_us, studio.prev
    box.take(thief, thief.segment(), thief.end())
    say(box, studio)
    assert box.is_on
    assert box.stream.why_over is None
    assert box.stream.refused["E_THRESHOLD"] == 2


def test_attack_094_a_segment_repeated_put_in_another_order_or_a_minute_late(box: LiveBox) -> None:
    studio = Studio()
    box.allow(studio.grant())
    first, second, third = studio.segment(), studio.segment(), studio.segment()
    box.take(studio, first, third, second, first)
    assert box.stream.refused == {"E_REPLAY": 2}
    studio.at_us -= 400_000
    box.boot_s += 60
    box.take(studio, studio.segment())
    assert box.stream.refused["E_TIME"] == 1
    assert box.is_on


def test_attack_094_the_last_words_of_a_stream_repeated_when_its_grant_is_renewed(
    box: LiveBox,
) -> None:
    """Its grant ended, was dropped, and a new one came a moment later."""
    studio = Studio()
    box.allow(studio.grant())
    box.boot_s += 598
    studio.at_us = box.now_us
    spoken = [studio.segment() for _ in range(5)]
    box.take(studio, *spoken)
    box.pass_time(2.5)
    assert not box.is_on
    box.allow(studio.grant(seq=43, expires=later(1200)))
    box.take(studio, *spoken)
    assert not box.is_on
    say(box, studio)  # whoever has the key goes on
    assert box.is_on
    assert box.stream.refused == {}


def test_attack_094_a_stream_that_was_ended_is_not_opened_again_by_a_newer_grant(
    box: LiveBox,
) -> None:
    studio = Studio()
    box.allow(studio.grant())
    say(box, studio)
    spoken = studio.segment()
    box.take(studio, spoken, studio.end())
    box.allow()  # withdrawn before the box has heard it to its end
    box.allow(studio.grant(seq=43))
    box.take(studio, spoken)
    say(box, studio)
    assert not box.is_on


def test_attack_095_a_gap_is_silence_in_its_place_and_an_issue_and_ends_no_warning(
    box: LiveBox,
) -> None:
    studio = Studio()
    box.allow(studio.grant())
    say(box, studio)
    former = box.voices.now[0].key
    studio.skip(51)  # held back by the broker for 10.2 s
    box.pass_time(10.2)
    assert not box.is_on  # the programme goes on meanwhile
    assert ("live_stalled", True) in box.issues
    say(box, studio)
    assert box.is_on
    assert box.voices.now[0].key != former  # it may sound again
    assert box.issues[-1] == ("live_stalled", False)


def test_attack_096_a_grant_for_the_neighbour_commune() -> None:
    root = copy.deepcopy(ROOT)
    for role in root["roles"][:2]:
        role["kinds"].append("stream-grant")
    authority = load_pinned(json.dumps(root).encode())
    studio = Studio()
    foreign = {"issuer": "vn.84.99999", "class": "routine"}
    envelope = seal(stream_grant(studio.key, **foreign), NEIGHBOUR)
    assert code_of(lambda: judge(envelope, "stream-grant", authority=authority)) == "E_SCOPE"
    alarm = seal(stream_grant(studio.key, **{"class": "emergency"}), COMMUNE)
    assert code_of(lambda: judge(alarm, "stream-grant", authority=authority)) == "E_SCOPE"
    here = seal(stream_grant(studio.key), COMMUNE)
    assert judge(here, "stream-grant", authority=authority).document.kind == "stream-grant"


def with_grants() -> Authority:
    root = copy.deepcopy(ROOT)
    for role in root["roles"]:
        if "cancel" in role["kinds"]:
            role["kinds"].append("stream-grant")
    return load_pinned(json.dumps(root).encode())


def test_attack_026_a_voice_of_the_emergency_class_with_one_signature_of_two() -> None:
    document = stream_grant(Studio().key, **{"class": "emergency", "issuer": "vn.84.em"})
    authority = with_grants()
    one = seal(document, FIRST)
    assert code_of(lambda: judge(one, "stream-grant", authority=authority)) == "E_THRESHOLD"
    two = seal(document, FIRST, SECOND)
    assert judge(two, "stream-grant", authority=authority).standing == 2


def test_attack_077_a_grant_of_yesterday_on_a_box_without_the_time() -> None:
    authority = with_grants()
    routine = seal(stream_grant(Studio().key), COMMUNE)
    grade: dict[str, Any] = {"authority": authority, "now": FLOOR}
    assert code_of(lambda: judge(routine, "stream-grant", **grade)) == "E_TIME"
    alarm = seal(
        stream_grant(Studio().key, **{"class": "emergency", "issuer": "vn.84.em"}), FIRST, SECOND
    )
    assert code_of(lambda: judge(alarm, "stream-grant", **grade)) == "E_TIME"


def test_attack_096_another_entitled_issuer_with_the_same_stream_id_takes_nothing_over(
    box: LiveBox,
) -> None:
    studio, other = Studio(), Studio()
    box.allow(studio.grant(), other.grant(issuer="vn.84.99999", seq=99))
    say(box, studio)
    assert [one.stream.grant.issuer for one in box.voices.now] == ["vn.84.29266"]
    assert box.stream.why_over is None


def test_attack_097_a_segment_that_is_too_long_costs_no_signature(
    box: LiveBox, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio = Studio()
    box.allow(studio.grant(max_segment_bytes=160))
    monkeypatch.setattr(live_stream, "signing_input", _never)
    say(box, studio)  # ten packets: 168 bytes
    box.take(studio, b"TTL1" + bytes(1 << 20))
    assert not box.is_on


def _never(*_: object) -> None:
    raise AssertionError("the signature was looked at")


def test_attack_133_a_flood_of_forged_segments_costs_a_hundred_signatures_a_second(
    box: LiveBox,
) -> None:
    studio = Studio()
    box.allow(studio.grant())
    say(box, studio)
    forger = Studio(Ed25519PrivateKey.generate(), seq=1, at_us=studio.at_us, prev=studio.prev)
    forged = forger.segment()
    for _ in range(1000):
        box.take(studio, forged)
    assert box.stream.refused["E_THRESHOLD"] <= 100
    assert box.stream.refused["E_BUDGET"] >= 900
    assert box.is_on
    say(box, studio)
    assert box.stream.last_good_mono_s == box.boot_s


def test_attack_133_repeated_segments_take_nothing_from_good_ones(box: LiveBox) -> None:
    studio = Studio()
    box.allow(studio.grant())
    repeated = studio.segment()
    box.take(studio, *[repeated] * 1000)
    good = studio.segment()
    box.take(studio, good)
    assert box.stream.refused == {"E_REPLAY": 999}
    box.take(studio, good)
    assert box.stream.refused == {"E_REPLAY": 1000}
