"""The clips of a document that is ready to be signed: would boxes show them in time and calmly?

A schedule.yaml is checked while it is compiled (`clip_medium`). A payload or an envelope that
somebody made otherwise names its clips by their digests, and the same is found here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from msgspec import UNSET

from agent.contract.document import Document, Medium, Playlist
from agent.contract.scene import FPS, Element
from agent.errors import ConfigError, TrustError
from central.documents.clip_limits import BoxLimits, find_excess, load_box_limits
from central.documents.clip_medium import FOLDER, MIME, measure_flash
from central.documents.clip_probe import probe_clip
from central.messages.catalogue import translate
from texts.catalogue import Lang

SHORT_MS = 1_000  # lengths are rounded; boxes allow as much


def verify_clips(document: Document, media_dir: Path | None, box: str, lang: Lang) -> None:
    """Verify that a box decodes each clip of a document in time, and that none flashes.

    Args:
        document: to be signed.
        media_dir: where media are kept by digest.
        box: the slowest computer that must decode them, a row of the table.
        lang: of the reasons.

    Raises:
        ConfigError: E_USAGE, it has clips and no folder is named; E_MEDIA, a clip is not in the
            folder, is another file, or cannot be decoded.
        TrustError: E_CLIP_LIMIT, with all that is too much; E_FLASH.
    """
    clips = list(_list_clips(document))
    if not clips:
        return
    if media_dir is None:
        raise ConfigError("E_USAGE", clips[0][0], translate(lang, "fault.clip_folder"))
    limits = load_box_limits()[box]
    for title, element, medium in clips:
        path = media_dir / medium.sha256
        _verify_file(path, medium, title)
        faults = list(_find_excess(path, medium, element, limits, lang))
        if faults:
            raise TrustError("E_CLIP_LIMIT", title, "; ".join(faults))
        flash_ms = measure_flash(path, media_dir / FOLDER, is_loop=element.loop is True)
        if flash_ms is not None:
            second = f"{flash_ms / 1000:.1f}"
            raise TrustError("E_FLASH", title, translate(lang, "file.clip.flash", second))


def _list_clips(document: Document) -> Iterator[tuple[str, Element, Medium]]:
    """Each clip once for each way in which it is shown, with the title of its entry."""
    if not isinstance(document, Playlist):
        return
    media = {one.sha256: one for one in document.media}
    known: set[tuple[str | None, bool, int]] = set()
    for entry in document.entries:
        elements = [] if entry.body.scene is None else entry.body.scene.elements
        for element in elements:
            key = element.media, element.loop is True, _fps(element)
            medium = media.get(element.media or "")
            if element.kind == "video" and medium is not None and key not in known:
                known.add(key)
                yield entry.title, element, medium


def _fps(element: Element) -> int:
    return FPS if element.fps is UNSET else element.fps


def _verify_file(path: Path, medium: Medium, title: str) -> None:
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ConfigError("E_MEDIA", title, str(error)) from error
    if digest != medium.sha256:
        raise ConfigError("E_MEDIA", title, f"{path}: another file than the name says")


def _find_excess(
    path: Path, medium: Medium, element: Element, limits: BoxLimits, lang: Lang
) -> Iterator[str]:
    facts = probe_clip(path)
    excess = list(find_excess(replace(facts, fps=max(facts.fps, _fps(element))), limits))
    if medium.mime != MIME:
        excess.append(("kind", medium.mime, MIME))
    if medium.duration_ms > facts.duration_ms + SHORT_MS:
        signed, real = (f"{ms / 1000:.1f} s" for ms in (medium.duration_ms, facts.duration_ms))
        excess.append(("length", signed, real))
    for code, value, limit in excess:
        yield f"{value}: {translate(lang, f'file.clip.{code}', limit)}"
