"""How much light a frame gives; values by IEC 61966-2-1 and WCAG 2.2, computed by hand."""

from __future__ import annotations

import pytest
from PIL import Image, ImageDraw

from agent.contract.report import SensorReading
from agent.play.board.picture_light import read_light
from agent.play.board.shown_light import ShownLight
from agent.play.board.test_pattern import draw_pattern
from agent.play.face_state import FaceLight

SIZE = (1600, 1000)


@pytest.mark.parametrize(
    ("colour", "level", "luminance"),
    [
        ((0, 0, 0), 0.0, 0.0),
        ((255, 255, 255), 1.0, 1.0),
        ((255, 0, 0), 0.3333, 0.2126),
        ((0, 0, 255), 0.3333, 0.0722),
        # 128/255 = 0.50196; ((0.50196 + 0.055) / 1.055) ** 2.4 = 0.21586
        ((128, 128, 128), 0.2159, 0.2159),
        ((10, 10, 10), 0.003, 0.003),  # 10/255/12.92 = 0.0030
    ],
)
@pytest.mark.parametrize("size", [SIZE, (3, 2), (64, 32)])
def test_a_plain_frame_gives_the_light_of_its_colour(
    colour: tuple[int, int, int], level: float, luminance: float, size: tuple[int, int]
) -> None:
    read = read_light(Image.new("RGB", size, colour).tobytes(), size)
    assert (read.level, read.luminance) == pytest.approx((level, luminance), abs=2e-4)


def test_half_a_wall_gives_half_the_light() -> None:
    picture = Image.new("RGB", SIZE)
    ImageDraw.Draw(picture).rectangle((0, 0, 799, 999), fill="white")
    assert read_light(picture.tobytes(), SIZE).level == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize("step_px", [2, 8, 16, 25, 26, 50, 64])
def test_no_regular_pattern_deceives_the_samples(step_px: int) -> None:
    picture = Image.new("RGB", SIZE)
    draw = ImageDraw.Draw(picture)
    for x in range(0, SIZE[0], step_px):
        draw.rectangle((x, 0, x + step_px // 2 - 1, SIZE[1]), fill="white")
    lit = picture.convert("L").histogram()[255] / (SIZE[0] * SIZE[1])
    assert read_light(picture.tobytes(), SIZE).level == pytest.approx(lit, abs=0.05)


def test_the_test_picture_white_is_white() -> None:
    assert read_light(draw_pattern("white", (320, 200)).tobytes(), (320, 200)).level == 1.0


def test_the_level_of_a_board_is_that_of_its_faces_by_their_areas() -> None:
    clock = [100.0]
    light = ShownLight({"lon": (300, 100), "nho": (100, 100)}, lambda: clock[0])
    assert light.level is None
    light.take({"lon": FaceLight(0.2, 0.25), "nho": FaceLight(1.0, 1.0)})
    assert light.level == pytest.approx(0.4)  # (0.2 x 3 + 1.0 x 1) / 4
    assert light.of("lon") == FaceLight(0.2, 0.25)
    (reading,) = light.readings("bang").items()
    assert reading == ("bang.picture_level", SensorReading("picture_level", 40.0, "%", 0.0))
    clock[0] += 3.5  # the board process says nothing any more
    assert (light.level, light.of("lon"), light.readings("bang")) == (None, None, {})
