"""Who signs an emergency reads what each output will tell, language by language, and what not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from agent.contract.document import Emergency, EmergencyBody, Medium, TextBody
from central.__main__ import main
from central.documents.audio_tools import make_melody
from central.documents.sign import build_header
from central.documents.summary import describe

VOICE, SIGNAL = "ab" * 32, "cd" * 32
MEDIA = [
    Medium(VOICE, 96_000, "audio/ogg", 12_000, []),
    Medium(SIGNAL, 32_000, "audio/ogg", 4_500, []),
]


def emergency(*bodies: EmergencyBody, **more: Any) -> Emergency:
    header = build_header(
        "emergency", issuer="vn.84.em", class_="emergency", to=["84/29266/*"], slot="khan-cap",
        seq=1, now=datetime(2026, 11, 23, 1, 0, tzinfo=UTC), lifetime=timedelta(hours=1),
    )  # fmt: skip
    given = {
        "event_id": "e0" * 16, "exercise": False, "attention": "two-tone", "media": MEDIA,
        "bodies": list(bodies), "repeat": 3, "gap_ms": 2_000, "max_ms": 600_000, **more,
    }  # fmt: skip
    return Emergency(**header, **given)


def summarise(document: Emergency, lang: Any = "vi") -> list[str]:
    """From the loudspeakers' line to the end."""
    lines = describe(document, lang)
    first = next(n for n, line in enumerate(lines) if line.startswith(("Loa:", "Loudspeakers:")))
    return lines[first:]


def test_text_alone_is_never_called_heard() -> None:
    assert summarise(emergency(EmergencyBody("vi", text=TextBody(show="LŨ VỀ"))))[:5] == [
        "Loa: tín hiệu báo động hai âm, rồi:",
        (
            "  • KHÔNG CÓ LỜI GHI ÂM: hộp nói câu có sẵn bằng tiếng Việt, báo khẩn cấp và dặn nghe"
            " chính quyền, không nói nội dung này"
        ),
        'Câu ấy: 3 lượt cách nhau 2", sau đó mỗi phút một lượt',
        "Bảng:",
        "  • tiếng Việt: HIỆN “LŨ VỀ”",
    ]


def test_each_language_has_its_own_truth() -> None:
    bodies = (
        EmergencyBody("vi", [VOICE], TextBody(show="LŨ VỀ")),
        EmergencyBody("km", None, TextBody(show="ទឹកជំនន់")),
    )
    assert summarise(emergency(*bodies))[:7] == [
        "Loa: tín hiệu báo động hai âm, rồi:",
        '  • tiếng Việt: lời ghi âm 12"',
        "  • tiếng Khmer: KHÔNG CÓ LỜI GHI ÂM, loa không nói gì bằng tiếng này",
        'Nói 3 lượt, cách nhau 2"',
        (
            "Lời chưa tải xong thì sau tín hiệu là câu có sẵn bằng tiếng Việt, báo khẩn cấp và dặn"
            " nghe chính quyền, có lời thì nói lời"
        ),
        "Bảng:",
        "  • tiếng Việt: HIỆN “LŨ VỀ”",
    ]


def test_what_is_only_to_be_read_is_called_read_by_the_box_and_shown_on_boards() -> None:
    lines = summarise(emergency(EmergencyBody("vi", text=TextBody(say="Lũ lên nhanh"))))
    assert "  • tiếng Việt: máy ở hộp ĐỌC “Lũ lên nhanh”; hộp bản 0.1.0 chỉ nói câu có sẵn" in lines
    assert "  • tiếng Việt: HIỆN “Lũ lên nhanh”" in lines
    assert not any("KHÔNG CÓ LỜI GHI ÂM" in line for line in lines)


def test_a_language_without_a_voice_is_called_not_read() -> None:
    lines = summarise(emergency(EmergencyBody("km", text=TextBody(say="ទឹកជំនន់"))))
    assert any("KHÔNG ĐỌC ĐƯỢC" in line for line in lines)
    assert any("KHÔNG CÓ LỜI GHI ÂM: hộp nói câu có sẵn" in line for line in lines)


def test_words_alone_leave_boards_black() -> None:
    assert "Bảng: không hiện gì" in summarise(emergency(EmergencyBody("vi", [VOICE])))


def test_every_emergency_has_a_signal_whatever_is_signed() -> None:
    body = EmergencyBody("vi", [VOICE])
    assert "hai âm" in summarise(emergency(body, attention=None))[0]
    own = summarise(emergency(body, attention=SIGNAL))[0]
    assert own.startswith('Loa: tín hiệu báo động ghi âm 4,5" (không dùng được thì hai âm')


def test_an_exercise_says_so_in_its_line_too_and_english_says_the_same() -> None:
    document = emergency(EmergencyBody("vi", text=TextBody(show="LŨ VỀ")), exercise=True)
    assert "nói rõ là diễn tập" in summarise(document)[1]
    english = summarise(document, "en")
    assert english[0] == "Loudspeakers: the two-tone attention signal, then:"
    assert "NO RECORDED WORDS" in english[1]
    assert "exercise" in english[1]


def test_a_draft_shows_it_before_the_first_signature(tmp_path: Path) -> None:
    voice = make_melody(tmp_path / "bao-lu.wav", 2_000)
    words = ["draft", "emergency", "--issuer", "vn.84.em", "--to", "84/29266/*", "--show", "LŨ"]
    recorded = ["--play", str(voice), "--media-url", "https://m.vn", "--media-dir", str(tmp_path)]
    for more, line in (([], "KHÔNG CÓ LỜI GHI ÂM"), (recorded, 'tiếng Việt: lời ghi âm 2"')):
        out = str(tmp_path / "draft.json")
        result = CliRunner().invoke(main, [*words, *more, "--out", out])
        assert result.exit_code == 0
        assert line in result.output
        assert "HIỆN “LŨ”" in result.output
