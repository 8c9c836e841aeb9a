"""Playlists to publish from a centre's database, by the command `publish`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from agent.contract.document import Body, Entry, EntryStart, Medium, Playlist, When
from agent.contract.local_time import LOCAL
from agent.contract.station_policy import StationPolicy
from central.__main__ import main
from central.documents.sign import build_header, encode_document, mark_critical, sign_document
from central.store.database import Database
from tests.harness.centre_records import GROUP, STATION, note_collector, place_station

OTHER = "tv-cl-0021"
DIGEST = "ab" * 32
TODAY = datetime.now(LOCAL).date()
TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture
def db(tmp_path: Path) -> Path:
    path = tmp_path / "central.db"
    Database.open(path).close()
    note_collector(path)
    return path


def configure(db: Path, policy: StationPolicy, station: str = STATION, **more: Any) -> None:
    database = Database.open(db)
    place_station(database, station, policy=policy, **more)
    database.close()


def entry(title: str, at: Sequence[str], *, day: Any = TOMORROW, seconds: int = 30) -> Entry:
    when = When([f"{clock}:00" for clock in at], [1, 2, 3, 4, 5, 6, 7], str(day), str(day))
    repeat = max(1, seconds // 30)
    return Entry(f"e{len(title)}-{at[0][:2]}", title, "vi", ["*"], when, EntryStart("at"),
                 Body(media=[DIGEST], repeat=repeat))  # fmt: skip


def playlist(
    path: Path, *entries: Entry, url: str = f"https://media.example.vn/{DIGEST}", **more: Any
) -> Path:
    midnight = datetime.combine(TOMORROW, time(), LOCAL).astimezone(UTC)
    given = {
        "issuer": "vn.84.29266", "class_": "routine", "to": ["84/29266/*"], "slot": "tuan",
        "seq": 5, "now": datetime.now(UTC), "lifetime": timedelta(days=6),
        "not_before": min(midnight, datetime.now(UTC)), **more,
    }  # fmt: skip
    medium = Medium(DIGEST, 480_000, "audio/mpeg", 30_000, [url])
    document = Playlist(**build_header("playlist", **given), media=[medium], entries=list(entries))
    payload = encode_document(mark_critical(document))
    path.write_bytes(sign_document(payload, "playlist", []))
    return path


def publish(file: Path, db: Path, *more: str) -> tuple[int, str]:
    words = ("publish", str(file), "--db", str(db), "--group", GROUP, *more)
    result = CliRunner().invoke(main, words)
    return result.exit_code, result.stderr + result.stdout  # a refusal first, then the week
