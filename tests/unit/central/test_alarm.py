"""alarm.yaml: from an officer's file to a held alarm that a box accepts, and what signers read."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner

from agent.clock import Now
from agent.contract.document import Emergency
from agent.contract.ident import Place, StationId
from agent.contract.topic import Topic
from agent.errors import TrustError
from agent.settings.fault import SettingsFaults
from agent.trust.authority import load_pinned
from agent.trust.verify import Accepted, verify
from central.__main__ import main
from central.alarm import AlarmFile, compile_alarm, is_alarm
from central.authority import DemoAuthority, make_demo_authority
from central.compilation import Issue
from central.database import Database
from central.describe import describe
from central.publish import keep, unsent
from central.sign import read_document, sign_document
from tests.unit.central.test_sign import _NoFloors

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
    issue = Issue(
        "vn.84.em", 1, seq, now, folder / "media", "https://media.example.vn", "Lan", "Hòa"
    )
    return compile_alarm(text, issue, folder)


def judge(demo: DemoAuthority, envelope: bytes) -> Accepted:
    authority = load_pinned(demo.pinned.read_bytes())
    place, station = Place("84", "29266", "tv-cl-0007"), StationId("tv-cl-0007")
    later = Now(AT + timedelta(days=30), "SYNCED", 0.02)
    topic = Topic("emergency", "key-lu", station=station)
    return verify(envelope, topic, authority, place, station, _NoFloors(), later)


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
def test_a_fault_is_told_where_it_stands(
    tmp_path: Path, old: str, new: str, line: int, key: str
) -> None:
    assert old in FILE
    with pytest.raises(SettingsFaults) as caught:
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
    said = "\n".join(describe(read_document(envelope)))
    assert "chỉ kêu khi có người bấm nút khẩn cấp tại trạm; không bao giờ tự kêu" in said
    assert "DIỄN TẬP" in said
    assert "mọi nút có khe “key-lu”" in said
    assert "00:00 28/12/2027" in said
    assert "phát ngay" not in said
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


def test_the_centre_gives_out_the_newest_of_a_slot_only(
    demo: DemoAuthority, tmp_path: Path
) -> None:
    database = Database.open(tmp_path / "central.db")
    topic = "tramtin/1/g/xa-29266/emergency/key-lu"
    for seq in (3, 4):
        envelope = sign_document(compiled(tmp_path, seq=seq), "emergency", demo.signers("vn.84.em"))
        keep(database, topic, envelope)
    assert [read_document(parcel.envelope).seq for parcel in unsent(database)] == [4]
    database.close()


def test_the_example_file_is_good_and_shows_every_key(tmp_path: Path) -> None:
    file = Path(__file__).resolve().parents[3] / "config" / "alarm.example.yaml"
    text = file.read_text(encoding="utf-8")
    document = read_document(sign_document(compiled(tmp_path, text), "emergency", []))
    assert isinstance(document, Emergency)
    assert (document.slot, document.trigger) == ("key-lu", "key")
    keys = {field.encode_name for field in msgspec.structs.fields(AlarmFile)} - {"from"}
    assert {line.partition(":")[0] for line in text.splitlines() if line[:1].isalpha()} == keys
