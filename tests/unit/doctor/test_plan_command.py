"""`tramtin why` and `tramtin rehearse` read the box's own store; moments are local, UTC+7."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from agent.__main__ import main
from agent.store import documents, key_value
from agent.store.database import Store
from tests.harness.accepted_documents import accepted

SETTINGS = """\
station: tv-cl-0007
broker: {{host: mqtt.example.vn, port: 8883, ca: /a, cert: /b, key: /c}}
root: /d
state: {0}
outputs:
  - name: loa
    audio: {{driver: portaudio, device: default, channels: 1}}
    zones: [{{name: z, kind: ordinary, switch: {{profile: sim-amplifier}}}}]
"""
DIGEST = "a" * 64


def entry(title: str, at: str) -> dict[str, object]:
    return {
        "id": f"e{at[:2]}", "title": title, "lang": "vi", "zones": ["*"],
        "when": {"at": [at], "weekdays": [1, 2, 3, 4, 5, 6, 7], "from": "2026-11-22",
                 "until": "2026-11-30"},
        "start": {"kind": "at"}, "body": {"media": [DIGEST]},
    }  # fmt: skip


@pytest.fixture
def station(tmp_path: Path) -> Path:
    state = tmp_path / "state"
    state.mkdir()
    file = tmp_path / "station.yaml"
    file.write_text(SETTINGS.format(state))
    store = Store.open(state)
    medium = {
        "sha256": DIGEST, "bytes": 1, "mime": "audio/mpeg", "duration_ms": 600_000, "urls": [],
    }  # fmt: skip
    entries = [entry("Bản tin đêm", "03:15:00"), entry("Bản tin sáng", "05:00:00")]
    one = accepted(media=[medium], entries=entries)
    at = datetime(2026, 11, 22, 8, tzinfo=UTC)
    store.do(lambda connection: documents.commit(connection, one, at))
    store.close()
    return file


def ask(*words: str | Path) -> Result:
    return CliRunner().invoke(main, list(map(str, words)))


def test_a_box_that_does_not_know_the_time_says_so_and_claims_no_play(station: Path) -> None:
    result = ask("why", station)
    assert result.exit_code == 0
    assert "hộp chưa biết giờ, nên không phát gì theo lịch" in result.output
    assert len(result.output.splitlines()) == 1
    told = json.loads(ask("why", station, "--format", "json").output)
    assert told["outputs"][0]["state"] == "no_time"


def test_the_night_start_is_explained_by_the_box(station: Path) -> None:
    result = ask("why", station, "--at", "2026-11-25T03:15")
    assert result.exit_code == 0
    assert "Loa [z] 03:15 25/11/2026: không có gì theo lịch" in result.output
    assert "“Bản tin đêm” bị từ chối: trong giờ yên lặng 21:00-05:00 (E_HOURS)" in result.output
    assert "thay đổi tới: 05:00 25/11/2026, “Bản tin sáng”" in result.output
    told = json.loads(ask("why", station, "--at", "2026-11-25T05:03", "--format", "json").output)
    assert told["outputs"][0]["until"] == "2026-11-25T05:10:00+07:00"


def test_a_week_is_listed_day_by_day(station: Path) -> None:
    result = ask("rehearse", station, "--at", "2026-11-23", "--days", "2", "--lang", "en")
    assert result.exit_code == 0
    assert result.output.count("REFUSED     Bản tin đêm: in quiet hours 21:00-05:00") == 2
    assert "Monday 23/11/2026" in result.output
    assert "In all: 2 whole, 0 interrupted, 0 clash(es), 2 refused" in result.output
    table = ask("rehearse", station, "--at", "2026-11-23", "--days", "2", "--format", "csv").output
    assert len(table.strip().splitlines()) == 5


def test_a_lockout_that_is_on_is_said_before_the_plan_of_now_and_not_of_another_moment(
    station: Path,
) -> None:
    store = Store.open(station.parent / "state")
    store.do(lambda db: key_value.put(db, "lockout_since", "2026-11-25T01:30:00.000Z"))
    store.close()
    assert "KHÓA AN TOÀN" not in ask("rehearse", station).output  # no such contact is named
    with station.open("a") as file:
        file.write("inputs: [{name: khoa, kind: lockout, profile: sim-input, port: /k}]\n")
    said = "KHÓA AN TOÀN đang bật từ 08:30 25/11/2026"
    for command in ("why", "rehearse"):
        assert ask(command, station).output.startswith(said)
        assert "KHÓA AN TOÀN" not in ask(command, station, "--at", "2026-11-25T05:03").output


def test_the_store_is_only_read(station: Path) -> None:
    state = station.parent / "state"
    before = {path.name: path.read_bytes() for path in state.iterdir()}
    assert ask("rehearse", station, "--at", "2026-11-23").exit_code == 0
    assert {path.name: path.read_bytes() for path in state.iterdir()} == before


def test_without_a_store_it_says_so(station: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    station.write_text(SETTINGS.format(empty))
    result = ask("why", station, "--at", "2026-11-25")
    assert (result.exit_code, "chưa đọc được các văn bản" in result.output) == (1, True)
    station.write_text("station: [")
    assert ask("why", station).exit_code == 2
