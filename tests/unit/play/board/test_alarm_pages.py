"""An alarm that is too long for a small sign is shown page after page, in letters to be read."""

from __future__ import annotations

import select

import pytest

from agent.clock import mono_s
from agent.contract.scene import EXERCISE_TEXT, Element, Scene
from agent.play.board import typeset
from agent.play.board.alarm_pages import AlarmRenderer, list_pages
from agent.play.board.render_process import RenderProcess
from agent.play.board.scene_budget import SCENE_BUDGET, SceneBudget
from agent.play.board.scene_renderer import SceneContext
from agent.play.board.scene_state import SceneMoment
from agent.play.ipc import ShowScene

ROOMY = SceneBudget(memory_bytes=1 << 32)  # a test's process is larger than a board's
VI = (
    "Nước lũ trên sông Cổ Chiên đang lên nhanh, đạt đỉnh lúc 18 giờ hôm nay, cao hơn báo động ba."
    " Bà con các ấp ven sông di dời ngay đến trường học và nhà văn hóa xã."
)
KM = "ទឹកជំនន់កំពុងឡើងយ៉ាងលឿន សូមបងប្អូនភៀសខ្លួនជាបន្ទាន់ទៅសាលារៀន និងសាលាឃុំ"
GATE, WALL, SMALLEST = (192, 96), (800, 500), (64, 32)
ALARM_RGB, MARK_RGB = (176, 0, 0), (255, 210, 63)


def build(*texts: str, exercise: bool = False) -> Scene:
    """As the box builds the picture of an emergency."""
    top = 160 if exercise else 0
    mark = Element(
        "text", [0, 0, 1000, 160], text=EXERCISE_TEXT, colour="#000000", background="#ffd23f"
    )
    height = (1000 - top) // len(texts)
    boxes = [[0, top + n * height, 1000, height] for n in range(len(texts))]
    words = [
        Element("text", box, text=text, background="#b00000")
        for box, text in zip(boxes, texts, strict=True)
    ]
    return Scene([mark, *words] if exercise else words, 60_000)


def said(pages: list[Scene]) -> str:
    """All that pages say, without spaces: lines are broken anew."""
    words = "".join(one.elements[-1].text or "" for one in pages)
    return "".join(words.split())


def test_what_a_wall_shows_at_once_has_no_pages() -> None:
    assert list_pages(build(VI, KM), WALL) == []


@pytest.mark.parametrize("size", [GATE, SMALLEST])
@pytest.mark.parametrize("exercise", [False, True])
def test_on_a_small_sign_every_word_of_both_languages_has_its_page(
    size: tuple[int, int], *, exercise: bool
) -> None:
    pages = list_pages(build(VI, KM, exercise=exercise), size)
    assert said(pages) == "".join((VI + KM).split())
    drawer = AlarmRenderer(
        build(VI, KM, exercise=exercise), {"cong": size}, SceneContext("s", {}), SCENE_BUDGET
    )
    for number in range(len(pages)):
        picture = drawer.draw("cong", SceneMoment(None, number * drawer.page_ms))
        colours = {colour for _, colour in picture.getcolors(100_000) or []}
        assert {ALARM_RGB, (255, 255, 255)} <= colours
        assert (picture.getpixel((0, 0)) == MARK_RGB) is exercise


def test_letters_of_a_page_can_be_read_where_a_line_of_them_has_room() -> None:
    for page in list_pages(build(VI, KM), GATE):
        text = page.elements[-1].text or ""
        assert typeset.fit(text, 190, 94).size_px >= typeset.find_legible_px(text)


def test_an_exercise_without_room_for_more_is_the_word_alone() -> None:
    (page,) = list_pages(build(VI, exercise=True), (64, 16))
    (element,) = page.elements
    assert (element.text, element.box) == ("DIỄN TẬP", [0, 0, 1000, 1000])


def test_a_page_stays_as_long_as_its_letters_take_to_be_read() -> None:
    drawer = AlarmRenderer(build(VI, KM), {"cong": GATE}, SceneContext("s", {}), SCENE_BUDGET)
    longest = max(len(one.elements[-1].text or "") for one in list_pages(build(VI, KM), GATE))
    assert longest * 1000 // 15 <= drawer.page_ms <= 120 * 1000 // 15


def test_a_face_with_pages_does_not_change_one_that_needs_none() -> None:
    faces = {"cong": GATE, "tuong": WALL}
    drawer = AlarmRenderer(build(VI, KM), faces, SceneContext("s", {}), SCENE_BUDGET)
    first, second = (SceneMoment(None, n * drawer.page_ms) for n in (0, 1))
    assert drawer.draw("tuong", first).tobytes() == drawer.draw("tuong", second).tobytes()
    assert drawer.draw("cong", first).tobytes() != drawer.draw("cong", second).tobytes()


def draw_once(renderer: RenderProcess) -> bytes:
    renderer.request()
    select.select([renderer.fd], [], [], 60)
    frames = renderer.receive()
    assert isinstance(frames, dict)
    return frames["cong"]


def test_the_board_asks_for_the_next_page_when_its_time_has_come(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now_ms = [0]
    at = "agent.play.board.render_process.moment_of"
    monkeypatch.setattr(at, lambda _: SceneMoment(None, now_ms[0]))
    show = ShowScene("a1", build(VI, KM), ["cong"], {}, mono_s() + 60, is_alarm=True)
    renderer = RenderProcess(show, {"cong": GATE}, "tv-cl-0007", ROOMY)
    first = draw_once(renderer)
    now_ms[0] = 2_999  # no page is shorter than three seconds
    assert not renderer.has_changed()
    now_ms[0] = 8_000  # and none longer than eight
    assert renderer.has_changed()
    assert draw_once(renderer) != first
    renderer.kill()


def test_an_alarm_that_fits_needs_no_process_any_more() -> None:
    show = ShowScene("a1", build("Lũ về"), ["cong"], {}, mono_s() + 60, is_alarm=True)
    renderer = RenderProcess(show, {"cong": GATE}, "tv-cl-0007", ROOMY)
    draw_once(renderer)
    assert renderer.texts == ()
    renderer.kill()


def test_what_is_no_alarm_fails_where_it_does_not_fit() -> None:
    show = ShowScene("s1", build(VI, KM), ["cong"], {}, mono_s() + 60)
    renderer = RenderProcess(show, {"cong": GATE}, "tv-cl-0007", ROOMY)
    renderer.request()
    select.select([renderer.fd], [], [], 60)
    failure = renderer.receive()
    renderer.kill()
    assert not isinstance(failure, dict)
    assert failure.code == "E_FIT"
