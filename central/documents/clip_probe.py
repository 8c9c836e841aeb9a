"""What a clip is, as ffprobe finds it, confined."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from agent.errors import ConfigError
from central.documents.audio_tools import run_tool
from central.documents.confined_tool import SOUNDS, confine_reader

_STREAM = (
    "codec_type,codec_name,profile,pix_fmt,width,height,sample_aspect_ratio,avg_frame_rate,bit_rate"
)


@dataclass(frozen=True)
class ClipFacts:
    """A clip.

    Args:
        is_mp4: the file is an MP4 or MOV.
        codec: such as h264.
        profile: of the codec.
        pixel_format: such as yuv420p.
        width_px: of a frame.
        height_px: of a frame.
        is_square: are its pixels?
        turned: is it to be turned when it is shown, as a telephone's are?
        fps: frames a second, in the mean.
        kbit_s: of the picture, in the mean.
        duration_ms: of the file.
        size_bytes: of the file.
        has_sound: is there a sound track?
    """

    is_mp4: bool
    codec: str
    profile: str
    pixel_format: str
    width_px: int
    height_px: int
    is_square: bool
    turned: bool
    fps: float
    kbit_s: int
    duration_ms: int
    size_bytes: int
    has_sound: bool

    @property
    def whole_fps(self) -> int:
        """The steady rate at which boxes show it."""
        return max(1, min(60, round(self.fps)))


def probe_clip(path: Path) -> ClipFacts:
    """Probe a clip.

    Raises:
        ConfigError: E_MEDIA, unreadable, or it has no picture that moves.
    """
    argv = [
        "ffprobe", "-v", "error", "-protocol_whitelist", "file", "-format_whitelist", SOUNDS,
        "-of", "json", "-show_entries",
        f"format=format_name,duration,bit_rate:stream={_STREAM}",
        f"file:{path}",
    ]  # fmt: skip
    try:
        found = json.loads(run_tool(confine_reader(argv, [path])))
        size_bytes = path.stat().st_size
    except (ConfigError, OSError, ValueError) as error:
        hint = error.hint if isinstance(error, ConfigError) else str(error)
        raise ConfigError("E_MEDIA", path.name, hint) from error
    streams, container = found.get("streams", []), found.get("format", {})
    videos = [one for one in streams if _is_film(one)]
    length_s = _number(container.get("duration"))
    if not videos or not length_s:
        raise ConfigError("E_MEDIA", path.name, "no picture that moves")
    video = videos[0]
    rate = _rate(video.get("avg_frame_rate"))
    return ClipFacts(
        is_mp4="mov" in str(container.get("format_name", "")).split(","),
        codec=str(video.get("codec_name", "")),
        profile=str(video.get("profile", "")),
        pixel_format=str(video.get("pix_fmt", "")),
        width_px=int(video.get("width", 0)),
        height_px=int(video.get("height", 0)),
        is_square=video.get("sample_aspect_ratio", "1:1") in ("1:1", "0:1", "N/A"),
        turned=any(_number(one.get("rotation")) for one in video.get("side_data_list", [])),
        fps=float(rate),
        kbit_s=math.ceil((_number(video.get("bit_rate")) or size_bytes * 8 / length_s) / 1000),
        duration_ms=math.ceil(length_s * 1000),
        size_bytes=size_bytes,
        has_sound=any(one.get("codec_type") == "audio" for one in streams),
    )


def _is_film(stream: dict[str, Any]) -> bool:
    is_cover = bool(stream.get("disposition", {}).get("attached_pic"))
    return stream.get("codec_type") == "video" and not is_cover


def _number(text: object) -> float:
    try:
        return float(str(text))
    except ValueError:
        return 0.0


def _rate(text: object) -> Fraction:
    try:
        return Fraction(str(text))
    except (ValueError, ZeroDivisionError):
        return Fraction(25)
