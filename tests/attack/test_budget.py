"""Attacks 105 to 107: what one entitled key may cost the box."""

from __future__ import annotations

import copy
import dataclasses
import json
import sqlite3
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import msgspec
import pytest_asyncio
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from securesystemslib.signer import CryptoSigner

from agent.clock import mono_s
from agent.contract import issuer_budget
from agent.contract.accepted import FloorUpdate
from agent.contract.document import Body, Entry, EntryStart, Medium, Playlist, When
from agent.contract.envelope import Signature
from agent.contract.issuer_budget import OF_ISSUER
from agent.contract.report import MAX_HOLDS, ClockState, Hello
from agent.ingest.pipeline import IngestPipeline
from agent.link.bounded_mqtt import PACKET_HEAD_BYTES
from agent.plan.policy import EffectivePolicy
from agent.plan.timeline import Timeline, build_timeline
from agent.store.replay_floors import ReplayFloors
from agent.store.slot_expiry import forget_slots
from agent.trust.authority import load_pinned
from agent.trust.freshness import longest_life
from central.testbed.broker import MAX_PACKET_BYTES
from tests.harness.head_fixture import STATION, WEEK, give_place
from tests.harness.headless_station import HeadlessStation
from tests.harness.signed_documents import (
    AT,
    COMMUNE,
    FIRST,
    PROVINCE,
    ROOT,
    SECOND,
    cancel,
    emergency,
    make_role,
    playlist,
    seal,
    silence,
    utc_text,
)

YOUTH = CryptoSigner(Ed25519PrivateKey.generate())
FROM = datetime(2026, 11, 22, 17, tzinfo=UTC)  # local midnight
DIGEST = "a" * 64


@dataclass(frozen=True)
class FakeHeld:
    document: Playlist
    sha256: str = "0" * 64


def dense(
    number: int, times: list[str], duration_ms: int, class_: Literal["routine", "priority"]
) -> FakeHeld:
    """A playlist of one entry with all these times, each day."""
    when = When(times, [1, 2, 3, 4, 5, 6, 7], "2026-01-01", "2027-12-31")
    entry = Entry("e", "t", "vi", ["*"], when, EntryStart("at"), Body(media=[DIGEST]))
    return FakeHeld(
        Playlist(
            kind="playlist", issuer="vn.84.29266", class_=class_, to=["84/29266/*"],
            doc_id=f"{number:032x}", slot=f"slot-{number}", epoch=1, seq=1,
            issued="2026-01-01T00:00:00Z", not_before="2026-01-01T00:00:00Z",
            expires="2028-01-01T00:00:00Z",
            media=[Medium(DIGEST, 1, "audio/mpeg", duration_ms, [])], entries=[entry],
        )
    )  # fmt: skip


@pytest_asyncio.fixture
async def box(tmp_path: Path) -> AsyncIterator[HeadlessStation]:
    """A box in its place, in a commune with two issuers of playlists."""
    root = copy.deepcopy(ROOT)
    root["roles"].append(make_role("vn.84.29266.doan", ["playlist"], ["routine/84/29266/*"], YOUTH))
    started = await HeadlessStation(
        tmp_path, STATION, load_pinned(json.dumps(root).encode()), AT
    ).start()
    await give_place(started)
    yield started
    await started.stop()


def filled(number: int, starts: int, **changes: Any) -> dict[str, Any]:
    """A valid playlist in a slot of its own that starts something so often a day."""
    (entry,) = playlist()["entries"]
    entries, step_s = [], 7
    for first in range(0, starts, 1000):
        times = [clock(at * step_s % 86_400) for at in range(first, min(starts, first + 1000))]
        when = {**entry["when"], "at": times, "weekdays": [1, 2, 3, 4, 5, 6, 7]}
        entries.append({**entry, "id": f"e{first}", "when": when})
    own = {"slot": f"slot-{number}", "doc_id": f"{number:032x}", "entries": entries}
    return playlist(**{**own, **WEEK, **changes})


async def _room_without_end(_accepted: Any) -> list[Any]:
    return []


def rows_of(box: HeadlessStation, table: str) -> int:
    with sqlite3.connect(box.store.path) as connection:
        (count,) = connection.execute(
            f"SELECT count(*) FROM {table} WHERE kind='playlist'"  # noqa: S608 - names of this file
        ).fetchone()
    connection.close()
    return int(count)


async def test_attack_105_dense_playlists_of_one_key_are_refused_before_they_are_kept(
    box: HeadlessStation,
) -> None:
    """Sixteen such, all valid, were 718 MiB of a box that may have 400."""
    verdicts = [
        await box.receive(seal(filled(number, 10_000), COMMUNE), "playlist") for number in range(16)
    ]
    assert set(verdicts) == {"E_BUDGET", ""}  # told, and then counted
    assert "starts" in box.results[-1].detail
    assert (rows_of(box, "documents"), rows_of(box, "floors")) == (0, 0)
    assert not any(key.startswith("vn.84.29266/playlist") for key in box.floors.holds())


async def test_attack_105_one_issuers_share_is_its_own(box: HeadlessStation) -> None:
    assert await box.receive(seal(filled(1, 3000), COMMUNE), "playlist") == "accepted"
    assert await box.receive(seal(filled(2, 3000), COMMUNE), "playlist") == "E_BUDGET"
    # another issuer, an alarm, its cancel and a silence all find their room
    other = filled(2, 3000, issuer="vn.84.29266.doan")
    assert await box.receive(seal(other, YOUTH), "playlist") == "accepted"
    assert await box.receive(seal(emergency(), FIRST, SECOND), "emergency") == "accepted"
    ended = cancel(issuer="vn.84.em", **{"class": "emergency"})
    assert await box.receive(seal(ended, FIRST, SECOND), "cancel") == "accepted"
    assert await box.receive(seal(silence(), PROVINCE), "silence") == "accepted"
    # a newer one in the slot frees what the older one took
    smaller = filled(1, 10, seq=43, doc_id="9" * 32)
    assert await box.receive(seal(smaller, COMMUNE), "playlist") == "accepted"
    assert await box.receive(seal(filled(2, 3000), COMMUNE), "playlist") == "accepted"


async def test_attack_105_what_an_earlier_release_accepted_is_left_out_and_told(
    box: HeadlessStation, monkeypatch: Any
) -> None:
    """No loop of starts that end for want of memory: the newest that fit are in force."""
    monkeypatch.setattr(box.intake._admission, "make_room", _room_without_end)
    for number in range(4):
        await box.receive(seal(filled(number, 1500), COMMUNE), "playlist")
        box.pass_time(timedelta(seconds=2))
    assert rows_of(box, "documents") == 4
    assert [one.document.slot for one in box.held if one.document.kind == "playlist"] == [
        "slot-2",
        "slot-3",
    ]
    assert "starts" in box.issues["documents_over_budget", "vn.84.29266"]
    withdrawn = cancel(cancels=f"{3:032x}", **WEEK)
    assert await box.receive(seal(withdrawn, COMMUNE), "cancel") == "accepted"
    assert [one.document.slot for one in box.held if one.document.kind == "playlist"] == [
        "slot-1",
        "slot-2",
    ]


async def test_attack_105_a_cure_reaches_a_box_before_it_reads_its_schedules(
    box: HeadlessStation, monkeypatch: Any
) -> None:
    """Whatever reading and planning them costs: it is connected before, and a cancel counts."""
    heavy = filled(1, 3000)
    assert await box.receive(seal(heavy, COMMUNE), "playlist") == "accepted"
    await box.stop()
    box.begins = box.clock.now().at

    async def not_yet(_intake: IngestPipeline) -> None:
        pass

    with monkeypatch.context() as start:
        start.setattr(IngestPipeline, "restore", not_yet)
        await box.start()
    assert box.kinds == ["station-config"]
    ended = cancel(cancels=heavy["doc_id"], **WEEK)
    assert await box.receive(seal(ended, COMMUNE), "cancel") == "accepted"
    assert box.kinds == ["station-config", "cancel"]


async def test_attack_105_a_slot_renewed_without_end_wears_out_no_card(
    box: HeadlessStation, monkeypatch: Any
) -> None:
    """Each valid document is written and synced: five a second were 150 GB a day."""
    share = dataclasses.replace(OF_ISSUER["playlist"], a_day=3)
    monkeypatch.setitem(issuer_budget.OF_ISSUER, "playlist", share)
    verdicts = [
        await box.receive(seal(playlist(seq=seq, doc_id=f"{seq:032x}"), COMMUNE), "playlist")
        for seq in range(1, 6)
    ]
    assert verdicts == ["accepted"] * 3 + ["E_BUDGET"] * 2
    assert box.floors.get("vn.84.29266", "playlist", "tuan")[1] == 3
    other = playlist(issuer="vn.84.29266.doan")
    assert await box.receive(seal(other, YOUTH), "playlist") == "accepted"
    monkeypatch.setattr("agent.ingest.document_admission.mono_s", lambda: mono_s() + 86_401)
    assert await box.receive(seal(playlist(seq=9), COMMUNE), "playlist") == "accepted"


async def test_attack_106_slots_without_end_are_refused(box: HeadlessStation) -> None:
    """2,700 of them made a hello that no broker took, and the box was never answered again."""
    short = playlist(entries=[])
    for number in range(128):
        document = {**short, "slot": f"s-{number}", "doc_id": f"{number:032x}"}
        assert await box.receive(seal(document, COMMUNE), "playlist") == "accepted"
    one_more = {**short, "slot": "s-128", "doc_id": "8" * 32}
    assert await box.receive(seal(one_more, COMMUNE), "playlist") == "E_BUDGET"
    assert "slots" in box.results[-1].detail
    # the slots that exist go on
    newer = {**short, "slot": "s-7", "doc_id": "7" * 32, "seq": 43}
    assert await box.receive(seal(newer, COMMUNE), "playlist") == "accepted"


async def test_attack_106_a_forgotten_slot_lets_no_replay_in(box: HeadlessStation) -> None:
    """Whoever kept every document of a slot tries each of them at every moment."""
    kept = [
        playlist(entries=[], seq=seq, doc_id=f"{seq:032x}", slot="le-hoi", **life)
        for seq, life in enumerate(
            [
                {"expires": utc_text(AT + timedelta(days=45))},  # the longest that may be
                {"expires": utc_text(AT + timedelta(days=3))},
                {"expires": utc_text(AT + timedelta(days=1))},
            ],
            1,
        )
    ]
    newest = kept.pop()
    assert await box.receive(seal(newest, COMMUNE), "playlist") == "accepted"
    forgotten_on: int | None = None
    for day in range(1, 61):
        box.pass_time(timedelta(days=1))
        box.clock.fix(AT + timedelta(days=day), box.hand())
        gone = await box.store.run(forget_slots, box.clock.now().at, longest_life)
        box.floors.forget(gone)
        forgotten_on = forgotten_on or (day if gone else None)
        for former in kept:
            verdicts = await box.receive(seal(former, COMMUNE), "playlist")
            assert verdicts in ("E_REPLAY", "E_EXPIRED", "")  # told, and then counted
    assert forgotten_on == 1 + 45 + 2 + 1  # a day's life, the longest life, the margin, the look


def test_attack_106_a_hello_of_2700_slots_fits_every_broker_of_ours() -> None:
    """A memory that an earlier release filled: what is in force is told first."""
    floors = ReplayFloors()
    for number in range(2700):
        issuer, slot = f"vn.84.{number}".ljust(64, "a"), f"{number}".ljust(64, "s")
        floors.raise_to(FloorUpdate(issuer, "station-config", slot, 2**63 - 1, 2**63 - 1, "f" * 64))
    last = (issuer, "station-config", slot)
    holds = floors.holds([last, ("vn.84", "playlist", "unknown")], MAX_HOLDS)
    assert next(iter(holds)) == "/".join(last)
    assert len(holds) == MAX_HOLDS
    hello = Hello(
        session=2**31, boot_id="0" * 32, epoch="0" * 16, last_seq=2**53, nonce="0" * 32,
        place="/".join(["9" * 32] * 3), holds=holds, agent="0.1.0", partial=True,
        authority={f"vn.84.{number}": 2**31 for number in range(9)},
        clock=ClockState("HOLDOVER", 0.123456789), has=["audio", "board"],
    )  # fmt: skip
    signature = Signature("f" * 64, "A" * 100)
    length = (
        len(msgspec.json.encode(hello)) * 4 // 3 + 4 + len(msgspec.json.encode(signature)) + 200
    )
    assert length < MAX_PACKET_BYTES - PACKET_HEAD_BYTES


def clock(second: int) -> str:
    return f"{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"


def build(held: list[FakeHeld]) -> Timeline:
    return build_timeline(held, EffectivePolicy(()), FROM, FROM + timedelta(days=2))


def test_attack_107_one_long_priority_item_makes_no_look_up_slow() -> None:
    """Each look-up compared all that starts with all that had started: 12 s of the event loop."""
    routine = [
        dense(number, [clock(at) for at in range(number, 86_400, 60)], 500, "routine")
        for number in range(8)
    ]
    long = dense(99, ["00:00:00"], 86_400_000, "priority")
    timeline = build([*routine, long])
    assert len(timeline.occurrences) > 20_000
    began = time.thread_time()
    for minute in range(100):
        at = FROM + timedelta(minutes=minute, seconds=30)
        first = timeline.playing(at, "sound")
        assert first is not None
        assert first.document is long
        coming = timeline.upcoming(at, "sound")
        assert coming is not None
        assert coming.start_at == FROM + timedelta(days=1)  # until then all others lose
        assert len(timeline.contenders(at, "sound")) <= 9
    assert time.thread_time() - began < 5
