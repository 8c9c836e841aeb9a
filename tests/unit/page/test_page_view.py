"""What is written on the page, in both languages, for a well box, a faulty one and an empty one."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any, Literal, get_args

import pytest

from agent.contract.issues.catalogue import ISSUE_KINDS
from agent.contract.report import Why
from agent.contract.volume import Volume
from agent.control.operations import OperationName
from agent.control.station_status import (
    AlarmStanding,
    CommissioningTestStatus,
    EmergencyOutputStatus,
    EmergencyStatus,
    ItemStatus,
    JournalEvent,
    KeyStatus,
    LanguageStatus,
    LocalMuteStatus,
    PlacementRule,
    Problem,
    ReadingStatus,
    SilenceStatus,
    SoundPathStatus,
    StationStatus,
    Verdict,
    WordState,
)
from agent.health.check import REASONS
from agent.page.controls_section import Access
from agent.page.html import el
from agent.page.messages import PHRASES
from agent.page.overall_status import find_overall_status
from agent.page.page_view import build_view
from agent.page.translator import Translator
from tests.fakes.page_fixture import AT, FAULTY, HEALTHY, NEWS
from texts.catalogue import Lang

VOID = {"meta", "input", "img", "br", "link"}


class Page(HTMLParser):
    """The text of a page; fails on a tag that is not closed, or an id given twice."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.text = ""
        self.ids: list[str] = []
        self._open: list[str] = []
        self.feed(page.decode())
        self.close()
        assert self._open == []
        assert len(self.ids) == len(set(self.ids))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.ids += [value for name, value in attrs if name == "id" and value]
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open[-1:] not in (["style"], ["script"]):
            self.text += data + "\n"


def words(status: StationStatus, lang: Any = "vi", **access: Any) -> str:
    page = build_view(status, Access(**{"has_pin": True, **access}), Translator(lang))
    return Page(page).text


HEARD = EmergencyOutputStatus(
    "loa", is_board=False, standing="on", words=(LanguageStatus("vi", "now"),)
)
SEEN = EmergencyOutputStatus("bang-tin", is_board=True, standing="on")
EMERGENCY = EmergencyStatus(
    "Lũ về",
    "vn.84.em",
    AT + timedelta(hours=1),
    (HEARD, SEEN),
    people=("Lê Văn Tám", "Phạm Thị Mai"),
)
DRILL = replace(EMERGENCY, title="Tập", is_exercise=True)
LOCAL = replace(EMERGENCY, started_by="nut-bao-dong")
FAULT = Problem("board_lost", "bang-tin", AT, "gone")
WARNING = Problem("link_down", "mqtt.example.vn:8883", AT, "no answer")
SILENCE = LocalMuteStatus(is_local=True, until_at=AT + timedelta(hours=4))
STOP = SilenceStatus("vn.84", "Loa bị chiếm quyền", AT + timedelta(hours=2), stops_emergency=True)
PAUSE = replace(STOP, stops_emergency=False)
QUIET = replace(HEALTHY, outputs=tuple(replace(one, now=None) for one in HEALTHY.outputs))
EMPTY = replace(QUIET, outputs=tuple(replace(one, next=None) for one in QUIET.outputs))


def with_alarm(status: StationStatus, *alarms: EmergencyStatus) -> StationStatus:
    return replace(status, alarms=alarms)


def with_now(status: StationStatus, item: Any) -> StationStatus:
    return replace(status, outputs=(replace(status.outputs[0], now=item), *status.outputs[1:]))


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (HEALTHY, "playing"),
        (QUIET, "ready"),
        (EMPTY, "idle"),
        (replace(EMPTY, place=None), "unplaced"),
        (replace(EMPTY, clock="FLOOR"), "no_clock"),
        (replace(QUIET, trials=(CommissioningTestStatus("tone", "nga-ba"),)), "testing"),
        (replace(HEALTHY, problems=(WARNING,)), "playing"),
        (replace(HEALTHY, problems=(WARNING, FAULT)), "fault"),
        (replace(HEALTHY, problems=(replace(FAULT, kind="of a later release"),)), "fault"),
        (replace(HEALTHY, problems=(FAULT,), silence=SILENCE), "silenced"),
        (replace(HEALTHY, order=STOP), "silenced"),
        (replace(HEALTHY, order=PAUSE), "silenced"),
        (replace(QUIET, is_locked=True), "silenced"),
        (replace(QUIET, work="lockout"), "silenced"),
        (with_alarm(replace(QUIET, work="lockout"), EMERGENCY), "emergency"),
        (with_alarm(QUIET, EMERGENCY), "emergency"),
        (with_alarm(replace(HEALTHY, problems=(FAULT,), silence=SILENCE), EMERGENCY), "emergency"),
        (with_alarm(replace(EMPTY, clock="FLOOR", place=None), EMERGENCY), "emergency"),
        (with_alarm(replace(HEALTHY, order=STOP), EMERGENCY), "emergency"),
        (with_alarm(replace(HEALTHY, is_locked=True), EMERGENCY), "emergency"),
        (
            with_alarm(
                replace(QUIET, trials=(CommissioningTestStatus("tone", "nga-ba"),)), EMERGENCY
            ),
            "emergency",
        ),
        (with_alarm(replace(HEALTHY, silence=SILENCE), LOCAL), "local_alarm"),
        (with_alarm(replace(HEALTHY, problems=(FAULT,)), DRILL), "exercise"),
        (with_alarm(HEALTHY, replace(LOCAL, is_exercise=True)), "exercise"),
        (with_alarm(HEALTHY, DRILL, EMERGENCY), "emergency"),
    ],
)
def test_the_verdict_is_the_gravest_thing_that_is_so(
    status: StationStatus, verdict: Verdict
) -> None:
    assert find_overall_status(status) == verdict
    assert Translator("vi")(f"verdict.{verdict}") in words(status)


def test_every_overall_status_has_a_text_in_both_languages() -> None:
    for verdict in get_args(Verdict):
        assert f"verdict.{verdict}" in PHRASES


def test_a_healthy_page_says_what_plays_what_is_next_and_which_rule_put_it_there() -> None:
    text = words(HEALTHY)
    assert "Bản tin chiều, đến 17:15." in text
    assert "17:30" in text
    assert "Phòng chống lũ" in text
    assert "lịch “lu” số 7 do vn.84.29266 ký" in text
    assert "Nhường cho mục này: Ca nhạc." in text
    assert "17:00:12" in text
    assert "thứ Ba, 24/11/2026" in text
    assert "sai không quá 0,03 s" in text
    assert "100 % đủ (38/38)" in text
    assert "-6,0 dB" in text
    assert "tăng âm BẬT" in text
    assert "19,4 GB" in text
    assert "vì: trong giờ yên lặng 21:00-05:00" in text


WHYS = [
    (Why(rule="level", over="Nhắc", losers=2), "vi", "thắng “Nhắc”: hạng cao hơn (và 1 mục nữa)"),
    (Why(rule="start", over="Nhắc"), "en", "goes before “Nhắc”: same class, starts later"),
    (Why(rule="silence", over="Sáng"), "vi", "đang im lặng, “Sáng” không phát"),
    (Why(rule="silence"), "en", "silenced"),
    (Why(rule="clock"), "vi", "chưa biết chắc giờ, lịch không phát"),
    (
        Why(refused=("<b>Tiếp âm", "E_HOURS", "quiet_hours 21:00-05:00")),
        "vi",
        "“<b>Tiếp âm” bị từ chối: trong giờ yên lặng 21:00-05:00 (E_HOURS)",
    ),
]


@pytest.mark.parametrize(("why", "lang", "said"), WHYS)
def test_an_output_says_what_gives_way_and_what_is_refused_now(
    why: Why, lang: Lang, said: str
) -> None:
    loa, board = HEALTHY.outputs
    assert said in words(replace(HEALTHY, outputs=(replace(loa, why=why), board)), lang)


def test_the_time_is_shown_with_its_source() -> None:
    by_nts = replace(HEALTHY, clock_source="nts")
    assert "theo giờ mạng có chứng thực (NTS), sai không quá 0,03 s" in words(by_nts)
    assert "by authenticated network time (NTS), at most 0.03 s off" in words(by_nts, "en")
    assert "NTS" not in words(HEALTHY)
    assert "NTS" not in words(replace(by_nts, clock="FLOOR", clock_error_s=None))


def test_the_page_names_the_sound_card_and_says_what_is_unusual_about_it() -> None:
    def text(path: SoundPathStatus, lang: Literal["vi", "en"] = "vi") -> str:
        loa, *others = HEALTHY.outputs
        status = replace(HEALTHY, outputs=(replace(loa, path=path), *others))
        return " ".join(words(status, lang).split())

    first = SoundPathStatus("USB Audio Device", 0.0, is_fallback=False, is_safe=False)
    assert "Card âm thanh USB Audio Device" in text(first)
    assert "dự phòng" not in text(first)
    jack = SoundPathStatus("bcm2835 Headphones", -20.0, is_fallback=True, is_safe=False)
    assert "bcm2835 Headphones ⚠ dự phòng, -20 dB" in text(jack)
    assert "⚠ a fallback, -20 dB, safe mode (aplay)" in text(replace(jack, is_safe=True), "en")


def test_the_page_names_who_wrote_and_who_approved_what_sounds() -> None:
    assert NEWS.why is not None
    why = replace(NEWS.why, editor="Nguyễn Thị Lan", approver="Trần Văn Hòa")
    text = words(with_now(HEALTHY, replace(NEWS, why=why)))
    assert "soạn: Nguyễn Thị Lan; duyệt: Trần Văn Hòa" in text


def test_the_page_says_that_nobody_signed_what_a_pulled_radio_says() -> None:
    relay = replace(NEWS, title="Tiếp âm VOV1", is_pulled=True)
    assert "hộp tự kéo đài: chỉ tin được đường truyền" in words(with_now(HEALTHY, relay))
    assert "authentic by transport only" in words(with_now(HEALTHY, relay), "en")
    assert "đường truyền" not in words(HEALTHY)


def test_an_ordered_silence_says_by_whom_until_when_and_why() -> None:
    text = words(replace(QUIET, order=STOP, silence=SILENCE))
    assert "Lệnh ngắt tiếng do vn.84 ký: loa và bảng tắt hết, kể cả tin khẩn cấp." in text
    assert "Lý do: Loa bị chiếm quyền" in text
    assert "only an emergency sounds" in words(replace(QUIET, order=PAUSE), "en")


def test_what_was_not_examined_is_shown_as_unchecked() -> None:
    text = words(HEALTHY)
    assert text.count("chưa kiểm tra") == 2  # the generator, and the card with its reason
    assert REASONS["no_card"][0] in text
    assert "tối, không hiện gì" not in words(FAULTY)  # nobody sees a board that is away
    unknown = replace(HEALTHY, outbox=None, readings=())
    assert "not checked" in words(unknown, "en")


def test_a_faulty_page_names_the_next_step_and_keeps_the_mechanism_behind_a_fold() -> None:
    page = build_view(FAULTY, Access(has_pin=True), Translator("vi")).decode()
    open_, folded = (
        re.sub(r"<details.*?</details>", "", page),
        re.findall(r"<details.*?</details>", page),
    )
    for problem in FAULTY.problems:
        kind = ISSUE_KINDS[problem.kind]
        assert kind.text.vi in page
        assert kind.repair.vi[1:] in page
        assert any(problem.hint in fold for fold in folded)
        assert problem.hint not in open_
    assert "Vẫn đang phát: Bản tin chiều, đến 17:15." in page
    assert "chưa tải xong tệp nên sẽ bị bỏ qua" in page


def test_english_leaves_no_vietnamese_but_names_and_titles() -> None:
    named = {"Tiếng Việt", "Bản tin chiều", "Phòng chống lũ", "Ca nhạc", "Bản tin sáng"}
    named |= {"Nước sạch cho mọi nhà", "Chợ nổi cuối tuần"}
    for status in (HEALTHY, FAULTY, EMPTY):
        text = words(status, "en")
        for name in named:
            text = text.replace(name, "")
        assert re.findall(r"[^\x00-\x7f·…“”→–⚠°]+", text) == []


def test_texts_of_others_cannot_become_markup() -> None:
    evil = '<script>alert("1")</script>'
    status = with_now(replace(HEALTHY, place=evil), replace(NEWS, title=evil, zones=(evil,)))
    status = replace(status, problems=(Problem(evil, evil, AT, evil),))
    page = build_view(status, Access(has_pin=True, csrf=evil), Translator("vi"))
    Page(page)
    assert page.count(b"<script>") == 1
    assert el("p", evil, title=evil) == (
        '<p title="&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;">'
        '&lt;script&gt;alert("1")&lt;/script&gt;</p>'
    )


def test_without_a_pin_there_are_no_buttons_and_the_page_says_how_to_set_one() -> None:
    page = build_view(HEALTHY, Access(has_pin=False), Translator("vi"))
    assert b"<button" not in page
    assert b'page: {pin: "271828"}' in page


def test_a_reader_without_a_session_has_no_buttons_but_the_way_to_the_pin() -> None:
    page = build_view(HEALTHY, Access(has_pin=True), Translator("vi"))
    assert b"<button" not in page
    assert b'href="/enter"' in page


def test_with_a_session_every_zone_and_face_has_its_buttons_each_with_the_token() -> None:
    page = build_view(
        HEALTHY, Access(has_pin=True, csrf="tok", until_at=AT), Translator("vi")
    ).decode()
    operations = re.findall(
        r'name="where" value="([^"]*)"><button name="operation" value="([^"]*)"', page
    )
    zones, faces = ["nga-ba", "tram-y-te", "nha-van-hoa"], ["mat-truoc", "mat-sau"]
    assert operations == [
        *((zone, "tone") for zone in zones),
        *((face, test) for face in faces for test in ("pattern", "label")),
        ("", "silence-on"), ("", "reload"), ("", "bundle"),
    ]  # fmt: skip
    assert {name for _, name in operations} | {"silence-off"} == set(get_args(OperationName))
    assert page.count('name="csrf" value="tok"') == len(operations) + 1  # and the way out
    silent = replace(HEALTHY, silence=SILENCE)
    page = build_view(
        silent, Access(has_pin=True, csrf="tok", until_at=AT), Translator("vi")
    ).decode()
    assert 'value="silence-off"' in page
    assert 'value="silence-on"' not in page


def test_the_page_says_what_each_emergency_key_would_start() -> None:
    until_at = AT + timedelta(days=365)
    whole = KeyStatus("nut-lu", "key-lu", "LŨ VỀ", "vn.84.em", until_at)
    drill = replace(whole, name="nut-tap", title="Tập", is_exercise=True, lacking="key: E_FETCH")
    text = words(replace(HEALTHY, keys=(whole, drill, KeyStatus("nut", "key"))))
    assert "nut-lu" in text
    assert "bấm là phát “LŨ VỀ”" in text
    assert "do vn.84.em ký, dùng đến thứ Tư, 24/11/2027" in text
    assert "bấm là phát diễn tập “Tập”" in text
    assert text.count("chưa phát trọn được") == 1
    assert "(key: E_FETCH)" in text
    assert text.count("CHƯA CÓ BÁO ĐỘNG NÀO") == 1
    assert "khe “key”" in text
    assert PHRASES["keys"][0] not in words(HEALTHY)


def test_while_a_keys_alarm_sounds_the_page_says_which_key_and_who_signed() -> None:
    text = words(with_alarm(HEALTHY, LOCAL))
    assert "BÁO ĐỘNG TẠI TRẠM" in text
    assert "Do nút nut-bao-dong tại trạm; ký bởi vn.84.em." in text


def test_a_page_during_an_emergency_says_first_where_it_is_not_heard_and_why() -> None:
    silent = replace(HEARD, standing="key", words=())
    dark = replace(SEEN, standing="process")
    status = with_alarm(
        replace(HEALTHY, is_locked=True, problems=(FAULT,)),
        replace(EMERGENCY, outputs=(silent, dark)),
    )
    text = words(status)
    before = text[: text.index("17:00:12")]
    assert "TIN KHẨN CẤP" in before
    assert "Lũ về, đến 18:00:12." in before
    assert "KHÔNG phát ở loa: khóa im lặng ở trạm đang xoay." in before
    assert "KHÔNG phát ở bang-tin: phần vẽ bảng đang mất." in before
    assert "soạn: Lê Văn Tám; duyệt: Phạm Thị Mai" in before
    assert "NOT heard or seen at loa: the silence key on the box is turned." in words(status, "en")


def test_a_page_during_an_emergency_says_what_of_each_language_is_heard() -> None:
    spoken = replace(
        HEARD,
        words=(
            LanguageStatus("vi", "now"),
            LanguageStatus("km", "missing"),
            LanguageStatus("fr", "none"),
        ),
    )
    text = words(with_alarm(QUIET, replace(EMERGENCY, outputs=(spoken, SEEN))))
    assert "đang phát" in text
    assert "đang hiện" in text
    assert "tiếng Việt: đang đọc" in text
    assert "tiếng Khmer: CHƯA CÓ tệp lời" in text
    assert "fr: không có lời ghi âm" in text
    assert "Chưa phát đủ ở loa: tiếng Khmer, fr." in text
    wordless = replace(HEARD, words=(LanguageStatus("vi", "none"), LanguageStatus("km", "missing")))
    text = words(with_alarm(QUIET, replace(EMERGENCY, outputs=(wordless,))))
    assert "đang phát tín hiệu và câu có sẵn" in text


@pytest.mark.parametrize("standing", get_args(AlarmStanding))
@pytest.mark.parametrize("output", [HEARD, SEEN])
def test_every_standing_of_an_emergency_has_a_text_in_both_languages(
    standing: Any, output: EmergencyOutputStatus
) -> None:
    spoken = tuple(LanguageStatus("vi", state) for state in get_args(WordState))
    output = replace(output, standing=standing, words=spoken)
    status = with_alarm(QUIET, replace(EMERGENCY, outputs=(output,)))
    for lang in ("vi", "en"):
        text = words(status, lang)
        assert "alarm." not in text
        assert "words." not in text


def test_an_event_before_the_box_had_the_time_shows_none() -> None:
    status = replace(HEALTHY, events=(JournalEvent(1, None, "boot", ""),))
    assert "chưa có giờ" in words(status)
    assert "no clock yet" in words(status, "en")


def test_the_page_says_in_words_why_an_item_was_skipped_and_a_new_code_as_it_is() -> None:
    reasons = ("clash", "local_mute", "a_later_word")
    events = tuple(
        JournalEvent(number, None, "play.skipped", "Bản tin", reason)
        for number, reason in enumerate(reasons)
    )
    status = replace(HEALTHY, events=events)
    for lang, told in (("vi", "trùng giờ với mục khác"), ("en", "began at the same moment")):
        text = words(status, lang)
        assert told in text
        assert "a_later_word" in text
        assert "clash" not in text
    assert "trạm đang tắt tiếng tại chỗ" in words(status)


def test_under_the_turned_key_the_page_says_that_not_even_an_emergency_sounds() -> None:
    locked = replace(QUIET, is_locked=True, silence=SILENCE)
    assert "TẠM DỪNG" in words(locked)
    assert "kể cả tin khẩn cấp" in words(locked)
    assert "not even an emergency" in words(locked, "en")
    assert "only an emergency" not in words(locked, "en")


def test_under_a_lockout_the_page_says_who_must_take_it_off_and_what_sounds_all_the_same() -> None:
    locked = replace(QUIET, work="lockout")
    assert "Mọi người đã xuống thì mới tắt khóa" in words(locked)
    assert "only an emergency sounds, after a quiet warning" in words(locked, "en")
    assert "The cabinet is open" in words(replace(QUIET, work="door_open"), "en")


def test_a_board_under_trial_is_not_called_dark() -> None:
    status = replace(
        EMPTY,
        trials=(
            CommissioningTestStatus("pattern", "mat-truoc"),
            CommissioningTestStatus("tone", "nga-ba"),
        ),
    )
    text = words(status)
    assert "hình thử ở mat-truoc" in text
    assert "âm thử ở nga-ba" in text
    assert "tối, không hiện gì" not in text
    assert "không phát gì" not in text
    assert "tối, không hiện gì" in words(EMPTY)


def test_a_full_page_stays_small() -> None:
    for status in (HEALTHY, FAULTY):
        page = build_view(
            status, Access(has_pin=True, csrf="t" * 32, until_at=AT), Translator("vi")
        )
        assert len(page) < 24_000  # two thumbnails of 18,000 bytes have room within 60 KB


@pytest.mark.parametrize(
    ("seconds", "vi", "en"),
    [
        (2, "vài giây", "a few seconds"),
        (59, "59 giây", "59 s"),
        (185, "3 phút", "3 min"),
        (3_600, "1 giờ", "1 h"),
        (7_505, "2 giờ 5 phút", "2 h 5 min"),
        (90_000, "1 ngày 1 giờ", "1 days 1 h"),
        (-5, "vài giây", "a few seconds"),
    ],
)
def test_a_span_is_shown_in_its_two_greatest_units(seconds: float, vi: str, en: str) -> None:
    assert Translator("vi").span(seconds) == vi
    assert Translator("en").span(seconds) == en


def test_moments_are_local_and_name_the_day_when_it_is_another() -> None:
    translator = Translator("vi")
    assert translator.moment(AT, AT) == "17:00:12"
    assert (
        translator.moment(AT + timedelta(hours=12, minutes=-60, seconds=-12), AT)
        == "ngày mai 04:00"
    )
    assert translator.moment(AT - timedelta(days=3, seconds=12), AT) == "17:00 21/11"


def test_weekdays_in_a_row_are_a_stretch() -> None:
    translator = Translator("vi")
    assert translator.weekdays((1, 2, 3, 4, 5, 6, 7)) == "hằng ngày"
    assert translator.weekdays((1, 2, 3, 4, 5, 6)) == "T2–T7"
    assert translator.weekdays((6, 7)) == "T7 CN"
    assert translator.weekdays((1, 3, 5)) == "T2 T4 T6"


def test_the_authority_is_shown_with_its_age() -> None:
    fresh = replace(HEALTHY, readings=(ReadingStatus("authority", "good", 7_500.0, "s"),))
    assert "2 giờ 5 phút trước" in words(fresh)
    assert "2 h 5 min ago" in words(fresh, "en")
    pinned = replace(HEALTHY, readings=(ReadingStatus("authority", "good"),))
    assert "quyền ký" in words(pinned)
    assert "2 giờ 5 phút trước" not in words(pinned)


@pytest.mark.parametrize(
    ("volume", "told"),
    [
        (Volume(-6.0, 70.0, "ordinary 06:00-21:00 70 dBA at 25 m"),
         "-6,0 dB theo mức trần, khoảng 70 dBA tại nhà gần nhất"),
        (Volume(0.0, 64.2), "0,0 dB, khoảng 64 dBA tại nhà gần nhất"),
        (Volume(-3.0), "chưa hiệu chuẩn mức âm"),
    ],
)  # fmt: skip
def test_the_level_at_the_nearest_home_stands_beside_its_zone(volume: Volume, told: str) -> None:
    first, *others = HEALTHY.outputs
    zone, *rest = first.zones
    zones = (replace(zone, volume=volume), *rest)
    status = replace(HEALTHY, outputs=(replace(first, zones=zones), *others))
    assert words(status).count(told) == 1


@pytest.mark.parametrize(
    ("lang", "muted", "trimmed"),
    [
        ("vi", "tắt tiếng theo lệnh", "nhỏ hơn mức chuẩn 6 dB"),
        ("en", "muted by order", "6 dB below the calibrated level"),
    ],
)
def test_what_commands_have_set_stands_beside_its_zone(lang: str, muted: str, trimmed: str) -> None:
    first, *others = HEALTHY.outputs
    zone, *rest = first.zones
    level = replace(zone, trim_db=-6, muted_until=AT + timedelta(hours=1))
    status = replace(HEALTHY, outputs=(replace(first, zones=(level, *rest)), *others))
    text = words(status, lang)
    assert text.count(muted) == text.count(trimmed) == 1
    assert muted not in words(HEALTHY, lang)


def test_a_date_that_nobody_has_confirmed_stands_beside_what_is_due_by_it() -> None:
    feast = "Chôl Chnăm Thmây"
    why = PlacementRule(
        "vn.84.29266", "le", 3, ("08:00",), (1, 2, 3, 4, 5, 6, 7), unconfirmed=feast
    )
    item = ItemStatus("Lễ", "scheduled", AT, AT + timedelta(minutes=10), why=why)
    assert f"Ngày này CHƯA ĐỐI CHIẾU: {feast}." in words(with_now(HEALTHY, item))
    assert f"Nobody has CONFIRMED this date: {feast}." in words(with_now(HEALTHY, item), "en")
    assert "CHƯA ĐỐI CHIẾU" not in words(HEALTHY)


def test_what_goes_by_the_sun_is_called_no_emergency() -> None:
    why = PlacementRule("vn.84.29266", "le", 3, (), (1, 2, 3, 4, 5, 6, 7))
    item = ItemStatus("Sáng", "scheduled", AT, AT + timedelta(minutes=10), why=why)
    page = words(with_now(HEALTHY, item))
    assert "lịch “le” số 3 do vn.84.29266 ký" in page
    assert "tin khẩn cấp do" not in page


def test_who_speaks_at_the_box_is_shown_with_their_key() -> None:
    for level, tag in (("local_voice", "nói tại chỗ"), ("emergency_voice", "nói khẩn cấp")):
        why = PlacementRule("", "", 0, started_by="nut-noi")
        voice = ItemStatus("Micro tại trạm: ban", level, AT, AT + timedelta(minutes=10), why=why)
        page = words(with_now(HEALTHY, voice))
        assert "Micro tại trạm: ban" in page
        assert tag in page
        assert "có người đang giữ nút nut-noi và nói" in page
        assert "do  ký" not in page  # nobody signed it
    assert "somebody holds the key nut-noi and speaks" in words(with_now(HEALTHY, voice), "en")


@pytest.mark.parametrize(
    ("peak_dbfs", "vi", "en"),
    [
        (-30.4, "mức thu cao nhất -30 dBFS: NHỎ", "FAINT"),
        (-24.0, "mức thu cao nhất -24 dBFS: tốt", "good"),
        (-6.0, "mức thu cao nhất -6 dBFS: tốt", "good"),
        (-1.0, "mức thu cao nhất -1 dBFS: VỠ TIẾNG", "OVERDRIVEN"),
    ],
)
def test_while_somebody_speaks_the_level_can_be_set(peak_dbfs: float, vi: str, en: str) -> None:
    why = PlacementRule("", "", 0, started_by="nut-noi", peak_dbfs=peak_dbfs)
    voice = ItemStatus("Micro", "local_voice", AT, AT + timedelta(minutes=10), why=why)
    page = words(with_now(HEALTHY, voice))
    assert f"có người đang giữ nút nut-noi và nói; {vi}" in page
    assert en in words(with_now(HEALTHY, voice), "en")
