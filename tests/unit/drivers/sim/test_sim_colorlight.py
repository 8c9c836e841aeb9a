"""The simulated wall, fed with frames that the codec builds."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from drivers.codec import colorlight
from drivers.sim.sim_colorlight import SimColorLight, write_picture

RED, BLACK = b"\xff\0\0", b"\0\0\0"


def feed(wall: SimColorLight, *frames: bytes, now_s: float = 10.0) -> list[bytes | None]:
    return [wall.handle(frame, now_s) for frame in frames]


def row(y: int, x: int, pixels: bytes) -> bytes:
    return colorlight.build_row_head(y, x, len(pixels) // 3) + pixels


def test_rows_are_shown_at_the_command_and_stay() -> None:
    wall = SimColorLight((3, 2))
    feed(wall, colorlight.build_brightness(255), row(1, 1, RED * 2))
    assert wall.shown == BLACK * 6
    feed(wall, colorlight.build_show(255))
    assert wall.shown == BLACK * 4 + RED * 2
    feed(wall, row(0, 0, RED))
    assert wall.shown == BLACK * 4 + RED * 2


def test_a_newer_firmware_shows_only_what_comes_twice() -> None:
    wall = SimColorLight((1, 1))
    wall.firmware = (13, 0)
    level, show = colorlight.build_brightness(255), colorlight.build_show(255)
    feed(wall, level, row(0, 0, RED), show)
    feed(wall, level, row(0, 0, RED), show, now_s=11.0)
    assert wall.pictures == 0
    feed(wall, level, level, row(0, 0, RED), show, show, now_s=12.0)
    assert (wall.pictures, wall.shown) == (1, RED)


def test_what_makes_no_sense_or_lies_outside_is_not_shown() -> None:
    wall = SimColorLight((2, 2))
    broken = colorlight.build_row_head(0, 0, 2) + RED
    feed(wall, broken, row(9, 0, RED), row(0, 1, RED * 5), colorlight.build_show(255))
    assert (wall.broken, wall.shown) == (1, BLACK + RED + BLACK * 2)


def test_a_card_answers_for_itself_with_its_frames_and_its_time() -> None:
    wall = SimColorLight((64, 32))
    wall.cut_power(9.0)
    first, second = feed(wall, colorlight.build_discover(0), colorlight.build_discover(1))
    assert second is None
    reply = colorlight.parse_reply(first or b"")
    assert reply is not None
    assert (reply.packets, reply.uptime_ms, reply.width_px) == (1, 1000, 64)


def test_the_picture_is_what_shines(tmp_path: Path) -> None:
    wall = SimColorLight((2, 1))
    feed(wall, colorlight.build_brightness(51), row(0, 0, RED), colorlight.build_show(51))
    write_picture(wall, tmp_path / "wall.png")
    with Image.open(tmp_path / "wall.png") as picture:
        assert picture.tobytes() == b"\x33\0\0" + BLACK
