"""A face shows its standby picture whenever nothing else is on it, and keeps it drawn."""

from __future__ import annotations

import select
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field

import msgspec
import pytest

from agent.clock import mono_s
from agent.contract.scene import Element, Scene
from agent.play.board import scene_renderer
from agent.play.board.board_config import BoardConfig
from agent.play.board.board_process import BoardProcess
from agent.play.board.board_start import _leave
from agent.play.board.scene_budget import SceneBudget
from agent.play.ipc import (
    AGENT_LIMIT_S,
    AgentLost,
    Alive,
    Blank,
    BoardBeat,
    BoardCommand,
    BoardEvent,
    Shown,
    ShowScene,
    Standby,
    StandbyReady,
    WorkerFault,
)
from drivers.frame_sink import FacePlace
from tests.fakes.frame_sink import FakeSink

ROOMY = SceneBudget(memory_bytes=1 << 32)  # a test's process is larger than a board's
FACES = ("mat-truoc", "mat-sau")
GREEN, WHITE = "#00ff00", "#ffffff"
GREEN_PIXEL, WHITE_PIXEL, BLACK_PIXEL = b"\0\xff\0", b"\xff\xff\xff", b"\0\0\0"


def show(id_: str, colour: str, faces: tuple[str, ...] = FACES, **more: object) -> ShowScene:
    element = Element("text", [0, 0, 1000, 1000], text=".", colour=colour, background=colour)
    scene = ShowScene(id_, Scene([element], 60_000), list(faces), {}, mono_s() + 60)
    return msgspec.structs.replace(scene, **more)


@dataclass
class Bench:
    board: BoardProcess
    sink: FakeSink
    agent: socket.socket
    heard: list[BoardEvent] = field(default_factory=list)

    def tell(self, command: BoardCommand) -> None:
        self.agent.send(msgspec.json.encode(command))
        self.board.step()

    def hear(self) -> BoardEvent:
        """The next event that is no beat."""
        while not self.heard:
            self.board.step()
            self.heard += [one for one in drain(self.agent) if not isinstance(one, BoardBeat)]
        return self.heard.pop(0)

    def keep(self, *pictures: ShowScene) -> None:
        self.tell(Standby(list(pictures)))
        for picture in pictures:
            for _ in picture.faces:
                assert isinstance(self.hear(), StandbyReady)

    def pixels(self) -> tuple[bytes, bytes]:
        first, second = (self.sink.frames[face][:3] for face in FACES)
        return first, second


def drain(agent: socket.socket) -> list[BoardEvent]:
    events = []
    while select.select([agent], [], [], 0)[0]:
        events.append(msgspec.json.decode(agent.recv(65_536), type=BoardEvent))
    return events


@pytest.fixture
def bench() -> Iterator[Bench]:
    agent, ours = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    agent.settimeout(60)
    sink = FakeSink()
    place = FacePlace(width_px=64, height_px=32)
    board = BoardProcess(
        BoardConfig("tv", "png", "", dict.fromkeys(FACES, place)), sink, ours, ROOMY
    )
    with agent, ours:
        board._scenes.rest(*FACES)
        yield Bench(board, sink, agent)
        board.close()


def test_it_is_there_at_once_where_nothing_is_and_again_when_a_scene_ends_or_is_taken_down(
    bench: Bench,
) -> None:
    bench.tell(show("s1", WHITE, ("mat-sau",)))
    assert isinstance(bench.hear(), Shown)
    bench.keep(show("cho", GREEN))
    assert bench.pixels() == (GREEN_PIXEL, WHITE_PIXEL)
    bench.tell(Blank(["mat-sau"]))
    assert bench.pixels() == (GREEN_PIXEL, GREEN_PIXEL)
    bench.tell(show("s2", WHITE))
    assert isinstance(bench.hear(), Shown)
    bench.board._scenes._ends = dict.fromkeys(FACES, 0.0)  # its end
    bench.board.step()
    assert bench.pixels() == (GREEN_PIXEL, GREEN_PIXEL)


def test_a_scene_that_cannot_be_drawn_leaves_the_standby_picture(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.keep(show("cho", GREEN))
    bench.tell(show("s1", WHITE))
    assert isinstance(bench.hear(), Shown)

    def explode(*_: object) -> None:
        raise IndexError("a broken picture")

    monkeypatch.setattr(scene_renderer.SceneRenderer, "draw", explode)
    bench.tell(show("s2", WHITE))
    assert isinstance(bench.hear(), Shown)  # of the other face of s1
    assert isinstance(bench.hear(), WorkerFault)
    assert bench.pixels() == (GREEN_PIXEL, GREEN_PIXEL)


def test_a_picture_that_is_withdrawn_or_over_is_black(bench: Bench) -> None:
    bench.keep(show("cho", GREEN))
    bench.tell(Standby([]))
    assert bench.pixels() == (BLACK_PIXEL, BLACK_PIXEL)
    bench.keep(show("cho", GREEN, until_mono_s=mono_s() + 3600))
    for face, wanted in bench.board._standby._wanted.items():
        bench.board._standby._wanted[face] = msgspec.structs.replace(wanted, until_mono_s=0.0)
    bench.board.step()
    assert bench.pixels() == (BLACK_PIXEL, BLACK_PIXEL)


def test_the_same_picture_with_another_end_is_not_drawn_again(bench: Bench) -> None:
    bench.keep(show("cho", GREEN))
    bench.tell(Standby([show("cho", GREEN, until_mono_s=mono_s() + 90)]))
    assert bench.board._standby.fd is None
    assert bench.pixels() == (GREEN_PIXEL, GREEN_PIXEL)


def test_one_that_cannot_be_drawn_is_a_fault_by_its_name(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def explode(*_: object) -> None:
        raise IndexError("a broken picture")

    monkeypatch.setattr(scene_renderer.SceneRenderer, "draw", explode)
    bench.tell(Standby([show("cho", GREEN)]))
    fault = bench.hear()
    assert isinstance(fault, WorkerFault)
    assert (fault.id, fault.code) == ("cho", "E_UNSUPPORTED")
    assert bench.pixels() == (BLACK_PIXEL, BLACK_PIXEL)


def test_a_silent_agent_brings_standby_pictures_and_an_alarm_stays(bench: Bench) -> None:
    bench.keep(show("cho", GREEN))
    bench.tell(Alive())
    bench.tell(show("s1", WHITE, ("mat-truoc",)))
    assert isinstance(bench.hear(), Shown)
    bench.tell(show("alarm", WHITE, ("mat-sau",), is_alarm=True))
    assert isinstance(bench.hear(), Shown)
    bench.board._watch._heard_mono_s = mono_s() - AGENT_LIMIT_S
    lost = bench.hear()
    assert isinstance(lost, AgentLost)
    assert lost.faces == ["mat-truoc"]
    assert bench.pixels() == (GREEN_PIXEL, WHITE_PIXEL)


def test_an_agent_that_reads_nothing_never_holds_up_the_board(bench: Bench) -> None:
    bench.keep(show("cho", GREEN))
    bench.board._agent.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1)
    for _ in range(500):
        bench.board._send(BoardBeat(1, 0))
    assert bench.board.step()


def test_when_the_agent_is_gone_the_pictures_stay_and_without_them_the_board_is_closed(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[bool] = []
    monkeypatch.setattr(bench.sink, "close", lambda: closed.append(True))
    assert _leave(bench.board, bench.sink) == 0
    assert closed == [True]
    bench.keep(show("cho", GREEN))
    bench.tell(show("s1", WHITE))
    assert isinstance(bench.hear(), Shown)
    assert _leave(bench.board, bench.sink) == 0
    assert closed == [True]
    assert bench.pixels() == (GREEN_PIXEL, GREEN_PIXEL)
