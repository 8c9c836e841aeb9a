"""Every command of docs/so-tay-can-bo.md is run as printed, on as many machines as it names."""

from __future__ import annotations

import contextlib
import re
import shlex
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from agent.clock import Now
from agent.contract.accepted import Accepted
from agent.contract.document import Command, Emergency, Silence
from agent.contract.ids import Place, StationId
from agent.contract.topic import Topic
from agent.trust.verify import verify
from central.__main__ import main
from central.authority.ceremony.tree_file import read_tree_file
from central.collector.report_store import note_result
from central.documents.audio_tools import make_melody
from central.documents.sign import read_document
from central.publication import publish
from central.publication.document_outbox import list_documents, unsent
from central.publication.publish_wait import wait_for_answers
from central.store.backup import back_up
from central.store.database import Database
from tests.harness.authority_page import PASSPHRASE, hold_ceremony
from tests.harness.centre_records import note_collector, report_health, say_hello
from tests.harness.officer_page import PAGE, read_commands, set_up_machines

EVENT = "67d35554c1f60638d6d72a0edc045450"
PLAYLIST = "148de9c5a7a44d19e56cd9ae1a554bf6"


class _NoFloors:
    def get(self, issuer: str, kind: str, slot: str) -> tuple[int, int, str] | None:
        return None

    def has_event(self, event_id: str) -> bool:
        return False

    def is_cancelled(self, class_: str, name: str) -> bool:
        return False


@pytest.fixture(scope="module")
def ceremony(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which docs/authority.md was typed as printed, as far as its first tree."""
    folder = tmp_path_factory.mktemp("ceremony")
    with contextlib.chdir(folder):
        hold_ceremony("## 6. What is in force")
    return folder


@pytest.fixture
def machines(tmp_path: Path, ceremony: Path) -> Path:
    set_up_machines(tmp_path, ceremony)
    back_up(ceremony / "centre.db", tmp_path / "trung-tam" / "central.db")
    note_collector(tmp_path / "trung-tam" / "central.db")
    make_melody(tmp_path / "xa" / "ban-tin.wav", 2_000)
    schedule, *_, alarm = re.findall(r"```yaml\n(\w.*?)\n```", PAGE, re.DOTALL)
    today = datetime.now(UTC) + timedelta(hours=7)
    alarm = alarm.replace("2027-11-30", f"{today + timedelta(days=370):%Y-%m-%d}")
    (tmp_path / "may-1" / "bao-dong.yaml").write_text(alarm)
    for day, printed in enumerate(("2026-11-23", "2026-11-29")):
        schedule = schedule.replace(printed, f"{today + timedelta(days=6 * day):%Y-%m-%d}")
    (tmp_path / "xa" / "lich.yaml").write_text(schedule)
    (poles,) = re.findall(r"```csv\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "xa" / "cot-loa.csv").write_text(poles)
    return tmp_path


def assert_seen(output: str, lines: list[str], command: str) -> None:
    """In their order; `…` stands for anything on one line."""
    at = 0
    for line in lines:
        pattern = re.compile(".*?".join(map(re.escape, line.split("…"))))
        match = pattern.search(output, at)
        assert match is not None, f"{command}\nlacks: {line}\nprinted:\n{output}"
        at = match.end()


def playlist_in(signed: Path) -> str:
    """The id of the schedule that was signed, once it was."""
    return read_document(signed.read_bytes()).doc_id if signed.exists() else PLAYLIST


def replace_all(text: str, words: dict[str, str]) -> str:
    for word, other in words.items():
        text = text.replace(word, other)
    return text


def answer_as_a_station(database: Database, _: float) -> None:
    """A station with loudspeakers only takes the newest document and sounds it."""
    newest = list_documents(database)[-1]
    document = read_document(unsent(database)[-1].envelope)
    assert isinstance(document, Emergency)
    verdict = {"kind": "emergency", "result": "accepted", "code": None, "detail": "", "sha256": ""}
    note_result(database, "tv-cl-0007", {**verdict, "doc_id": newest["doc_id"]})
    say_hello(database, "tv-cl-0007", "audio")
    report_health(database, "tv-cl-0007", document.event_id, words_missing=["vi"], loa="sound")


def judged(root: Path, envelope: bytes, kind: str) -> Accepted:
    """What a station of the commune says."""
    place, station = Place("84", "29266", "tv-cl-0007"), StationId("tv-cl-0007")
    authority, _ = read_tree_file(root.read_bytes(), str(root))
    return verify(
        envelope, Topic(kind, "x", group="xa-29266"), authority, place, station, _NoFloors(),
        Now(datetime.now(UTC), "SYNCED", 0.02),
    )  # fmt: skip


def test_every_command_of_the_officers_page_does_what_the_page_says(
    machines: Path, ceremony: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    event, ran = EVENT, 0
    database = Database.open(machines / "trung-tam" / "central.db")
    answer = partial(answer_as_a_station, database)
    monkeypatch.setattr(publish, "wait_for_answers", partial(wait_for_answers, pause=answer))
    for one in read_commands(machines):
        monkeypatch.chdir(machines / one.machine)
        really = {EVENT: event, PLAYLIST: playlist_in(machines / "xa" / "lich.signed")}
        command = replace_all(one.text, really)
        name, *arguments = shlex.split(command)
        assert name == "tramtin-central"
        if arguments[0] == "publish":
            note_collector(machines / "trung-tam" / "central.db")
        result = CliRunner(env={"COLUMNS": "80"}).invoke(
            main, arguments, input=f"y\n{PASSPHRASE}\n"
        )
        ran += 1
        is_refused = any(line.startswith("E_") for line in one.printed)
        assert (result.exit_code != 0) == is_refused, result.output
        assert_seen(result.output, [replace_all(line, really) for line in one.printed], command)
        told = re.search(r"Mã sự kiện ([0-9a-f]{32})", result.output)
        if told and "CHỜ SẴN" not in result.output:
            event = told[1]
    assert ran == len(re.findall(r"^\$ tramtin-central", PAGE, re.MULTILINE)) >= 15
    sent = {parcel.topic.split("/", 4)[4]: parcel.envelope for parcel in unsent(database)}
    database.close()
    assert set(sent) == {
        "playlist/tuan", "emergency/khan-cap", "emergency/key-lu", "silence/ngat-tieng",
        "station-config/station", "command/mute_2enga-ba",
    }  # fmt: skip
    for name, envelope in sent.items():
        document = judged(ceremony / "root.json", envelope, name.partition("/")[0]).document
        assert document.approver
        if isinstance(document, Emergency):
            assert (document.event_id == event) == (document.trigger == "now")
            assert (document.trigger == "key") == (document.slot == "key-lu")
    muted = judged(ceremony / "root.json", sent["command/mute_2enga-ba"], "command").document
    assert isinstance(muted, Command)
    assert (muted.do, muted.args["zones"], muted.crit) == ("mute", ["nga-ba"], ["do=mute"])
    stopped = judged(ceremony / "root.json", sent["silence/ngat-tieng"], "silence")
    assert isinstance(stopped.document, Silence)
    assert stopped.standing == 2
    cancelled = (machines / "may-2" / "dung.signed").read_bytes()
    assert len(msgspec.json.decode(cancelled)["signatures"]) == 2


def test_the_page_shows_no_option_that_does_not_exist() -> None:
    """Also those that stand in the running text."""
    known = {
        option
        for name in (
            "sign",
            "combine",
            "publish",
            "rehearse",
            "withhold",
            "reinstate",
            "show",
            "prepare",
            "speak",
            "relay",
            "confirm",
            "echo",
            "export",
            "import",
        )
        for parameter in main.commands[name].params
        for option in (*parameter.opts, *parameter.secondary_opts)
    }
    groups = [main.commands[name].commands for name in ("draft", "enrol", "live")]  # type: ignore[attr-defined] # groups
    known |= {o for group in groups for one in group.values() for p in one.params for o in p.opts}
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", PAGE)) <= known
