"""What is read for what is written. The readings are an announcer's, written by hand."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speech.dialect import CENTRAL, DIALECTS, NORTH, SOUTH, Dialect
from speech.normalise import normalise

# fmt: off
READINGS = {  # a pair a line
    # dates
    "15/12/2026": "ngày mười lăm tháng mười hai năm hai nghìn không trăm hai mươi sáu",
    "Ngày 15-12-2026": "ngày mười lăm tháng mười hai năm hai nghìn không trăm hai mươi sáu",
    "01.04.2026": "ngày một tháng tư năm hai nghìn không trăm hai mươi sáu",
    "sáng 2/9 và 30/4": "sáng ngày hai tháng chín và ngày ba mươi tháng tư",
    "ngày 5/11": "ngày năm tháng mười một",
    "tháng 12/2026": "tháng mười hai năm hai nghìn không trăm hai mươi sáu",
    "tháng 4": "tháng tư",
    "thứ 4, thứ 2": "thứ tư, thứ hai",
    "Từ 15-20/12/2026":
        "Từ ngày mười lăm đến ngày hai mươi tháng mười hai năm hai nghìn không "
        "trăm hai mươi sáu",
    "từ ngày 28/12 - 03/01/2027":
        "từ ngày hai mươi tám tháng mười hai đến ngày ba tháng một năm hai nghìn "
        "không trăm hai mươi bảy",
    # clock times
    "17h30": "mười bảy giờ ba mươi phút",
    "17 h 30": "mười bảy giờ ba mươi",
    "17:30": "mười bảy giờ ba mươi phút",
    "07h00": "bảy giờ",
    "7h05'": "bảy giờ năm phút",
    "0h": "không giờ",
    "7h-9h": "bảy giờ đến chín giờ",
    "7h30-9h15": "bảy giờ ba mươi phút đến chín giờ mười lăm phút",
    "17 giờ 30 phút": "mười bảy giờ ba mươi phút",
    # units and money
    "40 m²": "bốn mươi mét vuông",
    "40m2": "bốn mươi mét vuông",
    "12,5 km/h": "mười hai phẩy năm ki lô mét trên giờ",
    "3.000 m³/s": "ba nghìn mét khối trên giây",
    "2,5-3,0m": "hai phẩy năm đến ba phẩy không mét",
    "35°C": "ba mươi lăm độ xê",
    "-5°C": "âm năm độ xê",
    "4‰": "bốn phần nghìn",
    "98,6%": "chín mươi tám phẩy sáu phần trăm",
    "2 ha": "hai héc ta",
    "1.250.000đ": "một triệu hai trăm năm mươi nghìn đồng",
    "15.000 đồng/kg": "mười lăm nghìn đồng một ki lô gam",
    "50k": "năm mươi nghìn",
    "200 nghìn đồng": "hai trăm nghìn đồng",
    "100 USD": "một trăm đô la Mỹ",
    # telephone numbers
    "0294.3855.123": "không hai chín bốn, ba tám năm năm, một hai ba",
    "0912 345 678": "không chín một hai, ba bốn năm, sáu bảy tám",
    "(0294) 3855123": "không hai chín bốn, ba tám năm năm một hai ba",
    "1900 1234": "một chín không không, một hai ba bốn",
    "gọi 114": "gọi một một bốn",
    "gọi ngay số 113 hoặc 115": "gọi ngay số một một ba hoặc một một năm",
    # abbreviations
    "UBND TP. Vĩnh Long": "ủy ban nhân dân thành phố Vĩnh Long",
    "TP.HCM": "thành phố Hồ Chí Minh",
    "TP Trà Vinh": "thành phố Trà Vinh",
    "P. 5, Q.1, H. Càng Long": "phường năm, quận một, huyện Càng Long",
    "BCH PCTT&TKCN": "ban chỉ huy phòng chống thiên tai và tìm kiếm cứu nạn",
    "QL53 và QL 60": "quốc lộ năm mươi ba và quốc lộ sáu mươi",
    "ĐT.911": "đường tỉnh chín trăm mười một",
    "HĐND, MTTQ": "hội đồng nhân dân, mặt trận tổ quốc",
    "BVĐK": "bê vê đê ca",
    # legal references
    "QĐ 2976/QĐ-UBND": "quyết định số hai nghìn chín trăm bảy mươi sáu của ủy ban nhân dân",
    "Quyết định số 2976/QĐ-UBND":
        "Quyết định số hai nghìn chín trăm bảy mươi sáu của ủy ban nhân "
        "dân",
    "15/2020/NĐ-CP": "nghị định số mười lăm năm hai nghìn không trăm hai mươi của Chính phủ",
    "Công điện số 24/CĐ-TTg": "Công điện số hai mươi tư của Thủ tướng Chính phủ",
    "39/2020/TT-BTTTT":
        "thông tư số ba mươi chín năm hai nghìn không trăm hai mươi của Bộ Thông "
        "tin và Truyền thông",
    "Luật số 45/2019/QH14":
        "Luật số bốn mươi lăm năm hai nghìn không trăm mười chín của Quốc hội khóa "
        "mười bốn",
    "07/KH-XYZ": "kế hoạch số bảy của ích i dài dét",
    # numbers and the rest
    "1.005 hộ": "một nghìn không trăm linh năm hộ",
    "2 - 3 ngày": "hai đến ba ngày",
    "2/3 diện tích": "hai phần ba diện tích",
    "số nhà 12/31": "số nhà mười hai trên ba mươi mốt",
    "Đại hội lần thứ XIV": "Đại hội lần thứ mười bốn",
    "quý IV/2026": "quý bốn năm hai nghìn không trăm hai mươi sáu",
    "báo động III": "báo động ba",
    "gió cấp 8, giật cấp 10": "gió cấp tám, giật cấp mười",
    "ấp 12A": "ấp mười hai A",
    "LŨ VỀ, DI CHUYỂN NGAY!": "lũ về, di chuyển ngay!",
    "vinhlong.gov.vn/tin-tuc;": "vinhlong chấm gov chấm vn;",
    "Mời họp - đúng giờ": "Mời họp, đúng giờ",
    "a…  b !!\n\n c": "a b!\nc",
}
# fmt: on


@pytest.mark.parametrize("written", READINGS)
def test_a_text_is_read_as_an_announcer_reads_it(written: str) -> None:
    assert normalise(written, NORTH) == READINGS[written]


@pytest.mark.parametrize("written", READINGS)
def test_what_was_normalised_is_not_changed_again(written: str) -> None:
    once = normalise(written, NORTH)
    assert normalise(once, NORTH) == once


@pytest.mark.parametrize(
    ("dialect", "words"),
    [
        (NORTH, "hai nghìn một trăm linh bốn hộ, bốn phần nghìn"),
        (CENTRAL, "hai ngàn một trăm lẻ bốn hộ, bốn phần ngàn"),
        (SOUTH, "hai ngàn một trăm lẻ bốn hộ, bốn phần ngàn"),
    ],
    ids=lambda one: one.name if isinstance(one, Dialect) else "",
)
def test_each_dialect_reads_numbers_in_its_own_words(dialect: Dialect, words: str) -> None:
    assert normalise("2.104 hộ, 4‰", dialect) == words


def test_the_officers_list_goes_before_every_rule_and_longer_names_first() -> None:
    listed = {
        "TKCN": "cứu nạn",
        "Sóc Ruộng": "Xóc Ruộng",
        "Ô Lắc": "Ồ lác",
        "Ô": "ồ",
        "A5": "a năm",
    }
    written = "TKCN tại Sóc Ruộng, Ô Lắc, nhà A5; không đổi TKCNX"
    assert normalise(written, NORTH, listed) == (
        "cứu nạn tại Xóc Ruộng, Ồ lác, nhà a năm; không đổi tê ca xê nờ ích"
    )


def test_an_abbreviation_behind_a_number_is_read_at_once() -> None:
    assert normalise("0P.B", NORTH) == "không phường B"


def test_decomposed_letters_are_read_like_composed_ones() -> None:
    assert normalise("Lu\u0303 ve\u0302\u0300", NORTH) == "Lũ về"


@given(
    st.text(alphabet="0123456789./-:,h mkđ%&+QĐUBNDTPvtháng\n", max_size=60),
    st.sampled_from(sorted(DIALECTS)),
)
def test_no_digit_is_left_and_nothing_changes_the_second_time(text: str, dialect: str) -> None:
    once = normalise(text, DIALECTS[dialect])
    assert not re.search(r"\d", once)
    assert normalise(once, DIALECTS[dialect]) == once
