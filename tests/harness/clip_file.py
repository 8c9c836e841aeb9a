"""Small clips for tests, made by ffmpeg."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

from agent.contract.document import Medium


def encode_clip(source: str, path: Path, *options: str) -> Path:
    """A clip of a lavfi graph, as boxes play it."""
    encoder = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")
    argv = ("ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", source, *encoder, *options)
    subprocess.run([*argv, str(path)], check=True, capture_output=True)
    return path


def two_colours(size: str, each_s: float) -> str:
    """A lavfi graph: red, then blue."""
    parts = [f"color={name}:s={size}:r=25:d={each_s}[{name}]" for name in ("red", "blue")]
    return ";".join([*parts, "[red][blue]concat"])


def store_clip(raw: bytes, folder: Path, duration_ms: int, mime: str = "video/mp4") -> Medium:
    """Put a clip where a box keeps its media."""
    digest = hashlib.sha256(raw).hexdigest()
    (folder / digest).write_bytes(raw)
    return Medium(digest, len(raw), mime, duration_ms, [])
