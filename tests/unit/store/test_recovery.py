"""Recovery from a broken database; what cannot be read makes the state new."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from agent.store.database import FILE, Store
from agent.store.recovery import recover
from agent.store.state_origin import load_origin

FLOORS = "SELECT issuer, kind, slot, epoch, seq, sha256 FROM floors"


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """A former database with a floor and an event."""
    Store.open(tmp_path / "old").close()
    path = tmp_path / "old" / FILE
    with closing(sqlite3.connect(path)) as old, old:
        old.execute("INSERT INTO floors VALUES ('vn.84', 'playlist', 'tuan', 2, 42, 'ab', NULL)")
        old.execute("INSERT INTO events VALUES ('e0', '2027-01-01T00:00:00.000Z', NULL)")
    return path


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    Store.open(tmp_path / "new").close()
    return tmp_path / "new" / FILE


def carried(fresh: Path, broken: Path) -> tuple[list[object], list[object], bool]:
    """The recovered floors and events, and whether the state counts as new."""
    with closing(sqlite3.connect(fresh)) as new, new:
        recover(new, broken)
        floors = new.execute(FLOORS).fetchall()
        events = new.execute("SELECT event_id FROM events").fetchall()
        return floors, events, load_origin(new).is_new


def test_tables_read_to_their_end_are_recovered_and_the_state_is_not_new(
    fresh: Path, broken: Path
) -> None:
    floor = ("vn.84", "playlist", "tuan", 2, 41, "")
    assert carried(fresh, broken) == ([floor], [("e0",)], False)


def test_a_floor_that_waits_for_its_document_is_lowered_once(fresh: Path, broken: Path) -> None:
    with closing(sqlite3.connect(broken)) as old, old:
        old.execute("UPDATE floors SET seq=41, sha256='', crc=NULL")
    floors, _, _ = carried(fresh, broken)
    assert floors == [("vn.84", "playlist", "tuan", 2, 41, "")]


def test_a_state_that_lost_a_part_is_new_though_it_has_some_floors(
    fresh: Path, broken: Path
) -> None:
    with closing(sqlite3.connect(broken)) as old, old:
        old.execute("DROP TABLE floors")
        old.execute("CREATE TABLE floors (issuer TEXT)")  # as after a corrupt page: no such column
    assert carried(fresh, broken) == ([], [("e0",)], True)


def test_a_file_that_is_no_database_leaves_a_new_state(fresh: Path, tmp_path: Path) -> None:
    rubbish = tmp_path / "rubbish.db"
    rubbish.write_bytes(b"rubbish" * 1000)
    assert carried(fresh, rubbish) == ([], [], True)


def test_only_the_last_three_broken_files_are_kept(
    tmp_path: Path,
) -> None:
    for number in range(1, 6):
        (tmp_path / FILE).write_bytes(b"rubbish %d" % number * 1000)
        (tmp_path / f"{FILE}-wal").write_bytes(b"rubbish")
        store = Store.open(tmp_path)
        store.close()
        assert store.moved_aside == tmp_path / f"{FILE}.broken-{number}"
    kept = {one.name for one in tmp_path.glob("*broken*") if not one.name.endswith("-wal")}
    assert kept == {f"{FILE}.broken-{number}" for number in (3, 4, 5)}
    assert not (tmp_path / f"{FILE}.broken-2-wal").exists()
    assert (tmp_path / f"{FILE}.broken-5").read_bytes().startswith(b"rubbish 5")
