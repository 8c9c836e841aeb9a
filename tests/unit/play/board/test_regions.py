"""Regions of a face whose turns follow each other, and the pictures that are decoded for them."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from PIL import Image

from agent.clock import mono_s
from agent.contract.scene import Element, Region, Scene, Turn
from agent.errors import PlayError
from agent.play.board.forked_process import reap
from agent.play.board.render_process import RenderProcess, moment_of
from agent.play.board.scene_budget import SceneBudget
from agent.play.board.scene_images import SceneImages
from agent.play.board.scene_renderer import SceneContext, SceneRenderer
from agent.play.board.scene_state import SceneMoment, read_changing
from agent.play.ipc import ShowScene

ALL = [0, 0, 1000, 1000]
ROOMY = SceneBudget(memory_bytes=1 << 34)  # the test process is inherited, whatever it holds
FACE = (100, 50)
RED, GREEN, BLUE, BLACK = (255, 0, 0), (0, 255, 0), (0, 0, 255), (0, 0, 0)
ROOMY = SceneBudget(memory_bytes=1 << 32)  # a test's process is larger than a board's


def store(folder: Path, colour: tuple[int, int, int], size: tuple[int, int] = (10, 10)) -> str:
    path = folder / "picture.png"
    Image.new("RGB", size, colour).save(path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    path.rename(folder / digest)
    return digest


def picture(digest: str, box: list[int] = ALL) -> Element:
    return Element("image", box, media=digest, fit="stretch")


def slides(folder: Path) -> tuple[Scene, dict[str, str]]:
    """Red for two seconds, green for three, on the right half; blue beneath."""
    red, green, blue = (store(folder, colour) for colour in (RED, GREEN, BLUE))
    turns = [Turn([picture(red)], 2_000), Turn([picture(green)], 3_000)]
    scene = Scene([picture(blue)], 60_000, [Region([500, 0, 500, 1000], turns)])
    return scene, {digest: str(folder / digest) for digest in (red, green, blue)}


def at(shown_ms: int) -> SceneMoment:
    return SceneMoment(None, shown_ms)


@pytest.mark.parametrize(
    ("shown_ms", "colour"),
    [(0, RED), (1_999, RED), (2_000, GREEN), (4_999, GREEN), (5_000, RED), (3_600_002_000, GREEN)],
)
def test_a_turn_has_its_own_time_and_the_first_follows_the_last(
    shown_ms: int, colour: tuple[int, int, int], tmp_path: Path
) -> None:
    scene, media = slides(tmp_path)
    drawn = SceneRenderer(scene, {"mat": FACE}, SceneContext("x", media)).draw("mat", at(shown_ms))
    assert (drawn.getpixel((49, 25)), drawn.getpixel((50, 25))) == (BLUE, colour)
    assert (drawn.getpixel((0, 0)), drawn.getpixel((99, 49))) == (BLUE, colour)


def test_boxes_of_a_turn_are_thousandths_of_the_region_and_the_rest_of_it_is_black(
    tmp_path: Path,
) -> None:
    red, blue = store(tmp_path, RED), store(tmp_path, BLUE)
    media = {digest: str(tmp_path / digest) for digest in (red, blue)}
    turn = Turn([picture(red, [500, 500, 500, 500])], 1_000)
    scene = Scene([picture(blue)], 60_000, [Region([0, 0, 400, 400], [turn])])
    drawn = SceneRenderer(scene, {"mat": FACE}, SceneContext("x", media)).draw("mat", at(0))
    assert [drawn.getpixel(xy) for xy in ((0, 0), (19, 9), (20, 10), (39, 19), (40, 20))] == [
        BLACK, BLACK, RED, RED, BLUE,
    ]  # fmt: skip


def test_only_the_pictures_of_the_turn_are_in_memory_and_each_is_checked_beforehand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    decoded: list[str] = []
    original = SceneImages._decode

    def note(self: SceneImages, digest: str, rooms: object) -> Image.Image:
        decoded.append(digest)
        return original(self, digest, rooms)  # type: ignore[arg-type] # handed on

    monkeypatch.setattr(SceneImages, "_decode", note)
    digests = [store(tmp_path, (n, 0, 0), (100, 100)) for n in range(9)]
    media = {digest: str(tmp_path / digest) for digest in digests}
    turns = [Turn([picture(digest)], 1_000) for digest in digests]
    scene = Scene([picture(digests[0])], 60_000, [Region(ALL, turns)])
    budget = SceneBudget(image_px=20_000)  # what is always there, and one turn
    renderer = SceneRenderer(scene, {"mat": FACE}, SceneContext("x", media), budget)
    for second in (0, 1, 1, 9, 3):
        drawn = renderer.draw("mat", at(second * 1_000))
        assert drawn.getpixel((50, 25)) == (second % 9, 0, 0)
    assert decoded == [digests[0], digests[1], digests[3]]
    with pytest.raises(PlayError, match="E_SCENE"):
        SceneRenderer(scene, {"mat": FACE}, SceneContext("x", media), SceneBudget(image_px=19_999))
    Path(media[digests[8]]).write_bytes(b"gone")
    with pytest.raises(PlayError, match="E_MEDIA"):
        SceneRenderer(scene, {"mat": FACE}, SceneContext("x", media), budget)


def test_what_changes_is_the_turn_and_its_clocks_alone() -> None:
    clock = Element("clock", ALL, format="%H")
    text = Element("text", ALL, text="Lũ")
    regions = [
        Region(ALL, [Turn([text], 1_000), Turn([clock], 1_000)]),
        Region(ALL, [Turn([text], 1_000)]),
    ]
    scene = Scene([text], 60_000, regions)
    assert read_changing(scene, at(0)) == ("0",)
    assert read_changing(scene, at(1_000)) == ("1", "--")
    assert read_changing(Scene([text], 60_000), at(0)) == ()


def test_the_renderer_process_draws_the_turn_of_the_planned_beginning(tmp_path: Path) -> None:
    """Whoever starts later, after a restart too, is in step with the others."""
    red, green = store(tmp_path, RED), store(tmp_path, GREEN)
    media = {digest: str(tmp_path / digest) for digest in (red, green)}
    turns = [Turn([picture(red)], 2_000), Turn([picture(green)], 80_000_000)]
    scene = Scene([picture(red)], 80_000_000, [Region(ALL, turns)])
    show = ShowScene("s1", scene, ["mat"], media, mono_s() + 60, start_mono_s=mono_s() - 3)
    assert moment_of(show).shown_ms >= 3_000
    renderer = RenderProcess(show, {"mat": FACE}, "tv-cl-0007", ROOMY)
    renderer.request()
    frames = renderer.receive()
    assert isinstance(frames, dict)
    drawn = Image.frombytes("RGB", FACE, frames["mat"])
    assert drawn.getpixel((99, 25)) == GREEN
    assert renderer.texts == ("1",)
    pid = renderer.kill()
    while pid is not None and not reap(pid):
        pass
