"""The documents in force: `ingest` writes them, everybody reads them."""

from __future__ import annotations

from collections.abc import Sequence

from agent.contract.accepted import HeldDocument
from agent.contract.document import Emergency, Playlist
from agent.signals import AsyncSignal


class DocumentsInForce:
    """The documents that this box follows now.

    Attributes:
        held: oldest first.
        changed: emitted after each change; a listener may be slow, `ingest` waits for it.
    """

    def __init__(self) -> None:
        self.held: Sequence[HeldDocument] = ()
        self.changed = AsyncSignal[[]]()
        self._named: frozenset[str] = frozenset()

    def put(self, held: Sequence[HeldDocument]) -> None:
        """Replace them all without emitting `changed`."""
        self.held = held
        self._named = frozenset(medium.sha256 for one in self.with_media for medium in one.media)

    async def replace(self, held: Sequence[HeldDocument]) -> None:
        """Replace them all; return when every listener of `changed` has ended."""
        self.put(held)
        await self.changed.emit()

    @property
    def with_media(self) -> list[Playlist | Emergency]:
        """The documents that may name media."""
        return [h.document for h in self.held if isinstance(h.document, Playlist | Emergency)]

    def is_named(self, digest: str) -> bool:
        """Does any document in force name this medium?"""
        return digest in self._named
