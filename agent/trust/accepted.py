"""What a verdict is made of, and what it needs to know of the past."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from agent.contract.document import Document
from agent.contract.ident import Place


class Floors(Protocol):
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


@dataclass(frozen=True)
class FloorUpdate:
    """The floor to be committed together with the document."""

    issuer: str
    kind: str
    slot: str
    epoch: int
    seq: int
    sha256: str


@dataclass(frozen=True)
class Accepted:
    """A document that may be obeyed.

    Args:
        document: the decoded struct.
        payload: its exact signed bytes.
        envelope: the exact bytes received.
        sha256: of the payload.
        floor: to be committed in one transaction with the document; None for time and ack.
        duplicate: the very same document is already held; nothing is to be done.
        signers: ids of the distinct keys that were counted.
        standing: the threshold of the role that issued it: what its silence may stop.
        place: the one for which it was judged; None while the box has none.
    """

    document: Document
    payload: bytes
    envelope: bytes
    sha256: str
    floor: FloorUpdate | None
    duplicate: bool
    signers: tuple[str, ...]
    standing: int
    place: Place | None
