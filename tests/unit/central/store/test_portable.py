"""The same statements on SQLite and on PostgreSQL."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from agent.contract.report import LogBatch
from agent.contract.utc import encode_utc
from central.authority import authority_store
from central.collector.heads import reinstate, withhold
from central.collector.journal_ingest import Cursor, commit_batch
from central.collector.report_store import note_fault, note_latest, note_presence, note_result
from central.publication.document_outbox import lacking
from central.publication.station_record import read_record
from central.publication.station_why import explain_station
from central.reports.language_weeks import list_language_weeks
from central.reports.play_totals import total_plays
from central.store import heartbeat, migration, schema
from central.store.database import Database, upsert
from central.store.publication_history import KEEP, prune
from central.store.records import list_gaps, list_plays, list_refusals
from central.store.station_reports import list_faults, list_stations
from tests.harness.centre_layout import EPOCH, LAYOUT_1, STATION
from tests.harness.centre_records import place_station, say_hello

ROOT = Path(__file__).resolve().parents[4]


@contextmanager
def postgres() -> Iterator[str]:
    """A server of our own on a socket; it refuses to run as root."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not programs:
        pytest.skip("Debian's package postgresql is not installed")
    bin_ = programs[-1].parent
    user = "nobody" if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="tramtin-pg-"))
    if user is not None:
        shutil.chown(folder, user)
    data, log = folder / "data", folder / "log"
    run = {"user": user, "cwd": folder, "stdout": subprocess.DEVNULL}
    initdb = [bin_ / "initdb", "-D", data, "-U", "centre", "-A", "trust", "-E", "UTF8", "--no-sync"]
    options = f"-k {folder} -c listen_addresses='' -c fsync=off"
    server = [bin_ / "pg_ctl", "-D", data, "-w", "-l", log]
    try:
        subprocess.run(initdb, check=True, **run)
        subprocess.run([*server, "-o", options, "start"], check=True, **run)
        try:
            yield f"postgresql+psycopg://centre@/postgres?host={folder}"
        finally:
            subprocess.run([*server, "-m", "immediate", "stop"], check=True, **run)
    finally:
        shutil.rmtree(folder)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.long)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    if request.param == "sqlite":
        one = Database.open(tmp_path / "central.db")
        yield one
        one.close()
        return
    with postgres() as url:
        one = Database.connect(url)
        yield one
        one.close()


def batch() -> LogBatch:
    """The journal that the old database holds: five records, three of them plays."""
    import sqlite3

    with closing(sqlite3.connect(":memory:")) as old:
        old.executescript(LAYOUT_1.read_text(encoding="utf-8"))
        rows = old.execute("SELECT bytes FROM records WHERE epoch = ? ORDER BY seq", (EPOCH,))
        return LogBatch(EPOCH, [raw.decode() for (raw,) in rows])


def test_reports_are_kept_once_and_can_be_queried(database: Database) -> None:
    texts = batch().records
    for records in (texts[:2], texts[:2], texts[1:]):
        cursor = commit_batch(database, STATION, LogBatch(EPOCH, records))
    assert cursor.upto == 5
    assert [row["full"] for row in total_plays(database)][:2] == [1, 0]
    spoken = [(row["week"], row["lang"], row["minutes"]) for row in list_language_weeks(database)]
    assert spoken == [("2026-11-23", "vi", 5.0)]  # 300,004 ms, at 05:00 of Monday
    assert list_gaps(database) == []
    assert [play["title"] for play in list_plays(database)] == ["Bản tin sáng", "Nhạc", "Khẩn cấp"]
    assert [one["code"] for one in list_refusals(database)] == ["E_REPLAY"]


def test_what_is_known_of_a_station_is_replaced_and_counted(database: Database) -> None:
    for session in (3, 3, 2):
        note_presence(database, STATION, online=True, session=session)
    for body in (b'{"session":3}', b'{"session":4}'):
        note_latest(database, STATION, "health", body)
    for _ in range(3):
        note_fault(database, STATION, EPOCH, 2**40, "E_FORK", "other bytes")
    values = {"result": "accepted", "code": None, "detail": "", "kind": "head", "sha256": ""}
    note_result(database, STATION, {"doc_id": "a", **values})
    assert database.health() == {STATION: {"session": 4}}
    assert [(one["seq"], one["times"]) for one in list_faults(database)] == [(2**40, 3)]
    assert database.has_accepted(STATION, "head") is True
    heartbeat.write_heartbeat(database, datetime.now(UTC), is_connected=True)
    assert heartbeat.state_of_collector(database, datetime.now(UTC)) == "connected"


def test_documents_and_their_64_bit_numbers(database: Database) -> None:
    place_station(database, STATION, seq=1_700_000_000_000)
    say_hello(database, STATION, "audio")
    with database.transaction() as connection:
        assert connection.execute(sa.select(schema.documents.c.seq)).scalar() == 1_700_000_000_000
    import msgspec

    from agent.contract.report import Hello

    hello = msgspec.convert(database.hello(STATION), Hello)
    assert [parcel.topic for parcel in lacking(database, STATION, hello)] != []
    withhold(database, "a" * 32, "x")
    assert (reinstate(database, "a" * 32), reinstate(database, "a" * 32)) == (True, False)
    authority_store.put(database, {"1.root.json": b"{}"})
    assert [one.envelope for one in authority_store.unsent(database)] == [b"{}"]


def test_the_plan_and_the_record_of_a_day_that_is_over(database: Database) -> None:
    place_station(database)
    commit_batch(database, STATION, batch())
    now = datetime.now(UTC)
    with database.transaction() as connection:
        sha256 = connection.execute(sa.select(schema.publications.c.sha256)).scalar_one()
    for result in ("refused", "accepted"):
        said = {"doc_id": None, "result": result, "code": None, "detail": "", "sha256": sha256}
        note_result(database, STATION, {**said, "kind": "station-config"})
    later = now + timedelta(minutes=5)
    past = explain_station(database, STATION, now + timedelta(minutes=1), later).past
    assert past is not None
    assert [(one.kind, one.by) for one in past.documents] == [("station-config", "accepted")]
    played_at = datetime(2026, 11, 22, 22, 2, tzinfo=UTC)
    played = read_record(database, STATION, played_at)
    assert [one.title for one in played.plays] == ["Bản tin sáng", "Nhạc", "Khẩn cấp"]
    with database.transaction() as connection:
        prune(connection, encode_utc(now + KEEP + timedelta(days=31)))
        for table in (schema.publications, schema.envelopes, schema.acceptances):
            assert connection.execute(sa.select(table)).all() == []


def fail(database: Database) -> None:
    with database.savepoint(), database.transaction() as connection:
        values = {"station": "b", "certificate": "", "keyid": ""}
        upsert(connection, schema.stations, values, ("station",))
        raise ConnectionError


def fail_together(database: Database) -> None:
    with database.together():
        note_presence(database, "c", online=True, session=1)
        raise ConnectionError


def test_together_all_is_written_or_nothing_and_one_failure_takes_back_only_itself(
    database: Database,
) -> None:
    texts = batch().records
    with database.together():
        commit_batch(database, STATION, LogBatch(EPOCH, texts[:1]))
        with pytest.raises(ConnectionError):
            fail(database)
        assert commit_batch(database, STATION, LogBatch(EPOCH, texts[1:])).upto == 5
    assert (list_stations(database), len(list_plays(database))) == ([], 3)
    with pytest.raises(ConnectionError):
        fail_together(database)
    with database.transaction() as connection:
        assert connection.execute(sa.select(schema.presence)).all() == []


@pytest.mark.long
def test_the_steps_make_the_same_layout_on_postgresql() -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with postgres() as url:
        engine = sa.create_engine(url)
        with engine.connect() as connection:
            migration._upgrade(connection)
            connection.commit()
            assert compare_metadata(MigrationContext.configure(connection), schema.metadata) == []
        engine.dispose()
        database = Database.connect(url)
        assert commit_batch(database, STATION, batch()) == Cursor(
            5, "6aa224008ce6616c00dfe26d0f9f059db11151748c4e8671e1fd78337d6c3185"
        )
        database.close()


def test_numbers_have_64_bits() -> None:
    ddl = {
        name: str(sa.schema.CreateTable(table).compile(dialect=postgresql.dialect()))
        for name, table in schema.metadata.tables.items()
    }
    assert "number BIGSERIAL" in ddl["records"]
    for table, column in (("documents", "seq"), ("records", "seq"), ("plays", "duration_ms")):
        assert f"{column} BIGINT" in ddl[table]


def test_the_centre_uses_no_sql_dialect() -> None:
    named = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "central").rglob("*.py")
        if "sqlalchemy.dialects" in path.read_text(encoding="utf-8")
    ]
    assert named == []
