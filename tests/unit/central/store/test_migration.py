"""Databases of earlier releases are brought to today's layout, with all that they hold."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from click.testing import CliRunner

from agent.contract.report import LogBatch
from central.__main__ import main
from central.collector.journal_ingest import cursor_of
from central.reports.play_totals import total_plays
from central.store import migration, schema
from central.store.database import Database
from central.store.records import read_records
from central.store.station_reports import list_faults, list_results
from tests.harness.centre_layout import EPOCH, LAYOUT_1, STATION


def restore(path: Path) -> Path:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(LAYOUT_1.read_text(encoding="utf-8"))
    return path


def dump(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())


def rows_of(database: Database, table: sa.Table) -> list[dict[str, Any]]:
    with database.transaction() as connection:
        query = sa.select(table).order_by(*table.primary_key.columns)
        return [dict(row) for row in connection.execute(query).mappings()]


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return restore(tmp_path / "central.db")


@pytest.fixture
def migrated(old: Path) -> Iterator[Database]:
    database = Database.open(old)
    yield database
    database.close()


def test_plays_get_their_columns_from_the_records(migrated: Database) -> None:
    full, skipped, cut, empty, odd = rows_of(migrated, schema.plays)
    assert (full["station"], full["epoch"], full["seq"]) == (STATION, EPOCH, 2)
    expected = {
        "output": "loa", "medium": "sound", "zones": '["cum-1","cum-2"]', "doc_id": "ab" * 16,
        "item": "e1", "slot": "sang", "title": "Bản tin sáng", "issuer": "vn.84.29266",
        "editor": "Lê Văn Tám", "approver": "Trần Thị Bình", "class": "routine",
        "level": "routine", "lang": "vi", "planned_start": "2026-11-22T22:00:00.000Z",
        "planned_end": "2026-11-22T22:05:00.000Z", "started_at": "2026-11-22T22:00:00.016Z",
        "ended_at": "2026-11-22T22:05:00.020Z", "duration_ms": 300_004, "result": "full",
        "reason": None, "proof": "A2", "gain_db": -3.5, "underruns": 0, "started_by": None,
        "words_missing": None,
    }  # fmt: skip
    assert {name: full[name] for name in expected} == expected
    assert (skipped["item"], skipped["started_at"], skipped["result"]) == ("e2", None, "skipped")
    assert (cut["slot"], cut["started_by"]) == (None, "nut-1")  # published by another centre
    assert (cut["duration_ms"], cut["words_missing"]) == (5_000_000_000, '["km"]')
    assert {empty[name] for name in expected} == {None}
    assert (odd["title"], odd["started_at"], odd["duration_ms"]) == ("a\ufffdb", None, None)
    assert (odd["gain_db"], odd["zones"]) == (1.0, None)


def test_records_that_say_so_are_music(old: Path) -> None:
    with closing(sqlite3.connect(old)) as connection, connection:
        query = "SELECT number, bytes FROM records WHERE kind = 'play' ORDER BY number LIMIT 1"
        number, raw = connection.execute(query).fetchone()
        body = json.loads(raw)
        body["play"]["music"] = True
        text = json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()
        connection.execute("UPDATE records SET bytes = ? WHERE number = ?", (text, number))
    with closing(Database.open(old)) as database:
        said = [row["music"] for row in rows_of(database, schema.plays)]
    assert said == [True, None, None, None, None]


def test_what_was_kept_is_still_there(migrated: Database) -> None:
    assert len(read_records(migrated, STATION)) == 7
    assert cursor_of(migrated, STATION, EPOCH).upto == 5
    (result,) = list_results(migrated)
    assert (result["kind"], result["result"]) == ("playlist", "accepted")
    (fault,) = list_faults(migrated)
    assert (fault["code"], fault["seq"]) == ("E_FORK", 9)
    assert rows_of(migrated, schema.documents)[0]["slot"] == "sang"
    assert rows_of(migrated, schema.presence)[0]["session"] == 5
    assert [row["title"] for row in total_plays(migrated)][:3] == [
        "Bản tin sáng", "Nhạc", "Khẩn cấp",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["central.db", "new.db"])
def test_a_migrated_database_has_the_layout_of_a_new_one(
    old: Path, tmp_path: Path, name: str
) -> None:
    """Types aside: to SQLite INTEGER is BIGINT, and a table's declared types cannot be changed."""
    Database.open(tmp_path / name).close()
    options = {"compare_type": name != old.name}
    engine = sa.create_engine(f"sqlite:///{tmp_path / name}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, schema.metadata) == []
        version = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
        tables = sa.inspect(connection)
        foreign = tables.get_foreign_keys("plays")[0]["referred_columns"]
        unique = tables.get_unique_constraints("plays")[0]["column_names"]
    engine.dispose()
    assert version == migration.HEAD
    assert foreign == unique == ["station", "epoch", "seq"]


def test_a_database_that_lacks_later_tables_gets_them(old: Path) -> None:
    """Earlier releases made what was missing whenever they opened the file."""
    with closing(sqlite3.connect(old)) as connection:
        connection.execute("DROP TABLE collectors")
    Database.open(old).close()
    with closing(sqlite3.connect(old)) as connection:
        assert connection.execute("SELECT count(*) FROM collectors").fetchone() == (0,)


def test_the_steps_are_those_that_the_program_knows() -> None:
    config = Config()
    config.set_main_option("script_location", migration.SCRIPTS)
    steps = [one.revision for one in ScriptDirectory.from_config(config).walk_revisions()]
    assert tuple(reversed(steps)) == migration.REVISIONS


def test_a_step_that_fails_changes_nothing(old: Path) -> None:
    with closing(sqlite3.connect(old)) as connection, connection:
        connection.execute("UPDATE records SET bytes = 'no JSON' WHERE seq = 7")
    before = dump(old)
    with pytest.raises(Exception, match="JSON"):
        Database.open(old)
    assert dump(old) == before


@pytest.mark.parametrize(("lang", "words"), [("vi", "bản mới hơn ghi"), ("en", "newer release")])
def test_a_file_of_a_newer_release_is_refused_by_name(
    tmp_path: Path, lang: str, words: str
) -> None:
    path = tmp_path / "central.db"
    Database.open(path).close()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    done = CliRunner().invoke(main, ["show", "--db", str(path), "stations", "--lang", lang])
    assert done.exit_code == 78
    assert all(word in done.output for word in ("E_VERSION", str(path), "9999", words))


def test_alembic_is_loaded_only_to_migrate(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from central.store.database import Database\n"
        "for _ in 'ab': Database.open(Path(sys.argv[1])).close()\n"
        "print('alembic' in sys.modules)"
    )
    argv = [sys.executable, "-c", code, str(tmp_path / "central.db")]
    assert subprocess.run(argv, capture_output=True, text=True, check=True).stdout == "False\n"


def test_a_migrated_journal_goes_on(migrated: Database) -> None:
    from central.collector.journal_ingest import commit_batch

    cursor = cursor_of(migrated, STATION, EPOCH)
    play = json.loads(read_records(migrated, STATION)[1])
    play |= {"seq": 6, "prev": cursor.hash}
    assert commit_batch(migrated, STATION, LogBatch(EPOCH, [json.dumps(play)])).upto == 6
    newest = max(rows_of(migrated, schema.plays), key=lambda row: row["number"])
    assert (newest["seq"], newest["slot"], newest["result"]) == (6, "sang", "full")
