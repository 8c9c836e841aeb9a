"""A proof that follows a play raises what the centre knows of that play, and of no other."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from agent.contract.report import LogBatch
from central.__main__ import main
from central.collector.journal_ingest import commit_batch
from central.store.database import Database
from central.store.records import list_plays
from central.store.schema import confirmations

EPOCH, STATION = "6f3a9c01d2e4b587", "tv-cl-0007"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    one = Database.open(tmp_path / "central.db")
    yield one
    one.close()


def play(title: str) -> dict[str, Any]:
    return {
        "output": "loa", "medium": "sound", "zones": ["nga-ba"], "doc_id": "ab" * 16,
        "doc_sha256": "cd" * 32, "entry": "e1", "title": title, "issuer": "vn.84.29266",
        "editor": "Lê Văn Tám", "approver": "Trần Thị Bình", "class": "routine",
        "level": "scheduled", "lang": "vi", "media": [], "result": "full", "reason": None,
        "planned_start": "2026-11-22T22:00:00.000Z", "planned_end": "2026-11-22T22:00:30.000Z",
        "start": "2026-11-22T22:00:00.004Z", "end": "2026-11-22T22:00:30.016Z",
        "duration_ms": 30_012, "proof": "A2", "gain_db": 0.0, "underruns": 0,
    }  # fmt: skip


def proof(seq: int, level: str, *, heard: bool, method: str = "microphone") -> dict[str, Any]:
    found = {"epoch": EPOCH, "seq": seq, "level": level, "heard": heard, "method": method}
    return {"what": "proof", **found, "scores": ["microphone 0.83 11 of 12"]}


def take(database: Database, *parts: dict[str, Any]) -> None:
    """Records as a box chains them: a play, or the detail of a `config` record."""
    texts, before = [], bytes(32)
    for seq, part in enumerate(parts, 1):
        kind = "play" if "title" in part else "config"
        text = json.dumps({
            "station": STATION, "epoch": EPOCH, "seq": seq, "prev": before.hex(),
            "at": "2026-11-22T22:01:00.000Z", "offset_min": 420, "boot_id": "b", "mono_ns": seq,
            "clock": {"quality": "SYNCED", "error_s": 0.02}, "kind": kind,
            "play" if kind == "play" else "detail": part,
        })  # fmt: skip
        before = hashlib.sha256(before + text.encode()).digest()
        texts.append(text)
    commit_batch(database, STATION, LogBatch(EPOCH, texts))


def known(database: Database) -> list[tuple[str, str | None, bool | None]]:
    return [(row["proof"], row["proof_method"], row["heard"]) for row in list_plays(database)]


def test_a_proof_raises_the_play_that_it_names(database: Database) -> None:
    take(database, play("Sáng"), play("Trưa"), proof(1, "A5", heard=True))
    assert known(database) == [("A5", "microphone", True), ("A2", None, None)]


def test_a_later_lower_proof_does_not_lower_it(database: Database) -> None:
    later = proof(1, "A4", heard=True, method="current")
    take(database, play("Sáng"), proof(1, "A5", heard=True), later)
    assert known(database) == [("A5", "microphone", True)]


def test_a_play_that_nobody_heard_says_so(database: Database, tmp_path: Path) -> None:
    take(database, play("Sáng"), proof(1, "A2", heard=False))
    assert known(database) == [("A2", "microphone", False)]
    for lang, words in (("vi", "ĐÃ PHÁT MÀ KHÔNG NGHE THẤY"), ("en", "PLAYED BUT NOT HEARD")):
        shown = CliRunner().invoke(
            main, ["show", "plays", "--db", str(tmp_path / "central.db"), "--lang", lang]
        )
        text = " ".join(shown.output.replace("│", " ").split())
        assert all(word in text for word in words.split()), shown.output


def unknown(seq: int, why: str) -> dict[str, Any]:
    return {"what": "proof", "epoch": EPOCH, "seq": seq, "level": "A2", "why": why}


def shown(tmp_path: Path, *what: str) -> str:
    """A table as a person reads it, its lines joined; in English."""
    argv = ["show", *what, "--db", str(tmp_path / "central.db"), "--lang", "en"]
    return " ".join(CliRunner().invoke(main, argv).output.replace("│", " ").split())


def test_what_is_not_known_says_why_and_is_never_counted_as_heard(
    database: Database, tmp_path: Path
) -> None:
    take(
        database, play("Sáng"), play("Trưa"), play("Chiều"), play("Tối"), unknown(1, "safe_mode"),
        proof(2, "A5", heard=True), unknown(2, "drowned"), proof(3, "A2", heard=False),
    )  # fmt: skip
    assert [heard for _, _, heard in known(database)] == [None, True, False, None]
    assert "the box played in safe mode" in shown(tmp_path, "plays")
    assert "the station has nothing that listens" in shown(tmp_path, "plays")
    assert "1/1/2" in shown(tmp_path, "totals")  # heard, silent, not known


def confirm(tmp_path: Path, *more: str, at: str = "2026-11-23 05:00") -> Any:
    argv = ["confirm", STATION, "--db", str(tmp_path / "central.db"), "--at", at]
    return CliRunner().invoke(main, [*argv, "--by", "Ông Tư", "--lang", "en", *more])


def test_what_a_person_says_is_the_highest_proof_and_the_last_word(
    database: Database, tmp_path: Path
) -> None:
    take(database, play("Sáng"), proof(1, "A2", heard=False))
    done = confirm(tmp_path, "--heard")
    assert done.exit_code == 0, done.output
    assert known(database) == [("A6", "person", True)]
    assert "A6, a person said so" in shown(tmp_path, "plays")
    assert confirm(tmp_path, "--silent", "--note", "ấp Ba không nghe").exit_code == 0
    assert known(database)[0][1:] == ("person", False)
    with database.transaction() as connection:
        rows = connection.execute(sa.select(confirmations)).mappings().all()
    assert [(row["by"], row["heard"], row["note"], row["seq"]) for row in rows] == [
        ("Ông Tư", True, "", 1), ("Ông Tư", False, "ấp Ba không nghe", 1),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("titles", "at", "words"),
    [
        (["Sáng"], "2026-11-23 05:01", "sounded nothing then"),
        (["Sáng", "Trưa"], "05:00 23/11/2026", "loa: Sáng, loa: Trưa"),
    ],
)
def test_a_word_that_fits_no_play_or_several_changes_nothing(
    database: Database, tmp_path: Path, titles: list[str], at: str, words: str
) -> None:
    take(database, *map(play, titles))
    refused = confirm(tmp_path, "--heard", at=at)
    assert refused.exit_code != 0
    assert "E_USAGE" in refused.output
    assert words in " ".join(refused.output.split())
    assert {heard for _, _, heard in known(database)} == {None}


@pytest.mark.parametrize(
    "detail",
    [
        {"what": "proof", "epoch": EPOCH, "seq": 1, "level": "A9", "heard": True},
        {"what": "proof", "epoch": EPOCH, "seq": 999, "level": "A5", "heard": True,
         "method": "line"},
        {"what": "members_ignored", "members": ["entries.x"]},
    ],
)  # fmt: skip
def test_what_is_no_proof_of_a_play_changes_nothing(
    database: Database, detail: dict[str, Any]
) -> None:
    take(database, play("Sáng"), detail)
    assert known(database) == [("A2", None, None)]


def test_of_two_plays_of_one_minute_the_second_names_one(
    database: Database, tmp_path: Path
) -> None:
    later = {"start": "2026-11-22T22:00:40.200Z", "end": "2026-11-22T22:00:50.000Z"}
    take(database, play("Sáng"), play("Trưa") | later)
    assert confirm(tmp_path, "--heard").exit_code != 0
    assert confirm(tmp_path, "--heard", at="05:00:40 23/11/2026").exit_code == 0
    assert known(database) == [("A2", None, None), ("A6", "person", True)]
