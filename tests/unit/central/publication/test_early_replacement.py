"""Next week's schedule ends this week's: who signs and publishes is told what is lost meanwhile."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import msgspec

from agent.contract.document import Entry
from agent.contract.local_time import LOCAL
from agent.contract.station_policy import StationPolicy
from tests.harness.centre_records import STATION
from tests.harness.published_playlists import TOMORROW, configure, db, entry, playlist, publish

__all__ = ["db"]
LATER = TOMORROW + timedelta(days=2)
MIDNIGHT = datetime.combine(LATER, time(), LOCAL).astimezone(UTC)


def duty(title: str, at: str) -> Entry:
    return msgspec.structs.replace(entry(title, [at]), essential=True)


def publish_both(folder: Path, db: Path, **second: object) -> str:
    """Publish tomorrow's schedule, then one that begins two days later."""
    configure(db, StationPolicy(["21:00-05:00"]))
    former = playlist(folder / "a", duty("Bản tin", "06:00"), entry("Trưa", ["11:00"]))
    assert publish(former, db)[0] == 0
    later = entry("Tuần sau", ["06:00"], day=LATER)
    given = {"seq": 6, "not_before": MIDNIGHT, **second}
    code, output = publish(playlist(folder / "b", later, **given), db)
    assert code == 0
    return output


def test_what_a_schedule_of_days_to_come_takes_away_is_told(tmp_path: Path, db: Path) -> None:
    output = publish_both(tmp_path, db)
    assert "BỎ NGAY lịch cũ của khe “tuan”" in output
    assert f"đến 00:00 {LATER:%d/%m/%Y} mới bắt đầu" in output
    assert "mất 2 lần phát (1 lần BẮT BUỘC)" in output
    assert f"trước hết “Bản tin” lúc 06:00 {TOMORROW:%d/%m/%Y} [trạm: {STATION}]" in output


def test_another_slot_or_a_schedule_that_begins_now_takes_nothing(tmp_path: Path, db: Path) -> None:
    assert "BỎ NGAY" not in publish_both(tmp_path, db, slot="tuan-2")
    now = playlist(tmp_path / "c", entry("Nay", ["07:00"]), seq=7, not_before=datetime.now(UTC))
    code, output = publish(now, db)
    assert code == 0
    assert "BỎ NGAY" not in output
