"""Who signs or publishes a calendar sees what it silences, and what sounds on other days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner

from agent.contract.calendar_terms import CalendarDays, DayRules
from agent.contract.document import Calendar, Entry
from agent.contract.station_policy import LanguageDuty, StationPolicy
from central.__main__ import main
from central.authority.signing_key import make_key
from central.documents.sign import build_header, encode_document, mark_critical, sign_document
from central.publication.document_outbox import list_documents
from central.store.database import Database
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
DAY = timedelta(days=1)
FEAST = TOMORROW if TOMORROW.year == (TOMORROW + DAY).year else TOMORROW + DAY
NEXT = FEAST + DAY  # of one year with it


def due(title: str, at: str, **more: Any) -> Entry:
    """An item on the two days, by rules of days where there are any."""
    one = entry(title, [at])
    rules = {name: more.pop(name) for name in ("days", "except_days") if name in more}
    when = msgspec.structs.replace(one.when, from_=str(FEAST), until=str(NEXT), **rules)
    return msgspec.structs.replace(one, when=when, **more)


def row(on: date, name: str, title: str = "Lễ") -> CalendarDays:
    return CalendarDays(str(on), str(on), [name], title, "Công văn 12")


def calendar(path: Path, seq: int, *rows: CalendarDays, sets: tuple[str, ...] = ("le",)) -> Path:
    header = build_header(
        "calendar", issuer="vn.84", class_="config", to=["84/*/*"], slot=str(FEAST.year), seq=seq,
        now=datetime.now(UTC), lifetime=timedelta(days=60),
    )  # fmt: skip
    document = Calendar(**header, year=FEAST.year, sets=list(sets), days=list(rows))
    path.write_bytes(sign_document(encode_document(mark_critical(document)), "calendar", []))
    return path


@pytest.fixture
def station(tmp_path: Path, db: Path) -> Path:
    """A song each day, news that must be broadcast, and what is due on the feast alone."""
    configure(db, StationPolicy([]))
    feast = DayRules(sets=["le"])
    items = (
        due("Nhạc", "06:00", music=True),
        due("Tin", "07:00", essential=True),
        due("Lễ hội", "08:00", days=feast),
        due("Ngày thường", "09:00", except_days=feast),
    )
    assert publish(playlist(tmp_path / "tuan", *items), db, "--despite", "thử")[0] == 0
    assert publish(calendar(tmp_path / "nam", 1, row(FEAST, "le")), db)[0] == 0
    return db


def lines_of(output: str, mark: str) -> list[str]:
    """The titles behind a mark, in their order."""
    rows = (line.strip() for line in output.splitlines())
    return [line.split("    ")[-1].strip() for line in rows if line.startswith(f"{mark} ")]


def test_the_first_calendar_lets_sound_what_was_refused_for_want_of_it(
    tmp_path: Path, db: Path
) -> None:
    configure(db, StationPolicy([]))
    file = playlist(tmp_path / "a", due("Lễ hội", "08:00", days=DayRules(sets=["le"])))
    assert publish(file, db)[0] == 1  # E_CALENDAR: no calendar of that year
    assert publish(file, db, "--despite", "lịch năm phát sau")[0] == 0
    code, output = publish(calendar(tmp_path / "b", 1, row(FEAST, "le")), db)
    assert code == 0, output
    assert "NAY   08:00–08:00:30     phát        Lễ hội" in output
    assert "Cộng: 0 lần THÔI PHÁT (0 lần BẮT BUỘC), 1 lần phát thêm" in output


def test_a_feast_on_another_day_moves_what_goes_by_it(tmp_path: Path, station: Path) -> None:
    code, output = publish(calendar(tmp_path / "b", 2, row(NEXT, "le")), station)
    assert code == 0, output
    first, second = output.split(f"{FEAST:%d/%m}\n")[1].split(f"{NEXT:%d/%m}\n")
    assert lines_of(first, "BỎ") == ["Lễ hội"]
    assert lines_of(first, "THÊM") == ["Ngày thường"]
    assert lines_of(second, "BỎ") == ["Ngày thường"]
    assert lines_of(second, "THÊM") == ["Lễ hội"]
    assert "Nhạc" not in output
    assert "Cộng: 2 lần THÔI PHÁT (0 lần BẮT BUỘC), 2 lần phát thêm, 0 chỗ khác đi" in output


def test_a_mourning_shows_what_it_silences_and_waits_for_no_reason(
    tmp_path: Path, station: Path
) -> None:
    rows = (row(FEAST, "le"), row(NEXT, "quoc-tang", "Quốc tang"))
    code, output = publish(calendar(tmp_path / "b", 2, *rows), station, "--lang", "en")
    assert code == 0, output
    assert f"What changes at {STATION}" in output
    assert "WAS   06:00–06:00:30     sounds      Nhạc" in output
    assert "NOW   06:00–06:00:30     REFUSED     Nhạc" in output
    assert "Tin" not in output
    assert "In all: 1 plays FALL SILENT (0 MUST be broadcast), 0 more" in output


def test_a_calendar_that_says_less_is_refused_as_boxes_would_refuse_the_items(
    tmp_path: Path, station: Path
) -> None:
    file = calendar(tmp_path / "b", 2, sets=())
    code, output = publish(file, station)
    assert (code, output.split(":")[0]) == (1, "E_CALENDAR")
    assert f"mục “Lễ hội” lúc 08:00 {FEAST:%d/%m/%Y} (1 lần)" in output
    database = Database.open(station)
    assert [one["seq"] for one in list_documents(database) if one["kind"] == "calendar"] == [1]
    database.close()
    make_key(tmp_path / "key.pem")
    words = ["--key", str(tmp_path / "key.pem"), "--passphrase", "", "--yes", "--db", str(station)]
    signed = CliRunner().invoke(main, ["sign", str(file), *words])
    assert (signed.exit_code, "E_CALENDAR" in signed.stderr) == (1, True)
    assert publish(file, station, "--despite", "bỏ lễ này")[0] == 0


def test_who_signs_it_sees_the_same_before_the_question(tmp_path: Path, station: Path) -> None:
    words = ["sign", str(calendar(tmp_path / "b", 2, row(NEXT, "le"))), "--db", str(station)]
    output = CliRunner().invoke(main, [*words, "--key", str(tmp_path / "b")], input="n\n").output
    shown, question, _ = output.partition("Ký tài liệu này?")
    assert question
    assert "BỎ    08:00–08:00:30     phát        Lễ hội" in shown


def test_a_date_that_nobody_has_confirmed_is_told(tmp_path: Path, station: Path) -> None:
    doubtful = CalendarDays(str(NEXT), str(NEXT), ["le"], "Lễ hội", "CHỜ thông báo của tỉnh")
    _, output = publish(calendar(tmp_path / "b", 2, doubtful), station)
    assert "CHÚ Ý: 1 dòng CHƯA ĐỐI CHIẾU với thông báo: Lễ hội" in output
    # and to whoever then publishes what goes by it
    item = due("Lễ mừng", "10:00", days=DayRules(sets=["le"]))
    _, output = publish(playlist(tmp_path / "c", item, slot="le"), station)
    assert f"NGÀY CHƯA ĐỐI CHIẾU: Lễ hội, {NEXT:%d/%m/%Y} (nguồn: CHỜ thông báo của tỉnh)" in output


def test_what_changes_nothing_says_so(tmp_path: Path, station: Path) -> None:
    same = (row(FEAST, "le"), row(NEXT, "xa-nghi", "Ngày hội xã"))
    code, output = publish(calendar(tmp_path / "b", 2, *same, sets=("le", "xa-nghi")), station)
    assert (code, "Không mục nào trong lịch của các trạm thay đổi." in output) == (0, True)


def test_a_language_that_a_calendar_takes_its_share_is_told(tmp_path: Path, db: Path) -> None:
    configure(db, StationPolicy([], language_duties=[LanguageDuty("km", 30)]))
    monday = TOMORROW + timedelta(days=7 - TOMORROW.weekday())
    one = entry("Tiếng Khmer", ["06:00"], day=monday)
    rules = DayRules(sets=["le"])
    khmer = msgspec.structs.replace(
        one, lang="km", when=msgspec.structs.replace(one.when, except_days=rules)
    )
    items = (khmer, entry("Tin", ["11:00"], day=monday))
    file = playlist(tmp_path / "a", *items, lifetime=timedelta(days=14))
    assert publish(file, db, "--despite", "lịch năm phát sau")[0] == 0
    for seq, days in ((1, []), (2, [CalendarDays(str(monday), str(monday), ["le"], "Lễ", "x")])):
        header = build_header(
            "calendar", issuer="vn.84", class_="config", to=["84/*/*"], slot="nam", seq=seq,
            now=datetime.now(UTC), lifetime=timedelta(days=60),
        )  # fmt: skip
        document = Calendar(**header, year=monday.year, sets=["le"], days=days)
        signed = sign_document(encode_document(mark_critical(document)), "calendar", [])
        (tmp_path / f"nam{seq}").write_bytes(signed)
        code, output = publish(tmp_path / f"nam{seq}", db)
        assert code == 0, output
    assert f"THÊM  THIẾU TIẾNG: tuần từ {monday:%d/%m/%Y}, tiếng km phải có 30 %" in output


def test_stations_that_it_is_not_for_are_left_out(tmp_path: Path, station: Path) -> None:
    configure(station, StationPolicy(["05:00-07:00"]), OTHER, place="85/00001")
    file = calendar(tmp_path / "b", 2, row(NEXT, "le"))
    _, output = publish(file, station)
    assert f"Thay đổi tại {STATION}," in output
    assert GROUP in output  # of both the group, of one the province
