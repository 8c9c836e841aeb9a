"""Does a clip flash? Changes of relative luminance are counted in each part of the picture.

The picture is made small: its cells are about a hundredth of it. A change is a rise or a fall of
the luminance by the limit or more, of which the darker end is dark enough; rises and falls are each
counted, as the limit has it. A clip flashes where a quarter of the picture changes more often than
allowed within the limit's span (WCAG 2.2, definition of general flash: a quarter of the central
field of view; a board that is far away is inside it whole).
"""

from __future__ import annotations

import subprocess
from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path

from agent.contract.flash_limit import FLASH, FlashLimit
from agent.errors import ConfigError
from central.documents.confined_tool import confine_reader

CELLS = (16, 9)
RATE = 50  # frames a second; nothing that boxes show is faster by more than a tenth
AREA = 0.25
LIMIT_S = 1800.0
# sRGB, IEC 61966-2-1
_LUMINANCE = [
    value / 12.92 / 255 if value / 255 <= 0.04045 else ((value / 255 + 0.055) / 1.055) ** 2.4
    for value in range(256)
]


def find_flash_ms(path: Path, limit: FlashLimit = FLASH) -> int | None:
    """Where a clip begins to flash, in milliseconds; None: nowhere.

    Raises:
        ConfigError: E_MEDIA, it cannot be decoded.
    """
    return find_flash(_read_frames(path), limit)


def find_flash(frames: Iterable[bytes], limit: FlashLimit = FLASH) -> int | None:
    """As `find_flash_ms`, of frames of grey values, `RATE` a second."""
    span = limit.within_ms * RATE // 1000
    cells: list[_Cell] = []
    for number, frame in enumerate(frames):
        if not cells:
            cells = [_Cell(_LUMINANCE[value]) for value in frame]
        for cell, value in zip(cells, frame, strict=True):
            cell.add(_LUMINANCE[value], number, limit)
        flashing = sum(cell.count(number - span) > limit.changes for cell in cells)
        if flashing >= AREA * len(cells):
            return number * 1000 // RATE
    return None


class _Cell:
    """One part of the picture: its extremes since the last change, and when it changed."""

    def __init__(self, luminance: float) -> None:
        self._low = self._high = luminance
        self._is_rising: bool | None = None
        self._changes: deque[int] = deque()

    def add(self, luminance: float, number: int, limit: FlashLimit) -> None:
        """The next frame. A rise or fall is counted once, as soon as it is large enough."""
        self._low, self._high = min(self._low, luminance), max(self._high, luminance)
        rise, fall = luminance - self._low, self._high - luminance
        if self._is_rising is not True and rise >= limit.luminance and self._low < limit.dark:
            self._is_rising, self._high = True, luminance
            self._changes.append(number)
        elif self._is_rising is not False and fall >= limit.luminance and luminance < limit.dark:
            self._is_rising, self._low = False, luminance
            self._changes.append(number)

    def count(self, after: int) -> int:
        """Changes after a frame; older ones are forgotten."""
        while self._changes and self._changes[0] <= after:
            self._changes.popleft()
        return len(self._changes)


def _read_frames(path: Path) -> Iterator[bytes]:
    width, height = CELLS
    argv = [
        "ffmpeg", "-v", "error", "-nostdin", "-protocol_whitelist", "file",
        "-format_whitelist", "mov,matroska,avi,mpegts,mpeg,asf", "-i", f"file:{path}", "-map",
        "0:v:0", "-vf", f"fps={RATE},scale={width}:{height}:flags=area,format=gray", "-t",
        f"{LIMIT_S:.0f}", "-f", "rawvideo", "pipe:1",
    ]  # fmt: skip
    with subprocess.Popen(
        confine_reader(argv, [path]), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as decoding:
        assert decoding.stdout is not None  # noqa: S101 - it is a pipe
        count = 0
        while len(frame := decoding.stdout.read(width * height)) == width * height:
            count += 1
            yield frame
    if not count:
        raise ConfigError("E_MEDIA", path.name, "no picture can be decoded")
