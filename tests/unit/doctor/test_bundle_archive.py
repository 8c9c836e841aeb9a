"""What lies in the bundle, made from a store that holds the contract page's own playlist."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import re
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from agent.clock import Clock
from agent.contract.document import TYPE_OF_KIND, Document
from agent.contract.ids import Place
from agent.doctor.bundle_files import PARTS
from agent.doctor.context import DoctorContext
from agent.doctor.state_reader import query_database, read_values
from agent.settings.load import SettingsReport
from agent.settings.model import Settings
from agent.store import documents, key_value
from agent.store.database import Store

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "contract.md").read_text(encoding="utf-8")
PLAYLIST = next(
    text for text in re.findall(r"```json\n(.*?)\n```", PAGE, re.DOTALL) if '"playlist"' in text
)
EVENING = datetime(2026, 11, 22, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Accepted:
    document: Document
    envelope: bytes
    sha256: str
    floor: None = None
    standing: int = 1
    place: Place | None = None


def accepted(payload: str) -> Accepted:
    envelope = {
        "payloadType": "application/vnd.tramtin.playlist.v1+json",
        "payload": base64.b64encode(payload.encode()).decode(),
        "signatures": [],
    }
    document = msgspec.json.decode(payload, type=TYPE_OF_KIND["playlist"])
    sha256 = hashlib.sha256(payload.encode()).hexdigest()
    return Accepted(document, json.dumps(envelope).encode(), sha256)


@pytest.fixture
def case(tmp_path: Path) -> DoctorContext:
    state = tmp_path / "state"
    state.mkdir()
    store = Store.open(state)
    asyncio.run(store.run(documents.commit, accepted(PLAYLIST), EVENING))
    asyncio.run(store.run(key_value.put, "session", "41"))
    store.close()
    output = {
        "name": "loa",
        "audio": {"driver": "portaudio", "device": "default"},
        "zones": [{"name": "nga-ba"}],
    }
    broker = {"host": "h", "ca": "/c", "cert": "/c", "key": "/k"}
    plain = {"station": "tv-cl-0007", "root": "/r", "state": str(state), "broker": broker}
    settings = msgspec.convert(plain | {"outputs": [output]}, Settings)
    return DoctorContext(
        Path("f"), SettingsReport("f", "", settings, None, []), settings, Clock(EVENING)
    )


def test_the_next_day_is_in_the_bundle_with_its_refusals(case: DoctorContext) -> None:
    first, *rows = PARTS["upcoming.txt"](case).splitlines()
    assert first.startswith("now 2026-11-22T12:00:0")
    # the page's own first entry: each day at 05:00 local time, UTC+7
    assert any(row.startswith("2026-11-22T22:00:00") for row in rows), rows


def test_held_documents_and_their_content_are_in_the_bundle(case: DoctorContext) -> None:
    held = json.loads(PARTS["documents.jsonl"](case))
    playlist = json.loads(PLAYLIST)
    assert (held["kind"], held["doc_id"]) == ("playlist", playlist["doc_id"])
    assert json.loads(PARTS["playlists.jsonl"](case)) == playlist


def test_an_empty_place_says_so(case: DoctorContext) -> None:
    assert PARTS["journal.jsonl"](case) == PARTS["faults.txt"](case) == "none\n"


def test_memory_is_read_without_writing_and_without_a_new_file(case: DoctorContext) -> None:
    assert case.settings is not None
    state = Path(case.settings.state)
    before = sorted(state.iterdir())
    assert read_values(state)["session"] == "41"
    assert sorted(state.iterdir()) == before
    with pytest.raises(sqlite3.OperationalError):
        query_database(state, lambda connection: connection.execute("DELETE FROM meta"))


def test_memory_that_is_not_there_yet_is_empty(tmp_path: Path) -> None:
    assert read_values(tmp_path) == {}
    (tmp_path / "state.db").write_bytes(b"no database at all, but long enough to be looked at")
    assert read_values(tmp_path) == {}
