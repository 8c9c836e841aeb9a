"""Pixel networks over real UDP into the simulated controllers; everything but the controllers."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator

import msgspec
import pytest

from agent.play import ipc
from agent.play.board.board_config import board_argv
from agent.play.ipc import BoardReady
from drivers.codec import artnet, ddp, e131
from drivers.errors import DeviceUnreachable, UnsupportedFeature
from drivers.frame_sink import FacePlace, Frame
from drivers.led import pixel_net
from drivers.led.pixel_net import PixelNetBoard
from drivers.profile.load import load_profile
from drivers.profile.model import BoardProfile, PixelNetSpec
from drivers.sim.sim_pixel_net import SimPixelNet
from tests.harness.board_harness import STATION, Start, start

__all__ = ["start"]

NAMES = {"ddp": "generic-ddp", "e131": "generic-e1-31", "artnet": "generic-art-net"}
PROTOCOLS = list(NAMES)
PATIENCE_S = 60.0
MARK = b"that was all"
LAMPS = (601, 3)  # more than one datagram, and more than one universe, of which the last is odd
FACES = {
    "front": FacePlace(width_px=500, height_px=3),
    "back": FacePlace(width_px=101, height_px=2, x_px=500, y_px=1),
}


def build_profile(protocol: str, **changed: object) -> BoardProfile:
    profile = load_profile(NAMES[protocol])
    assert isinstance(profile, BoardProfile)
    assert profile.sink is not None
    assert profile.sink.pixel_net is not None
    spec = msgspec.structs.replace(profile.sink.pixel_net, answers=False)
    spec = msgspec.structs.replace(spec, **changed)
    sink = msgspec.structs.replace(profile.sink, pixel_net=spec)
    return msgspec.structs.replace(profile, sink=sink)


class Bench:
    """A controller at a port of this machine, and the board that feeds it."""

    def __init__(self) -> None:
        self.line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.line.bind(("127.0.0.1", 0))
        self.line.settimeout(PATIENCE_S)
        self.sent: list[bytes] = []

    def open(self, protocol: str, **changed: object) -> PixelNetBoard:
        profile = build_profile(protocol, **changed)
        assert profile.sink is not None
        self.lamps = SimPixelNet(protocol, LAMPS, profile.sink.pixel_net or PixelNetSpec())
        path = f"127.0.0.1:{self.line.getsockname()[1]}"
        self.board = PixelNetBoard(path, profile, 1000.0)
        self.board.open(FACES)
        return self.board

    def carry(self) -> None:
        """What the board has sent reaches the controller, and its answers go back."""
        self.board._line.send(MARK)
        while True:
            datagram, sender = self.line.recvfrom(2048)
            if datagram == MARK:
                return
            self.sent.append(datagram)
            answer = self.lamps.handle(datagram)
            if answer is not None:
                self.line.sendto(answer, sender)

    def leave(self) -> None:
        """Nobody is at the port any more."""
        self.address = self.line.getsockname()
        self.line.close()

    def come_back(self) -> None:
        self.line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.line.bind(self.address)
        self.line.settimeout(PATIENCE_S)


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench()
    yield made
    made.line.close()
    made.board.close()


def noise(face: str, seed: int = 1) -> bytes:
    size = FACES[face].width_px * FACES[face].height_px * 3
    return bytes((n * 31 + seed * 7 + n // 253) % 256 for n in range(size))


def compose(**frames: bytes) -> bytes:
    """The lamps with these faces."""
    lamps = bytearray(LAMPS[0] * LAMPS[1] * 3)
    for face, pixels in frames.items():
        place = FACES[face]
        for y in range(place.height_px):
            at = ((place.y_px + y) * LAMPS[0] + place.x_px) * 3
            row = place.width_px * 3
            lamps[at : at + row] = pixels[y * row : (y + 1) * row]
    return bytes(lamps)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_controller_shows_the_faces_at_their_places_and_black_after_the_end(
    bench: Bench, protocol: str
) -> None:
    board = bench.open(protocol)
    bench.carry()
    assert bench.lamps.pictures >= 1
    frames = {face: noise(face) for face in FACES}
    board.present({face: Frame(pixels) for face, pixels in frames.items()})
    bench.carry()
    assert bench.lamps.shown == compose(**frames)
    board.present({"back": Frame(noise("back", 2))})
    bench.carry()
    assert bench.lamps.shown == compose(front=frames["front"], back=noise("back", 2))
    board.close()
    while any(bench.lamps.shown):
        bench.lamps.handle(bench.line.recv(2048))
    bench.open(protocol)  # the fixture closes it


@pytest.mark.parametrize("protocol", ["e131", "artnet"])
@pytest.mark.parametrize("row_begins_universe", [False, True])
def test_universes_begin_where_the_profile_says(
    bench: Bench, protocol: str, *, row_begins_universe: bool
) -> None:
    board = bench.open(
        protocol,
        row_begins_universe=row_begins_universe,
        first_universe=300,
        pixels_per_universe=128,
    )
    board.present({"front": Frame(noise("front"))})
    bench.carry()
    assert bench.lamps.shown == compose(front=noise("front"))
    parse = {"e131": e131.parse_data, "artnet": artnet.parse_data}[protocol]
    universes = {found[0] for one in bench.sent if (found := parse(one)) is not None}
    # by hand: ceil(601 * 3 / 128) = 15, or ceil(601 / 128) = 5 a row
    assert universes == set(range(300, 315))


def test_every_second_row_runs_backward_where_the_strip_does(bench: Bench) -> None:
    board = bench.open("ddp", serpentine=True)
    frames = {face: noise(face) for face in FACES}
    board.present({face: Frame(pixels) for face, pixels in frames.items()})
    bench.carry()
    straight, row = compose(**frames), LAMPS[0] * 3
    middle = [straight[row + at : row + at + 3] for at in range(0, row, 3)]
    want = straight[:row] + b"".join(reversed(middle)) + straight[2 * row :]
    assert bench.lamps.shown == want


def test_colours_go_out_in_the_profiles_order_and_dimmed(bench: Bench) -> None:
    board = bench.open("ddp", color_order="grb")
    board.set_brightness(50)
    board.present({"front": Frame(bytes([200, 100, 50]) * 1500)})
    bench.carry()
    # 127.5 of 255 is rounded to 128 by Python's own rule: 200, 100 and 50 become 100, 50 and 25
    assert bench.lamps.shown[:3] == bytes([50, 100, 25])


def test_ddp_counts_datagrams_from_1_to_15(bench: Bench) -> None:
    board = bench.open("ddp")
    for _ in range(5):
        board.present({})
    bench.carry()
    numbers = [one[ddp.SEQUENCE_AT] for one in bench.sent]
    assert len(numbers) == 6 * 4  # 5409 bytes in pieces of 1440
    assert numbers == [n % 15 + 1 for n in range(len(numbers))]


def test_e131_counts_pictures_in_each_universe(bench: Bench) -> None:
    board = bench.open("e131")
    board.present({})
    bench.carry()
    data = [one[e131.SEQUENCE_AT] for one in bench.sent if e131.parse_data(one)]
    syncs = [one[e131.SYNC_SEQUENCE_AT] for one in bench.sent if e131.parse_sync(one)]
    assert data == [0] * 11 + [1] * 11
    assert syncs == [0, 1]


def test_universes_wait_for_synchronization_unless_the_profile_has_none(bench: Bench) -> None:
    bench.open("e131")
    bench.carry()
    assert bench.lamps.pictures == 1
    assert [e131.parse_sync(one) for one in bench.sent[-1:]] == [63_999]


def test_without_a_synchronization_address_universes_are_shown_as_they_come(bench: Bench) -> None:
    bench.open("e131", sync_universe=0)
    bench.carry()
    assert bench.lamps.pictures == 11
    assert not any(map(e131.parse_sync, bench.sent))


def test_a_controller_that_nobody_is_at_is_a_fault_until_it_is_back(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pixel_net, "HEALED_S", 1e9)
    monkeypatch.setattr(pixel_net, "REFRESH_S", 0.0)
    board = bench.open("ddp")
    bench.leave()
    while not (found := board.find_faults()):
        pass
    assert found["front"].startswith("E_NO_HOST: 127.0.0.1")
    assert found.keys() == FACES.keys()
    bench.come_back()
    monkeypatch.setattr(pixel_net, "HEALED_S", -1.0)
    while board.find_faults():
        pass
    board.present({"front": Frame(noise("front"))})
    bench.carry()
    assert bench.lamps.shown == compose(front=noise("front"))


def test_a_controller_that_should_answer_and_does_not_is_a_fault(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pixel_net, "ASK_S", 0.0)
    board = bench.open("ddp", answers=True)
    bench.lamps.fault = "silent"
    for _ in range(4):
        found = board.find_faults()
        bench.carry()
    assert found["front"].startswith("E_SILENT")
    bench.lamps.fault = None
    while board.find_faults():
        bench.carry()


@pytest.mark.parametrize(
    ("path", "code"), [("no address", "E_ADDRESS"), ("multicast", "E_ADDRESS"), ("", "E_ADDRESS")]
)
def test_an_address_that_is_none_is_refused(path: str, code: str) -> None:
    with pytest.raises(UnsupportedFeature, match=code):
        PixelNetBoard(path, build_profile("ddp"), 30.0)


@pytest.mark.parametrize(
    "act",
    [
        lambda board: board.open({"front": FacePlace(width_px=2000, height_px=2000)}),
        lambda board: board.open({**FACES, "third": FacePlace(width_px=9, height_px=9)}),
    ],
)
def test_faces_that_no_controller_takes_are_refused(act: Callable[[PixelNetBoard], None]) -> None:
    with pytest.raises(UnsupportedFeature, match=r"E_SIZE|E_OVERLAP"):
        act(PixelNetBoard("127.0.0.1", build_profile("ddp"), 30.0))


def test_the_confined_board_process_sends_pixels(bench: Bench, start: Start) -> None:
    bench.board = PixelNetBoard("127.0.0.1", build_profile("ddp"), 30.0)
    bench.board.open(FACES)  # for the fixture, which closes it
    lamps = SimPixelNet("ddp", (96, 48), PixelNetSpec())
    path = f"127.0.0.1:{bench.line.getsockname()[1]}"
    face = {"mat-truoc": FacePlace(width_px=96, height_px=48)}
    argv = board_argv(STATION, "generic-ddp", path, face, options={"rate_hz": 30})
    child = start(argv=argv)
    assert isinstance(child.next(), BoardReady)
    child.tell(ipc.Test("white"))
    while lamps.shown != b"\xff" * len(lamps.shown):
        lamps.handle(bench.line.recv(2048))


def test_a_source_address_that_this_box_has_not_is_an_error() -> None:
    board = PixelNetBoard("127.0.0.1", build_profile("ddp"), 30.0, source="192.0.2.7")
    with pytest.raises(DeviceUnreachable, match="E_NO_HOST"):
        board.open(FACES)
