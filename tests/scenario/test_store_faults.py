"""Power cuts at every write, and a card that takes no writes any more."""

from __future__ import annotations

import asyncio
import hashlib
import json
import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from agent.clock import Clock
from agent.contract.ids import StationId
from agent.evidence.journal import Journal
from agent.store import documents
from agent.store.database import Store
from central.documents.sign import read_document
from central.store.records import list_gaps
from central.store.station_reports import list_results
from central.testbed.testbed import until
from tests.harness.continuous_play import ContinuousPlay
from tests.harness.melody import make_melody
from tests.harness.signed_emergency import make_alarm

GENESIS = "0" * 64
FRAME_BYTES = 4096 + 24  # SQLite's WAL: a frame is a page and 24 bytes of head
HEAD_BYTES = 32
STEPS = 12


def _accepted(seq: int) -> Any:
    """What trust would hand over; only the fields that the store reads."""
    import base64
    from types import SimpleNamespace

    import msgspec

    from agent.contract.document import Playlist

    payload = json.dumps({
        "kind": "playlist", "issuer": "vn.84", "class": "routine", "to": ["84/29266/*"],
        "doc_id": f"{seq:032x}", "slot": "tuan", "epoch": 1, "seq": seq,
        "issued": "2026-11-22T08:00:00Z", "not_before": "2026-11-22T08:00:00Z",
        "expires": "2027-01-01T00:00:00Z", "media": [], "entries": []}).encode()  # fmt: skip
    sha256 = hashlib.sha256(payload).hexdigest()
    envelope = {"payloadType": "x", "signatures": [], "payload": base64.b64encode(payload).decode()}
    floor = SimpleNamespace(
        issuer="vn.84", kind="playlist", slot="tuan", epoch=1, seq=seq, sha256=sha256
    )
    return SimpleNamespace(
        document=msgspec.json.decode(payload, type=Playlist),
        envelope=json.dumps(envelope).encode(),
        sha256=sha256,
        floor=floor,
        standing=1,
        place=None,
    )


async def _work(folder: Path) -> list[int]:
    """Write documents and records; the WAL's length after each durable step."""
    store = await asyncio.to_thread(Store.open, folder)
    journal = Journal(store, StationId("tv-cl-0007"), Clock(), "c" * 32)
    await journal.open()
    durable = []
    for seq in range(1, STEPS + 1):
        await store.run(documents.commit, _accepted(seq), datetime.now(UTC))
        await journal.append("config", detail={"number": seq})
        durable.append(await asyncio.to_thread(lambda: (folder / "state.db-wal").stat().st_size))
    shutil.copytree(folder, folder.with_name("cut"))  # as the power cut finds it: not closed
    await asyncio.to_thread(store.close)
    return durable


def _judge(folder: Path) -> int:
    """Open the state as the agent does, then look with SQLite alone; the last document's seq."""
    Store.open(folder).close()
    with closing(sqlite3.connect(folder / "state.db")) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        floors = db.execute("SELECT seq FROM floors WHERE kind='playlist'").fetchall()
        docs = db.execute("SELECT doc_id FROM documents").fetchall()
        rows = db.execute("SELECT seq, bytes FROM journal ORDER BY seq").fetchall()
    digest = GENESIS
    for expected, (seq, raw) in enumerate(rows, 1):
        assert seq == expected
        assert json.loads(raw)["prev"] == digest
        digest = hashlib.sha256(bytes.fromhex(digest) + raw).hexdigest()
    held = [int(doc_id, 16) for (doc_id,) in docs]
    assert held == [seq for (seq,) in floors]  # never the one without the other
    return held[0] if held else 0


async def test_a_power_cut_at_any_byte_of_the_log_loses_nothing_that_was_durable(
    tmp_path: Path,
) -> None:
    durable = await _work(tmp_path / "state")
    whole = (tmp_path / "cut" / "state.db-wal").read_bytes()
    ends = range(HEAD_BYTES, len(whole) + 1, FRAME_BYTES)
    cuts = sorted({end + off for end in ends for off in (-1, 0, 24, 2048) if end + off > 0})
    for number, cut in enumerate(cuts):
        folder = tmp_path / f"after-{number}"
        folder.mkdir()
        shutil.copyfile(tmp_path / "cut" / "state.db", folder / "state.db")
        (folder / "state.db-wal").write_bytes(whole[:cut])
        last = await asyncio.to_thread(_judge, folder)
        promised = sum(size <= cut for size in durable)
        assert last >= promised, (cut, last, promised)
        shutil.rmtree(folder)
    assert last == STEPS


@pytest_asyncio.fixture
async def worn_card(site: Any) -> AsyncIterator[Path]:
    """A file system of its own as the station's state folder; the test makes it read-only."""
    folder: Path = site.state_db.parent
    await asyncio.to_thread(folder.mkdir)
    if await _run("mount", "-t", "tmpfs", "-o", "size=48m", "tramtin", str(folder)):
        pytest.skip("this machine does not let a test mount a tmpfs")
    try:
        yield folder
    finally:
        await site.station.stop()
        assert await _run("umount", str(folder)) == 0


async def _run(*argv: str) -> int:
    process = await asyncio.create_subprocess_exec(*argv, stderr=asyncio.subprocess.DEVNULL)
    return await process.wait()


async def until_amplified(site: Any) -> datetime:
    """Until a line is switched on, by the simulator's own file: its sound is a moment away."""
    contact = site.folder / site.name / "nga-ba.json"
    await until(lambda: json.loads(contact.read_text())["contact"] == "on", "the amplifier on")
    return datetime.now(UTC)


async def test_a_box_whose_card_became_read_only_starts_and_sounds(
    site: Any, worn_card: Path
) -> None:
    make_melody(site.studio / "nhac.opus", 14_000)
    await site.start()
    programme = await ContinuousPlay(site).begin()
    await site.until_collected()
    await site.station.stop()
    on_card = site.own_rows()
    assert await _run("mount", "-o", "remount,ro", str(worn_card)) == 0
    collected = len(site.collected_rows())
    await site.station.start()
    on_at = await until_amplified(site)
    await programme.pass_time(4)
    sound = await programme.hear()
    programme.assert_in_its_place(sound, on_at + timedelta(seconds=1), 2.5)
    await programme.until_reported("state_volatile", ["begins"])
    assert site.own_rows() == on_card
    assert len(site.collected_rows()) > collected
    assert list_gaps(site.testbed.database) == []
    await site.station.stop()
    assert await _run("mount", "-o", "remount,rw", str(worn_card)) == 0
    await site.station.start()
    held_on_card = len(on_card)
    await until(
        lambda: (
            len(own := site.own_rows()) > held_on_card and set(own) <= set(site.collected_rows())
        ),
        "the card's own journal at the centre, as if nothing had been",
    )


def _fill(card: Path) -> None:
    with (card / "fill").open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(b"x" * 65536)


async def test_an_alarm_is_heard_on_a_card_that_filled_up_under_the_box(
    site: Any, worn_card: Path
) -> None:
    await site.start()
    await site.until_collected()
    programme = ContinuousPlay(site)
    await programme.record()
    await asyncio.to_thread(_fill, worn_card)
    envelope = make_alarm(site, timedelta(0), 1)
    await site.testbed.publish(envelope)
    doc_id = read_document(envelope).doc_id
    await until(
        lambda: (
            [
                one["result"]
                for one in list_results(site.testbed.database)
                if one["doc_id"] == doc_id
            ]
            == ["accepted"]
        ),
        "the alarm accepted",
    )
    on_at = await until_amplified(site)
    await programme.pass_time(7)
    sound = await programme.hear()
    sound.assert_heard(on_at + timedelta(seconds=1), on_at + timedelta(seconds=7))


async def test_a_box_goes_back_to_its_card_by_itself_and_takes_along_what_it_accepted(
    site: Any, worn_card: Path
) -> None:
    await site.start()
    await site.until_collected()
    await site.station.stop()
    before = site.own_rows()
    assert await _run("mount", "-o", "remount,ro", str(worn_card)) == 0
    await site.station.start()
    make_melody(site.studio / "nhac.opus", 14_000)
    at = datetime.now(UTC) + timedelta(hours=2)
    await site.publish(site.compile([(at, "title: Ca nhạc, play: [nhac.opus]")]))
    assert "playlist" not in _kinds_on(site.state_db, "immutable=1")
    assert await _run("mount", "-o", "remount,rw", str(worn_card)) == 0
    await until(lambda: "playlist" in _kinds_on(site.state_db), "the playlist on the card")
    await until(
        lambda: (
            len(own := site.own_rows()) > len(before) and set(own) <= set(site.collected_rows())
        ),
        "the card's own journal goes on",
    )
    assert list_gaps(site.testbed.database) == []


def _kinds_on(card: Path, how: str = "mode=ro") -> set[str]:
    with closing(sqlite3.connect(f"file:{card}?{how}", uri=True, timeout=10)) as db:
        return {kind for (kind,) in db.execute("SELECT kind FROM documents")}


ROTTEN = (
    "UPDATE meta SET value='x' WHERE key='session'",
    "UPDATE meta SET value='{' WHERE key IN ('journal_beat', 'born', 'silences_told')",
    "UPDATE meta SET value='2826' || substr(value, 5) WHERE key='time_floor'",
    "UPDATE floors SET seq=seq + 1024 WHERE kind='playlist'",
    "UPDATE documents SET envelope=substr(envelope, 1, 90) WHERE kind='playlist'",
    "UPDATE journal SET hash='00' WHERE seq=(SELECT MAX(seq) FROM journal)",
)


def _rot(card: Path) -> None:
    with closing(sqlite3.connect(card)) as db, db:
        for statement in ROTTEN:
            db.execute(statement)


async def test_a_box_whose_memory_rotted_connects_plays_and_says_so(site: Any) -> None:
    make_melody(site.studio / "nhac.opus", 14_000)
    await site.start()
    await ContinuousPlay(site).begin()
    await site.until_collected()
    await site.station.stop()
    await asyncio.to_thread(_rot, site.state_db)
    at = datetime.now(UTC)
    await site.station.start()
    programme = ContinuousPlay(site)
    await programme.until_sounding(at)
    await programme.until_reported("state_damaged", ["begins"])
    assert list_gaps(site.testbed.database) == []
