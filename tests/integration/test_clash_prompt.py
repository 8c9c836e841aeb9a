"""`publish` asks about a clash on a real terminal: numbers, words, rubbish, Ctrl-C, Ctrl-D."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent.contract.local_time import LOCAL
from agent.contract.station_policy import StationPolicy
from agent.contract.utc import encode_utc
from agent.plan.correction import hold
from agent.plan.policy import effective_policy
from agent.plan.timeline import build_timeline
from central.authority.signing_key import make_key
from central.cli.clash_prompt import parse_answer
from central.publication.document_outbox import list_documents
from central.publication.published_state import read_state
from central.publication.recipients import list_known_configs
from central.store.database import Database
from tests.harness.centre_records import GROUP, STATION
from tests.harness.published_playlists import configure, db, entry, playlist, publish
from tests.harness.terminal_dialog import converse

__all__ = ["db"]
COMMAND = (sys.executable, "-m", "central")


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


LONG = set(DIALOGS) - {"Ctrl-C"}  # a process takes a second


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


def plan_of_the_box(db: Path) -> dict[str, str]:
    """What a box plans from what the centre has stored for it: title to local start."""
    database = Database.open(db)
    now = datetime.now(UTC)
    configs = list_known_configs(database, encode_utc(now))
    held = [hold(one.document, now) for one in read_state(database, now).held_by(STATION, [GROUP])]
    database.close()
    policy = effective_policy(configs[STATION], None)
    timeline = build_timeline(held, policy, now, now + timedelta(days=7))
    return {
        one.entry.title: f"{one.start_at.astimezone(LOCAL):%H:%M}" for one in timeline.occurrences
    }


def test_after_it_is_moved_shown_signed_and_published(
    tmp_path: Path, db: Path, clash: list[str]
) -> None:
    """By what the centre stores and by what a box plans from it, not by what the command says."""
    make_key(tmp_path / "khoa.pem")
    words = [*clash, "--key", str(tmp_path / "khoa.pem"), "--lang", "vi"]
    assert plan_of_the_box(db) == {"Bản tin": "06:00"}
    typed = [(VI, b"2\n"), ("Ký tài liệu này? [y/N]: ", b"y\n"), ("Mật khẩu của khoá: ", b"\n")]
    code, text = converse(words, typed)
    assert code == 0, text
    shown = text.partition("DỜI RA SAU")[2].partition("Ký tài liệu này?")[0]
    assert "06:10–06:10:30     phát        Nhắc" in shown
    assert plan_of_the_box(db) == {"Bản tin": "06:00", "Nhắc": "06:10"}


@pytest.mark.long
def test_who_signs_answers_after_and_the_moved_schedule_needs_no_further_answer(
    tmp_path: Path, db: Path, clash: list[str]
) -> None:
    make_key(tmp_path / "khoa.pem")
    file = clash[clash.index("publish") + 1]
    sign = [*COMMAND, "sign", file, "--db", str(db), "--key", str(tmp_path / "khoa.pem")]
    question = "Ký tài liệu này? [y/N]: "
    code, text = converse(sign, [(VI, b"2\n"), (question, b"n\n")])
    assert (code, "06:10–06:10:30     phát        Nhắc" in text) == (1, True), text
    assert not Path(f"{file}.signed").exists()
    code, text = converse(sign, [(VI, b"2\n"), (question, b"y\n"), ("khoá: ", b"\n")])
    assert code == 0, text
    assert publish(Path(f"{file}.signed"), db)[0] == 0
    assert plan_of_the_box(db) == {"Bản tin": "06:00", "Nhắc": "06:10"}


@pytest.mark.parametrize(
    ("text", "answer"),
    [("1", "instead"), (" THAY ", "instead"), ("2", "after"), ("3", "cancel"), ("thôi", "cancel"),
     ("Tho\u0302i", "cancel"), ("", None), ("4", None), ("instead of", None), ("\x00", None)],
)  # fmt: skip
def test_a_line_is_an_answer_or_none(text: str, answer: str | None) -> None:
    assert parse_answer(text) == answer
