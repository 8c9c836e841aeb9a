"""A silent device with many contacts is one issue."""

from __future__ import annotations

from typing import Any

from agent.health.shared_device import share_devices
from agent.settings.model import Input, Sensor


def build(name: str, **place: Any) -> Input:
    return Input(name=name, kind="door", profile="waveshare-modbus-rtu-relay-d", **place)


def test_contacts_of_one_board_share_one_issue_that_ends_when_the_last_is_back() -> None:
    reported: list[tuple[str, str, str | None]] = []
    board = {"port": "/dev/ttyUSB0", "unit": 3}
    wanted = [build("cua", **board, line=0), build("dien", **board, line=1), build("khoa")]
    door, mains, key = share_devices("input_no_answer", wanted, lambda *what: reported.append(what))
    assert door is mains
    door.report_miss("cua", "no answer")
    mains.report_miss("dien", "no answer")
    door.report_read("cua")
    mains.report_read("dien")
    key.report_miss("khoa", "gone")
    assert reported == [
        ("input_no_answer", "/dev/ttyUSB0 unit 3", "no answer"),
        ("input_no_answer", "/dev/ttyUSB0 unit 3", "no answer"),
        ("input_no_answer", "/dev/ttyUSB0 unit 3", None),
        ("input_no_answer", "khoa", "gone"),
    ]


def test_a_device_of_its_own_is_called_by_the_name_in_the_settings() -> None:
    reported: list[str] = []
    wanted = [
        Sensor(name="tu", measures="temperature", profile="xy-md02", port="/dev/ttyUSB0", unit=1),
        Sensor(name="loa", measures="current", profile="ti-ina226", port="1-0040"),
    ]
    for device in share_devices(
        "sensor_no_answer", wanted, lambda _, who, __: reported.append(who)
    ):
        device.report_miss("x", "silent")
    assert reported == ["tu", "loa"]
