"""What the technician sees of a face whose edge is dark or cut off."""

from __future__ import annotations

import pytest

from agent.play.board.test_pattern import draw_pattern

BLACK = (0, 0, 0)


@pytest.mark.parametrize("pattern", ["bars", "grid", "white"])
@pytest.mark.parametrize("size", [(512, 256), (64, 32), (500, 250)])
def test_every_outermost_pixel_is_lit(pattern: str, size: tuple[int, int]) -> None:
    picture = draw_pattern(pattern, size)
    right, bottom = size[0] - 1, size[1] - 1
    edge = [(x, y) for x in range(size[0]) for y in (0, bottom)]
    edge += [(x, y) for x in (0, right) for y in range(size[1])]
    assert [at for at in edge if picture.getpixel(at) == BLACK] == []


def test_the_bars_are_complete_within_their_frame() -> None:
    picture = draw_pattern("bars", (512, 256))
    seen = {picture.getpixel((x, 128)) for x in range(1, 511)}
    assert len(seen) == 8
