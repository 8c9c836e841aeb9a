"""Heads revoke documents and prove a new state fresh; the history of pauses survives restarts."""

from __future__ import annotations

import copy
import json
from datetime import timedelta
from pathlib import Path

import pytest
from securesystemslib.signer import CryptoSigner

from agent.contract.document import Ack
from agent.contract.topic import Topic
from agent.errors import TrustError
from agent.store import key_value
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
    NEIGHBOUR,
    PROVINCE,
    RECEIPT,
    ROOT,
    SECOND,
    STRANGER,
    cancel,
    emergency,
    make_header,
    make_role,
    playlist,
    seal,
    silence,
    station_config,
    utc_text,
)

__all__ = ["box"]


async def test_a_new_box_without_a_head_accepts_what_is_signed_from_now_on(
    box: HeadlessStation,
) -> None:
    fresh = playlist(issued=utc_text(AT + HOUR + timedelta(minutes=5)), **WEEK)
    box.pass_time(timedelta(minutes=10))
    assert await box.receive(seal(playlist(seq=41, **WEEK), COMMUNE), "playlist") == ""
    assert await box.receive(seal(fresh, COMMUNE), "playlist") == "accepted"
    assert ("head_awaited", "memory") in box.issues


async def test_a_new_box_accepts_an_emergency_before_any_head(tmp_path: Path) -> None:
    box = await HeadlessStation(tmp_path, STATION, with_head_role(), AT).start()
    await give_place(box)
    assert await box.receive(seal(emergency(), FIRST, SECOND), "emergency") == "accepted"
    await box.stop()


async def test_a_new_box_accepts_an_old_prepared_alarm_only_if_a_head_lists_it(
    box: HeadlessStation,
) -> None:
    """What waits for a key does not prove itself fresh: no replay may bring back a former one."""
    former = emergency(trigger="key", slot="key", **WEEK)
    envelope = seal(former, FIRST, SECOND)
    assert await box.receive(envelope, "emergency") == ""
    slots = {"vn.84.em/emergency/key": entry_of(former)}
    assert await box.receive(head(1, slots), "head") == "accepted"
    assert await box.receive(envelope, "emergency") == "accepted"


async def test_a_head_that_is_out_of_force_proves_nothing_to_a_new_state(
    box: HeadlessStation,
) -> None:
    """A stolen head key listed a former schedule before the key was replaced."""
    former = playlist(**WEEK)
    slots = {KEY: entry_of(former)}
    assert await box.receive(head(1, slots), "head") == "accepted"
    box.in_force.current = with_head_role(STRANGER)
    await box.intake.restore()
    assert box.kinds == ["station-config"]
    assert await box.receive(seal(former, COMMUNE), "playlist") == "E_REPLAY"
    assert await box.receive(head(2, slots, signer=STRANGER), "head") == "accepted"
    assert await box.receive(seal(former, COMMUNE), "playlist") == "accepted"


async def test_where_nobody_may_send_heads_a_new_box_accepts_as_usual(tmp_path: Path) -> None:
    authority = load_pinned(json.dumps(ROOT).encode())
    box = await HeadlessStation(tmp_path, STATION, authority, AT + HOUR).start()
    await give_place(box)
    assert await box.receive(seal(playlist(**WEEK), COMMUNE), "playlist") == "accepted"
    assert box.issues == {}
    await box.stop()


async def test_without_the_time_a_head_proves_nothing_yet(tmp_path: Path) -> None:
    newest = playlist(**WEEK)
    box = await HeadlessStation(tmp_path, STATION, with_head_role(), None).start()
    await give_place(box)
    assert await box.receive(head(1, {KEY: entry_of(newest)}), "head") == "accepted"
    assert await box.receive(seal(newest, COMMUNE), "playlist") == ""
    box.clock.fix(AT + HOUR, box.hand())
    await box.intake.restore()
    assert box.greetings == 1
    assert await box.receive(seal(newest, COMMUNE), "playlist") == "accepted"
    await box.stop()


async def test_a_box_from_the_warehouse_learns_the_latest_time_from_its_config(
    tmp_path: Path,
) -> None:
    """Its program is two years old, and so is all that it knows of the time."""
    year_three = AT + timedelta(days=730)
    box = await HeadlessStation(
        tmp_path, STATION, load_pinned(json.dumps(ROOT).encode()), None
    ).start()
    assert box.clock.fix(year_three, box.hand(), "time key").verdict == "held"
    signed_at = utc_text(year_three - timedelta(days=20))
    until = utc_text(year_three + timedelta(days=20))
    config = station_config(issued=signed_at, not_before=signed_at, expires=until)
    assert await box.receive(seal(config, PROVINCE), "station-config") == "accepted"
    assert box.clock.fix(year_three, box.hand(), "time key").verdict == "taken"
    await box.stop()


async def test_missing_heads_with_a_known_time_are_a_freeze_too(
    box: HeadlessStation,
) -> None:
    await box.receive(head(1, {}), "head")
    box.pass_time(46 * HOUR)
    box.clock.fix(box.clock.now().at, box.hand())
    assert await Look(box)() == []
    box.pass_time(4 * HOUR)
    box.clock.fix(box.clock.now().at, box.hand())
    (found,) = await Look(box)()
    assert (found.kind, found.subject) == ("freeze_suspected", "head")


async def test_a_revoked_playlist_is_out_of_force_until_a_newer_head_restores_it(
    box: HeadlessStation,
) -> None:
    week = playlist(**WEEK)
    slots = {KEY: entry_of(week)}
    await box.receive(head(1, slots), "head")
    await box.receive(seal(week, COMMUNE), "playlist")
    assert "playlist" in box.kinds
    await box.receive(head(2, slots, revoked=[week["doc_id"]]), "head")
    assert "playlist" not in box.kinds
    assert ("document_withheld", KEY) in box.issues
    box.pass_time(48 * HOUR)  # the head itself has expired long ago
    await box.intake.restore()
    assert "playlist" not in box.kinds
    back = {"issued": utc_text(AT + 48 * HOUR), "not_before": utc_text(AT + 48 * HOUR),
            "expires": utc_text(AT + 72 * HOUR)}  # fmt: skip
    await box.receive(head(3, slots, **back), "head")
    assert "playlist" in box.kinds
    assert ("document_withheld", KEY) not in box.issues


async def test_a_head_ends_no_emergency_lifts_no_silence_and_takes_no_place(tmp_path: Path) -> None:
    """Its key lies on a server: it must not do alone what takes two, nor revive a config."""
    box = await HeadlessStation(tmp_path, STATION, with_head_role(), AT).start()
    documents = {
        "station-config": seal(station_config(doc_id="a1" * 16, **WEEK), PROVINCE),
        "emergency": seal(emergency(doc_id="a2" * 16), FIRST, SECOND),
        "silence": seal(
            silence(doc_id="a3" * 16, issued=utc_text(AT + timedelta(minutes=1))), PROVINCE
        ),
    }
    for kind, envelope in documents.items():
        assert await box.receive(envelope, kind) == "accepted", kind
    revoked = ["a1" * 16, "a2" * 16, "a3" * 16]
    assert await box.receive(head(1, {}, revoked=revoked), "head") == "accepted"
    assert sorted(box.kinds) == sorted([*documents, "head"])
    await box.stop()


async def test_a_head_must_name_the_issuer_of_each_slot(box: HeadlessStation) -> None:
    for key in ("tuan", "playlist/tuan", "vn.84.29266/lied/tuan", "vn.84.29266/playlist/a/b", "//"):
        assert await box.receive(head(1, {key: (1, 1, "ab" * 32)}), "head") == "E_SCHEMA", key


async def pause(box: HeadlessStation, seq: int) -> str:
    """One more by the province, in a slot of its own, issued now."""
    at = utc_text(box.clock.now().at)
    document = silence(seq=seq, slot=f"s{seq}", doc_id=f"{seq:032x}", issued=at, not_before=at)
    return await box.receive(seal(document, PROVINCE), "silence")


async def test_a_key_that_pauses_again_and_again_is_refused_through_slots_and_restarts(
    tmp_path: Path,
) -> None:
    box = await HeadlessStation(tmp_path, STATION, with_head_role(), AT).start()
    await give_place(box)
    box.pass_time(timedelta(minutes=1))
    assert await pause(box, 1) == "accepted"
    box.pass_time(timedelta(minutes=9))
    assert await pause(box, 2) == "E_POLICY"
    box.pass_time(timedelta(minutes=59))
    box.begins = box.clock.now().at
    await box.stop()
    await box.start()
    assert await pause(box, 3) == "E_POLICY"
    box.pass_time(timedelta(minutes=3))
    assert await pause(box, 4) == "accepted"
    await box.stop()


async def test_a_broken_file_does_not_let_the_same_key_pause_again(box: HeadlessStation) -> None:
    box.pass_time(timedelta(minutes=1))
    assert await pause(box, 1) == "accepted"
    box.pass_time(timedelta(minutes=20))
    await box.rot()
    await give_place(box)
    assert await pause(box, 2) == "E_POLICY"
    box.pass_time(timedelta(minutes=51))
    assert await pause(box, 3) == "accepted"


async def test_a_key_in_two_roles_pauses_by_one_of_them_only(tmp_path: Path) -> None:
    root = copy.deepcopy(ROOT)
    both = [
        make_role(name, ["silence"], ["silence/84/*/*"], COMMUNE) for name in ("vn.84.a", "vn.84.b")
    ]
    root["roles"] += [*both, make_role("vn.84.c", ["silence"], ["silence/84/*/*"], NEIGHBOUR)]
    box = await HeadlessStation(
        tmp_path, STATION, load_pinned(json.dumps(root).encode()), AT
    ).start()
    await give_place(box)

    async def say(issuer: str, signer: CryptoSigner, state: str = "on", seq: int = 1) -> str:
        at = utc_text(box.clock.now().at)
        document = silence(issuer=issuer, state=state, seq=seq, issued=at, not_before=at)
        return await box.receive(seal(document, signer), "silence")

    box.pass_time(timedelta(minutes=1))
    assert await say("vn.84.a", COMMUNE) == "accepted"
    assert await say("vn.84.b", COMMUNE) == "E_POLICY"
    assert await say("vn.84.b", COMMUNE, "off") == "accepted"  # lifts nothing, and no rest
    box.pass_time(timedelta(minutes=65))
    assert await say("vn.84.b", COMMUNE, seq=2) == "E_POLICY"
    assert await say("vn.84.c", NEIGHBOUR) == "accepted"  # another person, another role
    box.pass_time(timedelta(minutes=6))
    assert await say("vn.84.b", COMMUNE, seq=2) == "accepted"
    await box.stop()


async def test_a_broken_file_restores_nothing_that_was_withdrawn(box: HeadlessStation) -> None:
    """Whoever has the broker sends what was withdrawn and keeps the cancel back."""
    schedule = playlist(**WEEK)
    assert await box.receive(head(1, {KEY: entry_of(schedule)}), "head") == "accepted"
    assert await box.receive(seal(schedule, COMMUNE), "playlist") == "accepted"
    end = cancel(cancels=schedule["doc_id"], **WEEK)
    assert await box.receive(seal(end, COMMUNE), "cancel") == "accepted"
    await box.rot()
    await give_place(box)
    await box.receive(seal(schedule, COMMUNE), "playlist")
    assert "playlist" not in box.kinds


async def test_after_a_broken_file_each_key_keeps_its_alarm(box: HeadlessStation) -> None:
    """An event counts once; but what was lost has to come again, else the key starts nothing."""
    alarm = emergency(trigger="key", slot="key", **WEEK)
    slots = {"vn.84.em/emergency/key": entry_of(alarm)}
    assert await box.receive(head(1, slots), "head") == "accepted"
    envelope = seal(alarm, FIRST, SECOND)
    assert await box.receive(envelope, "emergency") == "accepted"
    await box.rot()
    await give_place(box)
    assert await box.receive(envelope, "emergency") == "accepted"
    again = seal({**alarm, "seq": alarm["seq"] + 1, "doc_id": "7c" * 16}, FIRST, SECOND)
    assert await box.receive(again, "emergency") == "E_REPLAY"


@pytest.mark.parametrize("text", ["[", '["2O26", "2027"]', "{}"])
async def test_a_corrupt_pause_on_the_card_prevents_no_silence(
    box: HeadlessStation, text: str
) -> None:
    box.pass_time(timedelta(minutes=1))
    await box.store.run(lambda connection: key_value.put(connection, "pause/vn.84", text))
    assert await pause(box, 1) == "accepted"


def ack(upto: int) -> bytes:
    header = make_header("ack", "vn.receipt", "config", hours=20)
    return seal(
        {**header, "journal": "6f3a6f3a", "upto": upto, "hash": "ab" * 32, "window": 4}, RECEIPT
    )


async def test_an_acknowledgement_of_another_record_is_recorded(box: HeadlessStation) -> None:
    async def refuse(document: Ack) -> None:
        raise TrustError("E_FORK", document.doc_id, "record 7 has another hash")

    box.intake._acknowledge = refuse
    assert await box.receive(ack(7), "ack") == "E_FORK"
    ((kind, detail),) = box.journal.records
    assert (kind, detail["code"], detail["kind"]) == ("refusal", "E_FORK", "ack")
    assert not await box.intake.receive(Topic("ack", station=box.station), ack(8))


async def test_only_new_accepted_documents_are_free_of_the_processor_share(
    box: HeadlessStation,
) -> None:
    async def is_new(envelope: bytes, kind: str) -> bool:
        box.hand.s += 1
        return await box.intake.receive(Topic(kind, "x", station=box.station), envelope)

    fresh = seal(playlist(issued=utc_text(AT + HOUR + timedelta(minutes=5)), **WEEK), COMMUNE)
    box.pass_time(timedelta(minutes=10))
    assert await is_new(fresh, "playlist")
    assert not await is_new(fresh, "playlist")
    assert not await is_new(seal(playlist(), STRANGER), "playlist")
    assert not await is_new(b"junk", "emergency")
    box.journal.acknowledged = 7
    assert not await is_new(ack(7), "ack")  # a broker may send it for ever
    assert await is_new(ack(8), "ack")
