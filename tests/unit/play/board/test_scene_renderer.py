"""Letters and pictures; fontconfig says which code points a font has."""

from __future__ import annotations

import logging
import subprocess
import unicodedata
from datetime import datetime
from itertools import pairwise

import pytest
from PIL import Image, ImageDraw, ImageFont

from agent.contract.scene import Element, Scene
from agent.play.board import typeset
from agent.play.board.scene_renderer import SceneContext, render
from agent.play.board.scene_state import clock_text

VIETNAMESE = "ẾỆỔỮẶ Nước sạch cho mọi nhà, lũ về đề nghị sơ tán"
KHMER = "សូមប្រុងប្រយ័ត្នទឹកជំនន់ ស្ត្រី"
AROUND = SceneContext("tv-cl-0007", {})


def charset(font: str) -> set[int]:
    listed = subprocess.run(
        ["fc-query", "-f", "%{charset}", str(typeset.find_font(font))],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    held: set[int] = set()
    for part in listed.split():
        first, _, last = part.partition("-")
        held.update(range(int(first, 16), int(last or first, 16) + 1))
    return held


def draw_lines(text: str, size: tuple[int, int], **changes: object) -> Image.Image:
    element = Element("text", [0, 0, 1000, 1000], text=text, **changes)
    return render(Scene([element], 1000), size, AROUND)


@pytest.mark.parametrize("text", [VIETNAMESE, KHMER, VIETNAMESE + " / " + KHMER + " 24°C ⚠"])
def test_every_code_point_goes_to_a_font_that_holds_it(text: str) -> None:
    runs = typeset.split_runs(text)
    assert "".join(part for _, part in runs) == text
    for font, part in runs:
        assert {ord(char) for char in part} <= charset(font) | {0x20, 0x200B}


def test_what_we_take_for_a_glyph_is_what_fontconfig_finds() -> None:
    held = charset(typeset.KHMER)
    assigned = [c for c in map(chr, range(0x1780, 0x17FA)) if unicodedata.category(c) != "Cn"]
    visible = [c for c in assigned if c not in "\u17b4\u17b5"]  # two inherent vowels: invisible
    assert [c for c in visible if typeset.has_glyph(typeset.KHMER, c) != (ord(c) in held)] == []
    assert not typeset.has_glyph(typeset.LATIN, "ក")


def test_khmer_is_shaped_subscripts_under_their_letters_and_not_in_a_row() -> None:
    shaped = typeset.load_font(typeset.KHMER, 48)
    torn = ImageFont.truetype(
        typeset.find_font(typeset.KHMER), 48, layout_engine=ImageFont.Layout.BASIC
    )
    assert shaped.getlength("ស្ត្រី") < torn.getlength("ស្ត្រី")
    assert shaped.getbbox("ត្ន")[3] > shaped.getbbox("ត")[3]  # reaches below its base letter
    assert bytes(shaped.getmask(KHMER)) != bytes(torn.getmask(KHMER))


def test_decomposed_vietnamese_gives_the_same_picture_as_composed() -> None:
    decomposed = unicodedata.normalize("NFD", VIETNAMESE)
    assert decomposed != VIETNAMESE
    size = (512, 256)
    assert draw_lines(decomposed, size).tobytes() == draw_lines(VIETNAMESE, size).tobytes()


@pytest.mark.parametrize("size", [(512, 256), (192, 96), (96, 192), (64, 32)])
@pytest.mark.parametrize("text", ["ẾỆỔỮ gyọ", "ស្ត្រីប្រុងជំនន់", "Lũ\nទឹក"])
def test_no_mark_or_subscript_is_cut_at_the_edge_of_its_box(
    text: str, size: tuple[int, int]
) -> None:
    ink = draw_lines(text, size).getbbox()
    assert ink is not None
    assert ink[0] > 0
    assert ink[1] > 0
    assert ink[2] < size[0]
    assert ink[3] < size[1]


def test_a_longer_text_is_smaller_and_wrapped_and_still_inside() -> None:
    short, long = typeset.fit("Lũ về", 500, 250), typeset.fit("Lũ về, sơ tán ngay. " * 8, 500, 250)
    assert long.size_px < short.size_px
    assert len(long.lines) > 1
    assert all(line.width_px <= 500 for line in long.lines)


def test_khmer_without_spaces_is_broken_only_before_a_letter_that_starts_a_syllable() -> None:
    layout = typeset.fit(KHMER.replace(" ", "") * 6, 300, 200)
    lines = ["".join(part for _, part in line.runs) for line in layout.lines]
    assert len(lines) > 1
    for before, after in pairwise(lines):
        assert before[-1] != typeset.COENG
        assert unicodedata.category(after[0]) == "Lo"


def test_what_no_font_has_is_left_out_and_logged_not_drawn_as_a_box(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING):
        with_it = draw_lines("Lũ về\U000f0000", (512, 256))
    assert with_it.tobytes() == draw_lines("Lũ về", (512, 256)).tobytes()
    assert "U+F0000" in caplog.text


def test_station_is_put_into_text() -> None:
    named = draw_lines("Trạm {station}", (512, 256))
    assert named.tobytes() == draw_lines("Trạm tv-cl-0007", (512, 256)).tobytes()


def test_colours_and_background_are_those_of_the_element() -> None:
    picture = draw_lines("Lũ", (512, 256), colour="#ff0000", background="#000040")
    colours = picture.getcolors(1 << 20) or []
    assert picture.getpixel((0, 0)) == (0, 0, 64)
    assert (255, 0, 0) in {colour for _, colour in colours}


def test_a_clock_shows_local_time_or_dashes_while_no_time_is_trusted() -> None:
    clock = Element("clock", [0, 0, 1000, 1000], format="%H:%M %d/%m")
    assert clock_text(clock, datetime(2026, 11, 23, 5, 7)) == "05:07 23/11"  # noqa: DTZ001 - local
    assert clock_text(clock, None) == "--:-- --/--"


def test_an_empty_text_is_its_background() -> None:
    assert draw_lines("", (64, 32)).getbbox() is None


def test_small_letters_have_hard_edges_for_a_coarse_raster() -> None:
    picture = Image.new("RGB", (200, 20))
    layout = typeset.fit("Lũ về", 190, 18)
    assert layout.size_px < typeset.MONO_BELOW_PX
    canvas = ImageDraw.Draw(picture)
    typeset.draw(canvas, layout, (0, 0, 200, 20), align="left", colour=(255, 255, 255))
    assert {value for _, value in picture.getcolors() or []} == {(0, 0, 0), (255, 255, 255)}
