"""`withhold` shows what falls silent and what plays instead, and asks."""

from __future__ import annotations

from pathlib import Path

import msgspec
from click.testing import CliRunner

from agent.contract.document import Entry, EntryStart
from agent.contract.station_policy import StationPolicy
from central.__main__ import main
from central.publication.document_outbox import list_documents
from central.store.database import Database
from tests.harness.centre_records import STATION
from tests.harness.published_playlists import TOMORROW, configure, db, entry, playlist, publish

__all__ = ["db"]


def withhold(what: object, db: Path, *words: str, answer: str = "") -> tuple[int, str]:
    given = ["withhold", str(what), "--db", str(db), *words]
    result = CliRunner().invoke(main, given, input=answer)
    return result.exit_code, result.output


def is_withheld(db: Path) -> bool:
    database = Database.open(db)
    found = any("withheld" in row for row in list_documents(database))
    database.close()
    return found


def news(seconds: int) -> Entry:
    """Bulletins that must be broadcast."""
    return msgspec.structs.replace(entry("Bản tin", ["06:00"], seconds=seconds), essential=True)


def test_what_falls_silent_and_what_plays_instead_is_shown_before_the_question(
    tmp_path: Path, db: Path
) -> None:
    configure(db, StationPolicy([]))
    waiting = msgspec.structs.replace(entry("Nhắc", ["06:05"]), start=EntryStart("next"))
    assert publish(playlist(tmp_path / "nhac", waiting, slot="nhac"), db)[0] == 0
    assert publish(playlist(tmp_path / "tuan", news(600)), db)[0] == 0
    code, output = withhold(tmp_path / "tuan", db, answer="n\n")
    shown, question, _ = output.partition("Thu hồi văn bản này?")
    assert (code, bool(question), is_withheld(db)) == (1, True, False)
    assert output.endswith("Thôi: chưa ký, chưa phát, chưa rút gì.\n")
    assert "THU HỒI LỊCH của khe “tuan”: 1 mục" in shown
    assert f"{TOMORROW:%d/%m}" in shown
    assert "BỎ    06:00–06:10        phát        Bản tin" in shown
    # what waited for it begins at its own time
    assert "THÊM  06:05–06:05:30     phát        Nhắc" in shown
    assert "BỎ    06:10–06:10:30     phát        Nhắc" in shown
    assert "Cộng: 2 lần THÔI PHÁT (1 lần BẮT BUỘC), 1 lần phát thêm, 0 chỗ khác đi" in shown
    assert "Khe “tuan” để trống: bản cũ của khe này không trở lại" in shown
    assert withhold(tmp_path / "tuan", db, answer="y\n")[0] == 0
    assert is_withheld(db)


def test_in_english_and_of_a_schedule_that_is_over_or_gone(tmp_path: Path, db: Path) -> None:
    configure(db, StationPolicy([]))
    assert publish(playlist(tmp_path / "tuan", news(600)), db)[0] == 0
    assert withhold("tuan", db, "--yes")[0] == 0
    _, output = withhold(tmp_path / "tuan", db, "--lang", "en", answer="n\n")
    assert "WITHDRAWS THE SCHEDULE of slot “tuan”: 1 item(s)" in output
    assert "Nothing that stations play changes." in output
    assert "Withhold this document?" in output


def test_an_older_schedule_of_the_slot_does_not_come_back(tmp_path: Path, db: Path) -> None:
    """A box that has taken the newer one holds the older one no more, whatever way it came."""
    configure(db, StationPolicy([]))
    old = playlist(tmp_path / "cu", entry("Cũ", ["07:00"]), seq=4)
    assert publish(old, db)[0] == 0
    new = playlist(tmp_path / "moi", entry("Mới", ["08:00"]), seq=5)
    given = ["publish", str(new), "--db", str(db), "--station", STATION]
    assert CliRunner().invoke(main, given).exit_code == 0
    code, output = withhold(new, db, answer="y\n")
    assert (code, "Cũ" in output, "Mới" in output) == (0, False, True)
    words = ["rehearse", "--db", str(db), "--at", str(TOMORROW), "--days", "1"]
    assert "Không có gì phát." in CliRunner().invoke(main, words).output


def test_what_the_centre_never_published_is_said_to_be_unseen(db: Path) -> None:
    from central.collector.report_store import note_result

    doc_id = "ab" * 16
    database = Database.open(db)
    verdict = {"kind": "playlist", "result": "accepted", "code": None, "sha256": "", "detail": ""}
    note_result(database, STATION, {**verdict, "doc_id": doc_id})
    database.close()
    code, output = withhold(doc_id, db, answer="y\n")
    assert (code, "không biết thôi phát những gì" in output) == (0, True)
