"""What would flash on a board, found before it is signed: see `agent.contract.flash_limit`."""

from __future__ import annotations

from collections.abc import Iterator

from agent.contract.document import Document, Entry, Playlist
from agent.contract.flash_limit import DWELL, FLASH
from agent.contract.scene import list_regions
from agent.errors import TrustError
from central.documents.summary_text import format_span
from central.messages.catalogue import translate
from texts.catalogue import Lang


def verify_steady(document: Document, lang: Lang) -> None:
    """Verify that no picture of a document is replaced sooner than traffic may see it.

    Raises:
        TrustError: E_FLASH, with each that is.
    """
    entries = document.entries if isinstance(document, Playlist) else []
    faults = [fault for entry in entries for fault in _find(entry, lang)]
    if faults:
        raise TrustError("E_FLASH", document.slot, "; ".join(faults))


def _find(entry: Entry, lang: Lang) -> Iterator[str]:
    scene = entry.body.scene
    if scene is None:
        return
    turns = [turn for region in list_regions(scene) for turn in region.turns]
    shortest = min((turn.ms for turn in turns), default=DWELL.min_ms)
    if shortest < DWELL.min_ms:
        spans = format_span(shortest), format_span(DWELL.min_ms)
        yield translate(lang, "flash.turn", entry.title, *spans, DWELL.source)
    if scene.ms < FLASH.within_ms:
        spans = format_span(scene.ms), format_span(FLASH.within_ms)
        yield translate(lang, "flash.turn", entry.title, *spans, FLASH.source)
