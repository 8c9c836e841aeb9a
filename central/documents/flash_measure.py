"""Does a clip flash? The picture is made small, and `agent.contract.flash_count` counts."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

from agent.contract.flash_count import CELLS, FlashCount
from agent.contract.flash_limit import FLASH, FlashLimit
from agent.errors import ConfigError
from central.documents.confined_tool import confine_reader

RATE = 50  # frames a second; nothing that boxes show is faster by more than a tenth
LIMIT_S = 1800.0


def find_flash_ms(path: Path, *, is_loop: bool = False) -> int | None:
    """Where a clip begins to flash, in milliseconds; None: nowhere.

    Args:
        path: of the clip.
        is_loop: it is shown over and over, and may flash where it begins again.

    Raises:
        ConfigError: E_MEDIA, it cannot be decoded.
    """
    frames = _read_frames(path)
    return find_flash(_with_begin(frames) if is_loop else frames)


def find_flash(frames: Iterable[bytes], limit: FlashLimit = FLASH) -> int | None:
    """As `find_flash_ms`, of frames of grey values, `RATE` a second."""
    count = FlashCount(RATE, limit)
    flashing = (number for number, frame in enumerate(frames) if count.add(frame))
    number = next(flashing, None)
    return None if number is None else number * 1000 // RATE


def _with_begin(frames: Iterable[bytes]) -> Iterator[bytes]:
    """The frames, and those of the first second again."""
    begin: list[bytes] = []
    for frame in frames:
        if len(begin) < RATE:
            begin.append(frame)
        yield frame
    yield from begin


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
