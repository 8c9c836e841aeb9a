"""A sign with letters of its own: the driver at the simulated one, and behind the board process."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest
from pymodbus.client import ModbusTcpClient

from agent.contract.scene import Element, Scene
from agent.doctor.probes.sign import examine_sign
from agent.play import ipc
from agent.play.board.board_config import board_argv
from agent.play.ipc import BoardBeat, BoardReady, Shown, ShowScene
from agent.settings.model import Board
from drivers import sign_registry
from drivers.content_board.build_sign import SignOptions, build_sign
from drivers.content_board.sign import Sign, SignPicture
from drivers.errors import DeviceFault, DeviceUnreachable, UnsupportedFeature
from drivers.frame_sink import FacePlace
from drivers.profile.load import load_profile
from drivers.profile.model import BoardProfile
from drivers.registry import describe
from drivers.sim.sim_text_sign import SimTextSign, TextSignServer
from tests.harness.board_harness import STATION, Start, start

__all__ = ["start"]
SERVER = Path(__file__).with_name("modbus_server.py")
PATIENCE_S = 60.0
FACE = {"cong": FacePlace(width_px=256, height_px=96)}


def profile() -> BoardProfile:
    found = load_profile("generic-modbus-text")
    assert isinstance(found, BoardProfile)
    return found


@pytest.fixture
def server() -> Iterator[TextSignServer]:
    content = profile().content
    assert content is not None
    assert content.modbus_text is not None
    made = TextSignServer(SimTextSign(content.modbus_text), ("127.0.0.1", 0))
    thread = threading.Thread(target=made.serve_forever, args=(0.02,), name="text sign")
    thread.start()
    yield made
    made.shutdown()
    thread.join()
    made.server_close()


def path_of(server: TextSignServer) -> str:
    return f"tcp://127.0.0.1:{server.server_address[1]}"


def sign_at(server: TextSignServer) -> Sign:
    return build_sign(path_of(server), profile(), SignOptions(unit=7))


def saying(*texts: str, is_black: bool = False) -> SignPicture:
    return SignPicture("x.png", b"", "", (128, 32), is_black, texts)


def never() -> bool:
    return False


def test_lines_are_written_and_blank_lines_erase_them(server: TextSignServer) -> None:
    sign = sign_at(server)
    sign.show(saying("Triều cường", "16 giờ chiều"), never)
    assert server.sign.lines == ["Trieu cuong", "16 gio chieu"]
    sign.show(saying("Hết", is_black=True), never)
    assert server.sign.lines == ["", ""]
    sign.set_brightness(40)
    assert server.sign.registers[36] == 40
    sign.close()


def test_what_somebody_else_writes_is_seen_and_replaced(server: TextSignServer) -> None:
    sign = sign_at(server)
    sign.show(saying("Thông báo"), never)
    sign.set_brightness(40)
    assert sign.check() == ""
    server.sign.registers[1000] = 0x5858
    server.sign.registers[36] = 100
    assert sign.check() == "E_FOREIGN: line 1 says 'XXong bao'"
    assert server.sign.lines == ["Thong bao", ""]
    assert server.sign.registers[36] == 40
    sign.close()


def test_a_sign_that_reports_success_and_says_something_else_is_left_blank(
    server: TextSignServer,
) -> None:
    sign = sign_at(server)
    sign.show(saying("Thông báo"), never)
    server.sign.stuck.add(1000)  # the register reports success, and keeps two letters of its own
    server.sign.registers[1000] = 0x5858
    with pytest.raises(
        DeviceFault, match=r"E_FOREIGN: line 1 says 'XX.*; and it does not turn blank"
    ):
        sign.check()
    assert server.sign.lines == ["XX", ""]  # as blank as it lets itself be made
    server.sign.stuck.clear()
    sign.show(saying("Thông báo"), never)
    assert server.sign.lines == ["Thong bao", ""]
    sign.close()


def test_a_line_that_is_refused_leaves_no_half_of_a_notice(server: TextSignServer) -> None:
    sign = sign_at(server)
    held = server.sign.registers.pop(2015)  # the end of the second line
    with pytest.raises(DeviceFault, match="exception 2"):
        sign.show(saying("Nước lên", "chạy ngay"), never)
    server.sign.registers[2015] = held
    assert server.sign.lines == ["", ""]
    sign.close()


@pytest.mark.parametrize(("pct", "level"), [(300, 100), (-1, 0)])
def test_a_brightness_that_does_not_exist_is_the_nearest_one(
    server: TextSignServer, pct: int, level: int
) -> None:
    sign = sign_at(server)
    sign.set_brightness(pct)
    assert server.sign.registers[36] == level
    sign.close()


def test_what_the_sign_cannot_say_leaves_it_blank(server: TextSignServer) -> None:
    sign = sign_at(server)
    sign.show(saying("cũ"), never)
    with pytest.raises(DeviceFault, match=r"E_TEXT: .*no letter for"):
        sign.show(saying("ទឹក"), never)
    assert server.sign.lines == ["", ""]
    sign.close()


def test_a_text_longer_than_the_sign_is_said_page_after_page(server: TextSignServer) -> None:
    sign = sign_at(server)
    sign.show(
        saying("Nước lũ đang lên nhanh trên sông Cổ Chiên, bà con di dời ngay đến nhà xã"), never
    )
    seen = [list(server.sign.lines)]
    for _ in range(2):
        assert sign.check() == ""
        seen.append(list(server.sign.lines))
    assert seen[0] == ["Nuoc lu dang len nhanh tren song", "Co Chien, ba con di doi ngay den"]
    assert seen[1] == ["nha xa", ""]
    assert seen[2] == seen[0]
    server.sign.registers[1000] = 0x5858
    assert sign.check().startswith("E_FOREIGN: line 1 says")
    assert server.sign.lines == seen[0]
    sign.close()


def test_of_an_alarm_in_two_languages_the_one_is_said_that_the_sign_has_letters_for(
    server: TextSignServer,
) -> None:
    sign = sign_at(server)
    sign.show(saying("Lũ về, di dời ngay", "ទឹកជំនន់កំពុងឡើង"), never)
    assert server.sign.lines == ["Lu ve, di doi ngay", ""]
    sign.close()


def test_a_sign_without_these_registers_is_a_fault_of_the_profile(server: TextSignServer) -> None:
    del server.sign.registers[2000]
    sign = sign_at(server)
    with pytest.raises(DeviceFault, match="exception 2: wrong map"):
        sign.show(saying("a"), never)
    sign.close()


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks by the profile's name waits as long as a starved machine needs."""
    timings = msgspec.structs.replace(profile().timings, timeout_ms=10_000)
    known = msgspec.structs.replace(describe("generic-modbus-text").file, timings=timings)
    monkeypatch.setattr(sign_registry, "describe", lambda _: SimpleNamespace(file=known))


def board_at(server: TextSignServer, **options: int) -> Board:
    return Board(profile="generic-modbus-text", path=path_of(server), options=options)


@pytest.mark.usefixtures("patient")
def test_doctor_reads_a_sign_over_its_map_and_changes_nothing(server: TextSignServer) -> None:
    sign = sign_at(server)
    sign.show(saying("Thông báo"), never)
    sign.close()
    before = dict(server.sign.registers)
    found = asyncio.run(examine_sign("cong", board_at(server, unit=7)))
    assert (found.state, found.args[0]) == ("good", "cong")
    assert found.args[1] == (
        "unit 7, 2 lines: 32 characters 'Thong bao', 32 characters '', brightness 100 of 0..100"
    )
    assert server.sign.registers == before


@pytest.mark.usefixtures("patient")
async def test_doctor_tells_a_sign_that_refuses_from_one_that_is_silent(
    server: TextSignServer,
) -> None:
    del server.sign.registers[2000]
    found = await examine_sign("cong", board_at(server))
    assert (found.state, found.code) == ("fault", "sign_refuses")
    assert "Modbus exception 2" in found.detail
    assert found.text("vi")
    assert found.step("vi")
    with pytest.raises(DeviceUnreachable, match="E_NO_HOST"):
        await examine_sign("cong", Board(profile="generic-modbus-text", path="tcp://127.0.0.1:1"))
    with pytest.raises(UnsupportedFeature, match="speed"):
        await examine_sign("cong", board_at(server, speed=9600))


def test_nobody_at_the_address_and_no_address_are_said() -> None:
    with pytest.raises(DeviceUnreachable, match="E_NO_HOST"):
        build_sign("tcp://127.0.0.1:1", profile()).blank()
    with pytest.raises(UnsupportedFeature, match="E_ADDRESS"):
        build_sign("127.0.0.1", profile())


def test_a_server_of_others_takes_lines_and_brightness() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    argv = [sys.executable, str(SERVER), "tcp", str(port)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE) as peer:
        assert peer.stdout is not None
        peer.stdout.readline()
        sign = build_sign(f"tcp://127.0.0.1:{port}", profile(), SignOptions(unit=9))
        sign.show(saying("Thông báo"), never)
        sign.set_brightness(40)
        assert sign.check() == ""
        sign.close()
        with ModbusTcpClient("127.0.0.1", port=port) as other:
            line = other.read_holding_registers(1000, count=5, device_id=9).registers
            level = other.read_holding_registers(36, count=1, device_id=9).registers
        peer.terminate()
    assert b"".join(one.to_bytes(2, "big") for one in line) == b"Thong bao "
    assert level == [40]


def until(condition: Callable[[], bool]) -> None:
    limit_s = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < limit_s
        time.sleep(0.02)


def test_the_board_process_has_the_sign_say_a_scenes_texts(
    server: TextSignServer, start: Start
) -> None:
    child = start(argv=board_argv(STATION, "generic-modbus-text", path_of(server), FACE))
    assert isinstance(child.next(), BoardReady)
    scene = Scene(
        [
            Element("clock", [0, 0, 1000, 300]),
            Element("text", [0, 600, 1000, 300], text="tại {station}"),
            Element("text", [0, 300, 1000, 300], text="Họp dân", ticker_ms=6000),
        ],
        60_000,
    )
    child.tell(ShowScene("s1", scene, ["cong"], {}, time.monotonic() + 3600))
    assert isinstance(child.next(), Shown)
    until(lambda: server.sign.lines == ["Hop dan", f"tai {STATION}"])
    while not isinstance(event := child.hear(), BoardBeat):
        pass
    assert event.faults == {}
    child.tell(ipc.Test("grid"))  # a technician sees at once whether the map is right
    until(lambda: server.sign.lines == ["cong", "0123456789 ABC abc"])
    child.end.close()
    until(lambda: server.sign.lines == ["", ""])
