"""`tramtin-central why`: any station and moment, as the station itself would answer. UTC+7."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from securesystemslib.signer import CryptoSigner

from agent.__main__ import main as box
from agent.contract.local_time import LOCAL
from agent.contract.station_policy import StationPolicy, ZoneKindClasses
from agent.contract.utc import encode_utc
from central.__main__ import main
from central.collector.heads import withhold
from central.documents.emergency_order import OrderParams, draft_silence
from central.documents.sign import sign_document
from central.publication.station_why import explain_station
from central.store.database import Database
from tests.harness.accepted_documents import accepted
from tests.harness.centre_records import STATION, place_station
from tests.harness.published_playlists import OTHER, db
from tests.harness.station_and_centre import SENT, centre, date_back, entry, playlist, put, station

__all__ = ["centre", "db", "station"]  # the fixtures
FLOOD = {"lang": "vi", "media": None, "text": {"say": "Lũ về", "show": "LŨ"}}


def ask(centre: Path, at: str, *more: str, station: str = STATION) -> tuple[int, str]:
    words = ["why", station, "--db", str(centre), "--at", at, *more]
    result = CliRunner().invoke(main, words)
    return result.exit_code, result.stdout + result.stderr


def ask_box(file: Path, at: str, *more: str) -> str:
    return CliRunner().invoke(box, ["why", str(file), "--at", at, *more]).output


# time, what the answer has in Vietnamese, in English
MOMENTS = [
    ("03:15", "“Tiếp âm” bị từ chối: trong giờ yên lặng 21:00-05:00", "in quiet hours 21:00"),
    ("05:02", "“Bản tin sáng”, đến 05:10", "nothing else is due"),
    ("05:05", "Loa [z] 05:05 25/11/2026: “Nhắc”", "Sound [z] 05:05 25/11/2026: “Nhắc”"),
    ("05:08", "“Mưa lớn”, đến 05:16", "“Mưa lớn”, until 05:16"),
    ("11:05", "“Dặn” đến lượt từ 11:03", "“Dặn” is due since 11:03"),
    ("13:00", "không có gì theo lịch", "nothing is scheduled"),
]


def test_the_centre_answers_as_the_station_itself(centre: Path, station: Path) -> None:
    for clock, *words in MOMENTS:
        at = f"2026-11-25T{clock}"
        for lang, word in zip(("vi", "en"), words, strict=True):
            code, output = ask(centre, at, "--lang", lang)
            assert (code, word in output) == (0, True)
            assert word in ask_box(station, at, "--lang", lang)
        told = json.loads(ask(centre, at, "--format", "json")[1])
        assert told["outputs"] == json.loads(ask_box(station, at, "--format", "json"))["outputs"]


def test_a_console_asks_by_a_function(centre: Path) -> None:
    database = Database.open(centre)
    at = datetime(2026, 11, 25, 5, 8, tzinfo=LOCAL)
    (answer,) = explain_station(database, STATION, at, at).answers
    database.close()
    assert (answer.state, answer.title, answer.rule) == ("plays", "Mưa lớn", "level")
    assert (answer.doc_id, answer.entry_id) == (f"{3:032x}", "e0506")
    assert [one.title for one in answer.losers] == ["Nhắc", "Bản tin sáng"]
    assert answer.until == datetime(2026, 11, 25, 5, 16, tzinfo=LOCAL)


@pytest.mark.parametrize(
    ("kind", "more", "words"),
    [
        ("emergency", {"bodies": [FLOOD], "max_ms": 600_000}, "TIN KHẨN CẤP"),
        ("cancel", {"cancels": f"{3:032x}", "class": "priority"}, "“Nhắc”"),
    ],
)
def test_what_was_ordered_at_once_counts(
    centre: Path, kind: str, more: dict[str, Any], words: str
) -> None:
    sent = SENT.replace(day=25, hour=5).astimezone(UTC)
    one = accepted(kind, 9, "lenh", issued=encode_utc(sent), not_before=encode_utc(sent), **more)
    put(centre, one.envelope, kind=kind)
    assert words in ask(centre, "2026-11-25T05:07")[1]
    assert words not in ask(centre, "2026-11-25T04:58")[1]


@pytest.mark.parametrize(
    ("signers", "words"), [(2, "IM, theo lệnh im lặng: bão"), (1, "“Mưa lớn”")]
)
def test_a_silence_of_two_stops_and_of_one_only_pauses(
    centre: Path, signers: int, words: str
) -> None:
    order = OrderParams("vn.84", ["84/29266/*"], SENT.astimezone(UTC), timedelta(days=1), 4)
    keys = [CryptoSigner.generate_ed25519() for _ in range(signers)]
    signed = sign_document(draft_silence(order, "on", "bão"), "silence", keys)
    put(centre, signed, kind="silence")
    assert words in ask(centre, "2026-11-25T05:07")[1]
    assert "IM, theo lệnh im lặng" in ask(centre, "2026-11-24T17:05")[1]


def test_what_was_withdrawn_replaced_or_meant_for_others_does_not_count(centre: Path) -> None:
    put(centre, playlist(5, "khac", entry("Xã khác", "05:08"), to=["84/29269/*"]).envelope)
    assert "“Mưa lớn”" in ask(centre, "2026-11-25T05:08")[1]
    database = Database.open(centre)
    withhold(database, f"{3:032x}", "sai nội dung")
    database.close()
    assert "“Nhắc”" in ask(centre, "2026-11-25T05:08")[1]
    # the newer one of a slot, though it is over before the older one
    brief = playlist(6, "nhac", entry("Thử", "05:07"), expires="2026-11-23T17:00:00Z")
    put(centre, brief.envelope, target=f"d/{STATION}")
    assert "“Bản tin sáng”" in ask(centre, "2026-11-25T05:08")[1]


def test_a_rule_that_the_centre_cannot_judge_is_named(centre: Path) -> None:
    closed = StationPolicy([], zone_classes=[ZoneKindClasses("special", ["priority"])])
    database = Database.open(centre)
    place_station(database, policy=closed, seq=3, now=SENT)
    date_back(database)
    database.close()
    assert "CHƯA BIẾT cụm loa nào là loại đặc biệt" in ask(centre, "2026-11-25T05:02")[1]
    told = json.loads(ask(centre, "2026-11-25T05:02", "--format", "json")[1])
    assert told["not_known"] == ["zone_classes"]


def test_a_station_that_is_not_configured_is_refused_with_the_likeliest_name(centre: Path) -> None:
    database = Database.open(centre)
    place_station(database, seq=2)  # in force whenever this runs
    database.close()
    code, output = ask(centre, "2026-11-25T05:02", station="tv-cl-007")
    assert (code, output.split(":")[0]) == (78, "E_USAGE")
    assert f"có phải “{STATION}”?" in output
    assert "--anyway" not in output
    assert "did you mean" in ask(centre, "2026-11-25T05:02", "--lang", "en", station=OTHER)[1]
