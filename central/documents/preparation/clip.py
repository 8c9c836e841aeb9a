"""From any clip to one that boxes decode in time, without sound; its sound is a file of its own.

A confined ffmpeg decodes the officer's file, turns, scales and paces it; a second one, which reads
those frames alone, encodes them. The sound starts with the picture: it is not trimmed, only
levelled.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from subprocess import DEVNULL, PIPE

from agent.errors import ConfigError
from central.documents.clip_limits import BoxLimits, find_excess
from central.documents.clip_probe import ClipFacts, probe_clip
from central.documents.confined_tool import SOUNDS, confine_reader
from central.documents.flash_measure import find_flash_ms
from central.documents.preparation.prepare import Preparation, Tell, prepare
from central.documents.preparation.sound_error import SoundError
from central.documents.sound_decoding import RATE_HZ, write_wav

LIMIT_S = 7200.0
SUFFIX, SOUND_SUFFIX = ".mp4", ".mp3"
KEY_FRAME_S = 2  # a box that joins a clip seeks to one
_AS_IT_IS = Preparation(is_trimmed=False, chime_before=False, fade_ms=1)


@dataclass(frozen=True)
class PreparedClip:
    """The result.

    Args:
        path: the clip.
        before: the officer's file.
        after: the clip's facts.
        sound: the file of its sound; None: it has none.
        flash_ms: where it begins to flash; None: nowhere.
        excess: why no such box would decode it in time: code, value, limit.
    """

    path: Path
    before: ClipFacts
    after: ClipFacts
    sound: Path | None
    flash_ms: int | None
    excess: list[tuple[str, str, str]]


def prepare_clip(source: Path, target: Path, limits: BoxLimits, tell: Tell) -> PreparedClip:
    """Transcode a clip, and write its sound beside it; each whole or not at all.

    Args:
        source: any clip.
        target: .mp4; the sound has the same name with .mp3.
        limits: of the box that must decode it.
        tell: is told how far the sound is.

    Raises:
        ConfigError: E_MEDIA, no clip, or a wrong name; E_CLIP, a tool failed.
        SoundError: its sound cannot be prepared.
    """
    if target.suffix.lower() != SUFFIX:
        raise ConfigError("E_MEDIA", target.name, f"the name must end in {SUFFIX}")
    if target.exists() and source.samefile(target):
        raise ConfigError("E_MEDIA", target.name, "another name, so that the original stays")
    before = probe_clip(source)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".prepare-") as scratch:
        ready = Path(scratch) / "ready.mp4"
        _transcode(source, ready, before, limits)
        sound = _prepare_sound(source, target, Path(scratch), tell) if before.has_sound else None
        os.replace(ready, target)  # noqa: PTH105 - the atomic call by its plain name
    after = probe_clip(target)
    excess = list(find_excess(after, limits))
    return PreparedClip(target, before, after, sound, find_flash_ms(target), excess)


def _transcode(source: Path, target: Path, facts: ClipFacts, limits: BoxLimits) -> None:
    fps = min(facts.whole_fps, limits.fps)
    box = f"w='min(iw,{limits.width_px})':h='min(ih,{limits.height_px})'"
    shaped = [
        "scale=w='trunc(iw*sar/2)*2':h=ih", "setsar=1",
        f"scale={box}:force_original_aspect_ratio=decrease:force_divisible_by=2:flags=area",
        f"fps={fps}:start_time=0", "format=yuv420p",
    ]  # fmt: skip
    reader = [
        "ffmpeg", "-v", "error", "-nostdin", "-protocol_whitelist", "file", "-format_whitelist",
        SOUNDS, "-i", f"file:{source}", "-map", "0:v:0", "-vf", ",".join(shaped), "-f",
        "yuv4mpegpipe", "pipe:1",
    ]  # fmt: skip
    writer = [
        "ffmpeg", "-v", "error", "-nostdin", "-f", "yuv4mpegpipe", "-i", "pipe:0", "-c:v",
        "libx264", "-preset", "medium", "-profile:v", "high", "-crf", "21", "-maxrate",
        f"{limits.kbit_s * 8 // 10}k", "-bufsize", f"{limits.kbit_s}k", "-g",
        str(fps * KEY_FRAME_S), "-pix_fmt", "yuv420p", "-movflags", "+faststart", "-an",
        "-map_metadata", "-1", "-fflags", "+bitexact", "-y", f"file:{target}",
    ]  # fmt: skip
    _run_pair(confine_reader(reader, [source]), writer, source.name)


def _run_pair(reader: list[str], writer: list[str], name: str) -> None:
    """One reads, the other encodes what it gives."""
    try:
        with subprocess.Popen(reader, stdin=DEVNULL, stdout=PIPE, stderr=DEVNULL) as decoding:
            done = subprocess.run(
                writer, stdin=decoding.stdout, capture_output=True, timeout=LIMIT_S, check=False
            )
            decoding.kill()
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ConfigError("E_CLIP", name, str(error)) from error
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip()[-300:]
        raise ConfigError("E_CLIP", name, said or "no picture could be decoded")


def _prepare_sound(source: Path, target: Path, folder: Path, tell: Tell) -> Path | None:
    """The sound from the clip's beginning on; None where there is nothing to hear."""
    placed = folder / "sound.wav"
    argv = [
        "ffmpeg", "-v", "error", "-nostdin", "-protocol_whitelist", "file", "-format_whitelist",
        SOUNDS, "-i", f"file:{source}", "-map", "0:a:0", "-af", "aresample=async=1:first_pts=0",
        "-ac", "1", "-ar", str(RATE_HZ), "-f", "s16le", "pipe:1",
    ]  # fmt: skip
    write_wav(argv, source, placed, LIMIT_S)
    try:
        return prepare([placed], target.with_suffix(SOUND_SUFFIX), _AS_IT_IS, tell).path
    except SoundError as error:
        if error.reason == "blank":
            return None
        raise
