"""Attacks 71 to 82 of the catalogue: what was signed once, said again or in another place."""

from __future__ import annotations

import copy
import json
from datetime import timedelta
from pathlib import Path

from agent.clock import Now
from agent.trust.authority import load_pinned
from tests.harness.head_fixture import (
    HOUR,
    KEY,
    STATION,
    WEEK,
    Look,
    box,
    entry_of,
    give_place,
    head,
    with_head_role,
)
from tests.harness.headless_station import HeadlessStation
from tests.harness.signed_documents import (
    AT,
    COMMUNE,
    FIRST,
    PROVINCE,
    ROOT,
    SECOND,
    FakeFloors,
    cancel,
    code_of,
    emergency,
    judge,
    playlist,
    seal,
    silence,
    utc_text,
)

__all__ = ["box"]


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
    soon = Now(AT + timedelta(minutes=31), "SYNCED", 0.02)
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


async def test_attack_076_a_cancelled_emergency_said_again(tmp_path: Path) -> None:
    box = await HeadlessStation(tmp_path, STATION, with_head_role(), AT).start()
    await give_place(box)
    alarm = seal(emergency(), FIRST, SECOND)
    assert await box.receive(alarm, "emergency") == "accepted"
    end = cancel(issuer="vn.84.em", **{"class": "emergency"})
    assert await box.receive(seal(end, FIRST, SECOND), "cancel") == "accepted"
    assert "emergency" not in box.kinds
    assert await box.receive(alarm, "emergency") == ""  # the very bytes: a duplicate, no deed
    renumbered = seal(emergency(seq=43, doc_id="7c" * 16), FIRST, SECOND)
    assert await box.receive(renumbered, "emergency") == "E_REPLAY"
    assert "emergency" not in box.kinds
    await box.stop()
    await box.start()
    assert await box.receive(renumbered, "emergency") == "E_REPLAY"
    assert "emergency" not in box.kinds
    await box.stop()


async def test_attack_079_a_deleted_database_takes_no_old_schedule_and_tells(
    box: HeadlessStation,
) -> None:
    old, newest = playlist(seq=41, **WEEK), playlist(seq=42, **WEEK)
    await box.receive(head(1, {KEY: entry_of(newest)}), "head")
    assert await box.receive(seal(newest, COMMUNE), "playlist") == "accepted"
    await box.lose_memory()
    await give_place(box)
    assert ("head_awaited", "memory") in box.issues
    for document in (old, newest):  # nobody here can tell which of them is the newest
        assert await box.receive(seal(document, COMMUNE), "playlist") == ""
    assert await box.receive(seal(silence(), PROVINCE), "silence") in ("", "E_EXPIRED")
    assert box.kinds == ["station-config"]
    assert await box.receive(head(2, {KEY: entry_of(newest)}), "head") == "accepted"
    assert ("head_awaited", "memory") not in box.issues
    assert box.greetings == 1  # what was turned away is asked for again
    assert await box.receive(seal(old, COMMUNE), "playlist") == "E_REPLAY"
    assert await box.receive(seal(newest, COMMUNE), "playlist") == "accepted"
    elsewhere = seal(playlist(slot="nen", **WEEK), COMMUNE)
    assert await box.receive(elsewhere, "playlist") == "E_REPLAY"


async def test_attack_079_a_head_of_the_day_before_yesterday_proves_nothing(
    box: HeadlessStation,
) -> None:
    newest = playlist(seq=42, **WEEK)
    await box.lose_memory()
    await give_place(box)
    box.pass_time(24 * HOUR)
    assert await box.receive(head(2, {KEY: entry_of(newest)}), "head") == "E_EXPIRED"
    assert await box.receive(seal(newest, COMMUNE), "playlist") == ""


async def test_what_was_issued_since_a_new_box_first_knew_the_time_is_no_replay(
    box: HeadlessStation,
) -> None:
    await box.lose_memory()
    box.pass_time(timedelta(seconds=5))
    fresh = playlist(seq=43, issued=utc_text(box.clock.now().at), **WEEK)
    box.pass_time(timedelta(seconds=30))
    await give_place(box)
    assert await box.receive(seal(fresh, COMMUNE), "playlist") == "accepted"


async def test_attack_082_a_newer_list_than_what_is_held_for_a_day(box: HeadlessStation) -> None:
    held, promised = playlist(seq=42, **WEEK), playlist(seq=43, **WEEK)
    await box.receive(head(1, {KEY: entry_of(held)}), "head")
    await box.receive(seal(held, COMMUNE), "playlist")
    assert await Look(box)() == []
    await box.receive(head(2, {KEY: entry_of(promised)}), "head")
    assert await Look(box)() == []
    box.pass_time(23 * HOUR)
    assert await Look(box)() == []
    box.pass_time(HOUR + timedelta(minutes=1))  # also when the agent was started anew meanwhile
    (found,) = await Look(box)()
    assert (found.kind, found.subject) == ("freeze_suspected", KEY)
    assert await box.receive(seal(promised, COMMUNE), "playlist") == "accepted"
    assert await Look(box)() == []
