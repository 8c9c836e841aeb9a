"""A state in which every table and every key has a value, as on a box after some weeks."""

from __future__ import annotations

import asyncio
import hashlib
import json
import sqlite3
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from agent.clock import Clock
from agent.contract.document import TYPE_OF_KIND
from agent.contract.hash_chain import GENESIS, next_hash
from agent.contract.ids import Place, StationId
from agent.contract.report import Play
from agent.contract.utc import encode_utc
from agent.errors import StoreError
from agent.evidence.journal import Journal
from agent.store import clock_state, documents, key_value
from agent.store.authority_files import RoleFile, accept, store_roots
from agent.store.database import Store
from agent.store.local_mute import LocalMute
from agent.store.pause_history import record_pause
from agent.store.state_origin import StateOrigin, save_origin
from tests.harness.signed_documents import (
    AT,
    COMMUNE,
    FIRST,
    PROVINCE,
    SECOND,
    cancel,
    emergency,
    playlist,
    seal,
    silence,
    station_config,
)

RECORD = "INSERT INTO journal (seq, at, bytes, hash) VALUES ({}, '{}', {}, '{}')"
BOOT = "0d9c5a0b7a5f4d7c9f6f3a1e2b4c6d80"
STATION = StationId("tv-cl-0007")
WORDS = {
    "silence_key": "on",
    "silences_told": '{"148de9c5a7a44d19e56cd9ae1a554bf6":{"issuer":"vn.84","slot":"silence"}}',
    "command_results": (
        '{"' + "f" * 64 + '":{"doc_id":"148de9c5a7a44d19e56cd9ae1a554bf6","outcome":"done",'
        '"record":{"do":"volume"}}}'
    ),
    "last_place": "84/29266/tv-cl-0007",
    "zone_levels": '{"nga-ba":{"trim_db":-6,"muted_until":"2026-11-24T08:00:00Z"}}',
    "health_short_lives": "2",
    "health_under_voltage_boot": BOOT,
}


def chained(epoch: str, count: int) -> list[str]:
    """Statements that put so many chained records into an empty journal."""
    statements, digest = [], GENESIS
    for seq in range(1, count + 1):
        record = {
            "station": STATION, "epoch": epoch, "seq": seq, "prev": digest,
            "at": "2026-11-24T00:00:00.000Z", "offset_min": 420, "boot_id": BOOT, "mono_ns": seq,
            "clock": {"quality": "SYNCED", "error_s": 0.02}, "kind": "fault", "detail": {},
        }  # fmt: skip
        raw = json.dumps(record).encode()
        digest = next_hash(digest, raw)
        row = seq, record["at"], f"x'{raw.hex()}'", digest
        statements.append(RECORD.format(*row))
    return statements


def accepted(document: dict[str, Any], *signers: Any) -> Any:
    """What trust would hand over."""
    payload = json.dumps(document).encode()
    sha256 = hashlib.sha256(payload).hexdigest()
    return SimpleNamespace(
        document=msgspec.json.decode(payload, type=TYPE_OF_KIND[document["kind"]]),
        envelope=seal(document, *signers),
        sha256=sha256,
        floor=SimpleNamespace(
            issuer=document["issuer"], kind=document["kind"], slot=document["slot"],
            epoch=document["epoch"], seq=document["seq"], sha256=sha256,
        ),
        standing=len(signers),
        place=Place("84", "29266", "tv-cl-0007"),
    )  # fmt: skip


def play(title: str = "Bản tin sáng") -> Play:
    """One that has begun."""
    return Play(
        output="loa", zones=["nga-ba"], doc_id="d" * 32, doc_sha256="f" * 64, entry="e1",
        title=title, issuer="vn.84.29266", editor="", approver="", class_="routine",
        level="scheduled", lang="vi", media=[], planned_start=encode_utc(AT),
        planned_end=encode_utc(AT + timedelta(seconds=30)), start=encode_utc(AT), end=None,
        duration_ms=0, result="full", reason=None, proof="A2", gain_db=-6.0, underruns=0,
    )  # fmt: skip


async def fill(folder: Path) -> None:
    """Put one of everything into the state in a folder."""
    store = await asyncio.to_thread(Store.open, folder)
    clock = Clock()
    clock.fix(AT, clock._boot(), "k" * 64)
    journal = Journal(store, STATION, clock, BOOT)
    await journal.open()
    for document, signers in (
        (station_config(), [PROVINCE]),
        (playlist(), [COMMUNE]),
        (silence(), [FIRST, SECOND]),
        (emergency(), [FIRST, SECOND]),
        (cancel(), [FIRST, SECOND]),
    ):
        await store.run(documents.commit, accepted(document, *signers), AT)
    pause = SimpleNamespace(begun_at=AT, end_at=AT + timedelta(minutes=10))
    await store.run(record_pause, ["vn.84", "k" * 64], pause)
    await store.run(save_origin, StateOrigin(is_new=False, born=encode_utc(AT), is_proved=True))
    await store.run(clock_state.save, clock_state.describe(clock, BOOT, 3))
    await LocalMute(store, clock, BOOT).begin()
    for _ in range(7):
        await store.run(key_value.next_session)
    await store.run(_put_words)
    await store.run(store_roots, {3: b"root 3"})
    roles = ("timestamp", "snapshot", "targets")
    await store.run(accept, 3, {role: RoleFile(role.encode(), 5, "k" * 64) for role in roles})
    await journal.open_play(play())
    await journal.close_play(await journal.open_play(play()), play("Đã phát xong"))
    await journal.beat()
    await asyncio.to_thread(store.close)


def _put_words(connection: sqlite3.Connection) -> None:
    for key, text in WORDS.items():
        key_value.put(connection, key, text)


def refuse_writes(monkeypatch: pytest.MonkeyPatch, card: Path) -> Callable[[], None]:
    """Refuse writes to the card until the result is called."""
    was, refused = Store.open.__func__, [card]  # type: ignore[attr-defined]  # a class method

    def open_(cls: type[Store], folder: Path) -> Store:
        if folder in refused:
            raise StoreError("E_DISK", str(folder), "read-only")
        store: Store = was(cls, folder)
        return store

    monkeypatch.setattr(Store, "open", classmethod(open_))
    return refused.clear
