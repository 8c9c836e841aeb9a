"""A board that was driven is noted, and can be blanked by somebody else."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from PIL import Image

from agent.__main__ import main
from agent.play.board.board_config import BoardConfig
from agent.play.board.board_note import write_note
from drivers.frame_sink import FacePlace, Frame
from drivers.led.png_folder import PngFolder

PLACE = FacePlace(width_px=8, height_px=4)


def config_of(path: Path) -> BoardConfig:
    return BoardConfig("tv-cl-0007", "png", str(path), {"mat": PLACE})


def pixels(board: Path) -> set[tuple[int, ...]]:
    with Image.open(board / "mat-latest.png") as file:
        return {color for _, color in file.convert("RGB").getcolors() or ()}  # type: ignore[misc]  # RGB has tuples


def test_the_last_picture_of_a_killed_board_process_is_taken_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime, board = tmp_path / "run", tmp_path / "board"
    runtime.mkdir()
    monkeypatch.setenv("RUNTIME_DIRECTORY", str(runtime))
    sink = PngFolder(str(board))
    sink.open({"mat": PLACE})
    sink.present({"mat": Frame(b"\xff" * (8 * 4 * 3))})  # and then it is killed
    assert pixels(board) == {(255, 255, 255)}
    write_note(config_of(board))
    (note,) = runtime.glob("board-*.json")
    done = CliRunner().invoke(main, ["blank-boards"])
    assert done.exit_code == 0
    assert done.output == f"{board}: black\n"
    assert pixels(board) == {(0, 0, 0)}
    assert not note.exists()


def test_a_board_that_does_not_answer_keeps_its_note_and_stops_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUNTIME_DIRECTORY", str(tmp_path))
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    write_note(config_of(blocked))
    (tmp_path / "board-broken.json").write_text("{")
    done = CliRunner().invoke(main, ["blank-boards"])
    assert done.exit_code == 0
    assert len(done.output.splitlines()) == 2
    assert len(list(tmp_path.glob("board-*.json"))) == 2


def test_without_a_service_nothing_is_noted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RUNTIME_DIRECTORY", raising=False)
    write_note(config_of(tmp_path))
    assert list(tmp_path.iterdir()) == []
