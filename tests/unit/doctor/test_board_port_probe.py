"""Doctor names the connectors and interfaces of boards, and what hinders them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from agent.doctor.probes import board_port
from agent.settings.model import Output
from drivers.frame_sink import PortReport
from drivers.led import port_report
from drivers.profile.model import ColorLightSpec

SCREEN = {
    "name": "bang",
    "board": {"profile": "hdmi", "path": "/dev/dri/card0"},
    "faces": [
        {"name": port.lower(), "width_px": 8, "height_px": 8, "port": port, "mode": "1024x768@60"}
        for port in ("HDMI-A-1", "HDMI-A-2")
    ],
}
LINE: dict[str, Any] = {
    "name": "bang",
    "board": {"profile": "colorlight-5a-75", "path": "lo"},
    "faces": [{"name": "truoc", "width_px": 8, "height_px": 8}],
}


def examine(output: dict[str, object]) -> list[tuple[str, str, str]]:
    found = board_port._examine(msgspec.convert(output, Output))
    assert all(one.text("vi") and (one.state == "good" or one.step("vi")) for one in found)
    return [(one.state, one.text("en"), one.detail) for one in found]


def test_each_connector_is_a_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for port, status in (("HDMI-A-1", "connected"), ("HDMI-A-2", "disconnected")):
        (tmp_path / f"card0-{port}").mkdir()
        (tmp_path / f"card0-{port}" / "status").write_text(status)
        (tmp_path / f"card0-{port}" / "modes").write_text("1024x768")
    monkeypatch.setattr(port_report.report_screens, "__defaults__", (tmp_path,))
    assert examine(SCREEN) == [
        ("good", "port HDMI-A-1 is ready: card0-HDMI-A-1, 1024x768@60", ""),
        (
            "fault",
            "port HDMI-A-2 cannot feed the board",
            "E_UNPLUGGED: HDMI-A-2: no screen is connected",
        ),
    ]


def test_the_interface_of_raw_ethernet_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def report_cards(line: PortReport, _spec: ColorLightSpec, *, receivers: int) -> PortReport:
        asked.append(receivers)
        return line

    monkeypatch.setattr(port_report, "report_cards", report_cards)
    ((state, text, _),) = examine(LINE)
    assert (state, text) == ("good", "port lo is ready: up")
    examine({**LINE, "board": {**LINE["board"], "options": {"receivers": 3}}})
    assert asked == [1, 3]


def test_a_folder_has_no_port() -> None:
    folder = {**LINE, "board": {"profile": "png", "path": "/tmp/board"}}
    assert examine(folder) == [("good", "bang: png, no cable to look at", "")]
