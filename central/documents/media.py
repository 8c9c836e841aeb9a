"""Media at the centre: probe a file, keep it under its digest, describe it for a document."""

from __future__ import annotations

import hashlib
import json
import math
import os
import shutil
import tempfile
from pathlib import Path

from agent.contract.document import Medium
from agent.errors import ConfigError
from central.documents.audio_tools import run_tool
from central.documents.confined_tool import PICTURES, SOUNDS, confine_reader

_MIME_OF_FORMAT = {
    "mp3": "audio/mpeg",
    "ogg": "audio/ogg",
    "wav": "audio/wav",
    "flac": "audio/flac",
    "mov": "audio/mp4",
    "aac": "audio/aac",
    "png_pipe": "image/png",
    "jpeg_pipe": "image/jpeg",
    "webp_pipe": "image/webp",
}
_MIME_OF_IMAGE_CODEC = {"png": "image/png", "mjpeg": "image/jpeg", "webp": "image/webp"}


def probe(path: Path) -> tuple[str, int]:
    """MIME type and duration in milliseconds (0 for a picture), as ffprobe finds them.

    Raises:
        ConfigError: E_MEDIA, unreadable or of a type that stations do not play.
    """
    argv = [
        "ffprobe", "-v", "error", "-protocol_whitelist", "file",
        "-format_whitelist", f"{SOUNDS},{PICTURES}", "-of", "json", "-show_entries",
        "format=format_name,duration:stream=codec_type,codec_name",
        f"file:{path}",
    ]  # fmt: skip
    try:
        found = json.loads(run_tool(confine_reader(argv, [path])))
    except ConfigError as error:
        raise ConfigError("E_MEDIA", path.name, error.hint) from error
    names = str(found.get("format", {}).get("format_name", "")).split(",")
    streams = found.get("streams", [])
    mime = _MIME_OF_FORMAT.get(names[0], "")
    if names[0] == "image2" and streams:
        mime = _MIME_OF_IMAGE_CODEC.get(str(streams[0].get("codec_name")), "")
    if mime.startswith("image/"):
        return mime, 0
    has_audio = any(stream.get("codec_type") == "audio" for stream in streams)
    if not mime or not has_audio:
        raise ConfigError("E_MEDIA", path.name, "not a sound or picture that stations play")
    return mime, math.ceil(float(found["format"].get("duration", 0)) * 1000)


def keep(path: Path, media_dir: Path) -> tuple[str, int]:
    """Copy a file into `media_dir` under its digest; returns sha256 and length.

    Raises:
        ConfigError: E_MEDIA, unreadable.
    """
    media_dir.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    try:
        fd, scratch = tempfile.mkstemp(dir=media_dir)
        with path.open("rb") as source, os.fdopen(fd, "wb") as copy:
            shutil.copyfileobj(source, copy)
        with Path(scratch).open("rb") as copied:
            size = 0
            while block := copied.read(1 << 20):
                digest.update(block)
                size += len(block)
        Path(scratch).chmod(0o644)
        Path(scratch).replace(media_dir / digest.hexdigest())
    except OSError as error:
        raise ConfigError("E_MEDIA", path.name, str(error)) from error
    return digest.hexdigest(), size


def store_medium(path: Path, media_dir: Path, media_base_url: str) -> Medium:
    """Keep a file and describe it as documents do; it is fetched from `<base>/<sha256>`.

    Raises:
        ConfigError: E_MEDIA.
    """
    mime, duration_ms = probe(path)
    digest, size_bytes = keep(path, media_dir)
    url = f"{media_base_url.rstrip('/')}/{digest}"
    return Medium(digest, size_bytes, mime, duration_ms, [url])
