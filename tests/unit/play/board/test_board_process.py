"""A scene that cannot be drawn is one scene's fault; the board shows the next one."""

from __future__ import annotations

import itertools
import os
import select
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec
import pytest

from agent.clock import mono_s
from agent.contract.scene import Element, Region, Scene, Turn
from agent.play.board import scene_renderer
from agent.play.board.board_config import BoardConfig
from agent.play.board.board_process import BoardProcess
from agent.play.board.forked_process import reap
from agent.play.board.render_process import Failure, RenderProcess
from agent.play.board.scene_budget import SceneBudget
from agent.play.board.scene_state import SceneMoment
from agent.play.face_state import FaceLight
from agent.play.ipc import (
    BoardBeat,
    BoardCommand,
    BoardEvent,
    Brightness,
    MoveScene,
    Shown,
    ShowScene,
    WorkerFault,
)
from drivers.frame_sink import FacePlace
from tests.fakes.frame_sink import FakeSink

PATIENCE_S = 60


@dataclass
class Bench:
    """A board that steps as long as the test waits for an event."""

    board: BoardProcess
    sink: FakeSink
    agent: socket.socket
    beats: int = 0

    def tell(self, command: BoardCommand) -> None:
        self.agent.send(msgspec.json.encode(command))

    def hear(self) -> BoardEvent:
        """The next event that is no beat."""
        while True:
            self.board.step()
            while select.select([self.agent], [], [], 0)[0]:
                event = msgspec.json.decode(self.agent.recv(65_536), type=BoardEvent)
                if not isinstance(event, BoardBeat):
                    return event
                self.beats += 1


NOTICE = Element("text", [0, 0, 1000, 1000], text="Nước sạch", background="#ffffff")


def build_show(id_: str, element: Element = NOTICE) -> ShowScene:
    return ShowScene(
        id=id_,
        scene=Scene([element], 60_000),
        faces=["mat"],
        media={},
        until_mono_s=mono_s() + 60,
        utc_at_mono_0_s=0.0,
    )


@pytest.fixture
def bench() -> Iterator[Bench]:
    agent, ours = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    agent.settimeout(PATIENCE_S)
    sink = FakeSink()
    config = BoardConfig("tv-cl-0007", "png", "", {"mat": FacePlace(width_px=64, height_px=32)})
    # a test's process is larger than a board's
    board = BoardProcess(config, sink, ours, SceneBudget(memory_bytes=1 << 32))
    with agent, ours:
        yield Bench(board, sink, agent)
        board.close()


def test_any_error_of_a_picture_fails_its_scene_and_the_face_is_black(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def explode(*_: object) -> None:
        raise IndexError("a broken picture")

    with monkeypatch.context() as broken:
        broken.setattr(scene_renderer.SceneRenderer, "draw", explode)
        bench.tell(build_show("s1"))
        fault = bench.hear()
    assert isinstance(fault, WorkerFault)
    assert (fault.id, fault.code) == ("s1", "E_UNSUPPORTED")
    assert not any(bench.sink.frames["mat"])
    bench.tell(build_show("s2"))
    assert isinstance(bench.hear(), Shown)
    assert any(bench.sink.frames["mat"])


def test_a_beat_has_the_faces_that_cannot_be_shown_and_the_late_frames(bench: Bench) -> None:
    bench.sink.faults = {"mat": "E_UNPLUGGED: HDMI-A-1"}
    bench.sink.late = 3
    bench.tell(build_show("s1"))
    assert isinstance(bench.hear(), Shown)
    bench.board._beat_mono_s = 0.0
    bench.board.step()
    beat = msgspec.json.decode(bench.agent.recv(65_536), type=BoardEvent)
    assert beat == BoardBeat(
        frames=1,
        late=3,
        faults={"mat": "E_UNPLUGGED: HDMI-A-1"},
        light={"mat": FaceLight(1.0, 1.0)},
    )


def test_a_brightness_that_does_not_exist_is_refused_and_the_board_goes_on(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(pct: int) -> None:
        raise ValueError(f"{pct} % is no brightness")

    monkeypatch.setattr(bench.sink, "set_brightness", refuse)
    bench.tell(Brightness(300))
    assert bench.hear() == WorkerFault("E_SCHEMA", "300 % is no brightness", id="brightness")
    bench.tell(build_show("s1"))
    assert isinstance(bench.hear(), Shown)


def hang(*_: object) -> None:
    while True:
        select.select([], [], [], 60)


def die(*_: object) -> None:
    os._exit(1)


def test_a_scene_that_takes_too_long_has_failed_and_the_board_beats_meanwhile(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent.play.board.board_process.BEAT_S", 0.05)
    with monkeypatch.context() as broken:
        broken.setattr(scene_renderer.SceneRenderer, "draw", hang)
        broken.setattr(bench.board._scenes, "_budget", SceneBudget(render_s=0.2))
        bench.tell(build_show("s1"))
        fault = bench.hear()
    assert isinstance(fault, WorkerFault)
    assert (fault.id, fault.code, fault.detail) == ("s1", "E_RENDER", "not drawn within 0.2 s")
    assert bench.beats >= 2
    bench.tell(build_show("s2"))
    assert isinstance(bench.hear(), Shown)


def test_the_next_scene_does_not_wait_for_one_that_hangs(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(scene_renderer.SceneRenderer, "draw", hang)
        bench.tell(build_show("s1"))
        bench.board.step()
        (drawing,) = bench.board._scenes._drawings
    bench.tell(build_show("alarm"))
    shown = bench.hear()
    assert isinstance(shown, Shown)
    assert shown.id == "alarm"
    with pytest.raises(OSError, match="Bad file descriptor"):
        drawing.renderer.receive()


def test_the_former_picture_does_not_stay_while_the_next_one_is_slow(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.tell(build_show("s1"))
    bench.hear()
    assert any(bench.sink.frames["mat"])
    monkeypatch.setattr("agent.play.board.scene_drawing.STALE_S", 0.02)
    monkeypatch.setattr(scene_renderer.SceneRenderer, "draw", hang)
    bench.tell(build_show("s2"))
    while any(bench.sink.frames["mat"]):
        bench.board.step()
    assert len(bench.board._scenes._drawings) == 1  # it is still being drawn


def test_a_scene_that_ends_its_process_twice_has_failed(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(scene_renderer.SceneRenderer, "draw", die)
        bench.tell(build_show("s1"))
        fault = bench.hear()
    assert isinstance(fault, WorkerFault)
    assert (fault.id, fault.code) == ("s1", "E_RENDER")
    assert caplog.text.count("trying again") == 1
    assert not any(bench.sink.frames["mat"])


def test_without_a_process_the_scene_has_failed_and_no_descriptor_is_left(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> int:
        raise BlockingIOError("no more processes")

    before = os.listdir("/proc/self/fd")  # noqa: PTH208 - only the names
    with monkeypatch.context() as full:
        full.setattr(os, "fork", refuse)
        bench.tell(build_show("s1"))
        fault = bench.hear()
    assert isinstance(fault, WorkerFault)
    assert (fault.id, fault.code) == ("s1", "E_RENDER")
    assert os.listdir("/proc/self/fd") == before  # noqa: PTH208 - only the names


@pytest.mark.parametrize(
    "answer",
    [
        b"\1\1",
        b"{}",
        b'{"code":"x","detail":""}',
        b"\xff" * 2000,
        b'{"code":"E_\\u001b[2J","detail":""}',
    ],
)
def test_a_compromised_renderer_with_an_invalid_answer_counts_as_dead(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, answer: bytes
) -> None:
    monkeypatch.setattr("agent.play.board.render_process._DRAWN", answer)  # what the child sends
    renderer = RenderProcess(build_show("s1"), {"mat": (64, 32)}, "tv-cl-0007")
    monkeypatch.undo()
    renderer.request()
    select.select([renderer.fd], [], [], PATIENCE_S)
    failure = renderer.receive()
    assert isinstance(failure, Failure)
    assert (failure.code, failure.is_death) == ("E_RENDER", True)
    pid = renderer.kill()
    assert pid is not None
    while not reap(pid):
        select.select([], [], [], 0.01)


def test_a_clock_is_redrawn_by_the_same_process_and_reported_once(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    times = [datetime(2026, 11, 30, 12, 0, n, tzinfo=UTC) for n in range(60)]
    turns = itertools.count()
    name = "agent.play.board.render_process.moment_of"
    monkeypatch.setattr(name, lambda _: SceneMoment(times[next(turns) // 4]))
    bench.tell(build_show("s1", Element("clock", [0, 0, 1000, 1000], format="%S")))
    assert isinstance(bench.hear(), Shown)
    first = bench.sink.frames["mat"]
    (drawing,) = bench.board._scenes._drawings
    while bench.sink.frames["mat"] == first:
        bench.board.step()
    assert bench.board._scenes._drawings == [drawing]
    bench.tell(Brightness(40))
    bench.board.step()
    assert not [e for e in drain(bench.agent) if not isinstance(e, BoardBeat)]


def drain(agent: socket.socket) -> list[BoardEvent]:
    events = []
    while select.select([agent], [], [], 0)[0]:
        events.append(msgspec.json.decode(agent.recv(65_536), type=BoardEvent))
    return events


def test_a_picture_that_would_flash_is_ahead_back_and_shown_then(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The guard says how long; nobody looks at the machine's clock."""
    waits = [0.3, 0.0]
    monkeypatch.setattr(bench.board._faces, "find_wait_s", lambda _frames, _films: waits.pop(0))
    sent: list[float] = []
    original = bench.board._faces.send

    def send(frames: dict[str, bytes], *args: object) -> dict[str, str]:
        sent.append(len(waits))
        return original(frames, *args)  # type: ignore[arg-type] # handed on

    monkeypatch.setattr(bench.board._faces, "send", send)
    bench.tell(build_show("s1"))
    assert isinstance(bench.hear(), Shown)
    assert (waits, sent) == ([], [0])
    assert any(bench.sink.frames["mat"])


def test_each_turn_is_drawn_when_it_comes(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    now = itertools.count()
    name = "agent.play.board.render_process.moment_of"
    monkeypatch.setattr(name, lambda _: SceneMoment(None, next(now) // 4 * 1_000))
    everywhere = [0, 0, 1000, 1000]
    turns = [
        Turn([Element("text", everywhere, text=" ", background=colour)], 1_000)
        for colour in ("#ff0000", "#00ff00", "#0000ff")
    ]
    seen: list[bytes] = []
    original = bench.board._faces.send

    def send(frames: dict[str, bytes], *args: object) -> dict[str, str]:
        seen.append(frames["mat"][:3])
        return original(frames, *args)  # type: ignore[arg-type] # handed on

    monkeypatch.setattr(bench.board._faces, "send", send)
    monkeypatch.setattr(bench.board._faces, "find_wait_s", lambda _frames, _films: 0.0)
    show = build_show("s1")
    scene = Scene([NOTICE], 60_000, [Region(everywhere, turns)])
    bench.tell(msgspec.structs.replace(show, scene=scene))
    assert isinstance(bench.hear(), Shown)
    while len(seen) < 4:
        bench.board.step()
    order = [b"\xff\x00\x00", b"\x00\xff\x00", b"\x00\x00\xff"]
    first = order.index(seen[0])
    assert seen[:4] == [order[(first + n) % 3] for n in range(4)]


def test_a_scene_for_a_later_moment_is_drawn_now_and_leaves_the_face_as_it_is(
    bench: Bench,
) -> None:
    bench.tell(build_show("s1"))
    assert isinstance(bench.hear(), Shown)
    before = bench.sink.frames["mat"]
    dark = Element("text", [0, 0, 1000, 1000], text="Lũ về", background="#000000")
    later_mono_s = mono_s() + 3_600
    show = msgspec.structs.replace(build_show("s2", dark), from_mono_s=later_mono_s)
    bench.tell(msgspec.structs.replace(show, until_mono_s=later_mono_s + 60))
    bench.board.step()
    (held,) = bench.board._scenes._drawings
    while not held.frames:
        bench.board.step()
    assert bench.sink.frames["mat"] == before
    bench.tell(MoveScene("s2", mono_s(), mono_s() + 60))  # its sound begins
    shown = bench.hear()
    assert isinstance(shown, Shown)
    assert shown.id == "s2"
    assert bench.sink.frames["mat"] != before
    bench.tell(MoveScene("s2", mono_s(), mono_s()))  # and is over
    bench.board.step()
    bench.board.step()
    assert not any(bench.sink.frames["mat"])


def test_a_scene_that_waits_is_dropped_when_its_sound_will_not_come(bench: Bench) -> None:
    bench.tell(build_show("s1"))
    assert isinstance(bench.hear(), Shown)
    later_mono_s = mono_s() + 3_600
    show = msgspec.structs.replace(build_show("s2"), from_mono_s=later_mono_s)
    bench.tell(msgspec.structs.replace(show, until_mono_s=later_mono_s + 60))
    bench.board.step()
    assert [one.is_ahead for one in bench.board._scenes._drawings] == [True]
    bench.tell(MoveScene("s2", 0.0, 0.0))
    bench.board.step()
    assert bench.board._scenes._drawings == []
    assert any(bench.sink.frames["mat"])
