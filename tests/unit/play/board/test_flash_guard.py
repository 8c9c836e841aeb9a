"""No part of a face changes its brightness more than three times in a second."""

from __future__ import annotations

import pytest
from PIL import Image

from agent.play.board.flash_guard import FlashGuard, read_luminances

SIZE = (64, 32)


def plain(colour: str) -> bytes:
    return Image.new("RGB", SIZE, colour).tobytes()


@pytest.mark.parametrize(
    ("colour", "luminance"),
    [
        # by the definition of relative luminance in WCAG 2.2, with a calculator
        ("#ffffff", 1.0),
        ("#000000", 0.0),
        ("#ff0000", 0.2126),
        ("#00ff00", 0.7152),
        ("#0000ff", 0.0722),
        ("#808080", 0.2159),
        ("#0a0a0a", 0.0030),
    ],
)
def test_the_luminance_of_plain_colours(colour: str, luminance: float) -> None:
    read = read_luminances(plain(colour), SIZE)
    assert len(read) == 16
    assert read == pytest.approx([luminance] * 16, abs=0.00005)


def test_half_white_is_half_the_light_and_each_part_has_its_own() -> None:
    picture = Image.new("RGB", SIZE)
    picture.paste("white", (0, 0, 8, 8))  # the left half of the first part
    picture.paste("white", (48, 24, 64, 32))  # the last part
    read = read_luminances(picture.tobytes(), SIZE)
    assert read[0] == pytest.approx(0.5)
    assert read[15] == pytest.approx(1.0)
    assert not any(read[1:15])


def test_a_face_smaller_than_the_grid_is_read_too() -> None:
    assert read_luminances(bytes([255]) * 6, (2, 1)) == pytest.approx([1.0, 1.0])


def show(guard: FlashGuard, luminances: list[float], at_s: float) -> float:
    """As a board does: wait, then show."""
    wait_s = guard.find_wait_s(luminances, at_s)
    guard.note(luminances, at_s + wait_s)
    return wait_s


def test_the_fourth_change_within_a_second_waits_until_it_is_the_third() -> None:
    guard = FlashGuard()
    waits = [show(guard, [n % 2], 100 + n / 10) for n in range(5)]  # the first is no change
    assert waits[:4] == [0, 0, 0, 0]
    assert waits[4] == pytest.approx(100.1 + 1 - 100.4)
    assert show(guard, [1.0], 101.15) == pytest.approx(0.05)  # behind the change at 100.2
    assert show(guard, [0.0], 103.0) == 0


@pytest.mark.parametrize(("low", "high"), [(0.2, 0.299), (0.8, 1.0), (0.5, 0.5)])
def test_what_is_no_flash_never_waits(low: float, high: float) -> None:
    """Less than 10 %, or where the darker picture is bright."""
    guard = FlashGuard()
    assert [show(guard, [(low, high)[n % 2]], n / 50) for n in range(50)] == [0] * 50


def test_parts_are_counted_by_themselves() -> None:
    guard = FlashGuard()
    frames = [[0.0, 0.0], [1.0, 0.0], [0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]
    waits = [show(guard, frame, n / 10) for n, frame in enumerate(frames)]
    assert waits[:5] == [0, 0, 0, 0, 0]
    assert waits[5] == pytest.approx(0.6)
