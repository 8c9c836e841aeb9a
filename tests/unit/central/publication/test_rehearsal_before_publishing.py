"""`publish` and `rehearse` show the days of stations before anything sounds there."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from click.testing import CliRunner

from agent.contract.document import StationConfig
from agent.contract.station_policy import LanguageDuty, StationPolicy
from central.__main__ import main
from central.authority.signing_key import make_key
from central.documents.sign import build_header, encode_document, mark_critical, sign_document
from central.publication.document_outbox import list_documents
from central.store.database import Database
from central.store.schema import overrides
from tests.harness.centre_records import GROUP, STATION
from tests.harness.published_playlists import (
    OTHER,
    TOMORROW,
    configure,
    db,
    entry,
    playlist,
    publish,
)

__all__ = ["db"]
NIGHT = StationPolicy(["21:00-05:00"])


def rehearse(db: Path, *words: object) -> tuple[int, str]:
    given = ["rehearse", "--db", db, "--at", TOMORROW, *words]
    result = CliRunner().invoke(main, list(map(str, given)))
    return result.exit_code, result.stderr + result.stdout


def test_a_quarter_past_three_is_refused_with_its_reason_and_its_week(
    tmp_path: Path, db: Path
) -> None:
    configure(db, NIGHT)
    file = playlist(tmp_path / "p", entry("Tiếp âm", ["03:15"]), entry("Sáng", ["05:00"]))
    code, output = publish(file, db)
    assert code == 1
    assert output.startswith("E_HOURS")
    assert "mục “Tiếp âm” lúc 03:15" in output
    assert f"Diễn tập tại {STATION}:" in output
    assert "03:15–03:15:30     TỪ CHỐI     Tiếp âm: trong giờ yên lặng 21:00-05:00" in output
    assert "05:00–05:00:30     phát        Sáng" in output
    database = Database.open(db)
    assert [row["kind"] for row in list_documents(database)] == ["station-config"]
    database.close()


def test_a_reason_is_recorded_and_an_empty_one_refused(tmp_path: Path, db: Path) -> None:
    configure(db, NIGHT)
    file = playlist(tmp_path / "p", entry("Tiếp âm", ["03:15"]))
    assert publish(file, db, "--anyway")[0] == 1
    assert publish(file, db, "--despite", " ")[0] == 78
    assert publish(file, db, "--despite", "huyện yêu cầu, công văn 12")[0] == 0
    shown = CliRunner().invoke(main, ["show", "--db", str(db), "documents"]).output
    assert "Phát dù biết trạm từ chối: huyện yêu cầu, công văn 12" in " ".join(shown.split())


def test_a_clash_is_asked_about_and_without_a_terminal_refused(tmp_path: Path, db: Path) -> None:
    configure(db, StationPolicy([]))
    assert publish(playlist(tmp_path / "a", entry("Bản tin", ["06:00"], seconds=600)), db)[0] == 0
    other = playlist(tmp_path / "b", entry("Nhắc", ["06:05"]), slot="nhac")
    code, output = publish(other, db)
    assert (code, output.split(":")[0]) == (1, "E_CLASH")
    assert "bị “Nhắc” lúc 06:05 thay" in output
    code, output = publish(other, db, "--clash", "after")
    assert (code, "“Nhắc”: 06:05 → 06:10" in output) == (1, True)
    assert publish(other, db, "--clash", "cancel")[0] == 1
    assert publish(other, db, "--clash", "instead")[0] == 0


def test_the_stations_of_a_centre_are_rehearsed_with_and_without_a_correction(
    tmp_path: Path, db: Path
) -> None:
    configure(db, NIGHT)
    configure(db, NIGHT, OTHER)
    assert publish(playlist(tmp_path / "a", entry("Sáng", ["06:00"])), db)[0] == 0
    code, output = rehearse(db, "--days", 1)
    assert code == 0
    assert output.count("Sáng") == 1  # both stations alike
    assert f"{STATION}, {OTHER}" in output
    correction = playlist(tmp_path / "b", entry("Sáng", ["06:00"]), entry("Trưa", ["11:00"]), seq=6)
    told = json.loads(rehearse(db, correction, "--days", 1, "--format", "json")[1])
    assert [e["title"] for e in told["rehearsals"][0]["events"]] == ["Sáng", "Trưa"]
    changes = rehearse(db, correction, "--diff", "--lang", "en")[1]
    assert "NEW" in changes
    assert "Sáng" not in changes
    assert rehearse(db, "--diff")[0] == 78
    assert rehearse(db, "--station", "tv-cl-9999")[0] == 78


def policy_file(path: Path, policy: StationPolicy, station: str = STATION) -> Path:
    """A station-config with a new policy, not signed yet."""
    header = build_header(
        "station-config", issuer="vn.84", class_="config", to=[f"84/29266/{station}"],
        slot="chinh", seq=2, now=datetime.now(UTC), lifetime=timedelta(days=30),
    )  # fmt: skip
    place = f"84/29266/{station}"
    config = StationConfig(**header, place=place, groups=[GROUP], zones=[], policy=policy)
    path.write_bytes(encode_document(mark_critical(config)))
    return path


def test_a_correction_of_the_policy_shows_what_it_refuses_and_no_more_at_that_station_alone(
    tmp_path: Path, db: Path
) -> None:
    configure(db, NIGHT)
    configure(db, NIGHT, OTHER)
    file = playlist(tmp_path / "a", entry("Sáng", ["06:00"]), entry("Tối", ["21:30"]))
    assert publish(file, db, "--despite", "thử")[0] == 0
    policy = StationPolicy(["22:00-05:00", "05:30-06:30"])
    found = rehearse(db, policy_file(tmp_path / "c", policy), "--diff", "--days", 1)[1]
    own, _, others = found.partition(f"\n{OTHER}\n")
    assert own.splitlines()[0] == STATION
    assert own.count("TRƯỚC") == own.count("NAY") == 2
    assert "TỪ CHỐI     Sáng: trong giờ yên lặng 05:30-06:30 (E_HOURS)" in own
    assert "21:30–21:30:30     TỪ CHỐI     Tối: trong giờ yên lặng 21:00-05:00" in own  # before
    assert "21:30–21:30:30     phát        Tối" in own
    assert others.strip() == "Không có gì thay đổi."
    duty = StationPolicy(["21:00-05:00"], language_duties=[LanguageDuty("km", 30)])
    found = rehearse(db, policy_file(tmp_path / "d", duty), "--diff", "--station", STATION)[1]
    assert found.count("THIẾU TIẾNG") == 1


def test_who_publishes_a_policy_is_shown_what_it_silences(tmp_path: Path, db: Path) -> None:
    configure(db, NIGHT)
    assert publish(playlist(tmp_path / "p", entry("Sáng", ["05:00"])), db)[0] == 0
    same = policy_file(tmp_path / "same", NIGHT)
    assert "05:00" not in sign(same, db, "--kind", "station-config")[1]
    file = policy_file(tmp_path / "q", StationPolicy(["21:00-06:00"]))
    file.write_bytes(sign_document(file.read_bytes(), "station-config", []))
    given = ["publish", str(file), "--db", str(db), "--station", STATION]
    result = CliRunner().invoke(main, given)
    assert result.exit_code == 0, result.output
    assert "TỪ CHỐI     Sáng: trong giờ yên lặng 21:00-06:00 (E_HOURS)" in result.output


def test_a_schedule_for_one_of_two_stations_alike_changes_that_one_alone(
    tmp_path: Path, db: Path
) -> None:
    for station in (STATION, OTHER):
        configure(db, NIGHT, station)
    file = playlist(tmp_path / "a", entry("Sáng", ["06:00"]), to=[f"84/29266/{OTHER}"])
    told = json.loads(rehearse(db, file, "--diff", "--format", "json")[1])["rehearsals"]
    assert {one["station"]: len(one["changes"]) for one in told} == {STATION: 0, OTHER: 1}


def sign(file: Path, db: Path, *words: str, answer: str = "n\n") -> tuple[int, str]:
    command = ["sign", str(file), "--db", str(db), *words]
    result = CliRunner().invoke(main, command, input=answer)
    return result.exit_code, result.stdout + result.stderr


def test_who_signs_sees_the_week_before_the_question(tmp_path: Path, db: Path) -> None:
    configure(db, NIGHT)
    file = playlist(tmp_path / "p", entry("Tiếp âm", ["03:15"]), entry("Sáng", ["06:00"]))
    output = sign(file, db, "--key", str(file), "--despite", "thử")[1]
    week, question, _ = output.partition("Ký tài liệu này?")
    assert question
    assert "TỪ CHỐI     Tiếp âm: trong giờ yên lặng 21:00-05:00 (E_HOURS)" in week


def test_what_stations_would_refuse_is_not_signed_without_a_reason_that_is_kept(
    tmp_path: Path, db: Path
) -> None:
    configure(db, NIGHT)
    file = playlist(tmp_path / "p", entry("Tiếp âm", ["03:15"]))
    key, out = tmp_path / "key.pem", tmp_path / "p.signed"
    make_key(key)
    words = ("--key", str(key), "--passphrase", "", "--out", str(out), "--yes")
    code, output = sign(file, db, *words)
    assert (code, out.exists()) == (1, False)
    assert "E_HOURS: tuan: trạm sẽ từ chối" in output
    assert "mục “Tiếp âm” lúc 03:15" in output
    code, output = sign(file, db, *words, "--lang", "en")
    assert "in quiet hours 21:00-05:00" in output.split("E_HOURS: ")[-1]
    assert sign(file, db, *words, "--despite", " ")[0] == 78
    code, output = sign(file, db, *words, "--despite", "tỉnh yêu cầu")
    assert (code, out.exists()) == (0, True), output
    # whoever publishes answers for it again, and the signer's reason stays with the document
    assert publish(out, db)[0] == 1
    assert publish(out, db, "--despite", "huyện cũng yêu cầu")[0] == 0
    database = Database.open(db)
    with database.transaction() as connection:
        rows = connection.execute(sa.select(overrides.c.target, overrides.c.why)).all()
    database.close()
    assert set(map(tuple, rows)) == {
        ("sign", "tỉnh yêu cầu"), (f"g/{GROUP}", "huyện cũng yêu cầu"),
    }  # fmt: skip


def test_without_the_centre_s_file_a_signer_is_told_nothing_of_stations(tmp_path: Path) -> None:
    file = playlist(tmp_path / "p", entry("Tiếp âm", ["03:15"]))
    result = CliRunner().invoke(main, ["sign", str(file), "--key", str(file)], input="n\n")
    assert "E_HOURS" not in result.stdout + result.stderr


def test_one_picture_is_of_stations_alike(tmp_path: Path, db: Path) -> None:
    configure(db, NIGHT)
    configure(db, StationPolicy(["20:00-05:00"]), OTHER)
    assert publish(playlist(tmp_path / "p", entry("Sáng", ["06:00"])), db)[0] == 0
    code, output = rehearse(db, "--format", "svg")
    assert (code, "--station" in output) == (78, True)
    code, output = rehearse(db, "--format", "svg", "--station", STATION)
    assert (code, output.startswith("<svg"), "Sáng" in output) == (0, True, True)
    calendar = rehearse(db, "--format", "ics")[1]
    assert calendar.count("BEGIN:VEVENT") == 2
