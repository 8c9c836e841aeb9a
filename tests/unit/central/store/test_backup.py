"""`tramtin-central backup`: whole while others write, or not there at all."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from agent.errors import ConfigError, StoreError
from central.__main__ import main
from central.collector.report_store import note_fault, note_presence
from central.store.backup import back_up
from central.store.database import Database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    one = Database.open(tmp_path / "central.db")
    yield one
    one.close()


def faults_in(path: Path) -> int:
    """Of this one file alone."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)) as connection:
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name='faults'").fetchone():
            return 0
        return int(connection.execute("SELECT count(*) FROM faults").fetchone()[0])


def test_a_backup_holds_what_a_plain_copy_lacks(database: Database, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "central.db")) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM faults").fetchone()  # keeps the WAL from being moved
        for number in range(50):
            note_fault(database, f"tv-{number}", "", 0, "E_FORK", "x")
        shutil.copy(tmp_path / "central.db", tmp_path / "copied.db")
        back_up(tmp_path / "central.db", tmp_path / "backup.db")
        assert faults_in(tmp_path / "copied.db") == 0
    assert faults_in(tmp_path / "backup.db") == 50
    assert {path.name for path in tmp_path.glob("*backup*")} == {"backup.db"}
    assert (tmp_path / "backup.db").stat().st_mode & 0o077 == 0


def test_a_backup_can_take_the_databases_place(database: Database, tmp_path: Path) -> None:
    note_presence(database, "tv-cl-0007", online=True, session=3)
    back_up(tmp_path / "central.db", tmp_path / "backup.db")
    again = Database.open(tmp_path / "backup.db")
    assert note_presence(again, "tv-cl-0007", online=True, session=2) == "stale"
    again.close()


def test_a_backup_replaces_nothing_and_leaves_nothing_half_done(
    database: Database, tmp_path: Path
) -> None:
    kept = tmp_path / "kept.db"
    kept.write_bytes(b"yesterday")
    with pytest.raises(ConfigError, match="E_USAGE"):
        back_up(tmp_path / "central.db", kept)
    assert kept.read_bytes() == b"yesterday"
    with pytest.raises(ConfigError, match="E_UNREADABLE"):
        back_up(tmp_path / "nobody.db", tmp_path / "new.db")
    with pytest.raises(StoreError, match="E_DISK"):
        back_up(tmp_path / "central.db", tmp_path / "no-folder" / "new.db")
    (tmp_path / "rubbish.db").write_bytes(b"not a database" * 1000)
    with pytest.raises(StoreError):
        back_up(tmp_path / "rubbish.db", tmp_path / "new.db")
    assert not list(tmp_path.glob("*new*"))


def test_the_command_says_what_the_copy_holds(database: Database, tmp_path: Path) -> None:
    out = tmp_path / "backup.db"
    arguments = ["backup", "--db", str(tmp_path / "central.db"), "--out", str(out)]
    done = CliRunner().invoke(main, arguments, catch_exceptions=False)
    assert done.exit_code == 0
    assert f"Đã sao lưu vào {out}: 0 trạm, 0 văn bản, 0 bản ghi" in done.output
    refused = CliRunner().invoke(main, arguments, catch_exceptions=False)
    assert (refused.exit_code, "E_USAGE" in refused.output) == (78, True)


@pytest.mark.parametrize(
    ("lang", "words"), [("vi", "bản sao không thay tệp nào"), ("en", "replaces nothing")]
)
def test_a_second_backup_to_the_same_file_is_refused_in_the_officers_language(
    database: Database, tmp_path: Path, lang: str, words: str
) -> None:
    command = ["backup", "--db", str(tmp_path / "central.db"), "--lang", lang]
    copy = str(tmp_path / "copy.db")
    assert CliRunner().invoke(main, [*command, "--out", copy]).exit_code == 0
    again = CliRunner().invoke(main, [*command, "--out", copy])
    assert (again.exit_code, words in again.output) == (78, True), again.output
