"""The documents in force: written by intake, read by everybody."""

from __future__ import annotations

from collections.abc import Sequence

from agent.contract.accepted import HeldDocument
from agent.contract.document import Emergency, Playlist
from agent.signals import AsyncSignal


class DocumentsInForce:
    """What this box obeys at this moment.

    Attributes:
        held: oldest first.
        changed: emitted after each change; a listener may take its time, intake waits for it.
    """

    def __init__(self) -> None:
        self.held: Sequence[HeldDocument] = ()
        self.changed = AsyncSignal[[]]()
        self._named: frozenset[str] = frozenset()

    def put(self, held: Sequence[HeldDocument]) -> None:
        """Replace them all, without a word to anybody."""
        self.held = held
        self._named = frozenset(medium.sha256 for one in self.with_media for medium in one.media)

    async def replace(self, held: Sequence[HeldDocument]) -> None:
        """Replace them all; returns when everything that follows has been done."""
        self.put(held)
        await self.changed.emit()

    @property
    def with_media(self) -> list[Playlist | Emergency]:
        """Those that may name files."""
        return [h.document for h in self.held if isinstance(h.document, Playlist | Emergency)]

    def is_named(self, digest: str) -> bool:
        """Does any of them name this medium?"""
        return digest in self._named
