"""Every refusal by its code, and the accepted cases."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import Any

import pytest

from agent.clock import Now
from agent.contract.ids import Place
from agent.trust.authority import load_pinned
from tests.harness.signed_documents import (
    AT,
    COMMUNE,
    DIGEST,
    FIRST,
    FLOOR,
    GOOD,
    NEIGHBOUR,
    PROVINCE,
    RECEIPT,
    ROOT,
    SECOND,
    STRANGER,
    TIME,
    FakeFloors,
    cancel,
    code_of,
    emergency,
    judge,
    make_header,
    make_role,
    playlist,
    seal,
    silence,
    station_config,
    time_reply,
    utc_text,
)


def test_a_playlist_of_the_commune_is_accepted_with_its_floor() -> None:
    accepted = judge(seal(playlist(), COMMUNE))
    assert accepted.document.seq == 42
    assert json.loads(accepted.payload) == playlist()
    assert accepted.floor is not None
    assert (accepted.floor.issuer, accepted.floor.slot) == ("vn.84.29266", "tuan")
    assert accepted.signers == (COMMUNE.public_key.keyid,)
    assert not accepted.duplicate


def _edited(envelope: bytes, **changes: Any) -> bytes:
    return json.dumps({**json.loads(envelope), **changes}).encode()


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _when(**changes: Any) -> dict[str, Any]:
    return {**playlist()["entries"][0]["when"], **changes}


def _signature(envelope: bytes) -> dict[str, str]:
    signature: dict[str, str] = json.loads(envelope)["signatures"][0]
    return signature


def _entry(**changes: Any) -> dict[str, Any]:
    return playlist(entries=[{**playlist()["entries"][0], **changes}])


def _medium(**changes: Any) -> dict[str, Any]:
    return playlist(media=[{**playlist()["media"][0], **changes}])


ENVELOPES: dict[str, tuple[str, bytes]] = {
    "larger than any document can be": ("E_SIZE", b" " * (352 * 1024 + 1)),
    "a payload larger than 256 KiB": (
        "E_SIZE", seal(b" " * (256 * 1024 + 1), COMMUNE, kind="playlist")),
    "empty": ("E_JSON", b""),
    "not JSON": ("E_JSON", b"playlist"),
    "deep nesting": ("E_JSON", b"[" * 100_000),
    "a byte order mark": ("E_JSON", b"\xef\xbb\xbf" + GOOD),
    "invalid UTF-8": ("E_JSON", GOOD.replace(b"vnd", b"\xff\xfe\xfd")),
    "a duplicate member": ("E_JSON", GOOD[:-1] + b', "payload": "AAAA"}'),
    "not an object": ("E_ENVELOPE", b"[]"),
    "an unknown field": ("E_ENVELOPE", _edited(GOOD, extra=1)),
    "base64 with white space": ("E_ENVELOPE", _edited(GOOD, payload="AA AA")),
    "base64 for URLs": ("E_ENVELOPE", _edited(GOOD, payload="__--")),
    "base64 with idle bits set": ("E_ENVELOPE", _edited(GOOD, payload="AB==")),
    "nine signatures": ("E_ENVELOPE", _edited(GOOD, signatures=[_signature(GOOD)] * 9)),
    "a hundred thousand signatures": (
        "E_SIZE", _edited(GOOD, signatures=[_signature(GOOD)] * 100_000)),
    "one key id twice": ("E_ENVELOPE", _edited(GOOD, signatures=[_signature(GOOD)] * 2)),
    "an unknown type": ("E_TYPE", _edited(GOOD, payloadType="application/vnd.in-toto+json")),
    "a type that is not the topic's": (
        "E_TYPE", _edited(GOOD, payloadType="application/vnd.tramtin.cancel.v1+json")),
    "a stranger's key": ("E_ROLE", seal(playlist(), STRANGER)),
    "no signature": ("E_THRESHOLD", _edited(GOOD, signatures=[])),
    "a stranger under our key id": (
        "E_THRESHOLD",
        _edited(GOOD, signatures=[{**_signature(seal(playlist(), STRANGER)),
                                   "keyid": COMMUNE.public_key.keyid}])),
    "an empty signature": (
        "E_THRESHOLD",
        _edited(GOOD, signatures=[{"keyid": COMMUNE.public_key.keyid, "sig": ""}])),
    "another payload": (
        "E_THRESHOLD", _edited(GOOD, payload=base64.b64encode(b"{}").decode())),
    "the payload written anew": (
        "E_THRESHOLD",
        _edited(GOOD, payload=_base64(json.dumps(playlist(), indent=1)))),
    "signed as another kind": (
        "E_THRESHOLD", _edited(seal(playlist(), COMMUNE, kind="cancel"),
                               payloadType="application/vnd.tramtin.playlist.v1+json")),
}  # fmt: skip


@pytest.mark.parametrize(("code", "envelope"), ENVELOPES.values(), ids=list(ENVELOPES))
def test_an_envelope_is_refused(code: str, envelope: bytes) -> None:
    assert code_of(lambda: judge(envelope)) == code


def _raw(text: str) -> bytes:
    return seal(text.encode("utf-8", "surrogatepass"), COMMUNE, kind="playlist")


TEXT = json.dumps(playlist())
PAYLOADS: dict[str, tuple[str, bytes]] = {
    "a duplicate member": ("E_SCHEMA", _raw(TEXT[:-1] + ', "seq": 43}')),
    "NaN": ("E_SCHEMA", _raw(TEXT.replace("42", "NaN"))),
    "a float": ("E_SCHEMA", _raw(TEXT.replace("42", "42.0"))),
    "an exponent": ("E_SCHEMA", _raw(TEXT.replace("42", "1e2"))),
    "true as a number": ("E_SCHEMA", _raw(TEXT.replace("42", "true"))),
    "a negative number": ("E_SCHEMA", seal(playlist(seq=-1), COMMUNE)),
    "2^63": ("E_SCHEMA", seal(playlist(seq=2**63), COMMUNE)),
    "a lone surrogate": ("E_SCHEMA", _raw(TEXT.replace("tuan", "\\ud800"))),
    "a control character": ("E_SCHEMA", _raw(TEXT.replace("e1", "e1\\u0007"))),
    "an escaped tab in a title": ("E_SCHEMA", seal(_entry(title="a\tb"), COMMUNE)),
    "a C1 control in a title": ("E_SCHEMA", _raw(json.dumps(
        _entry(title="a\x9bb"), ensure_ascii=False))),
    "DEL in a title": ("E_SCHEMA", _raw(json.dumps(_entry(title="a\x7fb")))),
    "text that is not NFC": ("E_SCHEMA", seal(_entry(title="e\u0301"), COMMUNE)),
    "a critical member that is no text": ("E_SCHEMA", seal(playlist(crit=[1]), COMMUNE)),
    "an unknown critical member": ("E_UNSUPPORTED", seal(playlist(crit=["x"], x=1), COMMUNE)),
    "another kind inside": ("E_SCHEMA", seal(playlist(kind="cancel"), COMMUNE, kind="playlist")),
    "a class of another kind": ("E_SCHEMA", seal(playlist(**{"class": "emergency"}), COMMUNE)),
    "no place pattern": ("E_SCHEMA", seal(playlist(to=[]), COMMUNE)),
    "a glob": ("E_SCHEMA", seal(playlist(to=["84/2926?/*"]), COMMUNE)),
    "a pattern with a new line": ("E_SCHEMA", seal(playlist(to=["84/29266/*\n"]), COMMUNE)),
    "257 patterns": ("E_SCHEMA", seal(playlist(to=["84/29266/*"] * 257), COMMUNE)),
    "a short doc_id": ("E_SCHEMA", seal(playlist(doc_id="6b1f"), COMMUNE)),
    "a slot that is a path": ("E_SCHEMA", seal(playlist(slot="../x"), COMMUNE)),
    "a time without a zone": ("E_SCHEMA", seal(playlist(issued="2026-11-23T01:00:00"), COMMUNE)),
    "a time with another zone": (
        "E_SCHEMA", seal(playlist(issued="2026-11-23T01:00:00+07:00"), COMMUNE)),
    "a day that does not exist": (
        "E_SCHEMA", seal(playlist(expires="2026-11-31T01:00:00Z"), COMMUNE)),
    "an end before its beginning": ("E_SCHEMA", seal(playlist(expires=utc_text(AT)), COMMUNE)),
    "two entries of one id": (
        "E_SCHEMA", seal(playlist(entries=playlist()["entries"] * 2), COMMUNE)),
    "2001 entries": (
        "E_SIZE", seal(playlist(entries=playlist()["entries"] * 2001), COMMUNE)),
    "a medium that is not listed": ("E_SCHEMA", seal(playlist(media=[]), COMMUNE)),
    "a digest in capitals": ("E_SCHEMA", seal(_medium(sha256="AB" * 32), COMMUNE)),
    "a medium of no bytes": ("E_SCHEMA", seal(_medium(bytes=0), COMMUNE)),
    "a medium that is a text": ("E_SCHEMA", seal(_medium(mime="text/html"), COMMUNE)),
    "no body": ("E_SCHEMA", seal(_entry(body={}), COMMUNE)),
    "two bodies": (
        "E_SCHEMA", seal(_entry(body={"media": [DIGEST], "text": {"say": "a"}}), COMMUNE)),
    "25:00": ("E_SCHEMA", seal(_entry(when=_when(at=["25:00:00"])), COMMUNE)),
    "a time without seconds": ("E_SCHEMA", seal(_entry(when=_when(at=["05:00"])), COMMUNE)),
    "weekday 8": ("E_SCHEMA", seal(_entry(when=_when(weekdays=[8])), COMMUNE)),
    "within without a limit": ("E_SCHEMA", seal(_entry(start={"kind": "within"}), COMMUNE)),
    "after nothing": ("E_SCHEMA", seal(_entry(start={"kind": "after", "entry": "e9"}), COMMUNE)),
    "a box outside the face": ("E_SCHEMA", seal(_entry(body={"scene": {"ms": 1000, "elements": [
        {"kind": "text", "text": "a", "box": [500, 0, 501, 1000]}]}}), COMMUNE)),
    "a QR code of nothing": ("E_SCHEMA", seal(_entry(body={"scene": {"ms": 1000, "elements": [
        {"kind": "qr", "box": [0, 0, 1000, 1000]}]}}), COMMUNE)),
    "a scene of 8001 characters": ("E_SCHEMA", seal(_entry(body={"scene": {"ms": 1000, "elements": [
        {"kind": "text", "text": "a" * n, "box": [0, 0, 1000, 500]} for n in (4000, 4001)]}}),
        COMMUNE)),
    "13 elements over the whole face": ("E_SCHEMA", seal(_entry(body={"scene": {"ms": 1000,
        "elements": [{"kind": "text", "text": "a", "box": [0, 0, 1000, 1000]}] * 13}}), COMMUNE)),
    "filler outside slot base": ("E_SCHEMA", seal(playlist(filler=True, crit=["filler"]), COMMUNE)),
    "filler of class priority": ("E_SCHEMA", seal({**playlist(
        slot="base", filler=True, crit=["filler"]), "class": "priority"}, COMMUNE)),
    "filler that is not critical": (
        "E_SCHEMA", seal(playlist(slot="base", filler=True), COMMUNE)),
    "another role's name": ("E_ROLE", seal(playlist(issuer="vn.84.99999"), COMMUNE)),
    "http": ("E_URL", seal(_medium(urls=["http://media.example.vn/a"]), COMMUNE)),
    "a file address": ("E_URL", seal(_medium(urls=["file:///etc/shadow"]), COMMUNE)),
    "credentials in an address": ("E_URL", seal(_medium(urls=["https://a@b.vn/c"]), COMMUNE)),
    "a relay in the priority class": ("E_POLICY", seal({**_entry(
        body={"relay": {"url": "https://radio.example.vn/vov1"}}), "class": "priority"}, COMMUNE)),
    "another commune's station": ("E_STATION", seal(playlist(to=["84/29267/*"]), COMMUNE)),
    "another station": ("E_STATION", seal(playlist(to=["84/29266/tv-cl-0008"]), COMMUNE)),
    "a neighbour's key": ("E_SCOPE", seal(playlist(issuer="vn.84.99999"), NEIGHBOUR)),
    "a kind the role may not sign": (
        "E_SCOPE", seal(playlist(issuer="vn.84"), PROVINCE)),
    "the time's key": ("E_SCOPE", seal(playlist(issuer="vn.time"), TIME)),
    "a past end": ("E_EXPIRED", seal(playlist(
        issued="2026-11-20T01:00:00Z", not_before="2026-11-20T01:00:00Z",
        expires="2026-11-23T01:00:00Z"), COMMUNE)),
    "an issue in the future": ("E_NOTYET", seal(playlist(issued="2026-11-23T01:05:01Z"), COMMUNE)),
    "a life of 46 days": ("E_TTL", seal(playlist(expires=utc_text(AT + timedelta(days=46))),
    COMMUNE)),
    "a priority life of 15 days": ("E_TTL", seal(
        {**playlist(expires=utc_text(AT + timedelta(days=15))), "class": "priority"}, COMMUNE)),
}  # fmt: skip


@pytest.mark.parametrize(("code", "envelope"), PAYLOADS.values(), ids=list(PAYLOADS))
def test_a_signed_playlist_is_refused(code: str, envelope: bytes) -> None:
    assert code_of(lambda: judge(envelope)) == code


def test_a_lifetime_of_44_days_and_a_later_start_are_accepted() -> None:
    later = playlist(
        expires=utc_text(AT + timedelta(days=44)), not_before=utc_text(AT + timedelta(days=3))
    )
    assert judge(seal(later, COMMUNE)).document.not_before == "2026-11-26T01:00:00Z"


def test_a_document_in_the_base_slot_may_live_400_days() -> None:
    base = playlist(slot="base", expires=utc_text(AT + timedelta(days=400)))
    assert judge(seal(base, COMMUNE)).document.slot == "base"


def test_filler_is_accepted_in_the_base_slot_alone_and_needs_not_be_said() -> None:
    filler = playlist(slot="base", filler=True, crit=["filler"])
    assert judge(seal(filler, COMMUNE)).document.filler is True
    assert judge(seal(playlist(filler=False), COMMUNE)).document.slot == "tuan"


def test_the_role_limit_shortens_a_lifetime() -> None:
    long = {**make_header("ack", "vn.receipt", "config", hours=25), "journal": "6f3a6f3a",
            "upto": 7, "hash": DIGEST, "window": 4}  # fmt: skip
    assert code_of(lambda: judge(seal(long, RECEIPT), "ack")) == "E_TTL"


def test_a_valid_document_on_another_stations_topic_is_refused() -> None:
    assert code_of(lambda: judge(GOOD, station="tv-cl-0008")) == "E_STATION"


def test_a_valid_document_on_a_group_topic_is_accepted() -> None:
    assert judge(GOOD, station=None).sha256


def test_the_same_document_again_is_a_duplicate_and_other_numbers_are_compared_with_the_floor() -> (
    None
):
    floors = FakeFloors()
    first = judge(GOOD, floors=floors)
    assert first.floor is not None
    floors.floors["vn.84.29266", "playlist", "tuan"] = (1, 42, first.floor.sha256)
    assert judge(GOOD, floors=floors).duplicate
    fork, old = seal(playlist(editor="B"), COMMUNE), seal(playlist(seq=41), COMMUNE)
    assert code_of(lambda: judge(fork, floors=floors)) == "E_FORK"
    assert code_of(lambda: judge(old, floors=floors)) == "E_REPLAY"
    older_epoch = seal(playlist(epoch=0, seq=99), COMMUNE)
    assert code_of(lambda: judge(older_epoch, floors=floors)) == "E_REPLAY"
    assert not judge(seal(playlist(seq=43), COMMUNE), floors=floors).duplicate
    assert not judge(seal(playlist(epoch=2, seq=0), COMMUNE), floors=floors).duplicate


def test_a_raised_epoch_recovers_from_a_poisoned_counter() -> None:
    floors = FakeFloors()
    floors.floors["vn.84.29266", "playlist", "tuan"] = (1, 2**53, DIGEST)
    assert code_of(lambda: judge(GOOD, floors=floors)) == "E_REPLAY"
    assert judge(seal(playlist(epoch=2), COMMUNE), floors=floors).floor is not None


def test_an_emergency_needs_both_signatures() -> None:
    assert judge(seal(emergency(), FIRST, SECOND), "emergency").document.kind == "emergency"
    for signers in ((FIRST,), (SECOND,), (FIRST, STRANGER), (FIRST, COMMUNE)):
        envelope = seal(emergency(), *signers)
        assert code_of(lambda e=envelope: judge(e, "emergency")) == "E_THRESHOLD"


def test_two_valid_signatures_and_an_unknown_one_are_enough() -> None:
    assert len(judge(seal(emergency(), STRANGER, FIRST, SECOND), "emergency").signers) == 2


def test_key_ids_swapped_between_two_signatures_are_refused() -> None:
    envelope = json.loads(seal(emergency(), FIRST, SECOND))
    one, two = envelope["signatures"]
    one["keyid"], two["keyid"] = two["keyid"], one["keyid"]
    assert code_of(lambda: judge(json.dumps(envelope).encode(), "emergency")) == "E_THRESHOLD"


def _later(minutes: float) -> Now:
    return Now(AT + timedelta(minutes=minutes), "SYNCED", 0.02)


def test_an_emergency_is_fresh_for_half_an_hour_or_with_a_nonce_of_this_box() -> None:
    plain = seal(emergency(), FIRST, SECOND)
    assert judge(plain, "emergency", now=_later(30))
    assert code_of(lambda: judge(plain, "emergency", now=_later(31))) == "E_TIME"
    assert judge(plain, "emergency", now=_later(-5))
    assert code_of(lambda: judge(plain, "emergency", now=_later(-6))) == "E_NOTYET"
    assert code_of(lambda: judge(plain, "emergency", now=FLOOR)) == "E_TIME"
    asked = seal(emergency(nonce="feedfacefeedface"), FIRST, SECOND)
    assert judge(asked, "emergency", now=FLOOR, nonces=("feedfacefeedface",))
    assert code_of(lambda: judge(asked, "emergency", now=FLOOR, nonces=("0" * 16,))) == "E_TIME"


def test_an_emergency_of_three_hours_or_of_yesterday_is_refused() -> None:
    long = seal(emergency(expires=utc_text(AT + timedelta(hours=3))), FIRST, SECOND)
    assert code_of(lambda: judge(long, "emergency")) == "E_TTL"
    tomorrow = _later(24 * 60)
    assert code_of(lambda: judge(seal(emergency(), FIRST, SECOND), "emergency", now=tomorrow)) == (
        "E_EXPIRED"
    )


def test_a_known_event_under_a_new_number_is_a_replay() -> None:
    floors = FakeFloors()
    floors.events.add("e0" * 16)
    envelope = seal(emergency(seq=43), FIRST, SECOND)
    assert code_of(lambda: judge(envelope, "emergency", floors=floors)) == "E_REPLAY"


def test_a_commune_cannot_end_an_emergency() -> None:
    floors = FakeFloors()
    floors.events.add("e0" * 16)
    envelope = seal(cancel(), COMMUNE)
    assert code_of(lambda: judge(envelope, "cancel", floors=floors)) == "E_SCOPE"
    both = seal(cancel(issuer="vn.84.em", **{"class": "emergency"}), FIRST, SECOND)
    assert judge(both, "cancel", floors=floors).document.kind == "cancel"


def test_without_a_trusted_clock_a_playlist_is_verified_against_the_floor_only() -> None:
    assert judge(GOOD, now=FLOOR).floor is not None
    past = Now(AT + timedelta(days=2), "FLOOR", None)
    assert code_of(lambda: judge(GOOD, now=past)) == "E_EXPIRED"


def test_a_signed_time_needs_a_nonce_of_this_box_and_no_place() -> None:
    envelope = seal(time_reply(), TIME)
    accepted = judge(envelope, "time", place=None, now=FLOOR, nonces=("0123456789abcdef",))
    assert accepted.floor is None
    assert code_of(lambda: judge(envelope, "time", place=None, now=FLOOR)) == "E_TIME"
    other = seal(time_reply(to=["*/*/tv-cl-0008"]), TIME)
    assert code_of(lambda: judge(other, "time", place=None)) == "E_STATION"


def test_a_box_without_a_place_accepts_its_station_config_and_no_playlist() -> None:
    assert judge(seal(station_config(), PROVINCE), "station-config", place=None).floor is not None
    assert code_of(lambda: judge(GOOD, place=None)) == "E_STATION"
    for changes, code in (
        ({"place": "84/29266/tv-cl-0008"}, "E_STATION"),
        ({"to": ["84/29266/tv-cl-0008"]}, "E_STATION"),
        ({"place": "79/29266/tv-cl-0007", "to": ["79/29266/tv-cl-0007"]}, "E_SCOPE"),
    ):
        envelope = seal(station_config(**changes), PROVINCE)
        assert code_of(lambda e=envelope: judge(e, "station-config", place=None)) == code


def test_a_province_cannot_capture_another_provinces_box() -> None:
    elsewhere = Place("79", "26734", "tv-cl-0007")
    envelope = seal(station_config(), PROVINCE)
    assert code_of(lambda: judge(envelope, "station-config", place=elsewhere)) == "E_SCOPE"


@pytest.mark.parametrize("threshold", [1, 2])
def test_a_silence_counts_the_threshold_of_its_role_and_not_the_extra_signatures(
    threshold: int,
) -> None:
    role = make_role("vn.84", ["silence"], ["silence/84/*/*"], FIRST, SECOND)
    two = {**ROOT, "roles": [{**role, "threshold": threshold}]}
    authority = load_pinned(json.dumps(two).encode())
    accepted = judge(seal(silence(), FIRST, SECOND), "silence", authority=authority)
    assert accepted.standing == threshold


def test_a_key_in_many_roles_is_tried_first_in_the_role_that_reaches_this_place() -> None:
    """A duty officer of a whole province, or one whom other communes list."""
    elsewhere = [
        make_role(f"vn.84.{n}", ["emergency", "cancel"], [f"emergency/84/{n}/*"], FIRST, SECOND)
        for n in range(10, 30)
    ]
    idle = [
        make_role(f"vn.x{n}", ["playlist"], ["routine/84/29266/*"], FIRST) for n in range(10, 30)
    ]
    roles = [*elsewhere, *idle, *ROOT["roles"]]
    authority = load_pinned(json.dumps({**ROOT, "roles": roles}).encode())
    alarm = seal(emergency(), FIRST, SECOND)
    assert judge(alarm, "emergency", authority=authority).document.issuer == "vn.84.em"
