"""What a scene may cost is judged before anything of it is drawn."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from agent.contract.scene import Element, Scene
from agent.errors import PlayError
from agent.play.board import scene_images
from agent.play.board.scene_budget import SceneBudget, check_scene
from agent.play.board.scene_renderer import SceneContext, SceneRenderer, render
from agent.play.board.scene_state import SceneMoment

NOW = SceneMoment(None)
ALL = [0, 0, 1000, 1000]
BUDGET = SceneBudget(image_px=20_000, elements=3, text_chars=10, painted_faces=2)


def store(folder: Path, kind: str, size: tuple[int, int]) -> tuple[str, dict[str, str]]:
    path = folder / f"{size[0]}.{kind}"
    Image.new("RGB", size, "red").save(path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return digest, {digest: str(path)}


@pytest.mark.parametrize(
    ("elements", "is_refused"),
    [
        ([Element("text", [0, 0, 10, 10], text="x")] * 3, False),
        ([Element("text", [0, 0, 10, 10], text="x")] * 4, True),
        ([Element("text", ALL, text="x" * 10)], False),
        ([Element("text", ALL, text="x" * 6), Element("qr", ALL, text="x" * 5)], True),
        ([Element("clock", ALL, format="%H" * 6)], True),
        ([Element("image", ALL, media="a")] * 2, False),
        ([Element("image", ALL, media="a")] * 2 + [Element("text", [0, 0, 1, 1], text="x")], True),
    ],
)
def test_elements_characters_and_area_are_counted(
    elements: list[Element], *, is_refused: bool
) -> None:
    if is_refused:
        with pytest.raises(PlayError, match="E_SCENE"):
            check_scene(Scene(elements, 1), BUDGET)
    else:
        check_scene(Scene(elements, 1), BUDGET)


@pytest.mark.parametrize(
    ("kind", "size", "is_refused"),
    [
        ("png", (200, 100), False),
        ("png", (201, 100), True),
        ("webp", (80, 80), False),  # its decoder takes three times the memory
        ("webp", (100, 100), True),
        ("jpg", (1600, 1600), False),  # comes at an eighth: 200 x 200 would be too much
        ("jpg", (800, 800), False),
    ],
)
def test_pixels_are_counted_from_the_headers(
    tmp_path: Path, kind: str, size: tuple[int, int], *, is_refused: bool
) -> None:
    digest, media = store(tmp_path, kind, size)
    scene, context = Scene([Element("image", ALL, media=digest)], 1), SceneContext("x", media)
    budget = SceneBudget(image_px=40_000 if kind == "jpg" else 20_000)
    if is_refused:
        with pytest.raises(PlayError, match="E_SCENE"):
            SceneRenderer(scene, {"": (64, 32)}, context, budget)
    else:
        picture = SceneRenderer(scene, {"": (64, 32)}, context, budget).draw("", NOW)
        red, green, _blue = picture.getpixel((32, 16))
        assert (red > 250, green < 5) == (True, True)


def test_a_picture_is_decoded_once_however_often_the_scene_has_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest, media = store(tmp_path, "png", (40, 40))
    decoded: list[str] = []
    original = scene_images.SceneImages._decode

    def count(self: Any, digest: str, rooms: Any) -> Image.Image:
        decoded.append(digest)
        return original(self, digest, rooms)

    monkeypatch.setattr(scene_images.SceneImages, "_decode", count)
    elements = [Element("image", [n * 100, 0, 100, 1000], media=digest) for n in range(10)]
    scene, faces = Scene(elements, 1), {"to": (640, 320), "nho": (192, 96)}
    renderer = SceneRenderer(scene, faces, SceneContext("x", media))
    for face, size in faces.items():
        assert renderer.draw(face, NOW).getpixel((size[0] // 20, size[1] // 2)) == (255, 0, 0)
    assert decoded == [digest]


def test_a_small_picture_is_enlarged_to_its_room_in_its_own_proportions(tmp_path: Path) -> None:
    digest, media = store(tmp_path, "png", (10, 20))
    scene = Scene([Element("image", ALL, media=digest)], 1)
    picture = render(scene, (100, 100), SceneContext("x", media))
    assert picture.getbbox() == (25, 0, 75, 100)


def test_a_photograph_of_twelve_megapixels_fits_a_large_board_upright_or_turned(
    tmp_path: Path,
) -> None:
    for orientation, shown in ((1, (1440, 1080)), (6, (810, 1080))):
        path = tmp_path / f"{orientation}.jpg"
        exif = Image.Exif()
        exif[0x0112] = orientation
        Image.new("L", (4000, 3000), 255).save(path, exif=exif)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        scene = Scene([Element("image", ALL, media=digest)], 1)
        picture = render(scene, (1920, 1080), SceneContext("x", {digest: str(path)}))
        left, top, right, bottom = picture.getbbox() or (0, 0, 0, 0)
        assert (right - left, bottom - top) == shown


@pytest.mark.parametrize("kind", ["png", "jpg"])
@pytest.mark.parametrize(
    ("fit", "left_edge", "middle", "top"),
    [
        ("contain", "black", "green", "black"),  # 200 x 100 in a square: 100 x 50, margins
        ("cover", "green", "green", "green"),  # the middle half, as high as the box
        ("stretch", "red", "green", "red"),
    ],
)
def test_a_picture_is_whole_or_fills_its_box_or_is_stretched(
    tmp_path: Path, kind: str, fit: Any, left_edge: str, middle: str, top: str
) -> None:
    wide = Image.new("RGB", (400, 200), "#ff0000")
    wide.paste("#00ff00", (100, 0, 300, 200))  # the middle half is green
    path = tmp_path / f"wide.{kind}"
    wide.save(path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    scene = Scene([Element("image", ALL, media=digest, fit=fit)], 1)
    picture = render(scene, (100, 100), SceneContext("x", {digest: str(path)}))
    places = {(50, 50): middle, (5, 5): left_edge, (10, 2): top}
    for place, name in places.items():
        pixel = picture.getpixel(place)
        assert isinstance(pixel, tuple)
        level = tuple(value > 127 for value in pixel)
        names = {(True, False, False): "red", (False, True, False): "green"}
        assert names.get(level, "black") == name, place
