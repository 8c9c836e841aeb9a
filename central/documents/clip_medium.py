"""A clip as a medium of a document: kept under its digest, if boxes decode it in time."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec

from agent.contract.document import Medium
from central.documents.clip_limits import find_excess, load_box_limits
from central.documents.clip_probe import ClipFacts, probe_clip
from central.documents.compiler import Compilation
from central.documents.flash_measure import find_flash_ms
from central.documents.media import keep
from central.documents.schedule_model import PictureSpec

MIME = "video/mp4"
FOLDER = ".measured"


@dataclass(frozen=True)
class ClipMedium:
    """A clip of a document."""

    medium: Medium
    fps: int


def compile_clip(compilation: Compilation, show: PictureSpec, path: str) -> ClipMedium | None:
    """Keep the clip of a picture; None after adding its faults at `path`.

    Args:
        compilation: keeps media and faults.
        show: names the file, and the computer that must decode it in time.
        path: where the name stands in the officer's file.
    """
    name, box = show.video or "", show.video_box
    source = compilation.attempt(path, lambda: compilation.find_file(name), got=name)
    facts = None if source is None else compilation.attempt(path, lambda: probe_clip(source))
    if source is None or facts is None:
        return None
    excess = list(find_excess(facts, load_box_limits()[box]))
    for code, value, limit in excess:
        compilation.fault(path, f"file.clip.{code}", limit, got=f"{name}: {value}")
    if excess:
        return None
    clip = compilation.attempt(path, lambda: _keep(compilation, source, facts), got=name)
    return clip if clip is not None and _is_calm(compilation, clip, show, path) else None


def _keep(compilation: Compilation, source: Path, facts: ClipFacts) -> ClipMedium:
    issue = compilation.issue
    digest, size_bytes = keep(source, issue.media_dir)
    url = f"{issue.media_base_url.rstrip('/')}/{digest}"
    medium = Medium(digest, size_bytes, MIME, facts.duration_ms, [url])
    return ClipMedium(compilation.media.setdefault(digest, medium), facts.whole_fps)


def _is_calm(compilation: Compilation, clip: ClipMedium, show: PictureSpec, path: str) -> bool:
    folder, name = compilation.issue.media_dir, show.video or ""

    def measure() -> int:
        medium = folder / clip.medium.sha256
        found = measure_flash(medium, folder / FOLDER, is_loop=show.video_loop)
        return -1 if found is None else found

    flash_ms = compilation.attempt(path, measure, got=name)
    if flash_ms is None or flash_ms < 0:
        return flash_ms is not None
    compilation.fault(path, "file.clip.flash", f"{flash_ms / 1000:.1f}", got=name)
    return False


def measure_flash(path: Path, folder: Path, *, is_loop: bool) -> int | None:
    """Where a medium begins to flash, in ms, from `folder` where it is known; None: nowhere.

    Args:
        path: of the medium.
        folder: of what has been measured.
        is_loop: is it shown over and over?

    Raises:
        ConfigError: it cannot be decoded.
        OSError: the result cannot be kept.
    """
    known = folder / f"{path.name}.flash{'-loop' if is_loop else ''}.json"
    try:
        return msgspec.json.decode(known.read_bytes(), type=int | None)
    except (OSError, msgspec.MsgspecError):
        found = find_flash_ms(path, is_loop=is_loop)
    folder.mkdir(exist_ok=True)
    known.write_bytes(msgspec.json.encode(found))
    return found
