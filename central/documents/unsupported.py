"""What every box of this release refuses, found before it is signed, with the next step.

The parts are those of `agent.contract.feature`: this module only adds the texts.
"""

from __future__ import annotations

from collections.abc import Iterator

from agent.contract.document import Document, Entry, Playlist
from agent.contract.feature import document_parts, entry_parts, refused_parts
from agent.contract.scene import each_element
from agent.errors import TrustError
from agent.trust.scene_rules import has_clock_format
from central.messages.catalogue import translate
from texts.catalogue import Lang


def verify_supported(document: Document, lang: Lang) -> None:
    """Verify that boxes of this release support all that a document needs.

    Raises:
        TrustError: E_UNSUPPORTED, with each part that they cannot do and what to do instead.
    """
    faults = list(_find(document, lang))
    if faults:
        raise TrustError("E_UNSUPPORTED", document.slot, "; ".join(faults))


def _find(document: Document, lang: Lang) -> Iterator[str]:
    for name in refused_parts(document_parts(document)):
        yield translate(lang, f"unsupported.{name}")
    for entry in document.entries if isinstance(document, Playlist) else ():
        for name in [*refused_parts(entry_parts(entry)), *_unknown_clocks(entry)]:
            text = translate(lang, f"unsupported.{name}")
            yield translate(lang, "unsupported.entry", entry.title, text)


def _unknown_clocks(entry: Entry) -> Iterator[str]:
    for element in () if entry.body.scene is None else each_element(entry.body.scene):
        if element.kind == "clock" and not has_clock_format(element.format or ""):
            yield "clock"
