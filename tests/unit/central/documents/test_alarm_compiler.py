"""alarm.yaml: from an officer's file to a prepared alarm that a box accepts; what signers read."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner

from agent.clock import Now
from agent.contract.accepted import Accepted
from agent.contract.document import Cancel, Emergency
from agent.contract.ids import Place, StationId
from agent.contract.topic import Topic
from agent.contract.utc import parse_utc
from agent.errors import TrustError, YamlFaults
from agent.trust.authority import load_pinned
from agent.trust.verify import verify
from central.__main__ import main
from central.authority.demo_authority import make_demo_authority
from central.authority.demo_model import DemoAuthority
from central.documents.alarm_compiler import AlarmFile, compile_alarm, is_alarm
from central.documents.compiler import SigningParams
from central.documents.sign import read_document, sign_document
from central.documents.summary import describe
from central.publication.document_outbox import keep, unsent
from central.store.database import Database
from tests.harness.centre_records import prepare_centre
from tests.harness.no_floors import NoFloors

AT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
FILE = """\
class: emergency
trigger: key
slot: key-lu
to: ["84/29266/*"]
until: 2027-12-27
exercise: true
messages:
  - {lang: vi, play: [chime], show: "LŨ VỀ, DI CHUYỂN NGAY"}
  - {lang: km, show: "ទឹកជំនន់"}
"""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> DemoAuthority:
    return make_demo_authority(tmp_path_factory.mktemp("keys"))


def compiled(folder: Path, text: str = FILE, now: datetime = AT, seq: int = 3) -> bytes:
    issue = SigningParams(
        "vn.84.em", 1, seq, now, folder / "media", "https://media.example.vn", "Lan", "Hòa"
    )
    return compile_alarm(text, issue, folder)


def judge(demo: DemoAuthority, envelope: bytes) -> Accepted:
    authority = load_pinned(demo.pinned.read_bytes())
    place, station = Place("84", "29266", "tv-cl-0007"), StationId("tv-cl-0007")
    later = Now(AT + timedelta(days=30), "SYNCED", 0.02)
    topic = Topic("emergency", "key-lu", station=station)
    return verify(envelope, topic, authority, place, station, NoFloors(), later)


def test_it_is_what_the_file_says(tmp_path: Path) -> None:
    payload = json.loads(compiled(tmp_path))
    (medium,) = payload["media"]
    assert payload["trigger"] == "key"
    assert (payload["kind"], payload["class"], payload["slot"]) == (
        "emergency", "emergency", "key-lu",
    )  # fmt: skip
    assert (payload["issued"], payload["not_before"]) == ("2026-11-23T01:00:00Z",) * 2
    assert payload["expires"] == "2027-12-27T17:00:00Z"  # the end of that day in Viet Nam
    assert (payload["exercise"], payload["attention"]) == (True, "two-tone")
    assert (payload["repeat"], payload["gap_ms"], payload["max_ms"]) == (3, 2_000, 600_000)
    assert [(one["lang"], one["media"]) for one in payload["bodies"]] == [
        ("vi", [medium["sha256"]]), ("km", None),
    ]  # fmt: skip
    assert (payload["editor"], payload["approver"]) == ("Lan", "Hòa")
    again = json.loads(compiled(tmp_path))
    assert again["event_id"] != payload["event_id"]  # an event counts once: a renewal has its own


@pytest.mark.parametrize(
    ("old", "new", "line", "key"),
    [
        ("slot: key-lu", "slot: khan-cap", 3, "slot"),
        ("trigger: key", "trigger: now", 2, "trigger"),
        ("until: 2027-12-27", "until: 2027-12-29", 5, "until"),
        ("until: 2027-12-27", "until: 2026-11-22", 5, "until"),
        ("until: 2027-12-27", "until: 2027-02-30", 5, "until"),
        ("play: [chime]", "play: [nhac.mp3]", 8, "messages[0].play[0]"),
        ('{lang: km, show: "ទឹកជំនន់"}', "{lang: km}", 9, "messages[1]"),
        ("exercise: true", "longest: 3h", 6, "longest"),
    ],
)
def test_a_fault_is_reported_with_its_place(
    tmp_path: Path, old: str, new: str, line: int, key: str
) -> None:
    assert old in FILE
    with pytest.raises(YamlFaults) as caught:
        compiled(tmp_path, FILE.replace(old, new))
    assert [(fault.line, fault.key) for fault in caught.value.faults] == [(line, key)]


def test_only_the_class_tells_an_alarm_from_a_schedule() -> None:
    assert is_alarm(FILE)
    assert is_alarm("class: emergency\n")
    assert not is_alarm(FILE.replace("class: emergency", "class: routine"))
    assert not is_alarm("items:\n  - {title: 'class: emergency'}\n")


def test_a_box_takes_it_with_both_signatures_a_month_later_and_with_one_never(
    demo: DemoAuthority, tmp_path: Path
) -> None:
    payload = compiled(tmp_path)
    both = sign_document(payload, "emergency", demo.signers("vn.84.em"))
    document = judge(demo, both).document
    assert isinstance(document, Emergency)
    assert document.trigger == "key"
    one = sign_document(payload, "emergency", demo.signers("vn.84.em")[:1])
    with pytest.raises(TrustError, match="E_THRESHOLD"):
        judge(demo, one)


def test_who_signs_reads_that_only_a_hand_starts_it(tmp_path: Path) -> None:
    envelope = sign_document(compiled(tmp_path), "emergency", [])
    output = "\n".join(describe(read_document(envelope)))
    assert "chỉ kêu khi có người bấm nút khẩn cấp tại trạm; không bao giờ tự kêu" in output
    assert "DIỄN TẬP" in output
    assert "mọi nút có khe “key-lu”" in output
    assert "00:00 28/12/2027" in output
    assert "phát ngay" not in output
    english = "\n".join(describe(read_document(envelope), "en"))
    assert "only when somebody presses an emergency key" in english
    assert "at once" not in english


def test_the_command_makes_it_and_a_second_person_adds_to_it(
    demo: DemoAuthority, tmp_path: Path
) -> None:
    until = (datetime.now(UTC) + timedelta(days=300)).date()
    file = tmp_path / "alarm.yaml"
    file.write_text(FILE.replace("2027-12-27", str(until)))
    first, second = demo.keys["vn.84.em"]
    both = tmp_path / "both.signed"
    made: list[Any] = [
        "sign", file, "--key", first, "--yes", "--passphrase", "", "--issuer", "vn.84.em",
        "--seq", "4", "--media-dir", tmp_path / "media", "--media-url", "https://m.example.vn",
    ]  # fmt: skip
    added: list[Any] = [
        "sign", file.with_suffix(".signed"), "--key", second, "--yes", "--passphrase", "",
        "--out", both,
    ]  # fmt: skip
    for arguments in (made, added):
        result = CliRunner().invoke(main, list(map(str, arguments)))
        assert result.exit_code == 0, result.output
        assert "không bao giờ tự kêu" in result.output
    document = read_document(both.read_bytes())
    assert (document.kind, document.seq, document.slot) == ("emergency", 4, "key-lu")
    assert len(json.loads(both.read_bytes())["signatures"]) == 2


def test_the_centre_sends_only_the_newest_of_a_slot(demo: DemoAuthority, tmp_path: Path) -> None:
    database = Database.open(tmp_path / "central.db")
    topic = "tramtin/1/g/xa-29266/emergency/key-lu"
    for seq in (3, 4):
        envelope = sign_document(compiled(tmp_path, seq=seq), "emergency", demo.signers("vn.84.em"))
        keep(database, topic, envelope)
    assert [read_document(parcel.envelope).seq for parcel in unsent(database)] == [4]
    database.close()


def test_the_example_file_is_good_and_shows_every_key(tmp_path: Path) -> None:
    file = Path(__file__).resolve().parents[4] / "config" / "alarm.example.yaml"
    text = file.read_text(encoding="utf-8")
    document = read_document(sign_document(compiled(tmp_path, text), "emergency", []))
    assert isinstance(document, Emergency)
    assert (document.slot, document.trigger) == ("key-lu", "key")
    optional = {"from", "dialect", "pronunciation"}  # whose defaults are the usual case
    keys = {field.encode_name for field in msgspec.structs.fields(AlarmFile)} - optional
    assert {line.partition(":")[0] for line in text.splitlines() if line[:1].isalpha()} == keys


# While it is held: what the centre says of its end, and what it takes back for good


def run(*words: object) -> tuple[int, str]:
    result = CliRunner(env={"COLUMNS": "400"}).invoke(main, list(map(str, words)))
    return result.exit_code, result.output


def submit(folder: Path, demo: DemoAuthority, days: int, slot: str = "key-lu") -> Path:
    """Two people sign an alarm that is held until the end of that day; the centre gives it out."""
    until = datetime.now(UTC) + timedelta(hours=7, days=days)
    text = FILE.replace("2027-12-27", f"{until:%Y-%m-%d}").replace("key-lu", slot)
    payload = compiled(folder, text, datetime.now(UTC), seq=days)
    file = folder / f"{slot}.signed"
    file.write_bytes(sign_document(payload, "emergency", demo.signers("vn.84.em")))
    if not (folder / "c.db").exists():
        prepare_centre(folder / "c.db")
    code, output = run("publish", file, "--db", folder / "c.db", "--group", "xa-29266")
    assert code == 0, output
    return file


def cancel(folder: Path, demo: DemoAuthority, *words: object) -> Path:
    """A cancel that two people sign, drafted with these words."""
    file = folder / "huy.json"
    header = ("--issuer", "vn.84.em", "--to", "84/29266/*", "--out", file)
    code, output = run("draft", "cancel", *header, *words)
    assert code == 0, output
    signed = sign_document(file.read_bytes(), "cancel", demo.signers("vn.84.em"))
    file.with_suffix(".signed").write_bytes(signed)
    return file.with_suffix(".signed")


def ending(folder: Path) -> list[str]:
    code, output = run("show", "--db", folder / "c.db", "issues", "--format", "json")
    assert code == 0
    return [row["subject"] for row in json.loads(output)["issues"] if row["station"] == "centre"]


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("vi", ("nhắc", "báo động chờ sẵn cho nút khẩn cấp sắp hết hạn", "số cao hơn")),
        ("en", ("warning", "an alarm that is held for emergency keys ends soon", "higher number")),
    ],
)
def test_an_alarm_that_expires_within_two_weeks_is_an_issue(
    tmp_path: Path, demo: DemoAuthority, lang: str, words: tuple[str, ...]
) -> None:
    submit(tmp_path, demo, days=15, slot="key")  # to the end of that day: more than 14 left
    assert ending(tmp_path) == []
    submit(tmp_path, demo, days=12)
    assert ending(tmp_path) == ["vn.84.em/key-lu g/xa-29266"]
    output = run("show", "--db", tmp_path / "c.db", "issues", "--lang", lang)[1]
    assert all(word in output for word in (*words, "vn.84.em/key-lu"))
    submit(tmp_path, demo, days=300)  # the newer one takes its place
    assert ending(tmp_path) == []


def test_a_cancel_of_a_prepared_alarm_outlives_it(tmp_path: Path, demo: DemoAuthority) -> None:
    alarm = submit(tmp_path, demo, days=12)
    held = read_document(alarm.read_bytes())
    by_file = cancel(tmp_path, demo, "--alarm", alarm)
    document = read_document(by_file.read_bytes())
    assert isinstance(held, Emergency)
    assert isinstance(document, Cancel)
    assert document.cancels == held.event_id
    assert parse_utc(document.expires) == parse_utc(held.expires)
    assert run("publish", by_file, "--db", tmp_path / "c.db", "--group", "xa-29266")[0] == 0
    assert ending(tmp_path) == []  # nobody holds it any more
    longer = cancel(tmp_path, demo, "--alarm", alarm, "--for", "720h")
    issued, expires = (
        parse_utc(getattr(read_document(longer.read_bytes()), name))
        for name in ("issued", "expires")
    )
    assert expires - issued == timedelta(days=30)


def test_a_cancel_that_ends_before_its_prepared_alarm_goes_out_only_to_stop_what_sounds(
    tmp_path: Path, demo: DemoAuthority
) -> None:
    held = read_document(submit(tmp_path, demo, days=12).read_bytes())
    assert isinstance(held, Emergency)
    short = cancel(tmp_path, demo, "--event", held.event_id)
    target = ("--db", tmp_path / "c.db", "--group", "xa-29266")
    for lang, word in (("vi", "trạm mất liên lạc"), ("en", "a station out of reach")):
        code, output = run("publish", short, *target, "--lang", lang)
        assert code == 1
        assert "E_TTL" in output
        assert word in output
    assert run("publish", short, *target, "--stop-now")[0] == 0
    assert ending(tmp_path) == ["vn.84.em/key-lu g/xa-29266"]  # whoever comes back has it still
    other = cancel(tmp_path, demo, "--event", "ab" * 16)  # of no alarm that is held
    assert run("publish", other, *target)[0] == 0


@pytest.mark.parametrize("words", [(), ("--event", "ab" * 16, "--alarm", "{huy}")])
def test_a_cancel_names_its_emergency_once(
    tmp_path: Path, demo: DemoAuthority, words: tuple[str, ...]
) -> None:
    huy = cancel(tmp_path, demo, "--event", "cd" * 16)
    header = ("--issuer", "vn.84.em", "--to", "84/29266/*", "--out", tmp_path / "x")
    code, output = run("draft", "cancel", *header, *(word.format(huy=huy) for word in words))
    assert (code, "E_USAGE" in output) == (78, True)
    code, output = run("draft", "cancel", *header, "--alarm", huy)
    assert (code, "not a signed emergency" in output) == (78, True)
