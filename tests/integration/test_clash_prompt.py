"""`publish` asks about a clash on a real terminal: numbers, words, rubbish, Ctrl-C, Ctrl-D."""

from __future__ import annotations

import os
import pty
import select
import sys
from pathlib import Path

import pytest

from agent.contract.station_policy import StationPolicy
from central.cli.clash_prompt import parse_answer
from central.publication.document_outbox import list_documents
from central.store.database import Database
from tests.harness.centre_records import GROUP
from tests.harness.published_playlists import configure, db, entry, playlist, publish

__all__ = ["db"]
LIMIT_S, TRIES = 60.0, 6
CTRL_C = b"\x03"
COMMAND = (sys.executable, "-m", "central")


def converse(argv: list[str], dialog: list[tuple[str, bytes]]) -> tuple[int, str]:
    """Run a command on a terminal of its own; after each text that it prints type the keys.

    Ctrl-C is typed again while nothing comes: Python's prompt misses a signal that falls between
    the printing of its question and its waiting for a key.

    Returns:
        Its exit code, and all that stood on the terminal.
    """
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(argv[0], argv)  # noqa: S606 - our own command, on the terminal of the fork
    seen, said, typed = b"", 0, b""
    while True:
        for _ in range(TRIES):
            ready, _, _ = select.select([terminal], [], [], LIMIT_S / TRIES)
            if ready:
                break
            if typed == CTRL_C:
                os.write(terminal, typed)
        assert ready, seen.decode()
        try:
            block = os.read(terminal, 4096)
        except OSError:  # EIO: the other side is closed
            block = b""
        if not block:
            break
        seen += block
        while dialog and dialog[0][0].encode() in seen[said:]:
            said = len(seen)
            typed = dialog.pop(0)[1]
            os.write(terminal, typed)
    os.close(terminal)
    _, status = os.waitpid(pid, 0)
    assert dialog == [], seen.decode()
    return os.waitstatus_to_exitcode(status), seen.decode().replace("\r\n", "\n")


@pytest.fixture
def clash(tmp_path: Path, db: Path) -> list[str]:
    """A station with a bulletin, and the command that publishes a reminder in the middle of it."""
    configure(db, StationPolicy([]))
    assert publish(playlist(tmp_path / "a", entry("Bản tin", ["06:00"], seconds=600)), db)[0] == 0
    other = playlist(tmp_path / "b", entry("Nhắc", ["06:05"]), slot="nhac")
    return [*COMMAND, "publish", str(other), "--db", str(db), "--group", GROUP]


def slots(db: Path) -> set[str]:
    database = Database.open(db)
    found = {row["slot"] for row in list_documents(database) if row["kind"] == "playlist"}
    database.close()
    return found


VI, EN = "Chọn 1, 2 hay 3: ", "Choose 1, 2 or 3: "
CANCELLED = {VI: "thôi, chưa phát gì", EN: "cancelled, nothing was published"}
UNKNOWN = {VI: "Không hiểu: gõ 1, 2 hay 3", EN: "Not understood: type 1, 2 or 3"}
DIALOGS = {
    "rubbish, then after": (VI, ["???\n", "\n", "sau\n"], "“Nhắc”: 06:05 → 06:10"),
    "rubbish, then the end of the input": (EN, ["yes\n", "\x04"], CANCELLED[EN]),
    "Ctrl-C": (VI, ["\x03"], CANCELLED[VI]),
    "cancel": (EN, ["3\n"], CANCELLED[EN]),
}


LONG = {"rubbish, then after", "cancel"}  # a process takes a second


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=pytest.mark.long if n in LONG else ()) for n in DIALOGS]
)
def test_nothing_is_published_but_by_a_clear_answer(db: Path, clash: list[str], name: str) -> None:
    question, keys, ending = DIALOGS[name]
    lang = "vi" if question == VI else "en"
    dialog = [(question, key.encode()) for key in keys]
    code, text = converse([*clash, "--lang", lang], dialog)
    assert (code, ending in text) == (1, True), text
    assert text.count(UNKNOWN[question]) == len(keys) - 1
    assert "E_CLASH" in text
    assert "Traceback" not in text
    assert "Aborted" not in text
    assert slots(db) == {"tuan"}


@pytest.mark.long
def test_this_time_instead_publishes(db: Path, clash: list[str]) -> None:
    code, text = converse([*clash, "--lang", "vi"], [(VI, b"1\n")])
    assert code == 0, text
    assert "Đã giao cho trung tâm" in text
    assert slots(db) == {"tuan", "nhac"}


@pytest.mark.parametrize(
    ("text", "answer"),
    [("1", "instead"), (" THAY ", "instead"), ("2", "after"), ("3", "cancel"), ("thôi", "cancel"),
     ("Tho\u0302i", "cancel"), ("", None), ("4", None), ("instead of", None), ("\x00", None)],
)  # fmt: skip
def test_a_line_is_an_answer_or_none(text: str, answer: str | None) -> None:
    assert parse_answer(text) == answer
