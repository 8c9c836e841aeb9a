"""What every box of this release refuses, found before it is signed, with the next step.

The rules are the boxes' own (`agent.plan`): this module only adds the texts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from agent.contract.document import Document, Entry, Playlist, Start
from agent.errors import PlanError, TrustError
from agent.plan.expansion import planned_ms
from central.messages.catalogue import translate
from texts.catalogue import Lang

KINDS = frozenset({"command", "stream-grant"})  # as `agent.ingest.pipeline.NOT_YET`
_CLOCK_FORM = re.compile(r"(?:[^%]|%[HMSdmY])*")


def verify_supported(document: Document, lang: Lang) -> None:
    """Verify that boxes of this release support all that a document needs.

    Raises:
        TrustError: E_UNSUPPORTED, with each part that they cannot do and what to do instead.
    """
    faults = list(_find(document, lang))
    if faults:
        raise TrustError("E_UNSUPPORTED", document.slot, "; ".join(faults))


def _find(document: Document, lang: Lang) -> Iterator[str]:
    if document.kind in KINDS:
        yield translate(lang, f"unsupported.{document.kind}")
    elif isinstance(document, Playlist):
        durations = {medium.sha256: medium.duration_ms for medium in document.media}
        for entry in document.entries:
            for code in _codes_of(entry, durations):
                yield translate(
                    lang, "unsupported.entry", entry.title, translate(lang, f"unsupported.{code}")
                )


def _codes_of(entry: Entry, durations: dict[str, int]) -> Iterator[str]:
    """Return the codes of what an entry needs and boxes lack: its start, its body, or both."""
    for one in (entry, msgspec.structs.replace(entry, start=Start("at"))):
        try:
            planned_ms(one, durations)
        except PlanError as error:
            if error.code == "E_UNSUPPORTED":
                yield error.hint.replace(" ", ".")  # such as `start within`, `body relay`
        if entry.start.kind == "at":
            break
    for element in entry.body.scene.elements if entry.body.scene is not None else ():
        if element.kind == "video":
            yield "video"
        if element.kind == "clock" and not _CLOCK_FORM.fullmatch(element.format or ""):
            yield "clock"
