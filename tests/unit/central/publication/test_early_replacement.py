"""Next week's schedule ends this week's: who signs and publishes is told what is lost meanwhile."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import msgspec
import sqlalchemy as sa
from click.testing import CliRunner

from agent.contract.document import Entry
from agent.contract.local_time import LOCAL
from agent.contract.station_policy import LanguageDuty, StationPolicy
from central.__main__ import main
from central.authority.signing_key import make_key
from central.publication.document_outbox import list_documents
from central.store.database import Database
from central.store.schema import overrides
from tests.harness.centre_records import STATION
from tests.harness.published_playlists import TOMORROW, configure, db, entry, playlist, publish

__all__ = ["db"]
LATER = TOMORROW + timedelta(days=2)
MIDNIGHT = datetime.combine(LATER, time(), LOCAL).astimezone(UTC)


def duty(title: str, at: str) -> Entry:
    return msgspec.structs.replace(entry(title, [at]), essential=True)


def publish_both(
    folder: Path, db: Path, *more: str, first: Entry | None = None, **second: object
) -> tuple[int, str]:
    """Publish tomorrow's schedule, then one that begins two days later."""
    configure(db, StationPolicy(["21:00-05:00"]))
    first = first or entry("Trưa", ["11:00"])
    former = playlist(folder / "a", first, entry("Tối", ["18:00"]))
    assert publish(former, db)[0] == 0
    later = entry("Tuần sau", ["06:00"], day=LATER)
    given = {"seq": 6, "not_before": MIDNIGHT, **second}
    return publish(playlist(folder / "b", later, **given), db, *more)


def test_what_a_schedule_of_days_to_come_takes_away_is_told(tmp_path: Path, db: Path) -> None:
    code, output = publish_both(tmp_path, db)
    assert code == 0
    assert "BỎ NGAY lịch cũ của khe “tuan”" in output
    assert f"đến 00:00 {LATER:%d/%m/%Y} mới bắt đầu" in output
    assert "mất 2 lần phát (0 lần BẮT BUỘC)" in output
    assert f"trước hết “Trưa” lúc 11:00 {TOMORROW:%d/%m/%Y} [trạm: {STATION}]" in output


def test_what_must_be_broadcast_is_not_dropped_without_a_reason(tmp_path: Path, db: Path) -> None:
    code, output = publish_both(tmp_path, db, first=duty("Bản tin", "06:00"))
    assert (code, output.split(":")[0]) == (1, "E_DUTY")
    assert "mất 2 lần phát (1 lần BẮT BUỘC)" in output
    assert f"E_DUTY: mục “Bản tin” lúc 06:00 {TOMORROW:%d/%m/%Y} (1 lần): mất vì" in output
    # half a minute long, the only one: from the minute after its end on nothing is lost
    assert f"Phát lịch này từ 06:01 {TOMORROW:%d/%m/%Y} thì không" in output
    assert "slot: …" in output
    code, output = publish(tmp_path / "b", db, "--lang", "en")
    assert code == 1
    assert f"Publish this schedule from 06:01 {TOMORROW:%d/%m/%Y} on" in output
    assert held_numbers(db) == [5]


def test_the_reason_is_kept_with_what_was_lost(tmp_path: Path, db: Path) -> None:
    code, _ = publish_both(tmp_path, db, "--despite", "sửa gấp", first=duty("Bản tin", "06:00"))
    assert code == 0
    database = Database.open(db)
    with database.transaction() as connection:
        (row,) = connection.execute(sa.select(overrides.c.why, overrides.c.objections)).all()
    database.close()
    assert row.why == "sửa gấp"
    assert "E_DUTY: mục “Bản tin”" in row.objections
    assert held_numbers(db) == [6]


def test_it_is_signed_today_and_published_later(tmp_path: Path, db: Path) -> None:
    publish_both(tmp_path, db, first=duty("Bản tin", "06:00"))
    make_key(tmp_path / "key.pem")
    words = ["sign", str(tmp_path / "b"), "--key", str(tmp_path / "key.pem"), "--passphrase", ""]
    result = CliRunner().invoke(main, [*words, "--db", str(db), "--yes"])
    assert result.exit_code == 0, result.output
    told = f"trước 06:01 {TOMORROW:%d/%m/%Y} thì `publish` từ chối (E_DUTY)"
    assert told in result.output


def test_a_language_that_comes_to_lack_its_share_is_a_duty_too(tmp_path: Path, db: Path) -> None:
    policy = StationPolicy(["21:00-05:00"], language_duties=[LanguageDuty("km", 30)])
    configure(db, policy)
    monday = TOMORROW + timedelta(days=7 - TOMORROW.weekday())
    khmer = msgspec.structs.replace(entry("Tiếng Khmer", ["06:00"], day=monday), lang="km")
    former = playlist(tmp_path / "a", khmer, lifetime=timedelta(days=12))
    news = entry("Tin", ["11:00"], day=monday + timedelta(days=2))
    second = playlist(tmp_path / "c", news, slot="tin", lifetime=timedelta(days=12))
    assert publish(former, db)[0] == publish(second, db)[0] == 0
    begin = datetime.combine(monday + timedelta(days=1), time(), LOCAL).astimezone(UTC)
    given = {"seq": 6, "not_before": begin, "lifetime": timedelta(days=12)}
    code, output = publish(playlist(tmp_path / "b", **given), db)
    assert (code, output.split(":")[0]) == (1, "E_DUTY")
    # half a minute of Khmer and half a minute of news; then the news alone
    assert f"tuần từ {monday:%d/%m/%Y}, tiếng km phải có 30 % mà chỉ còn 0 trong 0 phút" in output


def test_another_slot_or_a_schedule_that_begins_now_takes_nothing(tmp_path: Path, db: Path) -> None:
    code, output = publish_both(tmp_path, db, slot="tuan-2", first=duty("Bản tin", "06:00"))
    assert (code, "BỎ NGAY" in output) == (0, False)
    now = playlist(tmp_path / "c", entry("Nay", ["07:00"]), seq=7, not_before=datetime.now(UTC))
    code, output = publish(now, db)
    assert code == 0
    assert "BỎ NGAY" not in output
    # what the correction leaves out is told all the same
    assert f"BỎ so với lịch các trạm đang giữ, tại {STATION}:" in output
    assert "BỎ    06:00–06:00:30     phát        Bản tin" in output


def held_numbers(db: Path) -> list[int]:
    database = Database.open(db)
    found = [row["seq"] for row in list_documents(database) if row["kind"] == "playlist"]
    database.close()
    return found
