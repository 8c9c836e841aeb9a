"""`tramtin rehearse --diff` says what the centre's says, by what the box itself holds. UTC+7."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
from datetime import UTC, timedelta
from pathlib import Path

import icalendar
import pytest
from click.testing import CliRunner, Result
from securesystemslib.signer import CryptoSigner

from agent.__main__ import main as box
from agent.contract.document import StationConfig
from agent.contract.station_policy import StationPolicy
from agent.store import documents
from agent.store.database import Store
from central.__main__ import main as centre_main
from central.documents.sign import build_header, encode_document, sign_document
from tests.harness.accepted_documents import Accepted, Floor
from tests.harness.centre_records import STATION
from tests.harness.published_playlists import db
from tests.harness.station_and_centre import SENT, centre, entry, playlist, station

__all__ = ["centre", "db", "station"]  # the fixtures
DAY = ("--at", "2026-11-25", "--days", "1")
# of the slot that has “Nhắc” 05:05 and “Dặn”, which waits from 11:03 until 11:10
CORRECTION = playlist(
    7, "nhac", entry("Nhắc", "05:05"), entry("Chiều", "17:00"), entry("Khuya", "22:30")
)
QUIET = "trong giờ yên lặng 21:00-05:00"
VIETNAMESE = f"""\
{STATION}
  BỎ    25/11/2026 11:10–11:20        phát        Dặn [z]
  THÊM  25/11/2026 17:00–17:10        phát        Chiều [z]
  THÊM  25/11/2026 22:30–22:40        TỪ CHỐI     Khuya [z]: {QUIET} (E_HOURS)
"""
ENGLISH = f"""\
{STATION}
  GONE  25/11/2026 11:10–11:20        sounds      Dặn [z]
  NEW   25/11/2026 17:00–17:10        sounds      Chiều [z]
  NEW   25/11/2026 22:30–22:40        REFUSED     Khuya [z]: in quiet hours 21:00-05:00 (E_HOURS)
"""


def payload_of(one: Accepted) -> bytes:
    return base64.b64decode(json.loads(one.envelope)["payload"])


def write(file: Path, raw: bytes) -> Path:
    file.write_bytes(raw)
    return file


def ask(station: Path, correction: Path, *more: str) -> Result:
    words = ["rehearse", str(station), *DAY, "--diff", str(correction), *more]
    return CliRunner().invoke(box, words)


def ask_centre(db: Path, correction: Path, *more: str) -> Result:
    words = ["rehearse", str(correction), "--db", str(db), *DAY, "--diff", *more]
    return CliRunner().invoke(centre_main, words)


def test_a_correction_is_told_in_each_format_and_language_as_the_centre_tells_it(
    tmp_path: Path, station: Path, centre: Path
) -> None:
    file = write(tmp_path / "lich", CORRECTION.envelope)
    for lang, text in (("vi", VIETNAMESE), ("en", ENGLISH)):
        told = {
            format_: ask(station, file, "--format", format_, "--lang", lang).stdout
            for format_ in ("text", "json", "csv", "ics", "svg")
        }
        assert told["text"] == text
        for format_ in ("text", "json", "csv", "svg"):
            more = ("--format", format_, "--lang", lang)
            assert told[format_] == ask_centre(centre, file, *more).stdout
        (one,) = json.loads(told["json"])["rehearsals"]
        assert [bool(change["event"]) for change in one["changes"]] == [False, True, True]
        rows = csv.DictReader(io.StringIO(told["csv"]))
        assert [row["change"] for row in rows] == ["gone", "new", "new"]
        events = icalendar.Calendar.from_ical(told["ics"]).walk("VEVENT")
        assert [one.get("STATUS") for one in events] == ["CANCELLED", "CONFIRMED", "CANCELLED"]


def test_the_file_is_an_envelope_signed_or_not_or_a_payload(
    tmp_path: Path, station: Path, centre: Path
) -> None:
    payload = payload_of(CORRECTION)
    signed = sign_document(payload, "playlist", [CryptoSigner.generate_ed25519()])
    for raw in (CORRECTION.envelope, signed, payload):
        file = write(tmp_path / "lich", raw)
        assert ask(station, file).stdout == VIETNAMESE
        assert ask_centre(centre, file).stdout == VIETNAMESE


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"lich", "E_JSON"),
        (b"[1]", "E_ENVELOPE"),
        (b'{"payloadType": "x"}', "E_ENVELOPE"),
        (b'{"payloadType": "x", "payload": "", "signatures": []}', "E_TYPE"),
        (b'{"kind": "lich"}', "E_TYPE"),
        (b'{"kind": ["playlist"]}', "E_TYPE"),
        (b'{"kind": "playlist"}', "E_SCHEMA"),
        (b" " * 400_000, "E_SIZE"),
        (None, "No such file"),
    ],
)
def test_what_is_no_document_is_refused_by_its_code(
    tmp_path: Path, station: Path, raw: bytes | None, code: str
) -> None:
    file = tmp_path / "lich"
    if raw is not None:
        file.write_bytes(raw)
    result = ask(station, file)
    assert (result.exit_code, result.stdout) == (1, "")
    assert f"{file}: không phải văn bản đã soạn cho trạm: " in result.stderr
    assert code in result.stderr
    assert "not a document for a station" in ask(station, file, "--lang", "en").stderr


def build_config(policy: StationPolicy, seq: int) -> Accepted:
    header = build_header(
        "station-config", issuer="vn.84", class_="config", to=[f"84/29266/{STATION}"],
        slot="chinh", seq=seq, now=SENT.astimezone(UTC), lifetime=timedelta(days=30),
    )  # fmt: skip
    config = StationConfig(
        **header, place=f"84/29266/{STATION}", groups=[], zones=[], policy=policy
    )
    payload = encode_document(config)
    sha256 = hashlib.sha256(payload).hexdigest()
    floor = Floor("vn.84", "station-config", "chinh", 1, seq, sha256)
    return Accepted(config, sign_document(payload, "station-config", []), sha256, floor)


def configure(station: Path) -> None:
    """The box accepts a station-config."""
    one = build_config(StationPolicy(["21:00-05:00"]), 1)
    store = Store.open(station.parent / "state")
    store.do(lambda connection: documents.commit(connection, one, SENT))
    store.close()


def test_a_document_for_another_place_changes_nothing_here(tmp_path: Path, station: Path) -> None:
    configure(station)
    assert ask(station, write(tmp_path / "a", CORRECTION.envelope)).stdout == VIETNAMESE
    other = playlist(8, "nhac", entry("Xã khác", "17:00"), to=["84/29269/*"])
    result = ask(station, write(tmp_path / "b", other.envelope))
    assert (result.exit_code, "Không có gì thay đổi." in result.stdout) == (0, True)
    assert "văn bản này gửi cho nơi khác (84/29269/*)" in result.stderr
    english = ask(station, tmp_path / "b", "--lang", "en")
    assert "Nothing changes." in english.stdout
    assert "meant for another place" in english.stderr


def test_a_new_policy_is_a_correction_too(tmp_path: Path, station: Path) -> None:
    configure(station)
    wider = build_config(StationPolicy(["21:00-06:00"]), 2)
    lines = ask(station, write(tmp_path / "c", wider.envelope)).stdout.splitlines()
    refused = [line for line in lines if "NAY" in line and "giờ yên lặng 21:00-06:00" in line]
    assert [line.split("TỪ CHỐI")[1].split()[0] for line in refused] == [
        "Tiếp",
        "Bản",
        "Nhắc",
        "Mưa",
    ]


def test_the_store_is_only_read(tmp_path: Path, station: Path) -> None:
    state = station.parent / "state"
    before = {path.name: path.read_bytes() for path in state.iterdir()}
    assert ask(station, write(tmp_path / "lich", CORRECTION.envelope)).exit_code == 0
    assert {path.name: path.read_bytes() for path in state.iterdir()} == before
