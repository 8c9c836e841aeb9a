"""Corrupt rows do not stop a start, and their content comes again."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from agent.store.database import FILE
from tests.harness.head_fixture import (
    HOUR,
    KEY,
    STATION,
    WEEK,
    entry_of,
    give_place,
    head,
    with_head_role,
)
from tests.harness.headless_station import HeadlessStation
from tests.harness.signed_documents import AT, COMMUNE, playlist, seal

PLAYLIST = "UPDATE documents SET {} WHERE kind='playlist'"
DAMAGES = {
    "an envelope that ends": PLAYLIST.format("envelope=substr(envelope, 1, 90)"),
    "an envelope that is text": PLAYLIST.format("envelope='x'"),
    "a turned byte of the payload": PLAYLIST.format(
        "envelope=CAST(substr(envelope, 1, 300) || '/' || substr(envelope, 302) AS BLOB)"
    ),
    "its kind": PLAYLIST.format("kind='playlisu'"),
    "its kind, no UTF-8": PLAYLIST.format("kind=CAST(x'ff' AS TEXT)"),
    "its moment": PLAYLIST.format("accepted_at='2O26'"),
    "its standing": PLAYLIST.format("standing='one'"),
    "its place": PLAYLIST.format("accepted_in='84'"),
}


async def with_schedule(tmp_path: Path) -> HeadlessStation:
    box = await HeadlessStation(tmp_path, STATION, with_head_role(), AT + HOUR).start()
    await give_place(box)
    schedule = playlist(**WEEK)
    assert await box.receive(head(1, {KEY: entry_of(schedule)}), "head") == "accepted"
    assert await box.receive(seal(schedule, COMMUNE), "playlist") == "accepted"
    await box.stop()
    return box


def damage(folder: Path, statement: str) -> None:
    with closing(sqlite3.connect(folder / FILE)) as raw, raw:
        raw.text_factory = bytes
        before = raw.execute("SELECT * FROM documents").fetchall()
        raw.execute(statement)
        assert raw.execute("SELECT * FROM documents").fetchall() != before


@pytest.mark.parametrize("what", DAMAGES)
async def test_a_corrupt_document_is_accepted_again_and_no_older_one(
    tmp_path: Path, what: str
) -> None:
    box = await with_schedule(tmp_path)
    damage(tmp_path, DAMAGES[what])
    await box.start()
    assert "station-config" in box.kinds
    assert "playlist" not in box.kinds
    schedule = playlist(**WEEK)
    older = seal(playlist(seq=schedule["seq"] - 2, **WEEK), COMMUNE)
    assert await box.receive(older, "playlist") == "E_REPLAY"
    assert await box.receive(seal(schedule, COMMUNE), "playlist") == "accepted"
    await box.stop()


async def test_intact_rows_stay(tmp_path: Path) -> None:
    box = await with_schedule(tmp_path)
    await box.start()
    assert set(box.kinds) == {"station-config", "head", "playlist"}
    await box.stop()


async def test_a_corrupt_last_place_is_set_again_by_the_config(tmp_path: Path) -> None:
    box = await with_schedule(tmp_path)
    with closing(sqlite3.connect(tmp_path / FILE)) as raw, raw:
        raw.execute("UPDATE meta SET value='84/29266' WHERE key='last_place'")
    await box.start()
    assert "station-config" in box.kinds
    await box.stop()
