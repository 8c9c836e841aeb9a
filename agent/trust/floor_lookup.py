"""What verification needs to know of documents accepted before."""

from __future__ import annotations

from typing import Protocol


class FloorLookup(Protocol):
    """The highest (epoch, seq) accepted so far, and the emergencies seen."""

    def get(self, issuer: str, kind: str, slot: str) -> tuple[int, int, str] | None:
        """Epoch, seq and payload sha256 last accepted there, or None."""
        ...

    def has_event(self, event_id: str) -> bool:
        """Was an emergency with this id accepted before (also if it has ended since)?"""
        ...

    def is_cancelled(self, class_: str, name: str) -> bool:
        """Has a cancel of this class withdrawn this doc_id or event_id?"""
        ...

    def count(self, issuer: str, kind: str, epoch: int) -> int:
        """How many slots of a kind an issuer has in this epoch or a later one."""
        ...
