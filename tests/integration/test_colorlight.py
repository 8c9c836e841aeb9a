"""ColorLight's frames over a real interface into the simulated cards; everything but the cards."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator

import msgspec
import pytest

from agent.play import ipc
from agent.play.board.board_config import board_argv
from agent.play.ipc import BoardReady
from drivers.codec import colorlight
from drivers.errors import DeviceUnreachable, UnsupportedFeature
from drivers.frame_sink import FacePlace, Frame
from drivers.led import colorlight_board
from drivers.led.colorlight_board import ColorLightBoard
from drivers.profile.load import load_profile
from drivers.profile.model import BoardProfile, ColorLightSpec
from drivers.sim.sim_colorlight import ALL_FRAMES, OUTGOING, SimColorLight
from tests.harness.board_harness import STATION, Start, start
from tests.harness.network_namespace import Cable, cable

__all__ = ["cable", "start"]

PATIENCE_S = 60.0
WALL = (600, 8)  # wider than one frame
FACES = {
    "front": FacePlace(width_px=500, height_px=8),
    "back": FacePlace(width_px=100, height_px=4, x_px=500, y_px=4),
}


def noise(face: str, seed: int) -> bytes:
    size = FACES[face].width_px * FACES[face].height_px * 3
    return bytes((n * 31 + seed * 7 + n // 253) % 256 for n in range(size))


def compose(**frames: bytes) -> bytes:
    """The wall's pixels with these faces."""
    wall = bytearray(WALL[0] * WALL[1] * 3)
    for face, pixels in frames.items():
        place = FACES[face]
        for y in range(place.height_px):
            at = ((place.y_px + y) * WALL[0] + place.x_px) * 3
            row = place.width_px * 3
            wall[at : at + row] = pixels[y * row : (y + 1) * row]
    return bytes(wall)


class Bench:
    """A board at one end of a cable, the cards at the other; `now_s` is the cards' time."""

    def __init__(self, cable: Cable) -> None:
        self.cable = cable
        self.wall = SimColorLight(WALL)
        self.types: list[int] = []
        self.now_s = 100.0
        self._listen()

    def _listen(self) -> None:
        self.line = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ALL_FRAMES))
        self.line.bind(("far", 0))
        self.line.settimeout(0)

    def open(self, **options: object) -> ColorLightBoard:
        profile = load_profile("colorlight-5a-75")
        assert isinstance(profile, BoardProfile)
        assert profile.sink is not None
        changed = {"show_delay_ms": 0.0} | options
        spec = msgspec.structs.replace(profile.sink.colorlight or ColorLightSpec(), **changed)
        sink = msgspec.structs.replace(profile.sink, colorlight=spec)
        self.board = ColorLightBoard("near", msgspec.structs.replace(profile, sink=sink), 1000.0)
        self.board.open(FACES)
        return self.board

    def carry(self) -> None:
        """What has come reaches the cards, and their answers go back."""
        while True:
            try:
                frame, address = self.line.recvfrom(2048)
            except OSError:  # nothing more, or the adapter is gone
                return
            if address[2] == OUTGOING:
                continue
            self.types.append(frame[12])
            answer = self.wall.handle(frame, self.now_s)
            if answer is not None:
                self.line.send(answer)

    def until(self, is_so: Callable[[], bool]) -> None:
        """Carry frames until something is so: the kernel delivers them when it has time."""
        until_mono_s = time.monotonic() + PATIENCE_S
        self.carry()
        while not is_so():
            assert time.monotonic() < until_mono_s, "not in time"
            time.sleep(0.02)
            self.carry()

    def until_shown(self, **frames: bytes) -> None:
        self.until(lambda: self.wall.shown == compose(**frames))

    def until_told(self, fault: str) -> None:
        """The kernel tells of a cable up to a second later."""
        wanted = dict.fromkeys(FACES, fault) if fault else {}
        self.until(lambda: self.board.find_faults() == wanted)

    def replug(self) -> None:
        self.line.close()
        self.cable.plug()
        self._listen()


@pytest.fixture
def bench(cable: Cable, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    for name in ("REFRESH_S", "ASK_S"):
        monkeypatch.setattr(colorlight_board, name, 0.0)
    made = cable.run(lambda: Bench(cable))
    yield made
    made.line.close()
    if hasattr(made, "board"):
        made.board._line.close()


def test_every_pixel_of_two_faces_is_at_its_place(bench: Bench) -> None:
    def body() -> None:
        board = bench.open()
        front, back = noise("front", 1), noise("back", 2)
        board.present({"front": Frame(front), "back": Frame(back)})
        bench.until_shown(front=front, back=back)
        assert bench.wall.broken == 0
        # a frame: brightness, the rows in order, show; 500 pixels are two pieces
        assert bench.types[-22:] == [0x0A, *[0x55] * 20, 0x01]
        board.present({"back": Frame(front[: len(back)])})
        bench.until_shown(front=front, back=front[: len(back)])
        board.close()
        bench.until_shown()

    bench.cable.run(body)


def test_a_lost_frame_heals_by_the_next_refresh(bench: Bench) -> None:
    def body() -> None:
        board = bench.open()
        front = noise("front", 1)
        board.present({"front": Frame(front)})
        bench.until_shown(front=front)
        bench.wall.cut_power(bench.now_s)
        assert not any(bench.wall.shown)
        assert board.find_faults() == {}
        bench.until_shown(front=front)

    bench.cable.run(body)


def test_a_firmware_that_wants_everything_twice_gets_it(bench: Bench) -> None:
    def body() -> None:
        bench.wall.firmware = (13, 4)
        board = bench.open()
        bench.carry()
        assert bench.wall.pictures == 0
        bench.until(lambda: not board.find_faults() and board._cards.newest_firmware == 13)
        front = noise("front", 5)
        board.present({"front": Frame(front)})
        bench.until_shown(front=front)
        assert bench.types[-24:] == [0x0A] * 2 + [0x55] * 20 + [0x01] * 2

    bench.cable.run(body)


@pytest.mark.parametrize(
    ("options", "shown", "level"),
    [
        ({}, bytes([200, 100, 50]), 51),
        ({"color_order": "bgr"}, bytes([50, 100, 200]), 51),
        ({"dimmed_by": "pixels"}, bytes([40, 20, 10]), 255),
    ],
)
def test_colours_and_brightness_are_as_the_profile_says(
    bench: Bench, options: dict[str, object], shown: bytes, level: int
) -> None:
    def body() -> None:
        board = bench.open(**options)
        pixels = FACES["back"].width_px * FACES["back"].height_px
        board.present({"back": Frame(bytes([200, 100, 50]) * pixels)})
        board.set_brightness(20)
        board.present({})
        expected = (compose(back=shown * pixels), level)
        bench.until(lambda: (bench.wall.shown, bench.wall.level) == expected)

    bench.cable.run(body)


def test_a_card_that_is_off_a_pulled_adapter_and_their_return(bench: Bench) -> None:
    def body() -> None:
        board = bench.open()
        front = noise("front", 3)
        bench.cable.set_carrier(is_on=False)
        bench.until_told("E_LINK: near: no cable, or the card is off")
        board.present({"front": Frame(front)})
        bench.cable.set_carrier(is_on=True)
        bench.until_told("")
        bench.cable.pull_adapter()
        bench.until_told("E_NO_CARD: near is gone")
        board.present({"front": Frame(front)})
        bench.replug()
        bench.until_told("")
        board.present({})
        bench.until_shown(front=front)

    bench.cable.run(body)


@pytest.mark.parametrize(
    ("fault", "options", "told"),
    [
        ("silent", {}, "E_SILENT: near: card 1 of 1 does not answer"),
        ("half", {}, "E_SILENT: near: card 1 of 1 does not answer"),
        ("another", {}, "E_SILENT: near: card 1 of 1 does not answer"),
        (None, {"least_firmware": 11}, "E_FIRMWARE: card 1 of 1 has 10.2, needs 11"),
        (None, {"least_mbit": 10_001}, "E_SPEED: near: 10000 Mbit/s, needs 10001"),
    ],
)
def test_what_is_wrong_with_cards_and_line_is_told_and_ends(
    bench: Bench, fault: str | None, options: dict[str, object], told: str
) -> None:
    def body() -> None:
        bench.open(**options)
        bench.wall.fault = fault
        bench.until_told(told)
        if fault is not None:
            bench.wall.fault = None
            bench.until_told("")

    bench.cable.run(body)


def test_what_the_board_cannot_be_is_refused_before_a_frame_goes_out(bench: Bench) -> None:
    def refuse(code: Callable[[], object], match: str) -> None:
        with pytest.raises((UnsupportedFeature, DeviceUnreachable, ValueError), match=match):
            code()

    def body() -> None:
        board = bench.open()
        refuse(lambda: board.set_brightness(300), "300 % is no brightness")
        refuse(lambda: board.present({"side": Frame(b"")}), "no such face")
        refuse(lambda: board.present({"back": Frame(b"123")}), "3 bytes are no 100x4 frame")
        profile = load_profile("colorlight-5a-75")
        assert isinstance(profile, BoardProfile)
        other = ColorLightBoard("near9", profile, 60.0)
        refuse(lambda: other.open(FACES), "E_NO_CARD")
        large = {"front": FacePlace(width_px=1600, height_px=1000)}
        refuse(lambda: ColorLightBoard("near", profile, 60.0).open(large), "E_SIZE: 1600000 pixels")
        twice = {"front": FACES["front"], "back": FACES["front"]}
        refuse(lambda: ColorLightBoard("near", profile, 60.0).open(twice), "E_OVERLAP: back")

    bench.cable.run(body)


def test_the_types_that_write_configuration_are_never_sent(bench: Bench) -> None:
    def body() -> None:
        board = bench.open()
        for n in range(3):
            board.present({"front": Frame(noise("front", n))})
            board.find_faults()
        known = {colorlight.SHOW, colorlight.BRIGHTNESS, colorlight.ROW, colorlight.DISCOVER}
        bench.until(lambda: set(bench.types) >= known)
        assert set(bench.types) == known

    bench.cable.run(body)


def test_the_confined_process_of_a_board_drives_the_wall_and_starts_it_black(
    bench: Bench, start: Start
) -> None:
    argv = board_argv(STATION, "colorlight-5a-75", "near", FACES, options={"rate_hz": 50})
    white = {
        name: b"\xff" * (place.width_px * place.height_px * 3) for name, place in FACES.items()
    }

    def body() -> None:
        child = start(argv=argv)
        assert child.next() == BoardReady(list(FACES))
        child.tell(ipc.Test("white"))
        bench.until_shown(**white)
        bench.wall.firmware = (14, 0)  # asked for within the confinement
        bench.until(lambda: bench.types[-2:] == [0x01, 0x01])
        child.process.kill()
        child.process.wait()
        bench.carry()
        bench.wall.firmware = (10, 2)
        assert bench.wall.shown == compose(**white)  # a card keeps what it was sent
        start(argv=argv)
        bench.until_shown()

    bench.cable.run(body)
