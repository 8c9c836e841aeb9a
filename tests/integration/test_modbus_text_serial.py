"""A sign with letters of its own on a serial line: the driver, the confined courier, a peer."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
import threading
import time
import tty
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from pymodbus.client import ModbusSerialClient

from agent.contract.scene import Element, Scene
from agent.play.board.board_config import board_argv
from agent.play.ipc import BoardBeat, BoardReady, Brightness, Shown, ShowScene
from drivers.content_board.build_sign import SignOptions, build_sign
from drivers.content_board.sign import Sign, SignPicture
from drivers.content_board.sign_report import report_sign
from drivers.errors import DeviceTimeout, DeviceUnreachable, DriverError
from drivers.frame_sink import FacePlace
from drivers.profile.load import load_profile
from drivers.profile.model import BoardProfile
from drivers.sim.sim_modbus_device import compute_crc
from drivers.sim.sim_serial_bus import SimSerialBus, build_device
from drivers.sim.sim_text_sign import SerialTextSign
from tests.harness.board_harness import STATION, Start, start

__all__ = ["start"]
SERVER = Path(__file__).with_name("modbus_server.py")
PROFILE = "generic-modbus-text"
UNIT = 7
PATIENCE_S = 60.0
FACE = {"cong": FacePlace(width_px=256, height_px=96)}


class Line:
    """A serial line with the simulated sign on it, on a thread of its own."""

    def __init__(self, path: Path) -> None:
        device = build_device(load_profile(PROFILE), UNIT)
        assert isinstance(device, SerialTextSign)
        self.device = device
        self.sign = device.sign
        self.path = path
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="line")
        self._thread.start()
        self.bus = SimSerialBus(path, [device])
        self.run(self.bus.plug())

    def run(self, step: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(step, self._loop).result(PATIENCE_S)

    def close(self) -> None:
        self.run(self.bus.unplug())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    made = Line(tmp_path / "by-path")
    yield made
    made.close()


@pytest.fixture
def sign(line: Line) -> Iterator[Sign]:
    made = sign_on(line)
    yield made
    made.close()


def sign_on(line: Line, timeout_ms: int = 10_000) -> Sign:
    return build_sign(str(line.path), waiting(timeout_ms), SignOptions(unit=UNIT))


def waiting(timeout_ms: int) -> BoardProfile:
    """The profile, with another time until an answer."""
    profile = load_profile(PROFILE)
    assert isinstance(profile, BoardProfile)
    timings = msgspec.structs.replace(profile.timings, timeout_ms=timeout_ms)
    return msgspec.structs.replace(profile, timings=timings)


@contextlib.contextmanager
def hasty(line: Line) -> Iterator[Sign]:
    """The same sign for an answer that is waited for in vain."""
    made = sign_on(line, 100)
    yield made
    made.close()


def saying(*texts: str, is_black: bool = False) -> SignPicture:
    return SignPicture("x.png", b"", "", (128, 32), is_black, texts)


def never() -> bool:
    return False


def until(condition: Callable[[], bool]) -> None:
    limit_s = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < limit_s
        time.sleep(0.02)


def test_lines_and_brightness_go_over_the_line_and_are_read_back(line: Line, sign: Sign) -> None:
    sign.show(saying("Triều cường", "16 giờ chiều"), never)
    assert line.sign.lines == ["Trieu cuong", "16 gio chieu"]
    sign.set_brightness(40)
    assert line.sign.registers[36] == 40
    line.sign.registers[1000] = 0x5858
    assert sign.check() == "E_FOREIGN: line 1 says 'XXieu cuong'"
    assert line.sign.lines[0] == "Trieu cuong"
    sign.blank()
    assert line.sign.lines == ["", ""]


def test_doctor_asks_the_unit_on_the_line_and_another_one_is_silent(line: Line, sign: Sign) -> None:
    sign.show(saying("Triều cường"), never)
    sign.close()
    found = report_sign(str(line.path), waiting(10_000), {"unit": UNIT, "baud": 9600})
    assert found is not None
    assert found.shown.startswith("unit 7, 2 lines: 32 characters 'Trieu cuong'")
    with pytest.raises(DeviceTimeout):
        report_sign(str(line.path), waiting(100), {"unit": UNIT + 1})


# to the first request, a write of 16 registers at 1000: the answer that would be right is
# 07 10 03E8 0010 and its checksum
RIGHT = bytes.fromhex("07 10 03 E8 00 10")


@pytest.mark.parametrize(
    "noise",
    [
        RIGHT + bytes(2),  # a wrong checksum
        (RIGHT + compute_crc(RIGHT))[:4],  # half a reply
        bytes([8]) + RIGHT[1:] + compute_crc(bytes([8]) + RIGHT[1:]),  # another sign's answer
    ],
    ids=["checksum", "half", "another"],
)
def test_an_answer_that_is_none_is_a_fault_and_the_next_one_counts(
    line: Line, sign: Sign, noise: bytes
) -> None:
    line.bus.noise = noise
    with hasty(line) as other, pytest.raises(DriverError):
        other.show(saying("a"), never)
    line.bus.noise = None
    sign.show(saying("b"), never)
    assert line.sign.lines == ["b", ""]


def test_a_mute_sign_and_a_pulled_port_are_said_and_it_comes_back(line: Line, sign: Sign) -> None:
    line.bus.mute.add(line.device)
    with hasty(line) as other, pytest.raises(DeviceTimeout):
        other.show(saying("b"), never)
    line.bus.mute.clear()
    sign.show(saying("a"), never)
    line.run(line.bus.unplug())
    with pytest.raises(DriverError):  # the open port is dead
        sign.blank()
    with pytest.raises(DeviceUnreachable, match="E_NO_HOST"):
        sign.blank()
    line.run(line.bus.plug())
    sign.show(saying("c"), never)
    assert line.sign.lines == ["c", ""]


@pytest.mark.long
def test_behind_the_confined_board_a_port_that_comes_back_begins_anew(
    line: Line, start: Start
) -> None:
    argv = board_argv(STATION, PROFILE, str(line.path), FACE, options={"unit": UNIT})
    shown = Scene([Element("text", [0, 0, 1000, 1000], text="Họp dân")], 60_000)
    for attempt in range(2):
        child = start(argv=argv)
        assert isinstance(child.next(), BoardReady)
        child.tell(ShowScene("s1", shown, ["cong"], {}, time.monotonic() + 3600))
        assert isinstance(child.next(), Shown)
        until(lambda: line.sign.lines == ["Hop dan", ""])
        if attempt:
            break
        line.run(line.bus.unplug())
        taken = os.openpty()  # the port comes back as another one
        line.run(line.bus.plug())
        child.tell(Brightness(50))  # the next look is now, not in ten seconds
        while (event := child.hear()) is not None:
            assert isinstance(event, BoardBeat) or "courier is gone" in repr(event)
        for end in taken:
            os.close(end)
    child.end.close()
    until(lambda: line.sign.lines == ["", ""])


@pytest.mark.long
def test_a_server_of_others_on_a_serial_line_takes_lines_and_brightness() -> None:
    (near, near_port), (far, far_port) = os.openpty(), os.openpty()
    for port in (near_port, far_port):
        tty.setraw(port)
    cable = threading.Thread(target=_join, args=(near, far), name="cable", daemon=True)
    cable.start()
    argv = [sys.executable, str(SERVER), "rtu", os.ttyname(far_port)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE) as peer:
        assert peer.stdout is not None
        peer.stdout.readline()
        path = os.ttyname(near_port)
        profile = load_profile(PROFILE)
        assert isinstance(profile, BoardProfile)
        sign = build_sign(path, profile, SignOptions(unit=9))
        sign.show(saying("Thông báo"), never)
        sign.set_brightness(40)
        assert sign.check() == ""
        sign.close()
        with ModbusSerialClient(path, baudrate=9600) as other:
            row = other.read_holding_registers(1000, count=5, device_id=9).registers
            level = other.read_holding_registers(36, count=1, device_id=9).registers
        peer.terminate()
    assert b"".join(one.to_bytes(2, "big") for one in row) == b"Thong bao "
    assert level == [40]


def _join(near: int, far: int) -> None:
    """Carry bytes both ways until the process ends."""
    back = threading.Thread(target=_carry, args=(far, near), daemon=True)
    back.start()
    _carry(near, far)


def _carry(source: int, target: int) -> None:
    while True:
        os.write(target, os.read(source, 1024))
