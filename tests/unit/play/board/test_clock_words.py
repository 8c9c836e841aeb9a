"""Clocks in words, lunar dates, and the time that is left, in three languages.

Weekdays and units are those of CLDR 44 (calendars/gregorian and units). Lunar dates are known days:
Tết Bính Ngọ on 17 February 2026, Tết Đinh Mùi on 6 February 2027, the leap sixth month of 2025.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

import pytest
from PIL import ImageChops

from agent.contract.scene import Element, Scene
from agent.play.board.clock_words import name_lunar_year, write_left, write_lunar
from agent.play.board.scene_renderer import SceneContext, render
from agent.play.board.scene_state import SceneMoment, clock_text, countdown_text, read_changing

ALL = [0, 0, 1000, 1000]
VN = timezone(timedelta(hours=7))
TET = "2027-02-05T17:00:00Z"  # midnight in Vietnam


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VN)


def full(form: str, lang: str | None = None) -> Element:
    return Element("clock", ALL, format="%H:%M", full_format=form, lang=lang)


@pytest.mark.parametrize(
    ("lang", "written"),
    [
        (None, "Thứ Hai 30/11/2026"),
        ("vi", "Thứ Hai 30/11/2026"),
        ("km", "ច័ន្ទ 30/11/2026"),
        ("en", "Monday 30/11/2026"),
        ("fr", "Monday 30/11/2026"),
    ],
)
def test_the_weekday_is_in_the_language_of_the_clock(lang: str | None, written: str) -> None:
    assert clock_text(full("%A %d/%m/%Y", lang), local("2026-11-30T15:04:05")) == written


def test_each_weekday_of_a_week() -> None:
    words = {
        "vi": "Thứ Hai,Thứ Ba,Thứ Tư,Thứ Năm,Thứ Sáu,Thứ Bảy,Chủ Nhật",
        "km": "ច័ន្ទ,អង្គារ,ពុធ,ព្រហស្បតិ៍,សុក្រ,សៅរ៍,អាទិត្យ",
    }
    for lang, week in words.items():
        days = [local("2026-11-30T00:00:00") + timedelta(days=n) for n in range(7)]
        assert ",".join(clock_text(full("%A", lang), day) for day in days) == week


@pytest.mark.parametrize(
    ("day", "lang", "written"),
    [
        ("2026-02-17", "vi", "1/1 năm Bính Ngọ âm lịch"),
        ("2026-02-16", "vi", "29/12 năm Ất Tỵ âm lịch"),
        ("2027-02-06", "vi", "1/1 năm Đinh Mùi âm lịch"),
        ("2025-07-25", "vi", "1/6 nhuận năm Ất Tỵ âm lịch"),
        ("2027-02-06", "km", "ចន្ទគតិវៀតណាម 1/1"),
        ("2025-07-25", "en", "lunar 1/6 (leap), Ất Tỵ"),
        ("2099-01-01", "vi", "--"),
    ],
)
def test_the_lunar_date_is_the_vietnamese_one_and_says_so(
    day: str, lang: str, written: str
) -> None:
    assert write_lunar(date.fromisoformat(day), lang) == written


def test_names_of_lunar_years() -> None:
    """1968 Mậu Thân, 1975 Ất Mão, 2000 Canh Thìn, 2024 Giáp Thìn."""
    named = {year: name_lunar_year(year) for year in (1968, 1975, 2000, 2024)}
    assert named == {1968: "Mậu Thân", 1975: "Ất Mão", 2000: "Canh Thìn", 2024: "Giáp Thìn"}


def test_a_clock_without_a_trusted_time_has_dashes_for_words_too() -> None:
    assert clock_text(full("%A, %L, %H:%M"), None) == "--, --, --:--"


@pytest.mark.parametrize(
    ("now", "left"),
    [
        ("2026-11-30T22:40:00", "còn 68 ngày"),  # as one counts dates, not days of 24 hours
        ("2027-02-05T00:00:00", "còn 1 ngày"),
        ("2027-02-05T00:00:01", "còn 23 giờ 59 phút"),
        ("2027-02-05T22:59:00", "còn 1 giờ 1 phút"),
        ("2027-02-05T23:00:01", "còn 59 phút"),
        ("2027-02-05T23:59:00", "còn 1 phút"),
        ("2027-02-05T23:59:01", "còn 59 giây"),
        ("2027-02-06T00:00:00", ""),
        ("2027-02-07T00:00:00", ""),
    ],
)
def test_the_time_that_is_left_is_days_then_hours_then_minutes(now: str, left: str) -> None:
    element = Element("text", ALL, text="Tết Đinh Mùi", count_to=TET)
    assert countdown_text(element, local(now)) == f"Tết Đinh Mùi\n{left}".rstrip("\n")


def test_the_time_that_is_left_in_khmer_and_english() -> None:
    until = local("2026-12-20T07:00:00")
    for now, khmer, english in [
        ("2026-12-10T12:00:00", "នៅសល់ 10 ថ្ងៃ", "10 days left"),
        ("2026-12-19T06:00:00", "នៅសល់ 1 ថ្ងៃ", "1 day left"),
        ("2026-12-20T05:00:00", "នៅសល់ 2 ម៉ោង 0 នាទី", "2 h 0 min left"),
    ]:
        assert write_left(until, local(now), "km-KH") == khmer
        assert write_left(until, local(now), "en") == english
    assert write_left(until, None, "vi") == "còn -- ngày"


def test_a_countdown_is_drawn_anew_when_it_changes() -> None:
    scene = Scene([Element("text", ALL, text="Tết", count_to=TET)], 60_000)
    now = local("2027-02-05T22:00:00")
    read = [read_changing(scene, SceneMoment(now + timedelta(seconds=s))) for s in (1, 59, 61)]
    assert (read[0] == read[1], read[1] == read[2]) == (True, False)


@pytest.mark.parametrize("kind", ["text", "qr"])
def test_the_name_of_the_face_is_written_into_texts_and_codes(kind: str) -> None:
    from agent.play.board.scene_renderer import SceneRenderer

    def draw(text: str, face: str) -> object:
        element = Element(kind, ALL, text=text, face_name=True)  # type: ignore[arg-type] # a kind of it
        renderer = SceneRenderer(
            Scene([element], 1), {face: (160, 160)}, SceneContext("tv-cl-0007", {})
        )
        return renderer.draw(face, SceneMoment(None))

    one = draw("https://a.vn/{station}/{face}", "mat-truoc")
    other = draw("https://a.vn/tv-cl-0007/mat-truoc", "x")
    assert ImageChops.difference(one, other).getbbox() is None  # type: ignore[arg-type] # images


def test_a_full_clock_is_drawn_as_its_text() -> None:
    context = SceneContext("x", {}, local("2026-11-30T15:04:05"))
    clock = render(Scene([full("%A\n%H:%M", "km")], 1), (200, 100), context)
    text = render(Scene([Element("text", ALL, text="ច័ន្ទ\n15:04")], 1), (200, 100), context)
    assert ImageChops.difference(clock, text).getbbox() is None
