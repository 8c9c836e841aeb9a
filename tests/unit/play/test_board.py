"""A scene that cannot be drawn is one scene's fault; the board shows the next one."""

from __future__ import annotations

import socket
from collections.abc import Mapping

import msgspec
import pytest

from agent.clock import mono_s
from agent.contract.document import Element, Scene
from agent.play import scene
from agent.play.board import Board, BoardConfig
from agent.play.wire import BoardEvent, Fault, Show, Shown


class FakeSink:
    """Takes frames and keeps the last of each face."""

    def __init__(self) -> None:
        self.frames: dict[str, bytes] = {}

    def open(self, faces: Mapping[str, tuple[int, int]]) -> None:
        pass

    def send(self, face: str, frame: bytes) -> None:
        self.frames[face] = frame

    def set_brightness(self, pct: int) -> None:
        pass

    def close(self) -> None:
        pass


def build_show(id_: str) -> Show:
    element = Element("text", [0, 0, 1000, 1000], text="Nước sạch", background="#ffffff")
    return Show(
        id=id_, scene=Scene([element], 60_000), faces=["mat"], media={}, until_mono_s=mono_s() + 60
    )


def test_whatever_a_picture_raises_is_told_of_its_scene_and_the_face_is_black(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    agent, ours = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    sink = FakeSink()
    board = Board(BoardConfig("tv-cl-0007", "png", "", {"mat": (64, 32)}), sink, ours)

    def explode(*_: object) -> None:
        raise IndexError("a broken picture")

    with agent, ours:
        with monkeypatch.context() as broken:
            broken.setattr(scene, "render", explode)
            board._obey(build_show("s1"))
        fault = msgspec.json.decode(agent.recv(65_536), type=BoardEvent)
        assert isinstance(fault, Fault)
        assert (fault.id, fault.code) == ("s1", "E_UNSUPPORTED")
        assert not any(sink.frames["mat"])
        board._obey(build_show("s2"))
        shown = msgspec.json.decode(agent.recv(65_536), type=BoardEvent)
        assert isinstance(shown, Shown)
        assert any(sink.frames["mat"])
