"""Faces of one size that show the same are drawn once, unless a text names the face."""

from __future__ import annotations

import pytest
from msgspec import UNSET, UnsetType
from PIL import Image

from agent.clock import mono_s
from agent.contract.scene import Element, Region, Scene, Turn
from agent.play.board.render_process import RenderProcess
from agent.play.board.scene_budget import SceneBudget
from agent.play.board.scene_renderer import SceneRenderer
from agent.play.board.scene_state import SceneMoment, names_face
from agent.play.ipc import ShowScene

ROOMY = SceneBudget(memory_bytes=1 << 32)  # a test's process is larger than a board's
EVERYWHERE = [0, 0, 1000, 1000]
SIZES = {"near": (64, 32), "far": (64, 32), "small": (32, 16)}
SHADES = {"near": 50, "far": 100, "small": 150}


def draw_shade(_: SceneRenderer, face: str, _moment: SceneMoment) -> Image.Image:
    """A picture that tells for which face it was drawn."""
    return Image.new("RGB", SIZES[face], (SHADES[face],) * 3)


@pytest.mark.parametrize(
    ("named", "shades"),
    [
        (UNSET, {"near": 50, "far": 50, "small": 150}),
        (True, {"near": 50, "far": 100, "small": 150}),
    ],
)
def test_a_face_is_drawn_with_the_first_one_of_its_size_unless_it_is_named(
    monkeypatch: pytest.MonkeyPatch, *, named: bool | UnsetType, shades: dict[str, int]
) -> None:
    monkeypatch.setattr(SceneRenderer, "draw", draw_shade)
    element = Element("text", EVERYWHERE, text="{face}", face_name=named)
    show = ShowScene("s1", Scene([element], 60_000), list(SIZES), {}, until_mono_s=mono_s() + 60)
    renderer = RenderProcess(show, SIZES, "tv-cl-0007", ROOMY)
    renderer.request()
    frames = renderer.receive()
    renderer.kill()
    assert isinstance(frames, dict)
    assert {face: frame[0] for face, frame in frames.items()} == shades


def test_each_of_two_alike_faces_has_its_own_strip_of_a_text_that_runs() -> None:
    line = Element("text", EVERYWHERE, text="Lũ về", ticker_ms=4_000)
    show = ShowScene("s1", Scene([line], 60_000), list(SIZES), {}, until_mono_s=mono_s() + 60)
    renderer = RenderProcess(show, SIZES, "tv-cl-0007", ROOMY)
    renderer.request()
    assert isinstance(renderer.receive(), dict)
    renderer.kill()
    near, far, small = (renderer.strips[face][0] for face in SIZES)
    assert near == far
    assert small.width_px < near.width_px


def test_a_name_in_a_region_counts() -> None:
    named = Element("text", EVERYWHERE, text="{face}", face_name=True)
    plain = Element("text", EVERYWHERE, text="{face}")
    region = Region(EVERYWHERE, [Turn([plain], 4_000), Turn([named], 4_000)])
    assert names_face(Scene([plain], 60_000, regions=[region]))
    assert not names_face(Scene([plain], 60_000))
