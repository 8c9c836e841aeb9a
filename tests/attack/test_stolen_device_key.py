"""Attacks 120 to 123: whoever holds one box's key can lie about that box, and blinds nobody.

Reports are signed by a real device key, as the thief would; judged by the centre's own reception.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from agent.contract.ids import StationId
from agent.contract.utc import encode_utc
from agent.evidence.device_key import DeviceKey, load_device_key, sign_report
from central.__main__ import main
from central.authority.demo_authority import make_demo_authority
from central.authority.demo_model import DemoAuthority
from central.collector import report_store
from central.collector.report_handler import ReportHandler
from central.collector.report_store import FAULTS_KEPT, RESULTS_KEPT, SESSIONS_AHEAD
from central.store.database import Database
from central.store.records import read_records
from central.store.schema import faults, records, results
from central.store.station_reports import list_faults, list_results, list_stations
from central.testbed.certificates import CertificateAuthority, make_demo_ca

STOLEN, HONEST = StationId("tv-cl-0007"), StationId("tv-cl-0021")
EPOCH = "6f3a9c01d2e4b587"
ESCAPES = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202etxt"


class Centre:
    """Reception and database, with one enrolled box whose key was stolen and one honest box."""

    def __init__(self, folder: Path, demo: DemoAuthority, ca: CertificateAuthority) -> None:
        self.path = folder / "central.db"
        self.database = Database.open(self.path)
        self.keys: dict[str, DeviceKey] = {}
        for station in (STOLEN, HONEST):
            identity = ca.issue_device(station)
            self.database.enrol(station, identity.cert)
            self.keys[station] = load_device_key(identity.key)
        signers = {name: demo.signers(f"vn.{name}") for name in ("time", "receipt")}
        self.reception = ReportHandler(self.database, signers)

    def send(self, station: str, channel: str, report: dict[str, Any]) -> list[dict[str, Any]]:
        """One signed report; the payloads of the answers."""
        message = sign_report(self.keys[station], channel, json.dumps(report).encode())
        return self._take(station, channel, message)

    def send_state(self, station: str, *, online: bool, session: int) -> None:
        self._take(station, "state", json.dumps({"online": online, "session": session}).encode())

    def _take(self, station: str, channel: str, message: bytes) -> list[dict[str, Any]]:
        replies = self.reception.receive(StationId(station), channel, message)
        return [json.loads(base64.b64decode(json.loads(r.envelope)["payload"])) for r in replies]

    def codes(self) -> set[str]:
        return {fault["code"] for fault in list_faults(self.database)}

    def show(self, what: str, *words: str) -> str:
        arguments = ["show", what, "--db", str(self.path), *words]
        shown = CliRunner().invoke(main, arguments, catch_exceptions=False, env={"COLUMNS": "200"})
        assert shown.exit_code == 0
        return shown.output

    def online(self, station: str) -> bool | None:
        return next(s["online"] for s in list_stations(self.database) if s["station"] == station)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> DemoAuthority:
    return make_demo_authority(tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="module")
def ca(tmp_path_factory: pytest.TempPathFactory) -> CertificateAuthority:
    return make_demo_ca(tmp_path_factory.mktemp("ca"))


@pytest.fixture
def centre(tmp_path: Path, demo: DemoAuthority, ca: CertificateAuthority) -> Iterator[Centre]:
    one = Centre(tmp_path, demo, ca)
    yield one
    one.database.close()


PLAY = {
    "output": "loa", "zones": ["nga-ba"], "doc_id": "1" * 32, "doc_sha256": "2" * 64, "entry": "e1",
    "title": "Bản tin sáng", "issuer": "vn.84.29266", "editor": "a", "approver": "b",
    "class": "routine", "level": "scheduled", "lang": "vi", "media": [],
    "planned_start": "2026-11-22T22:00:00.000Z", "planned_end": "2026-11-22T22:00:30.000Z",
    "start": "2026-11-22T22:00:00.004Z", "end": "2026-11-22T22:00:30.016Z", "duration_ms": 30012,
    "result": "full", "reason": None, "proof": "A2", "gain_db": 0.0, "underruns": 0,
}  # fmt: skip


def batch(station: str, contents: list[dict[str, Any]], epoch: str = EPOCH) -> dict[str, Any]:
    """A chain of records that begins at 1, hashed by hashlib alone."""
    before, texts = bytes(32), []
    for seq, content in enumerate(contents, 1):
        record = {
            "station": station, "epoch": epoch, "seq": seq, "prev": before.hex(),
            "at": "2026-11-22T22:00:30.016Z", "offset_min": 420, "boot_id": "b" * 32,
            "mono_ns": seq, "clock": {"quality": "SYNCED", "error_s": 0.02}, **content,
        }  # fmt: skip
        texts.append(json.dumps(record))
        before = hashlib.sha256(before + texts[-1].encode()).digest()
    return {"epoch": epoch, "records": texts}


def hello(session: int, epoch: str = EPOCH) -> dict[str, Any]:
    return {
        "session": session, "boot_id": "b" * 32, "epoch": epoch, "last_seq": 0, "nonce": "0" * 16,
        "place": None, "holds": {}, "authority": {}, "agent": "0.1.0", "has": ["audio"],
        "clock": {"quality": "FLOOR", "error_s": None},
    }  # fmt: skip


def health(session: int, at: str | None = None) -> dict[str, Any]:
    return {
        "session": session, "at": at or encode_utc(datetime.now(UTC)), "issues": [], "on_air": {},
        "next": {}, "switches": {}, "clock": {"quality": "SYNCED", "error_s": 0.02},
        "disk_free_bytes": 1, "temperature_c": None, "outbox": {"rows": 0, "oldest_s": 0.0},
    }  # fmt: skip


def result(number: int) -> dict[str, Any]:
    return {
        "doc_id": f"{number:032x}", "result": "refused", "code": "E_REPLAY", "detail": "x",
        "kind": "playlist", "sha256": "0" * 64,
    }  # fmt: skip


HOLLOW = [
    {"kind": "play"},
    {"kind": "play", "play": None},
    {"kind": "play", "detail": {"word": "x"}},
    {"kind": "refusal"},
    {"kind": "fault"},
    {"kind": "silence"},
    {"kind": "fault", "detail": {"state": "begins"}, "play": PLAY},
]


@pytest.mark.parametrize("hollow", HOLLOW, ids=lambda one: "-".join(map(str, one)))
def test_attack_120_records_without_their_content_blind_no_table(
    centre: Centre, hollow: dict[str, Any]
) -> None:
    centre.send(HONEST, "log", batch(HONEST, [{"kind": "play", "play": PLAY}]))
    assert centre.send(STOLEN, "log", batch(STOLEN, [hollow])) == []
    assert read_records(centre.database, STOLEN) == []
    assert "E_RECORD" in centre.codes()
    for what in (
        "plays",
        "refusals",
        "silences",
        "commands",
        "issue-log",
        "issues",
        "stations",
        "faults",
    ):
        centre.show(what)
    assert HONEST in centre.show("plays")


@pytest.mark.parametrize(
    ("kind", "detail"),
    [
        ("fault", {"state": "begins"}),
        ("fault", {"what": ["engine_lost"], "subject": "loa", "state": "begins", "hint": ""}),
        ("fault", {"what": "engine_lost", "subject": ["loa"], "state": ["begins"], "hint": 7}),
        ("silence", {}),
        ("command", {"do": "mute"}),
        ("command", {"do": ["mute"], "result": 7, "subject": 1, "until": [], "doc_id": 1}),
        (
            "command",
            {"do": "volume", "result": "done", "gain_db": "x", "until": "x", "doc_id": "x"},
        ),
        ("refusal", {}),
    ],
)
def test_attack_120_records_with_half_their_content_blind_no_table(
    centre: Centre, kind: str, detail: dict[str, Any]
) -> None:
    centre.send(STOLEN, "log", batch(STOLEN, [{"kind": kind, "detail": detail}]))
    assert len(read_records(centre.database, STOLEN)) == 1
    for what in (
        "plays",
        "refusals",
        "silences",
        "commands",
        "issue-log",
        "issues",
        "stations",
        "faults",
    ):
        centre.show(what)
        centre.show(what, "--format", "json")


@pytest.mark.parametrize("session", [2**31, 2**53, 2**63, 10**30, 0, -1])
def test_attack_121_a_session_that_no_box_can_have_is_refused(centre: Centre, session: int) -> None:
    centre.send_state(STOLEN, online=True, session=5)
    centre.send(STOLEN, "hello", hello(session))
    centre.send(STOLEN, "health", health(session))
    centre.send_state(STOLEN, online=True, session=session)
    assert centre.database.hello(STOLEN) is None
    centre.send_state(STOLEN, online=False, session=5)
    assert centre.online(STOLEN) is False


def test_attack_121_a_session_too_far_ahead_hides_no_will(centre: Centre) -> None:
    centre.send(STOLEN, "hello", hello(5))
    centre.send(STOLEN, "hello", hello(5 + 100 * SESSIONS_AHEAD))
    centre.send_state(STOLEN, online=True, session=5 + 100 * SESSIONS_AHEAD)
    assert "E_SESSION" in centre.codes()
    centre.send_state(STOLEN, online=False, session=5)
    assert centre.online(STOLEN) is False


def test_attack_121_what_the_box_says_now_counts_over_a_session_within_reach(
    centre: Centre,
) -> None:
    now = datetime.now(UTC)
    centre.send(STOLEN, "hello", hello(5))
    centre.send(STOLEN, "hello", hello(5 + SESSIONS_AHEAD))
    lie = encode_utc(now + timedelta(days=3000))
    centre.send(STOLEN, "health", health(5 + SESSIONS_AHEAD, lie))
    centre.send(STOLEN, "health", health(5))
    told = centre.database.health_of(STOLEN)
    assert told is not None
    assert told["session"] == 5
    assert "E_SESSION" in centre.codes()
    centre.send_state(STOLEN, online=False, session=5)
    assert centre.online(STOLEN) is False
    centre.send(STOLEN, "hello", hello(6))
    assert centre.database.hello(STOLEN) is not None


def test_attack_121_old_health_said_again_counts_no_more_than_before(centre: Centre) -> None:
    old = encode_utc(datetime.now(UTC) - timedelta(hours=1))
    centre.send(STOLEN, "health", health(7))
    centre.send(STOLEN, "health", health(6, old))
    told = centre.database.health_of(STOLEN)
    assert told is not None
    assert told["session"] == 7


def test_a_box_with_a_new_key_is_not_judged_by_what_the_former_key_said(
    centre: Centre, tmp_path: Path
) -> None:
    centre.send(STOLEN, "hello", hello(900))
    centre.database.enrol(STOLEN, make_demo_ca(tmp_path / "other").issue_device(STOLEN).cert)
    assert centre.database.hello(STOLEN) is None
    centre.send_state(STOLEN, online=True, session=1)
    assert centre.online(STOLEN) is True


def test_attack_122_verdicts_and_faults_of_one_box_are_bounded(centre: Centre) -> None:
    for number in range(RESULTS_KEPT + 200):
        report_store.note_result(centre.database, STOLEN, result(number))
    for seq in range(FAULTS_KEPT + 50):
        report_store.note_fault(centre.database, STOLEN, EPOCH, seq, "E_FORK", "x")
    report_store.note_fault(centre.database, HONEST, EPOCH, 1, "E_FORK", "y")
    with centre.database.transaction() as connection:
        kept = connection.execute(sa.select(sa.func.count()).select_from(results)).scalar()
        rows = connection.execute(sa.select(faults)).all()
    assert RESULTS_KEPT <= (kept or 0) <= RESULTS_KEPT + 100
    more = [row for row in rows if row.code == "E_MORE"]
    assert [row.times for row in more] == [50]
    assert len(rows) == FAULTS_KEPT + 2
    assert [row.detail for row in rows if row.station == HONEST] == ["y"]


def test_attack_122_records_beyond_a_days_room_wait_for_tomorrow(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report_store, "RECORDS_A_DAY", 5)
    chain = batch(STOLEN, [{"kind": "refusal", "detail": {"word": "x"}}] * 8)["records"]
    (ack,) = centre.send(STOLEN, "log", {"epoch": EPOCH, "records": chain[:4]})
    assert (ack["upto"], ack["window"]) == (4, 4)
    (pause,) = centre.send(STOLEN, "log", {"epoch": EPOCH, "records": chain[4:]})
    assert (pause["upto"], pause["window"]) == (4, 0)
    assert "E_BUDGET" in centre.codes()
    (again,) = centre.send(STOLEN, "log", {"epoch": EPOCH, "records": chain[:4]})
    assert again["upto"] == 4  # what is here already costs nothing
    monkeypatch.setattr(report_store, "utc_now", lambda: "2999-01-01T00:00:00.000Z")
    (ack,) = centre.send(STOLEN, "log", {"epoch": EPOCH, "records": chain[4:]})
    assert (ack["upto"], ack["window"]) == (8, 4)
    assert len(centre.send(HONEST, "log", batch(HONEST, [{"kind": "play", "play": PLAY}]))) == 1


def test_attack_122_journals_without_end_are_refused(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report_store, "EPOCHS_KEPT", 3)
    content = [{"kind": "refusal", "detail": {"word": "x"}}]
    for number in range(6):
        epoch = f"{number:016x}"
        centre.send(STOLEN, "log", batch(STOLEN, content, epoch))
    with centre.database.transaction() as connection:
        assert len(connection.execute(sa.select(records)).all()) == 3
    assert "E_BUDGET" in centre.codes()


@pytest.mark.parametrize(
    ("channel", "change"),
    [
        ("res", {"detail": "x" * 5000}),
        ("res", {"doc_id": "x" * 400}),
        ("res", {"sha256": "\x1b[2J"}),
        ("res", {"detail": "x" * 20_000}),
        ("health", {"switches": {str(n): "on" for n in range(2000)}}),
        ("health", {"disk_free_bytes": 10**30}),
    ],
)
def test_attack_122_a_report_larger_than_any_honest_one_is_not_kept(
    centre: Centre, channel: str, change: dict[str, Any]
) -> None:
    report = result(1) if channel == "res" else health(1)
    centre.send(STOLEN, channel, {**report, **change})
    assert centre.codes() & {"E_SCHEMA", "E_SIZE"}
    assert list_results(centre.database) == []
    assert centre.database.health() == {}


def test_attack_123_no_escape_sequence_reaches_the_terminal(centre: Centre) -> None:
    fault = {"what": ESCAPES, "subject": ESCAPES, "state": "begins", "hint": ESCAPES}
    contents = [
        {"kind": "play", "play": {**PLAY, "title": ESCAPES, "editor": ESCAPES}},
        {"kind": "refusal", "detail": {"code": ESCAPES, "hint": ESCAPES, "kind": ESCAPES}},
        {"kind": "silence", "detail": {"state": "on", "by": ESCAPES, "why": ESCAPES}},
        {"kind": "fault", "detail": fault},
        {"kind": "command", "detail": {"do": ESCAPES, "subject": ESCAPES, "result": ESCAPES}},
    ]
    centre.send(STOLEN, "log", batch(STOLEN, contents))
    issue = {"kind": ESCAPES, "subject": ESCAPES, "since": "2026-11-22T22:00:00Z", "hint": ESCAPES}
    centre.send(STOLEN, "health", {**health(1), "issues": [issue]})
    assert len(read_records(centre.database, STOLEN)) == 5
    for words in ((), ("--format", "json")):
        said = "".join(
            centre.show(what, *words)
            for what in ("plays", "refusals", "silences", "issue-log", "issues", "stations")
        )
        assert STOLEN in said
        assert not {char for char in said if ord(char) < 32 or 127 <= ord(char) < 160} - {"\n"}
        assert "\u202e" not in said
    (play,) = json.loads(centre.show("plays", "--format", "json"))["plays"]
    assert play["title"] == ESCAPES  # the data are whole
