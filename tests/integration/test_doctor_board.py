"""Doctor asks ColorLight cards and pixel controllers who they are, over a real line."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

from drivers.codec import artnet, ddp
from drivers.frame_sink import PortReport
from drivers.led.card_search import find_lack, report_cards
from drivers.led.controller_search import report_controller
from drivers.profile.load import load_profile
from drivers.profile.model import BoardProfile, ColorLightSpec, PixelNetSpec, SinkSpec
from drivers.sim.sim_colorlight import ALL_FRAMES, OUTGOING, SimColorLight
from drivers.sim.sim_pixel_net import SimPixelNet
from tests.harness.network_namespace import Cable, cable

__all__ = ["cable"]
NOBODY = Path("/nonexistent")  # hands no sockets over
LINE = PortReport("near", "1000 Mbit/s")
PATIENT_S = 20.0  # for an answer that comes
SHORT_S = 0.05  # where none comes, or each card of a chain is asked until one is silent


@contextmanager
def serving(
    line: socket.socket, handle: Callable[[bytes, tuple[object, ...]], None]
) -> Iterator[None]:
    """Hand what comes to a simulated device, in a thread of its own."""
    line.settimeout(0.05)
    is_over = threading.Event()

    def serve() -> None:
        while not is_over.is_set():
            try:
                handle(*line.recvfrom(2048))
            except TimeoutError:
                continue

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()
        line.close()


def ask_wall(
    cable: Cable, wall: SimColorLight, wait_s: float, least: int = 0, receivers: int = 32
) -> PortReport:
    def listen() -> socket.socket:
        line = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ALL_FRAMES))
        line.bind(("far", 0))
        return line

    line = cable.run(listen)

    def handle(frame: bytes, address: tuple[object, ...]) -> None:
        answer = None if address[2] == OUTGOING else wall.handle(frame, 1.0)
        if answer is not None:
            line.send(answer)

    spec = ColorLightSpec(least_firmware=least)
    with serving(line, handle):
        return cable.run(lambda: report_cards(LINE, spec, wait_s, NOBODY, receivers))


def test_the_cards_of_a_chain_are_named_with_firmware_and_size(cable: Cable) -> None:
    wall = SimColorLight((512, 256))
    wall.receivers, wall.firmware = 32, (13, 4)  # as many as are asked: nobody is waited for
    found = ask_wall(cable, wall, PATIENT_S)
    assert found.shown.startswith("1000 Mbit/s; card 1: firmware 13.4, 512x256 px; card 2: ")
    assert found.shown.endswith("card 32: firmware 13.4, 512x256 px")
    assert not found.fault


def test_more_cards_than_the_settings_have_are_said(cable: Cable) -> None:
    wall = SimColorLight((512, 256))
    wall.receivers = 32
    found = ask_wall(cable, wall, PATIENT_S, receivers=2)
    assert found.shown.endswith("32 answer, `receivers` says 2: write 32")
    assert not found.fault


def test_the_first_card_that_is_missing_is_named_with_what_to_do() -> None:
    assert find_lack(2, 4) == (
        "E_SILENT: card 3 of 4 is silent, 2 answer: look at its power and the cable from card 2,"
        " or correct `receivers`"
    )
    assert find_lack(4, 4) == ""


def test_a_firmware_that_is_too_old_is_a_fault(cable: Cable) -> None:
    wall = SimColorLight((512, 256))
    wall.receivers = 32
    assert ask_wall(cable, wall, PATIENT_S, least=11).fault == (
        "E_FIRMWARE: card 1 of 32 has 10.2, needs 11"
    )


@pytest.mark.parametrize("fault", ["silent", "half", "another"])
def test_a_line_where_no_card_answers_is_a_fault(cable: Cable, fault: str) -> None:
    wall = SimColorLight((512, 256))
    wall.fault = fault
    found = ask_wall(cable, wall, SHORT_S)
    assert found.fault == "E_SILENT: near: 1000 Mbit/s, no card answers"


def find_sink(name: str, *, answers: bool) -> SinkSpec:
    profile = load_profile(name)
    assert isinstance(profile, BoardProfile)
    assert profile.sink is not None
    assert profile.sink.pixel_net is not None
    spec = msgspec.structs.replace(profile.sink.pixel_net, answers=answers)
    return msgspec.structs.replace(profile.sink, pixel_net=spec)


@pytest.mark.parametrize(
    ("name", "answers", "is_there", "shown", "fault"),
    [
        ("generic-ddp", True, True, "answers by ddp", ""),
        ("generic-ddp", True, False, "", "E_SILENT: 127.0.0.1 does not answer"),
        ("generic-ddp", False, True, "answers by ddp", ""),
        ("generic-ddp", False, False, "does not answer a question of ddp, as many do not", ""),
        ("generic-e1-31", False, False, "a way is there; e131 has no question to ask", ""),
    ],
)
def test_a_controller_is_asked(
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    answers: bool,  # noqa: FBT001 - a table's column
    is_there: bool,  # noqa: FBT001 - a table's column
    shown: str,
    fault: str,
) -> None:
    lamps = SimPixelNet("ddp", (4, 4), PixelNetSpec(answers=True))
    lamps.fault = None if is_there else "silent"
    line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    line.bind(("127.0.0.1", 0))
    monkeypatch.setattr(ddp, "PORT", line.getsockname()[1])

    def handle(datagram: bytes, sender: tuple[object, ...]) -> None:
        answer = lamps.handle(datagram)
        if answer is not None:
            line.sendto(answer, sender)

    with serving(line, handle):
        wait_s = PATIENT_S if is_there else SHORT_S
        found = report_controller("127.0.0.1", find_sink(name, answers=answers), wait_s)
    assert (found.shown, found.fault) == (shown, fault)


def test_nobody_at_the_port_of_a_controller_is_no_host(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    monkeypatch.setattr(ddp, "PORT", port)
    found = report_controller("127.0.0.1", find_sink("generic-ddp", answers=True), PATIENT_S)
    assert found.fault.startswith("E_NO_HOST: 127.0.0.1")


def test_art_net_is_not_asked_where_the_agent_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as agent:
        agent.bind(("", 0))
        monkeypatch.setattr(artnet, "PORT", agent.getsockname()[1])
        found = report_controller("127.0.0.1", find_sink("generic-art-net", answers=False))
    assert not found.fault
