from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from PIL import Image

from drivers.errors import DeviceUnreachable, UnsupportedFeature
from drivers.frame_sink import FacePlace, Frame
from drivers.led import png_folder
from drivers.led.png_folder import HISTORY_FRAMES, PngFolder

PLACE = FacePlace(width_px=4, height_px=2)
RED = bytes([255, 0, 0]) * 8


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(png_folder.PngFolder, "period_s", 1e-6)


@pytest.fixture
def board(tmp_path: Path) -> PngFolder:
    board = PngFolder(str(tmp_path))
    board.open({"mat": PLACE})
    return board


def history(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("mat-0*.png"))


def pixels(path: Path) -> bytes:
    with Image.open(path) as file:
        return file.tobytes()


def test_the_latest_file_has_every_pixel_of_the_frame(board: PngFolder, tmp_path: Path) -> None:
    frame = bytes(range(24))
    board.present({"mat": Frame(frame)})
    assert pixels(tmp_path / "mat-latest.png") == frame


def test_only_changes_are_kept_under_a_counter_and_the_hash_of_their_pixels(
    board: PngFolder, tmp_path: Path
) -> None:
    black = bytes(24)
    for frame in (RED, RED, black, RED):
        board.present({"mat": Frame(frame)})
    red8, black8 = (hashlib.sha256(frame).hexdigest()[:8] for frame in (RED, black))
    assert history(tmp_path) == [
        f"mat-000001-{black8}.png",
        f"mat-000002-{red8}.png",
        f"mat-000003-{black8}.png",
        f"mat-000004-{red8}.png",
    ]


def test_the_history_is_bounded_and_its_counter_survives_a_restart(tmp_path: Path) -> None:
    for run in range(2):
        board = PngFolder(str(tmp_path))
        board.open({"mat": PLACE})
        for number in range(HISTORY_FRAMES):
            board.present({"mat": Frame(bytes([run + 1, number, 7]) * 8)})
    names = history(tmp_path)
    assert len(names) == HISTORY_FRAMES
    assert names[-1].startswith(f"mat-{2 * (1 + HISTORY_FRAMES):06d}-")


def test_no_partly_written_file_remains(board: PngFolder, tmp_path: Path) -> None:
    board.present({"mat": Frame(RED)})
    assert {path.suffix for path in tmp_path.iterdir()} == {".png"}


def test_closing_turns_the_face_black(board: PngFolder, tmp_path: Path) -> None:
    board.present({"mat": Frame(RED)})
    board.close()
    assert pixels(tmp_path / "mat-latest.png") == bytes(24)


@pytest.mark.parametrize(("face", "frame"), [("lung", RED), ("mat", RED[:-1])])
def test_a_wrong_face_or_length_is_a_value_error(board: PngFolder, face: str, frame: bytes) -> None:
    with pytest.raises(ValueError, match=r"no such face|bytes are no"):
        board.present({face: Frame(frame)})


def test_a_face_name_never_leads_out_of_the_folder(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="plain word"):
        PngFolder(str(tmp_path)).open({"../x": PLACE})


def test_a_folder_that_cannot_be_created_is_an_unreachable_board(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DeviceUnreachable):
        PngFolder(str(tmp_path / "file" / "board")).open({"mat": PLACE})


def test_brightness_is_an_unsupported_feature(board: PngFolder) -> None:
    with pytest.raises(UnsupportedFeature):
        board.set_brightness(50)
