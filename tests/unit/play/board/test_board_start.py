"""A board process that cannot draw says why and leaves its faces black."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from PIL import Image

from agent.play.board import board_start, typeset
from agent.play.board.board_config import BoardConfig
from agent.play.ipc import BoardEvent, WorkerFault
from drivers.frame_sink import FacePlace, Frame
from drivers.led.png_folder import PngFolder

PLACE = FacePlace(width_px=8, height_px=4)


def _forget_fonts() -> None:
    for cached in (typeset.find_font, typeset.load_font, typeset._plain_font, typeset.has_glyph):
        cached.cache_clear()


@pytest.fixture(autouse=True)
def _never_confined(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would confine the process that runs the tests, and give it the board's priority."""

    def confine(*_: object) -> None:
        raise OSError("the board came too far")

    monkeypatch.setattr(board_start, "confine_board", confine)
    monkeypatch.setattr(board_start, "take_picture_priority", confine)


@pytest.fixture
def broken_fonts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    # Pillow looks for a font of that name in the system's folders before it gives up
    (tmp_path / "Broken.ttf").write_bytes(b"no font")
    monkeypatch.setattr(typeset, "LATIN", "Broken.ttf")
    monkeypatch.setattr(typeset, "FONT_FOLDERS", (tmp_path,))
    _forget_fonts()
    yield
    monkeypatch.undo()
    _forget_fonts()


def _start(board: Path) -> BoardEvent:
    """What the process says at its end; it never comes to be a board."""
    agent, ours = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    never: Any = None
    with agent, ours:
        config = BoardConfig("tv-cl-0007", "png", str(board), {"mat": PLACE})
        assert board_start.serve(config, ours, never) == 1
        return msgspec.json.decode(agent.recv(65_536), type=BoardEvent)


@pytest.mark.usefixtures("broken_fonts")
def test_a_broken_font_is_named_and_what_a_former_process_left_is_taken_down(
    tmp_path: Path,
) -> None:
    former = PngFolder(str(tmp_path / "board"))
    former.open({"mat": PLACE})
    former.present({"mat": Frame(b"\xff" * 96)})  # and then it is killed
    fault = _start(tmp_path / "board")
    assert isinstance(fault, WorkerFault)
    assert (fault.id, fault.code) == (None, "E_FONT")
    assert "broken, install it again" in fault.detail
    with Image.open(tmp_path / "board" / "mat-latest.png") as shown:
        assert shown.convert("RGB").getbbox() is None


def test_a_board_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    fault = _start(tmp_path / "file")
    assert isinstance(fault, WorkerFault)
    assert (fault.id, fault.code) == (None, "E_DEVICE")
