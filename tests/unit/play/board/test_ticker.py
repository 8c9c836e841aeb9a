"""A text that runs: drawn once, moved by whole pixels, in the slots of its board."""

from __future__ import annotations

import struct

import pytest
from PIL import Image, ImageChops, ImageDraw, ImageFont

from agent.clock import mono_s
from agent.contract.scene import Element, Scene
from agent.errors import PlayError
from agent.play.board import typeset
from agent.play.board.board_faces import BoardFaces
from agent.play.board.forked_process import reap
from agent.play.board.moving_face import MovingFace
from agent.play.board.render_process import RenderProcess
from agent.play.board.scene_box import PlaceNames
from agent.play.board.scene_budget import SceneBudget
from agent.play.board.ticker import Strip, decode_strips, draw_strip, find_pace
from agent.play.ipc import ShowScene, Snap
from drivers.frame_sink import Frame, Presented
from tests.fakes.frame_sink import FakeSink

ROOMY = SceneBudget(memory_bytes=1 << 34)  # the test process is inherited, whatever it holds
FACE = (64, 32)
MOST_PX = 1_000_000
PLACE = PlaceNames("x")
BOTTOM = [0, 500, 1000, 500]
KHMER = "សូមប្រុងប្រយ័ត្នទឹកជំនន់"
ROOMY = SceneBudget(memory_bytes=1 << 32)  # a test's process is larger than a board's


def ticker(text: str, box: list[int] = BOTTOM, ms: int = 4_000) -> Element:
    return Element("text", box, text=text, ticker_ms=ms)


def striped(width_px: int, window: tuple[int, int, int, int]) -> Strip:
    """Each column has a colour of its own: red tells which."""
    row = b"".join(bytes([x, 255, 0]) for x in range(width_px))
    return Strip(row * (window[3] - window[1]), width_px, window, 4_000)


@pytest.mark.parametrize(
    ("width_px", "cross_ms", "period_s", "step_px", "slots"),
    [
        (1600, 10_000, 1 / 60, 3, 1),  # 160 px a second: 2.67 a slot
        (1600, 6_000, 1 / 60, 4, 1),
        (64, 4_000, 1 / 60, 1, 4),  # 16 px a second: one in 3.75 slots
        (512, 10_000, 0.04, 2, 1),
    ],
)
def test_the_pace_is_whole_pixels_in_whole_slots(
    width_px: int, cross_ms: int, period_s: float, step_px: int, slots: int
) -> None:
    pace = find_pace(width_px, cross_ms, period_s)
    assert (pace.step_px, pace.slots) == (step_px, slots)


def test_a_window_goes_over_the_strip_and_begins_anew() -> None:
    still = bytes([9]) * (4 * 3 * 3)
    face = MovingFace(still, 4, [striped(10, (1, 1, 3, 2))], period_s=2.0)  # 1 px in each slot
    face.begin(100)
    seen = [Image.frombytes("RGB", (4, 3), bytes(face.draw(100 + n).pixels)) for n in range(10)]
    reds = [(one.getpixel((1, 1))[0], one.getpixel((2, 1))[0]) for one in seen]
    assert reds == [(n % 8, n % 8 + 1) for n in range(10)]
    for one in seen:
        assert {one.getpixel((x, y)) for x in range(4) for y in (0, 2)} == {(9, 9, 9)}
        assert (one.getpixel((0, 1)), one.getpixel((3, 1))) == ((9, 9, 9), (9, 9, 9))


def test_a_late_frame_costs_no_time_and_only_rows_that_move_are_named() -> None:
    face = MovingFace(bytes(4 * 3 * 3), 4, [striped(10, (1, 1, 3, 2))], period_s=2.0)
    assert face.draw(7).rows is None
    face.begin(7)
    late = face.draw(12)
    assert late.rows == (1, 2)
    assert late.pixels[1 * 12 + 3] == 5


def test_the_strip_is_the_shaped_line_between_two_widths_of_background() -> None:
    for text, font in (("ẾỆỔ sơ tán", typeset.LATIN), (KHMER, typeset.KHMER)):
        strip = draw_strip(ticker(text), (200, 100), PLACE, MOST_PX)
        box = strip.getbbox()
        assert box is not None
        assert (box[0] >= 198, box[2] <= strip.width - 200 + 2) == (True, True)
        size_px = typeset.fit_line(text, 50, 200, MOST_PX).size_px
        shaped = ImageFont.truetype(
            typeset.find_font(font), size_px, layout_engine=ImageFont.Layout.RAQM
        )
        alone = Image.new("RGB", strip.size)
        language = "km" if font == typeset.KHMER else "vi"
        ascent_px = shaped.getmetrics()[0]
        ImageDraw.Draw(alone).text(
            (200, ascent_px), text, fill="white", font=shaped, anchor="ls", language=language
        )
        assert alone.getbbox() == box


def test_a_long_text_gets_smaller_letters_and_keeps_to_its_pixels() -> None:
    short = draw_strip(ticker("Lũ về"), (640, 320), PLACE, 400_000)
    long = draw_strip(ticker("Lũ về, sơ tán ngay. " * 40), (640, 320), PLACE, 400_000)
    assert long.height < short.height <= 160
    assert long.width * long.height <= 400_000
    with pytest.raises(PlayError, match="E_FIT"):
        draw_strip(ticker("Lũ về, sơ tán ngay. " * 400), (640, 320), PLACE, 40_000)


def test_station_and_line_breaks_are_in_one_line() -> None:
    one = draw_strip(ticker("Trạm {station}\nxin chào"), (200, 100), PlaceNames("tv-1"), MOST_PX)
    other = draw_strip(ticker("Trạm tv-1   xin chào"), (200, 100), PLACE, MOST_PX)
    assert ImageChops.difference(one, other).getbbox() is None


@pytest.mark.parametrize(
    "table",
    [
        b"",
        struct.pack("<II", 200, 17),  # higher than its box
        struct.pack("<II", 64, 16),  # no run at all
        struct.pack("<II", 4_000_000_000, 16),
        struct.pack("<IIII", 200, 16, 200, 16),
        b"abc",
    ],
)
def test_a_table_that_no_renderer_of_ours_writes_is_refused(table: bytes) -> None:
    scene = Scene([ticker("Lũ")], 1)
    with pytest.raises(ValueError, match=r"strip|table"):
        decode_strips(scene, {"mat": FACE}, table, memoryview(bytes(30_000)))


class SlotSink(FakeSink):
    """Shows frames in the slot that is asked for; `skipped` slots pass before."""

    skipped = 0

    def __init__(self) -> None:
        super().__init__()
        self.slots: list[int] = []

    def present(self, frames: dict[str, Frame], slot: int | None = None) -> Presented:
        super().present(frames)
        late = 0 if slot is None else self.skipped
        self.slots.append(
            (self.slots[-1] + 1 if self.slots else 50) if slot is None else slot + late
        )
        return Presented(self.slots[-1], mono_s(), late)


def test_a_face_moves_in_the_sinks_slots_until_something_else_is_shown() -> None:
    sink = SlotSink()
    sink.period_s = 0.0625  # 64 px in 4 s: one a slot
    faces = BoardFaces({"mat": FACE}, sink)
    strip = striped(200, (0, 10, 64, 20))
    first = faces.send({"mat": bytes(64 * 32 * 3)}, {"mat": [strip]})
    assert faces.next_move_mono_s <= mono_s()
    faces.move()
    faces.move()
    assert (sink.slots, sink.frames["mat"][10 * 64 * 3]) == ([50, 51, 52], 2)
    sink.skipped = 3
    faces.move()
    faces.move()
    assert (sink.slots[-2:], faces.late) == ([56, 60], 6)
    snapped = faces.snap(Snap("mat"))
    assert snapped.token not in first.values()
    assert faces.snap(Snap("mat", known=snapped.token)).png == b""
    faces.black("mat")
    assert faces.next_move_mono_s == float("inf")
    faces.move()
    assert not any(sink.frames["mat"])


def test_a_clock_that_changes_beneath_does_not_hold_up_the_run() -> None:
    sink = SlotSink()
    sink.period_s = 0.0625
    faces = BoardFaces({"mat": FACE}, sink)
    strips = {"mat": [striped(200, (0, 10, 64, 20))]}
    first = faces.send({"mat": bytes(64 * 32 * 3)}, strips)
    for _ in range(4):
        faces.move()
    again = faces.send({"mat": bytes([7]) * (64 * 32 * 3)}, strips)
    faces.move()
    assert (sink.frames["mat"][0], sink.frames["mat"][10 * 64 * 3]) == (7, 6)
    assert again == first


def test_a_renderer_draws_the_strip_in_its_own_process() -> None:
    scene = Scene([ticker("Lũ về"), Element("text", [0, 0, 1000, 500], text="Lũ")], 60_000)
    show = ShowScene("s1", scene, ["mat"], {}, until_mono_s=mono_s() + 60)
    renderer = RenderProcess(show, {"mat": (200, 100)}, "tv-cl-0007", ROOMY)
    renderer.request()
    frames = renderer.receive()
    assert isinstance(frames, dict)
    (strip,) = renderer.strips["mat"]
    drawn = draw_strip(ticker("Lũ về"), (200, 100), PlaceNames("tv-cl-0007"), MOST_PX)
    assert strip.pixels == drawn.tobytes()
    assert strip.window == (0, 50 + (50 - drawn.height) // 2, 200, strip.window[1] + drawn.height)
    still = Image.frombytes("RGB", (200, 100), frames["mat"])
    assert still.crop((0, 50, 200, 100)).getbbox() is None
    assert still.crop((0, 0, 200, 50)).getbbox() is not None
    pid = renderer.kill()
    while pid is not None and not reap(pid):
        pass
