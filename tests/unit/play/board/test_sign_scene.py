"""A scene on a sign: what stands in front stays in front, and its texts are told in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from agent.contract.scene import Element, Scene, still
from agent.play.board.banner import add_banner
from agent.play.board.scene_renderer import SceneContext, SceneRenderer
from agent.play.board.scene_state import SceneMoment
from agent.play.board.sign_scene import fit_to_board, list_texts
from agent.play.ipc import ShowScene
from tests.fakes.frame_sink import FakeSink

WHOLE = [0, 0, 1000, 1000]
NOTICE = Scene([Element("text", [0, 0, 1000, 600], text="Họp dân")], 60_000)
RUNNING = Scene(
    [Element("text", WHOLE, text="Lũ", ticker_ms=6000, colour="#ffffff", background="#ff0000")],
    60_000,
)


class FakeTextSign(FakeSink):
    shows_motion = False

    def __init__(self) -> None:
        super().__init__()
        self.announced: dict[str, list[str]] = {}

    def announce(self, texts: Mapping[str, Sequence[str]]) -> None:
        self.announced |= {face: list(said) for face, said in texts.items()}


def test_a_banner_that_runs_stands_in_front_of_its_strip() -> None:
    scene = still(add_banner(NOTICE, RUNNING, "bottom"))
    drawn = SceneRenderer(scene, {"f": (200, 100)}, SceneContext("s", {}))
    picture = drawn.draw("f", SceneMoment(None))
    strip = picture.crop((0, 83, 200, 100))  # 180 thousandths of 100 rows
    assert strip.getpixel((1, 8)) == (255, 0, 0)
    notice = picture.crop((0, 0, 200, 60))
    assert (255, 255, 255) in {colour for _, colour in notice.getcolors(10_000) or []}
    assert (255, 255, 255) in {colour for _, colour in strip.getcolors(10_000) or []}


def test_a_text_sign_is_told_banner_and_notice_from_above() -> None:
    clock = Element("clock", [0, 600, 1000, 200])
    shown = add_banner(Scene([*NOTICE.elements, clock], 60_000), RUNNING, "top")
    sign = FakeTextSign()
    show = ShowScene("s1", shown, ["cong"], {}, 9.0)
    fitted = fit_to_board(show, sign, "tv-cl-0007").scene
    assert sign.announced == {"cong": ["Họp dân\nLũ"]}  # both begin at the top: in their order
    assert all(one.kind != "clock" for one in fitted.elements)


def test_a_board_that_moves_gets_the_scene_as_it_is() -> None:
    show = ShowScene("s1", RUNNING, ["cong"], {}, 9.0)
    assert fit_to_board(show, FakeSink(), "s") is show


def test_placeholders_are_filled_and_empty_texts_left_out() -> None:
    scene = Scene([Element("text", WHOLE, text=" "), Element("text", WHOLE, text="{station}")], 1)
    assert list_texts(scene, "tv-cl-0007") == ["tv-cl-0007"]


def test_each_language_of_an_alarm_is_a_text_of_its_own() -> None:
    words = [Element("text", WHOLE, text=text) for text in ("Lũ về", "ទឹកជំនន់")]
    sign = FakeTextSign()
    fit_to_board(ShowScene("a", Scene(words, 1), ["cong"], {}, 9.0, is_alarm=True), sign, "s")
    assert sign.announced == {"cong": ["Lũ về", "ទឹកជំនន់"]}
