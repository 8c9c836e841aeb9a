"""`tramtin check` names the control cards of boards and how the light goes."""

from __future__ import annotations

import msgspec

from agent.settings.board_overview import build_board_overview, build_plain_boards
from agent.settings.model import Settings
from tests.harness.station_settings import SETTINGS

CARD = {"name": "the-phat", "profile": "novastar-vx4s", "port": "tcp://192.0.2.7"}


def settings_with(**board: object) -> Settings:
    outputs = [SETTINGS["outputs"][0], {**SETTINGS["outputs"][1], **board}]
    return msgspec.convert({**SETTINGS, "outputs": outputs}, Settings)


def test_a_card_and_the_light_are_told_in_both_languages() -> None:
    settings = settings_with(controls=[CARD], light={"by": "sensor", "night_pct": 10})
    assert build_board_overview(settings, "en").splitlines() == [
        "board bang-tin: control card the-phat (novastar-vx4s) at tcp://192.0.2.7, faces mat-truoc",
        "board bang-tin: brightness 10..80 %, by sensor",
    ]
    assert "thẻ điều khiển the-phat" in build_board_overview(settings, "vi")
    (plain,) = build_plain_boards(settings)
    assert plain["controls"][0]["faces"] == ["mat-truoc"]
    assert plain["light"] == "sensor"


def test_a_capture_card_is_told_too() -> None:
    path = "/dev/v4l/by-id/usb-card-index0"
    video = {"name": "hdmi-vao", "profile": "v4l2", "path": path}
    settings = settings_with(video_inputs=[video])
    assert build_board_overview(settings, "en") == (
        "board bang-tin: video input hdmi-vao (v4l2) at /dev/v4l/by-id/usb-card-index0"
    )
    (plain,) = build_plain_boards(settings)
    assert plain["video_inputs"] == [video]


def test_a_board_without_cards_is_not_mentioned() -> None:
    assert build_board_overview(settings_with(), "vi") == ""
    assert build_plain_boards(settings_with()) == []
