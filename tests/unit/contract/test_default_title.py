"""Titles that the software gives are shown in both languages, those of people as they are."""

from __future__ import annotations

import pytest

from agent.contract.default_title import TITLES, default_title, show_title

EVENT = "ef" * 16


@pytest.mark.parametrize(
    ("recorded", "english"),
    [
        (f"Khẩn cấp: {EVENT}", f"Emergency: {EVENT}"),
        (f"Diễn tập: {EVENT}", f"Exercise: {EVENT}"),
        ("Micro khẩn cấp tại trạm: ban-truc", "Emergency microphone at the station: ban-truc"),
        ("Phát trực tiếp", "Live voice"),
        ("Tiếp âm", "Relay"),
    ],
)
def test_a_title_of_ours_is_shown_in_english(recorded: str, english: str) -> None:
    assert show_title(recorded, "en") == english
    assert show_title(recorded, "vi") == recorded


@pytest.mark.parametrize("title", ["Họp thôn", "Khẩn cấp: họp xã lúc 17h", "Tiếp âm VOV1", ""])
def test_a_title_of_a_person_stays_as_it_is(title: str) -> None:
    assert show_title(title, "en") == title


@pytest.mark.parametrize("code", TITLES)
def test_every_title_is_recognised_again(code: str) -> None:
    assert show_title(default_title(code, "loa-1"), "en") == TITLES[code].render("en", "loa-1")
