"""`publish --wait`: who took it, who refused it and why, who sounds it, who is silent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from agent.contract.document import (
    Command,
    Document,
    Emergency,
    EmergencyBody,
    Medium,
    Playlist,
    TextBody,
)
from agent.contract.issues.catalogue import ISSUE_KINDS
from agent.contract.report import Issue
from central.__main__ import main
from central.collector.report_store import note_presence, note_result
from central.documents.sign import build_header, encode_document, sign_document
from central.publication.document_outbox import sha256_of
from central.publication.publish_wait import ALL, NONE, SOME, wait_for_answers
from central.publication.station_answers import NOT_SOUNDING, StationAnswers
from central.store.database import Database
from tests.harness.centre_records import (
    GROUP,
    STATION,
    note_collector,
    prepare_centre,
    report_health,
    say_hello,
)
from tests.harness.centre_rows import keep_record

OTHER = "tv-cl-0021"
EVENT = "67d35554c1f60638d6d72a0edc045450"
NOW = datetime.now(UTC)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database.open(prepare_centre(tmp_path / "central.db", STATION, OTHER))
    yield opened
    opened.close()


def header(kind: str, class_: Any) -> dict[str, Any]:
    return build_header(
        kind, issuer="vn.84", class_=class_, to=["84/29266/*"], slot="khan-cap", seq=1, now=NOW,
        lifetime=timedelta(hours=1),
    )  # fmt: skip


VOICE = "ab" * 32


def emergency(*recorded: str) -> Emergency:
    """With words in some languages; without any, a text of which nothing was recorded."""
    bodies = [EmergencyBody(lang, [VOICE]) for lang in recorded]
    return Emergency(
        **header("emergency", "emergency"), event_id=EVENT, exercise=True, attention="two-tone",
        media=[Medium(VOICE, 9, "audio/ogg", 12_000, [])] if recorded else [],
        bodies=bodies or [EmergencyBody("vi", text=TextBody(show="LŨ"))], repeat=1, gap_ms=0,
        max_ms=60_000,
    )  # fmt: skip


def playlist() -> Playlist:
    return Playlist(**header("playlist", "routine"), media=[], entries=[])


def verdict(database: Database, station: str, document: Document, code: str | None = None) -> None:
    note_result(
        database, station,
        {
            "kind": document.kind, "result": "refused" if code else "accepted", "code": code,
            "doc_id": document.doc_id, "sha256": "", "detail": f"{code}: why" if code else "",
        },
    )  # fmt: skip


class Waiting:
    """A wait whose pauses are steps of the test."""

    def __init__(self, database: Database, document: Document, *steps: Callable[[], None]) -> None:
        envelope = sign_document(encode_document(document), document.kind, [])
        self.payload = sha256_of(envelope)
        self.answers = StationAnswers(database, (STATION, OTHER), document, envelope)
        self.printed: list[str] = []
        self._steps = list(steps)

    def run(self, limit_s: float = 60.0) -> int:
        return wait_for_answers(
            self.answers, "vi", limit_s=limit_s, print_line=self.printed.append, pause=self._pause
        )

    def _pause(self, _: float) -> None:
        self._steps.pop(0)()


def test_what_a_station_ignores_is_printed_with_its_answer(database: Database) -> None:
    document = playlist()

    def answer() -> None:
        for station, detail in ((STATION, "ignored: entries.mood, weather"), (OTHER, "")):
            note_result(
                database, station,
                {
                    "kind": document.kind, "result": "accepted", "code": None,
                    "doc_id": document.doc_id, "sha256": "", "detail": detail,
                },
            )  # fmt: skip

    waiting = Waiting(database, document, answer)
    assert waiting.run() == ALL
    [first, other] = [line.partition(" ")[2] for line in waiting.printed[:2]]
    assert first == f"{STATION}: đã nhận; BỎ QUA điều hộp bản này chưa hiểu: entries.mood, weather"
    assert other == f"{OTHER}: đã nhận"


def test_it_ends_when_all_have_taken_it(database: Database) -> None:
    document = playlist()
    waiting = Waiting(
        database, document,
        lambda: verdict(database, STATION, document), lambda: verdict(database, OTHER, document),
    )  # fmt: skip
    assert waiting.run() == ALL
    assert [line.split(" ", 1)[1] for line in waiting.printed[:2]] == [
        f"{STATION}: đã nhận", f"{OTHER}: đã nhận",
    ]  # fmt: skip
    assert waiting.printed[-1] == "2 trạm: 2 đã nhận, 2 đủ loa và bảng, 0 từ chối"


def test_a_refusal_is_printed_with_its_reason_and_is_an_answer(database: Database) -> None:
    document = playlist()

    def both() -> None:
        verdict(database, STATION, document, "E_BUDGET")
        verdict(database, OTHER, document)

    waiting = Waiting(database, document, both)
    assert waiting.run() == SOME
    assert waiting.printed[0].endswith(f"{STATION}: TỪ CHỐI, E_BUDGET: why")


def done(database: Database, station: str, document: Document, code: str | None = None) -> None:
    """The second verdict on a command: it was carried out, or not."""
    note_result(
        database, station,
        {
            "kind": "command", "result": "refused" if code else "done", "code": code,
            "doc_id": document.doc_id, "sha256": "", "detail": "nga-ba" if code else "",
        },
    )  # fmt: skip


def test_a_command_that_is_only_accepted_is_not_carried_out_yet(database: Database) -> None:
    document = Command(**header("command", "command"), do="tone", args={"zones": ["nga-ba"]})

    def both() -> None:
        verdict(database, STATION, document)
        verdict(database, OTHER, document)

    waiting = Waiting(
        database, document, both, lambda: done(database, STATION, document),
        lambda: done(database, OTHER, document, "E_BUSY"),
    )  # fmt: skip
    assert waiting.run() == SOME
    said = [line.split(" ", 1)[1] for line in waiting.printed]
    assert said[:2] == [f"{STATION}: đã nhận", f"{OTHER}: đã nhận"]
    assert said[2:4] == [f"{STATION}: ĐÃ LÀM XONG", f"{OTHER}: TỪ CHỐI, E_BUSY: nga-ba"]
    assert waiting.printed[-1] == "2 trạm: 1 đã nhận lệnh, 1 đã làm xong, 1 từ chối"


def test_a_hello_does_not_take_back_that_a_command_was_carried_out(database: Database) -> None:
    document = Command(**header("command", "command"), do="restart", args={})

    def after_the_restart() -> None:
        for station in (STATION, OTHER):
            done(database, station, document)
            held = {"vn.84/command/khan-cap": (document.epoch, document.seq, waiting.payload)}
            say_hello(database, station, holds=held)

    waiting = Waiting(database, document, after_the_restart)
    assert waiting.run() == ALL


def test_answers_to_other_or_earlier_documents_do_not_count(database: Database) -> None:
    document = playlist()
    verdict(database, STATION, document)
    verdict(database, OTHER, playlist())
    waiting = Waiting(database, document)
    assert waiting.run(limit_s=0.0) == NONE
    assert waiting.printed[-2:] == [
        f"{STATION}: CHƯA TRẢ LỜI (chưa từng liên lạc)",
        f"{OTHER}: CHƯA TRẢ LỜI (chưa từng liên lạc)",
    ]


def test_offline_and_silent_stations_are_distinguished(database: Database) -> None:
    note_presence(database, STATION, online=False, session=1)
    note_presence(database, OTHER, online=True, session=1)
    waiting = Waiting(database, playlist())
    waiting.run(limit_s=0.0)
    assert f"{STATION}: CHƯA TRẢ LỜI (mất liên lạc)" in waiting.printed
    assert f"{OTHER}: CHƯA TRẢ LỜI (đang nối mạng)" in waiting.printed


def test_a_hello_that_names_it_is_an_acceptance(database: Database) -> None:
    document = playlist()
    waiting = Waiting(database, document)
    held = {"vn.84/playlist/khan-cap": (1, 1, waiting.payload)}
    for station in (STATION, OTHER):
        say_hello(database, station, holds=held)
    assert waiting.run() == ALL


def test_an_emergency_is_waited_for_until_it_sounds(database: Database) -> None:
    document = emergency()
    for station in (STATION, OTHER):
        say_hello(database, station, "audio")

    def accept() -> None:
        verdict(database, STATION, document)
        verdict(database, OTHER, document)

    def sound() -> None:
        report_health(database, STATION, EVENT, loa="sound")
        report_health(database, OTHER, EVENT, loa="sound")

    waiting = Waiting(database, document, accept, sound)
    assert waiting.run() == ALL
    assert waiting.printed[0].endswith("đã nhận; loa CHƯA KÊU")
    assert waiting.printed[-2].endswith("đã nhận; loa ĐANG KÊU (loa)")


def test_a_picture_alone_is_not_called_sounding(database: Database) -> None:
    document = emergency()
    for station in (STATION, OTHER):
        say_hello(database, station, "audio", "board")
        verdict(database, station, document)
    waiting = Waiting(database, document)
    for station in (STATION, OTHER):
        verdict(database, station, document)
        report_health(database, station, EVENT, **{"bang-tin": "picture"})
    assert waiting.run(limit_s=0.0) == NONE
    assert waiting.printed[0].endswith("đã nhận; loa CHƯA KÊU; bảng đang hiện (bang-tin)")


def test_a_station_that_cannot_play_it_reports_why_and_ends_the_wait(database: Database) -> None:
    document = emergency()
    waiting = Waiting(database, document)
    for station in (STATION, OTHER):
        say_hello(database, station, "audio")
        verdict(database, station, document)
    report_health(database, OTHER, EVENT, loa="sound")
    other = Issue(NOT_SOUNDING, "loa", "", f"{'0' * 32}: of another alarm")
    report_health(
        database, STATION, EVENT, other, Issue(NOT_SOUNDING, "loa", "", f"{EVENT}: engine gone")
    )
    assert waiting.run() == SOME
    assert "KHÔNG KÊU, KHÔNG HIỆN ĐƯỢC: loa: engine gone" in waiting.printed[0]
    assert "another" not in waiting.printed[0]


def test_the_issue_is_one_that_boxes_know() -> None:
    assert NOT_SOUNDING in ISSUE_KINDS


def test_a_short_one_that_is_over_already_is_known_by_its_record(database: Database) -> None:
    document = emergency()
    waiting = Waiting(database, document)
    play = {
        "output": "loa", "medium": "sound", "doc_id": document.doc_id, "result": "full",
        "start": "2026-11-30T08:00:00.000Z", "words_missing": ["vi"],
    }  # fmt: skip
    for station in (STATION, OTHER):
        say_hello(database, station, "audio")
        verdict(database, station, document)
    report_health(database, OTHER, EVENT, loa="sound")
    keep_record(database, 1, play, "play")
    assert waiting.run() == ALL
    assert "loa đã kêu xong (loa); KHÔNG NGHE ĐƯỢC LỜI: tiếng Việt" in waiting.printed[0]


def test_recordings_that_are_missing_are_reported_and_waited_for(database: Database) -> None:
    """A signal and the built-in line are not the message: nobody must believe that it was heard."""
    document = emergency("vi", "km")
    for station in (STATION, OTHER):
        say_hello(database, station, "audio")

    def begin() -> None:
        for station in (STATION, OTHER):
            verdict(database, station, document)
        report_health(database, STATION, EVENT, words_missing=["vi", "km"], loa="sound")
        report_health(database, OTHER, EVENT, words_missing=["km"], loa="sound")

    def arrive() -> None:
        for station in (STATION, OTHER):
            report_health(database, station, EVENT, words_missing=[], loa="sound")

    waiting = Waiting(database, document, begin, arrive)
    assert waiting.run() == ALL
    assert [line.split(": ", 1)[1] for line in waiting.printed[:3]] == [
        "đã nhận; loa ĐANG KÊU (loa); KHÔNG NGHE ĐƯỢC LỜI: tiếng Việt, tiếng Khmer",
        "đã nhận; loa ĐANG KÊU (loa); KHÔNG NGHE ĐƯỢC LỜI: tiếng Khmer",
        "đã nhận; loa ĐANG KÊU (loa)",
    ]
    never = Waiting(database, document)
    begin()
    assert never.run(limit_s=0.0) == NONE
    assert never.printed[-1] == "2 trạm: 2 đã nhận, 0 đủ loa và bảng, 0 từ chối"


def test_words_without_a_recording_are_reported_and_not_waited_for(database: Database) -> None:
    document = emergency()
    waiting = Waiting(database, document)
    for station in (STATION, OTHER):
        say_hello(database, station, "audio")
        verdict(database, station, document)
        report_health(database, station, EVENT, words_missing=["vi"], loa="sound")
    assert waiting.run() == ALL
    assert "loa ĐANG KÊU (loa); KHÔNG NGHE ĐƯỢC LỜI: tiếng Việt" in waiting.printed[0]


def test_too_late_is_waited_for_as_a_head_may_still_attest_it(database: Database) -> None:
    document = emergency()
    say_hello(database, STATION, "audio")
    say_hello(database, OTHER, "audio")

    def late() -> None:
        for station in (STATION, OTHER):
            verdict(database, station, document, "E_TIME")

    def attested() -> None:
        for station in (STATION, OTHER):
            verdict(database, station, document)
            report_health(database, station, EVENT, loa="sound")

    assert Waiting(database, document, late, attested).run() == ALL


def test_the_command_tells_and_its_exit_code_sums_up(tmp_path: Path) -> None:
    db = prepare_centre(tmp_path / "c.db")
    file = tmp_path / "p"
    file.write_bytes(sign_document(encode_document(playlist()), "playlist", []))
    words = ["publish", str(file), "--db", str(db), "--group", GROUP, "--wait", "0"]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == NONE
    assert f"{STATION}: CHƯA TRẢ LỜI" in result.output
    note_collector(db, is_connected=False)
    assert CliRunner().invoke(main, words).exit_code == 75
