"""Features: named like the members in `crit`, announced in `hello`, required by documents.

`FEATURES` are the critical members that this release supports. `_PENDING` are parts of the contract
that no release supports yet. A release that implements one moves its name to `FEATURES`, and each
station's hello states which documents it can apply.
"""

from __future__ import annotations

from collections.abc import Iterator

from agent.contract.document import Document, Entry, Playlist

ADVERT = "entries.advert"
FEATURES: tuple[str, ...] = (ADVERT,)
_PENDING = frozenset({
    "kind=command",
    "kind=stream-grant",
    "entries.start.kind=next",
    "entries.start.kind=within",
    "entries.start.kind=after",
    "entries.body.relay",
    "entries.body.text.say",
    "entries.body.scene.elements.kind=video",
})  # fmt: skip
UNSUPPORTED = _PENDING.difference(FEATURES)


def needed_features(document: Document) -> frozenset[str]:
    """The features beyond the common ones that a box needs to apply a whole document."""
    listed = document.crit if isinstance(document.crit, list) else ()
    return frozenset({*listed, *used_features(document)})


def must_be_critical(document: Document) -> frozenset[str]:
    """The names that a document must list in `crit`: a box without them would misapply it."""
    if isinstance(document, Playlist) and True in [one.advert for one in document.entries]:
        return frozenset({ADVERT})
    return frozenset()


def used_features(document: Document) -> Iterator[str]:
    """The names in `FEATURES` and `UNSUPPORTED` that a document uses."""
    if f"kind={document.kind}" in _PENDING:
        yield f"kind={document.kind}"
    for entry in document.entries if isinstance(document, Playlist) else ():
        yield from _used_by(entry)


def _used_by(entry: Entry) -> Iterator[str]:
    body = entry.body
    if entry.advert is True:
        yield ADVERT
    if entry.start.kind != "at":
        yield f"entries.start.kind={entry.start.kind}"
    if body.relay is not None:
        yield "entries.body.relay"
    if body.text is not None and body.text.say is not None:
        yield "entries.body.text.say"
    if body.scene is not None and any(one.kind == "video" for one in body.scene.elements):
        yield "entries.body.scene.elements.kind=video"
