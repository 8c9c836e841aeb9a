"""`publish`, `withhold` and the numbers of documents: what is not true is not said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from agent.contract.document import Emergency, EmergencyBody, Playlist, Silence, TextBody
from agent.errors import TrustError
from central.__main__ import main
from central.collector.collector import Collector
from central.documents.sign import build_header, encode_document, new_doc_id, sign_document
from central.issues.publishing import publishing_issues
from central.publication.document_outbox import keep, list_documents, mark_sent, unsent
from central.publication.numbering import default_seq
from central.store import heartbeat
from central.store.database import Database
from tests.harness.centre_records import (
    GROUP,
    STATION,
    note_collector,
    place_station,
    prepare_centre,
)


def _now() -> datetime:
    return datetime.now(UTC)


def run(*words: object) -> tuple[int, str]:
    result = CliRunner().invoke(main, list(map(str, words)))
    return result.exit_code, result.output


def header(kind: str, class_: Any, **more: Any) -> dict[str, Any]:
    given = {
        "issuer": "vn.84", "class_": class_, "to": ["84/29266/*"], "slot": "tuan", "seq": 5,
        "now": _now(), "lifetime": timedelta(hours=2), **more,
    }  # fmt: skip
    return build_header(kind, **given)


def playlist(path: Path, **more: Any) -> Path:
    """An empty playlist in an envelope that nobody has signed."""
    payload = encode_document(
        Playlist(**header("playlist", "routine", **more), media=[], entries=[])
    )
    path.write_bytes(sign_document(payload, "playlist", []))
    return path


@pytest.fixture
def db(tmp_path: Path) -> Path:
    return prepare_centre(tmp_path / "central.db", STATION, "tv-cl-0021")


def publish(file: Path, db: Path, *more: object) -> tuple[int, str]:
    return run("publish", file, "--db", db, *(more or ("--group", GROUP)))


# Is it sent?


def test_a_collector_that_runs_sends_at_once(tmp_path: Path, db: Path) -> None:
    code, output = publish(playlist(tmp_path / "a"), db)
    assert code == 0
    assert "gửi đi ngay" in output
    assert f"2 trạm: {STATION}, tv-cl-0021" in output


@pytest.mark.parametrize(
    ("lang", "words"),
    [("vi", ("CHƯA GỬI", "tramtin-central collect")), ("en", ("NOT SENT", "no collector"))],
)
def test_without_a_collector_nothing_is_called_sent(
    tmp_path: Path, lang: str, words: tuple[str, ...]
) -> None:
    db = tmp_path / "central.db"
    database = Database.open(db)
    place_station(database)
    heartbeat.write_heartbeat(database, _now() - timedelta(minutes=1), is_connected=True)
    code, output = publish(playlist(tmp_path / "a"), db, "--group", GROUP, "--lang", lang)
    assert code == 75
    assert all(word in output for word in words)
    assert "gửi đi ngay" not in output
    assert [row["sent"] for row in list_documents(database) if row["kind"] == "playlist"] == [False]
    database.close()


def test_a_collector_without_a_broker_is_reported_too(tmp_path: Path, db: Path) -> None:
    note_collector(db, is_connected=False)
    code, output = publish(playlist(tmp_path / "a"), db)
    assert (code, "CHƯA GỬI" in output, "chưa nối được" in output) == (75, True, True)


# To whom?


@pytest.mark.parametrize(
    ("target", "likely"),
    [(("--group", "xa-29226"), f"“{GROUP}”"), (("--station", "tv-cl-007"), f"“{STATION}”")],
)
def test_a_mistyped_name_is_refused_and_the_likely_one_is_named(
    tmp_path: Path, db: Path, target: tuple[str, str], likely: str
) -> None:
    file = playlist(tmp_path / "a")
    code, output = publish(file, db, *target)
    assert code == 78
    assert target[1] in output
    assert f"có phải {likely}?" in output
    database = Database.open(db)
    assert unsent(database) == []
    database.close()
    assert publish(file, db, *target, "--anyway")[0] == 0


def test_a_new_stations_first_config_needs_no_leave(tmp_path: Path, db: Path) -> None:
    from agent.contract.document import StationConfig
    from agent.contract.station_policy import StationPolicy

    fields = header("station-config", "config", to=["84/29266/tv-cl-0099"], slot="chinh")
    config = StationConfig(
        **fields, place="84/29266/tv-cl-0099", groups=[GROUP], zones=[], policy=StationPolicy([])
    )
    file = tmp_path / "config"
    file.write_bytes(sign_document(encode_document(config), "station-config", []))
    assert publish(file, db, "--station", "tv-cl-0099")[0] == 0
    assert publish(playlist(tmp_path / "a"), db, "--station", "tv-cl-0099")[0] == 0  # known now


# With which number?


def test_a_lower_number_does_not_take_a_higher_ones_place(tmp_path: Path, db: Path) -> None:
    assert publish(playlist(tmp_path / "nine", seq=9), db)[0] == 0
    code, output = publish(playlist(tmp_path / "three", seq=3), db)
    assert code == 1
    assert "E_REPLAY" in output
    assert "bản số 1.3 thấp hơn bản số 1.9" in output
    database = Database.open(db)
    kept = [row["seq"] for row in list_documents(database) if row["kind"] == "playlist"]
    database.close()
    assert kept == [9]


def test_the_same_number_for_another_document_is_a_fork_before_any_station_sees_it(
    tmp_path: Path, db: Path
) -> None:
    first = playlist(tmp_path / "one")
    assert publish(first, db)[0] == 0
    assert publish(first, db)[0] == 0  # the very same may be sent again
    code, output = publish(playlist(tmp_path / "two"), db)
    assert (code, "E_FORK" in output, "ký lại không ghi --seq" in output) == (1, True, True)


def test_a_number_counts_for_a_station_whatever_way_it_came(tmp_path: Path, db: Path) -> None:
    """Boxes count by issuer, kind and slot; topics are nothing to them."""
    assert publish(playlist(tmp_path / "nine", seq=9), db, "--station", STATION)[0] == 0
    low = playlist(tmp_path / "three", seq=3)
    assert publish(low, db)[0] == 1
    assert publish(low, db, "--station", "tv-cl-0021")[0] == 0


def test_of_two_emergencies_the_one_drafted_first_may_go_out_second(
    tmp_path: Path, db: Path
) -> None:
    files = []
    for seq in (8, 7):
        fields = header("emergency", "emergency", slot="khan-cap", seq=seq)
        payload = encode_document(
            Emergency(
                **fields, event_id=new_doc_id(), exercise=True, attention="two-tone", media=[],
                bodies=[EmergencyBody("vi", text=TextBody(show="LŨ"))], repeat=1, gap_ms=0,
                max_ms=5000,
            )
        )  # fmt: skip
        files.append(tmp_path / str(seq))
        files[-1].write_bytes(sign_document(payload, "emergency", []))
    assert publish(files[0], db)[0] == 0
    code, output = publish(files[1], db)
    assert (code, "E_REPLAY" in output) == (0, False)


def test_the_store_itself_never_steps_back(db: Path, tmp_path: Path) -> None:
    database = Database.open(db)
    topic = f"tramtin/1/g/{GROUP}/playlist/tuan"
    keep(database, topic, playlist(tmp_path / "nine", seq=9).read_bytes())
    for seq, code in ((3, "E_REPLAY"), (9, "E_FORK")):
        with pytest.raises(TrustError, match=code):
            keep(database, topic, playlist(tmp_path / "low", seq=seq).read_bytes())
    database.close()


def test_a_default_number_rises_with_the_clock_and_above_known_ones() -> None:
    at = datetime(2026, 11, 30, 8, 0, tzinfo=UTC)
    assert default_seq(at) == 1_796_025_600_000
    assert default_seq(at, newest=1_796_025_600_005) == 1_796_025_600_006


# When?


def test_what_has_expired_is_not_handed_out(tmp_path: Path, db: Path) -> None:
    late = playlist(tmp_path / "a", now=_now() - timedelta(days=2), lifetime=timedelta(days=1))
    code, output = publish(late, db)
    assert (code, "E_EXPIRED" in output) == (1, True)


@pytest.mark.parametrize(("heads", "minutes", "sent"), [
    ((), 29, 1), ((), 31, 0), (("head",), 31, 1),
])  # fmt: skip
def test_a_late_collector_sends_no_emergency_that_every_station_would_refuse(
    tmp_path: Path, db: Path, heads: tuple[str, ...], minutes: int, sent: int
) -> None:
    """With the head's key it is attested to be in force, and stations take it."""
    fields = header(
        "emergency", "emergency", slot="khan-cap", now=_now() - timedelta(minutes=minutes)
    )
    payload = encode_document(
        Emergency(
            **fields, event_id=new_doc_id(), exercise=True, attention="two-tone", media=[],
            bodies=[EmergencyBody("vi", text=TextBody(show="LŨ"))], repeat=1, gap_ms=0, max_ms=5000,
        )
    )  # fmt: skip
    database = Database.open(db)
    keep(
        database, f"tramtin/1/g/{GROUP}/emergency/khan-cap", sign_document(payload, "emergency", [])
    )
    keys: Any = {name: [object()] for name in heads}
    one = Collector(host="", port=0, ca=None, identity=None, database=database, signers=keys)
    assert len(one._find_unsent(database)) == sent
    database.close()


def test_what_is_unsent_for_a_minute_is_an_issue_of_the_centre(tmp_path: Path, db: Path) -> None:
    publish(playlist(tmp_path / "a"), db)
    database = Database.open(db)
    soon, later = (datetime.now(UTC) + timedelta(seconds=s) for s in (30, 90))
    assert publishing_issues(database, soon) == []
    (row,) = publishing_issues(database, later)
    assert (row["station"], row["severity"]) == ("centre", "fault")
    assert row["subject"] == f"vn.84/playlist/tuan g/{GROUP}"
    mark_sent(database, unsent(database))
    assert publishing_issues(database, later) == []
    database.close()


# Withholding


def test_an_id_that_no_document_has_is_not_withheld(tmp_path: Path, db: Path) -> None:
    code, output = run("withhold", "0" * 32, "--db", db)
    assert (code, "không có văn bản nào" in output) == (78, True)
    doc_id = new_doc_id()
    publish(playlist(tmp_path / "a", doc_id=doc_id), db)
    assert run("withhold", doc_id, "--db", db, "--yes")[0] == 0


@pytest.mark.parametrize("name", ["the file", "the slot", "the id"])
def test_one_command_takes_back_what_has_not_played_and_one_brings_it_again(
    tmp_path: Path, db: Path, name: str
) -> None:
    doc_id = new_doc_id()
    file = playlist(tmp_path / "lich.signed", doc_id=doc_id, slot="tuan")
    assert publish(file, db)[0] == 0
    what = {"the file": file, "the slot": "tuan", "the id": doc_id}[name]
    code, output = run("withhold", what, "--db", db, "--why", "ghi nhầm giờ", "--yes")
    assert (code, f"Đã thu hồi {doc_id}" in output, "báo cho các trạm ngay" in output) == (
        0, True, True,
    )  # fmt: skip
    shown = " ".join(run("show", "documents", "--db", db)[1].split())
    assert "ĐÃ THU HỒI: ghi nhầm giờ" in shown
    assert run("reinstate", what, "--db", db) == (0, f"Đã cho phát lại {doc_id}\n")
    assert "THU HỒI" not in run("show", "documents", "--db", db)[1]


def test_of_several_playlists_in_one_slot_the_id_is_asked_for(tmp_path: Path, db: Path) -> None:
    for station in (STATION, "tv-cl-0021"):
        file = playlist(tmp_path / station, to=[f"84/29266/{station}"])
        assert publish(file, db, "--station", station)[0] == 0
    code, output = run("withhold", "tuan", "--db", db, "--lang", "en")
    assert (code, "several playlists stand in this slot" in output) == (78, True)
    assert f"d/{STATION}" in output


def test_without_a_collector_nobody_is_said_to_be_told(tmp_path: Path, db: Path) -> None:
    publish(playlist(tmp_path / "a"), db)
    note_collector(db, is_connected=False)
    code, output = run("withhold", tmp_path / "a", "--db", db, "--yes")
    assert (code, "CHƯA BÁO" in output) == (75, True)


def test_only_playlists_are_withheld(tmp_path: Path, db: Path) -> None:
    doc_id = new_doc_id()
    fields = header("silence", "silence", slot="ngat-tieng", doc_id=doc_id)
    file = tmp_path / "s"
    payload = encode_document(Silence(**fields, state="on", why="thử"))
    file.write_bytes(sign_document(payload, "silence", []))
    assert publish(file, db)[0] == 0
    code, output = run("withhold", doc_id, "--db", db)
    assert (code, "NGẮT TIẾNG" in output) == (78, True)


def test_what_a_station_reported_is_withheld_though_the_centre_never_sent_it(db: Path) -> None:
    """Whoever owns the broker and a commune's key hands out playlists of his own."""
    from central.collector.report_store import note_result

    doc_id = new_doc_id()
    database = Database.open(db)
    verdict = {"kind": "playlist", "result": "accepted", "code": None, "sha256": "", "detail": ""}
    note_result(database, STATION, {**verdict, "doc_id": doc_id})
    database.close()
    assert run("withhold", doc_id, "--db", db, "--yes")[0] == 0
