"""`show commands`: what stations have carried out, in the words in which it was signed."""

from __future__ import annotations

from typing import Any, Literal

import pytest

from central.reports.table_text import render_cell

SIGNED = {
    "do": "mute", "subject": "nga-ba", "until": "2026-11-30T10:00:00Z", "by": "vn.84",
    "doc_id": "6b1f" * 8, "editor": "Lê Thị Bưởi", "approver": "", "result": "done",
    "outcome": "done", "code": None,
}  # fmt: skip


def test_a_mute_is_told_with_its_end_and_who_signed_it() -> None:
    assert render_cell(SIGNED, "command", "vi") == (
        "TẮT TIẾNG cụm loa nga-ba đến 17:00 30/11/2026 (tin khẩn cấp vẫn phát)"
    )
    assert render_cell(SIGNED, "outcome", "vi") == "đã làm"
    order = render_cell(SIGNED, "order", "vi")
    assert "vn.84" in order
    assert "Lê Thị Bưởi" in order


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"do": "unmute"}, "Unmute the zones nga-ba"),
        (
            {"do": "volume", "subject": "*", "gain_db": -6, "until": None},
            "Volume of all zones: 6 dB below the calibrated level until it is changed",
        ),
        ({"do": "tone"}, "Play a test tone on the zones nga-ba"),
        ({"do": "restart", "subject": ""}, "Restart"),
        ({"do": "tone", "doc_id": None}, "tone nga-ba"),
        ({"do": None, "what": "emergency-key", "subject": None, "slot": "key-lu"}, "emergency-key"),
    ],
)
def test_every_command_has_words(changes: dict[str, Any], words: str) -> None:
    assert words in render_cell({**SIGNED, **changes}, "command", "en")


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("vi", "microphone nut-noi: trong giờ yên lặng 21:00-05:00"),
        ("en", "microphone nut-noi: in quiet hours 21:00-05:00"),
    ],
)
def test_a_refused_press_of_a_microphone_names_its_rule(
    lang: Literal["vi", "en"], words: str
) -> None:
    press = {
        "what": "microphone", "by": "nut-noi", "input": "ban", "result": "refused",
        "code": "E_HOURS", "rule": "quiet_hours 21:00-05:00",
    }  # fmt: skip
    assert render_cell(press, "command", lang) == words
