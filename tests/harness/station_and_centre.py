"""A station and its centre that have the same three playlists; local days of November 2026."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from agent.contract.local_time import LOCAL
from agent.contract.utc import encode_utc
from agent.store import documents as box_documents
from agent.store.database import Store
from central.publication.document_outbox import keep
from central.store.database import Database
from central.store.schema import documents, publications
from tests.harness.accepted_documents import Accepted, accepted
from tests.harness.centre_records import GROUP, STATION, place_station, say_hello

SETTINGS = """\
station: tv-cl-0007
broker: {{host: mqtt.example.vn, port: 8883, ca: /a, cert: /b, key: /c}}
root: /d
state: {0}
outputs:
  - name: loa
    audio: {{driver: portaudio, device: default, channels: 1}}
    zones: [{{name: z, kind: ordinary, switch: {{profile: sim-amplifier}}}}]
"""
SENT = datetime(2026, 11, 24, 17, tzinfo=LOCAL)
DIGEST = "a" * 64
MEDIUM = {"sha256": DIGEST, "bytes": 1, "mime": "audio/mpeg", "duration_ms": 600_000, "urls": []}
WEEKDAYS = [1, 2, 3, 4, 5, 6, 7]


def entry(title: str, at: str, *, waits: bool = False) -> dict[str, Any]:
    when = {"at": [f"{at}:00"], "weekdays": WEEKDAYS, "from": "2026-11-22", "until": "2026-11-30"}
    return {
        "id": f"e{at[:2]}{at[3:]}", "title": title, "lang": "vi", "zones": ["z"], "when": when,
        "start": {"kind": "next" if waits else "at"}, "body": {"media": [DIGEST]},
    }  # fmt: skip


def playlist(seq: int, slot: str, *entries: dict[str, Any], **more: Any) -> Accepted:
    return accepted(seq=seq, slot=slot, media=[MEDIUM], entries=list(entries), **more)


WEEK = playlist(
    1, "tuan", entry("Tiếp âm", "03:15"), entry("Bản tin sáng", "05:00"), entry("Trưa", "11:00")
)
REMINDERS = playlist(2, "nhac", entry("Nhắc", "05:05"), entry("Dặn", "11:03", waits=True))
RAIN = playlist(3, "mua", entry("Mưa lớn", "05:06"), **{"class": "priority"})


def put(path: Path, one: bytes, target: str = f"g/{GROUP}", kind: str = "playlist") -> None:
    database = Database.open(path)
    keep(database, f"tramtin/1/{target}/{kind}/x", one)
    date_back(database)
    database.close()


def date_back(database: Database) -> None:
    """All that was published was published at `SENT`."""
    with database.transaction() as connection:
        for table in (documents, publications):
            connection.execute(sa.update(table).values(published_at=encode_utc(SENT)))


@pytest.fixture
def centre(db: Path) -> Path:
    database = Database.open(db)
    place_station(database, now=SENT - timedelta(days=1))
    say_hello(database, STATION, "audio")
    database.close()
    for one in (WEEK, REMINDERS, RAIN):
        put(db, one.envelope)
    return db


@pytest.fixture
def station(tmp_path: Path) -> Path:
    """The station itself, which has received all of it."""
    state = tmp_path / "state"
    state.mkdir()
    file = tmp_path / "station.yaml"
    file.write_text(SETTINGS.format(state))
    store = Store.open(state)
    for one in (WEEK, REMINDERS, RAIN):
        store.do(lambda connection, one=one: box_documents.commit(connection, one, SENT))
    store.close()
    return file
