"""The same melodies for many tests: each length and format is made once in a process."""

from __future__ import annotations

import functools
import tempfile
from pathlib import Path

from central.documents import audio_tools


def make_melody(target: Path, length_ms: int) -> Path:
    """As `audio_tools.make_melody`, which takes a second of the processor for some lengths."""
    target.write_bytes(_melody(target.suffix, length_ms))
    return target


@functools.cache
def _melody(suffix: str, length_ms: int) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        return audio_tools.make_melody(Path(folder) / f"melody{suffix}", length_ms).read_bytes()
