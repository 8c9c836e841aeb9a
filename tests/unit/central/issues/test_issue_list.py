"""What the centre shows of stations' issues: from the signed reports, in two languages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from central.__main__ import main
from central.collector.report_store import note_latest
from central.issues.issue_list import issue_log, lasting_issues
from central.store.database import Database
from tests.harness.centre_rows import STATION, keep_record


@pytest.fixture
def db(tmp_path: Path) -> Path:
    return tmp_path / "central.db"


@pytest.fixture
def database(db: Path) -> Iterator[Database]:
    database = Database.open(db)
    yield database
    database.close()


def note_health(database: Database, *issues: dict[str, str]) -> None:
    body = {"session": 1, "at": "2026-11-24T05:00:00.000Z", "issues": list(issues)}
    note_latest(database, STATION, "health", json.dumps(body).encode())


def issue(kind: str, subject: str, since: str = "2026-11-24T04:00:00.000Z") -> dict[str, str]:
    return {"kind": kind, "subject": subject, "since": since, "hint": "mechanism [x] 28"}


def test_faults_come_before_warnings_and_the_older_before_the_newer(database: Database) -> None:
    note_health(
        database,
        issue("disk_low", "/var/lib/tramtin", "2026-11-20T00:00:00.000Z"),
        issue("switch_stuck", "nga-ba", "2026-11-24T04:30:00.000Z"),
        issue("sound_device_gone", "loa", "2026-11-24T04:00:00.000Z"),
    )
    rows = lasting_issues(database)
    assert [row["kind"] for row in rows] == ["sound_device_gone", "switch_stuck", "disk_low"]
    assert rows[1]["text"]["vi"].startswith("rơ-le")
    assert rows[1]["repair"]["en"].startswith("switch the amplifier off")


def test_a_kind_of_a_newer_box_is_shown_by_its_code(database: Database) -> None:
    note_health(database, issue("moon_too_low", "west"))
    row = lasting_issues(database)[0]
    assert (row["text"]["vi"], row["severity"]) == ("moon_too_low", "fault")


def test_the_log_holds_beginnings_and_ends_and_nothing_else(database: Database) -> None:
    detail = {"what": "disk_full", "subject": "/var/lib/tramtin", "hint": "0 MiB free"}
    keep_record(database, 1, {**detail, "state": "begins"})
    keep_record(database, 2, {"what": "engine_lost", "output": "loa", "why": "it ended"})
    keep_record(database, 3, {**detail, "state": "ends"})
    assert [(row["state"], row["kind"]) for row in issue_log(database)] == [
        ("begins", "disk_full"),
        ("ends", "disk_full"),
    ]


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("vi", ("HỎNG", "thẻ nhớ đầy", "xóa tệp lạ")),
        ("en", ("FAULT", "the card is full", "delete")),
    ],
)
def test_a_person_reads_them_in_either_language(
    db: Path, database: Database, lang: str, words: tuple[str, ...]
) -> None:
    note_health(database, issue("disk_full", "/var/lib/tramtin"))
    keep_record(
        database, 1, {"what": "disk_full", "subject": "s", "hint": "[x] 28", "state": "begins"}
    )
    result = CliRunner(env={"COLUMNS": "400"}).invoke(
        main, ["show", "--db", str(db), "issues", "issue-log", "--lang", lang]
    )
    assert result.exit_code == 0
    assert all(word in result.output for word in words)
    assert "[x] 28" in result.output


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("vi", ("phát trọn", "bị bỏ qua")),
        ("en", ("played in full", "skipped")),
    ],
)
def test_the_result_of_a_play_is_read_on_a_terminal_of_eighty_columns(
    db: Path, database: Database, lang: str, words: tuple[str, ...]
) -> None:
    play = {"title": "Bản tin sáng", "class": "routine", "start": "2026-11-24T05:00:00.004Z"}
    keep_record(database, 1, play | {"duration_ms": 30012, "result": "full"}, "play")
    why = "E_MEDIA: Bản tin sáng: no such file"
    keep_record(database, 2, play | {"result": "skipped", "reason": why}, "play")
    result = CliRunner(env={"COLUMNS": "80"}).invoke(
        main, ["show", "--db", str(db), "plays", "--lang", lang]
    )
    assert result.exit_code == 0
    assert STATION in result.output
    assert [word for word in words if word not in result.output] == []
    assert "…" not in result.output


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("vi", ("đang có tin khẩn cấp", "ở: loa", "từ: 11:00 24/11/2026", "chi tiết: mechanism")),
        ("en", ("an emergency is in force", "where: loa", "since: 11:00", "detail: mechanism")),
    ],
)
def test_an_emergency_that_does_not_sound_is_read_with_its_reason_on_eighty_columns(
    db: Path, database: Database, lang: str, words: tuple[str, ...]
) -> None:
    note_health(database, issue("emergency_not_sounding", "loa"))
    result = CliRunner(env={"COLUMNS": "80"}).invoke(
        main, ["show", "--db", str(db), "issues", "--lang", lang]
    )
    assert result.exit_code == 0
    assert [word for word in words if word not in result.output] == []


def test_a_silence_is_read_with_who_why_and_until_when(db: Path, database: Database) -> None:
    detail = {
        "state": "on", "by": "vn.84", "doc_id": "ab" * 16, "how": "stop", "why": "Nghi bị chiếm",
        "until": "2026-11-24T06:00:00Z", "editor": "Trực ban", "approver": "Giám đốc",
    }  # fmt: skip
    keep_record(database, 1, detail, "silence")
    result = CliRunner(env={"COLUMNS": "80"}).invoke(main, ["show", "--db", str(db), "silences"])
    words = ("ngắt hết", "vn.84", "Lý do: Nghi bị chiếm", "tự hết: 13:00 24/11/2026", "ab" * 16)
    assert [word for word in words if word not in result.output] == []
