"""What is heard while a relayed radio is not: the media of slot `base`. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from agent.contract.accepted import HeldDocument
from agent.contract.document import Entry, Medium, Playlist
from agent.contract.ids import BASE_SLOT


def find_filler(
    held: Iterable[HeldDocument],
    issuer: str,
    state: Callable[[str], str | None],
    *,
    is_mourning: bool = False,
) -> tuple[Medium, ...]:
    """The media of the playlist in slot `base`, in its order, as far as they are in store.

    A relay's own issuer goes first, then those above it in the tree, the nearest first. An
    advertisement fills nothing in.

    Args:
        held: the documents in force.
        issuer: of the relay.
        state: why a medium is missing, None when it is here.
        is_mourning: then music fills nothing in either.
    """
    bases = {
        one.document.issuer: one.document
        for one in held
        if isinstance(one.document, Playlist)
        and one.document.slot == BASE_SLOT
        and one.document.class_ == "routine"
    }
    while issuer:
        if issuer in bases:
            entries = [one for one in bases[issuer].entries if one.advert is not True]
            if is_mourning:
                entries = [one for one in entries if one.music is not True]
            found = dict.fromkeys(d for d in _digests(entries) if state(d) is None)
            media = {one.sha256: one for one in bases[issuer].media}
            return tuple(media[digest] for digest in found)
        issuer = issuer.rpartition(".")[0]
    return ()


def _digests(entries: Iterable[Entry]) -> Iterator[str]:
    for entry in entries:
        yield from entry.body.media or ()
