"""The built-in spoken lines that every engine holds, for an emergency without recorded words.

The text of each line is beside its file in `spoken/`; `make spoken` renders them again. A line only
asks people to follow the local authority; it does not claim to be that authority.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from collections.abc import Callable
from pathlib import Path

from agent.errors import PlayError
from agent.play.ipc import EngineCommand, Hold

log = logging.getLogger(__name__)
LINE = "line"
WARNING = "lockout-warning"
EXERCISE_LINE = "exercise-line"
FILES = {
    LINE: Path(__file__).parent / "spoken" / "khan-cap.wav",
    EXERCISE_LINE: Path(__file__).parent / "spoken" / "dien-tap.wav",
}
WARNING_FILE = Path(__file__).parent / "spoken" / "co-nguoi-lam-viec.wav"
HEADER_BYTES = 44  # RIFF, fmt and the head of data, as ffmpeg writes them with -bitexact


def open_lines() -> dict[str, int]:
    """Each line as a descriptor that reads s16le, 48 kHz, mono; for `Hold`.

    A line that cannot be read is left out: the attention signal replaces it.
    """
    opened = {}
    for clip, file in FILES.items():
        with contextlib.suppress(OSError):
            opened[clip] = _open(file)
    return opened


def open_warning() -> int:
    """The warning to whoever works at the station, as `open_lines` opens a line.

    Raises:
        OSError: it cannot be read.
    """
    return _open(WARNING_FILE)


def _open(file: Path) -> int:
    try:
        fd = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        log.error("the built-in line %s: %s", file, error)  # noqa: TRY400 - the path says it
        raise
    os.lseek(fd, HEADER_BYTES, os.SEEK_SET)
    return fd


async def hold_lines(send: Callable[[EngineCommand, int | None], None]) -> None:
    """Load the lines into an engine; runs in its own task because the card may be slow."""
    for clip, fd in (await asyncio.to_thread(open_lines)).items():
        with contextlib.suppress(PlayError):  # the supervisor reports a lost engine
            send(Hold(clip), fd)
