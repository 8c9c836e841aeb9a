"""What /sys says, as Debian 12 has it: `card0-HDMI-A-1/status`, `eth1/operstate`, `eth1/speed`."""

from __future__ import annotations

from pathlib import Path

import pytest

from drivers.frame_sink import FacePlace
from drivers.led.port_report import report_line, report_screens


def put(folder: Path, **files: str) -> None:
    folder.mkdir(parents=True)
    for name, text in files.items():
        (folder / name).write_text(text + "\n")


@pytest.mark.parametrize(
    ("port", "mode", "shown", "fault"),
    [
        ("HDMI-A-1", "1920x1080@60", "card1-HDMI-A-1, 1920x1080@60", ""),
        ("HDMI-A-1", "1600x1000@60", "", "E_MODE: HDMI-A-1 has no 1600x1000@60, only 1920x1080"),
        ("HDMI-A-2", "1920x1080@60", "", "E_UNPLUGGED: HDMI-A-2: no screen is connected"),
        ("DP-1", "1920x1080@60", "", "E_CONNECTOR: no DP-1 here, only HDMI-A-1, HDMI-A-2"),
    ],
)
def test_a_connector_is_reported_with_what_hinders_it(
    tmp_path: Path, port: str, mode: str, shown: str, fault: str
) -> None:
    put(tmp_path / "card1-HDMI-A-1", status="connected", modes="1920x1080\n1920x1080")
    put(tmp_path / "card1-HDMI-A-2", status="disconnected", modes="")
    put(tmp_path / "renderD128")
    face = FacePlace(width_px=8, height_px=8, port=port, mode=mode)
    (report,) = report_screens({"mat": face, "sau": face}, tmp_path)
    assert (report.port, report.shown, report.fault) == (port, shown, fault)


def test_a_machine_without_a_graphics_card_is_told_apart_from_a_wrong_name(tmp_path: Path) -> None:
    face = FacePlace(width_px=8, height_px=8, port="HDMI-A-1", mode="1920x1080@60")
    (report,) = report_screens({"mat": face}, tmp_path)
    assert report.fault.startswith("E_NO_CARD")


@pytest.mark.parametrize(
    ("interface", "files", "shown", "fault"),
    [
        ("eth1", {"operstate": "up", "speed": "1000"}, "1000 Mbit/s", ""),
        ("eth1", {"operstate": "unknown"}, "up", ""),
        ("eth1", {"operstate": "up", "speed": "100"}, "", "E_SPEED: eth1: 100 Mbit/s, needs 1000"),
        ("eth1", {"operstate": "down", "speed": "-1"}, "", "E_LINK: eth1: no cable, or the card"),
        ("eth2", {"operstate": "up"}, "", "E_NO_CARD: no eth2 here, only eth1"),
    ],
)
def test_an_interface_is_reported_with_what_hinders_it(
    tmp_path: Path, interface: str, files: dict[str, str], shown: str, fault: str
) -> None:
    put(tmp_path / "eth1", **files)
    report = report_line(interface, 1000, tmp_path)
    assert report.shown == shown
    assert report.fault.startswith(fault)
    assert bool(report.fault) == bool(fault)
