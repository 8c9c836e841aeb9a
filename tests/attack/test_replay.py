"""Attacks 71 to 82 of the catalogue: what was signed once, said again or in another place."""

from __future__ import annotations

import copy
import json
from datetime import timedelta

from agent.clock import Now
from agent.trust.authority import load_pinned
from tests.unit.trust.test_verify import (
    AT,
    COMMUNE,
    FIRST,
    ROOT,
    SECOND,
    FakeFloors,
    code_of,
    emergency,
    judge,
    playlist,
    seal,
)


def after(*documents: dict[str, object]) -> FakeFloors:
    """The floors of a box that has accepted these, in order."""
    floors = FakeFloors()
    for document in documents:
        update = judge(seal(document, COMMUNE), floors=floors).floor
        assert update is not None
        place = update.issuer, update.kind, update.slot
        floors.floors[place] = update.epoch, update.seq, update.sha256
    return floors


def refused(document: dict[str, object], floors: FakeFloors) -> str:
    return code_of(lambda: judge(seal(document, COMMUNE), floors=floors))


def test_attack_071_an_older_number() -> None:
    floors = after(playlist(seq=42))
    assert refused(playlist(seq=41), floors) == "E_REPLAY"


def test_attack_072_the_same_number_and_bytes_change_nothing() -> None:
    floors = after(playlist(seq=42))
    assert judge(seal(playlist(seq=42), COMMUNE), floors=floors).duplicate


def test_attack_073_the_same_number_over_other_bytes() -> None:
    floors = after(playlist(seq=42))
    assert refused(playlist(seq=42, editor="Kẻ khác"), floors) == "E_FORK"


def test_attack_074_an_older_epoch() -> None:
    floors = after(playlist(epoch=2, seq=1))
    assert refused(playlist(epoch=1, seq=2**60), floors) == "E_REPLAY"


def test_attack_075_a_poisoned_counter_is_cured_by_a_raised_epoch() -> None:
    floors = after(playlist(epoch=1, seq=2**53))
    assert refused(playlist(epoch=1, seq=43), floors) == "E_REPLAY"
    assert not judge(seal(playlist(epoch=2, seq=1), COMMUNE), floors=floors).duplicate


def test_attack_077_yesterdays_emergency() -> None:
    alarm = seal(emergency(), FIRST, SECOND)
    tomorrow = Now(AT + timedelta(days=1), "SYNCED", 0.02)
    assert code_of(lambda: judge(alarm, "emergency", now=tomorrow)) == "E_EXPIRED"
    soon = Now(AT + timedelta(minutes=30), "SYNCED", 0.02)
    assert code_of(lambda: judge(alarm, "emergency", now=soon)) == "E_TIME"


def test_attack_080_a_document_on_another_stations_topic() -> None:
    envelope = seal(playlist(), COMMUNE)
    assert code_of(lambda: judge(envelope, station="tv-cl-0008")) == "E_STATION"


def test_attack_081_a_new_playlist_beside_an_old_stream_grant() -> None:
    root = copy.deepcopy(ROOT)
    root["roles"][0]["kinds"].append("stream-grant")
    authority = load_pinned(json.dumps(root).encode())
    grant = {
        **{name: value for name, value in playlist().items() if name not in ("media", "entries")},
        "kind": "stream-grant", "slot": "live", "expires": "2026-11-23T01:10:00Z",
        "stream_id": "56af" * 8, "stream_key": "32b5" * 16, "first_seq": 0, "codec": "opus",
        "max_segment_bytes": 65_536, "hosts": ["live.example.vn"],
    }  # fmt: skip
    floors = after(playlist(seq=5))
    floors.floors["vn.84.29266", "stream-grant", "live"] = 1, 43, "00" * 32
    old = seal(grant, COMMUNE)
    assert code_of(lambda: judge(old, "stream-grant", floors=floors, authority=authority)) == (
        "E_REPLAY"
    )
