"""What share a language had in a week's speech, by the records. 2026-11-23 is a Monday."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from agent.contract.station_policy import LanguageDuty, StationPolicy
from central.__main__ import main
from central.reports.language_weeks import list_language_weeks
from central.store.database import Database
from central.store.schema import plays
from tests.harness.centre_records import place_station
from tests.harness.centre_rows import keep_record

KHMER = StationPolicy([], language_duties=[LanguageDuty("km", 30)])
MONDAY = "2026-11-22T17:00:00.000Z"  # local midnight


@pytest.fixture
def db(tmp_path: Path) -> Path:
    return tmp_path / "central.db"


@pytest.fixture
def database(db: Path) -> Iterator[Database]:
    opened = Database.open(db)
    place_station(opened, policy=KHMER)
    yield opened
    opened.close()


def play(database: Database, seq: int, lang: str | None, minutes: float, **more: Any) -> None:
    detail = {
        "title": "Bản tin", "class": "routine", "level": "scheduled", "doc_id": "d" * 32,
        "entry": "e", "lang": lang, "start": "2026-11-24T05:00:00.004Z", "result": "full",
        "duration_ms": round(minutes * 60_000), "output": "loa", "medium": "sound", **more,
    }  # fmt: skip
    keep_record(database, seq, detail, kind="play")


def note_heard(database: Database, seq: int, *, heard: bool) -> None:
    with database.transaction() as connection:
        connection.execute(sa.update(plays).where(plays.c.seq == seq).values(heard=heard))


def khmer(database: Database) -> list[dict[str, Any]]:
    return [row for row in list_language_weeks(database) if row["lang"] == "km"]


def test_three_of_ten_minutes_are_thirty_per_cent(database: Database) -> None:
    play(database, 1, "vi", 7)
    play(database, 2, "km-KH", 3, result="cut", **{"class": "priority", "level": "priority"})
    note_heard(database, 2, heard=True)
    (row,) = khmer(database)
    assert row == {
        "week": "2026-11-23", "commune": "84/29266", "lang": "km", "minutes": 3.0,
        "proved_minutes": 3.0, "total_minutes": 10.0, "unknown_minutes": 0.0,
        "silent_minutes": 0.0, "share_pct": 30.0, "duty_pct": 30, "state": "met",
        "missing_records": 0,
    }  # fmt: skip
    (vietnamese,) = [one for one in list_language_weeks(database) if one["lang"] == "vi"]
    assert (vietnamese["share_pct"], vietnamese["state"]) == (70.0, "no_duty")


@pytest.mark.parametrize(
    "more",
    [
        {"result": "skipped"}, {"result": "failed"}, {"medium": "picture"}, {"music": True},
        {"advert": True}, {"level": "filler"}, {"level": "local_voice", "doc_id": ""},
        {"class": "emergency", "level": "emergency"}, {"start": None}, {"duration_ms": -1},
        {"duration_ms": 5_000_000_000},
    ],
)  # fmt: skip
def test_what_is_no_speech_of_a_programme_counts_nowhere(
    more: dict[str, Any], database: Database
) -> None:
    play(database, 1, "vi", 7)
    play(database, 2, "km", 3, **more)
    (row,) = khmer(database)
    assert (row["minutes"], row["total_minutes"], row["state"]) == (0.0, 7.0, "lacking")


@pytest.mark.parametrize(("lang", "more"), [(None, {}), ("km", {"medium": None})])
def test_what_is_not_known_counts_for_no_language_and_stays_in_the_whole(
    lang: str | None, more: dict[str, Any], database: Database
) -> None:
    play(database, 1, "vi", 6)
    play(database, 2, "km", 3)
    play(database, 3, lang, 3, **more)  # were it left out, Khmer would have its third
    (row,) = khmer(database)
    assert (row["minutes"], row["unknown_minutes"], row["total_minutes"]) == (3.0, 3.0, 12.0)
    assert (row["share_pct"], row["state"]) == (25.0, "lacking")


def test_what_was_proved_to_be_silent_was_not_spoken(database: Database) -> None:
    play(database, 1, "vi", 7)
    play(database, 2, "km", 30)
    note_heard(database, 2, heard=False)
    (row,) = khmer(database)
    assert (row["minutes"], row["silent_minutes"], row["share_pct"]) == (0.0, 30.0, 0.0)


def test_weeks_are_of_local_time_and_one_without_speech_lacks_all(database: Database) -> None:
    play(database, 1, "km", 5, start="2026-11-22T16:59:59.999Z")  # Sunday, a second to midnight
    play(database, 2, "km", 5, start="2026-12-06T17:00:00.000Z")  # Monday of the third week
    found = [(row["week"], row["share_pct"], row["state"]) for row in khmer(database)]
    assert found == [
        ("2026-11-16", 100.0, "met"), ("2026-11-23", None, "lacking"),
        ("2026-11-30", None, "lacking"), ("2026-12-07", 100.0, "met"),
    ]  # fmt: skip


def test_records_that_are_missing_are_told(database: Database) -> None:
    play(database, 2, "km", 5)
    play(database, 5, "km", 5)
    assert [row["missing_records"] for row in khmer(database)] == [3]  # 1, 3 and 4


@pytest.mark.parametrize(
    ("lang", "words"), [("vi", ("Khmer", "30 %: THIẾU")), ("en", ("Khmer", "30 %: LACKING"))]
)
def test_the_centre_shows_it(
    lang: Literal["vi", "en"], words: tuple[str, ...], db: Path, database: Database
) -> None:
    play(database, 1, "vi", 8)
    play(database, 2, "km", 2)
    shown = ["show", "languages", "--db", str(db)]
    output = CliRunner().invoke(main, [*shown, "--lang", lang, "--format", "text"]).output
    text = " ".join(output.split())
    assert [word for word in (*words, "23/11/2026", "20 %", "84/29266") if word not in text] == []
    rows = json.loads(CliRunner().invoke(main, [*shown, "--format", "json"]).output)["languages"]
    assert [row["minutes"] for row in rows] == [2.0, 8.0]
