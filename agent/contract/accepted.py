"""Accepted documents, held documents, and the data that is stored with them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from agent.contract.document import Document
from agent.contract.ids import Place
from agent.contract.issuer_budget import Weight, weigh


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
    """A verified document that takes effect.

    Args:
        document: the decoded struct.
        payload: its exact signed bytes.
        envelope: the exact bytes received.
        sha256: of the payload.
        floor: to be committed in one transaction with the document; None for time and ack.
        duplicate: the same document is already held; nothing is to be done.
        signers: ids of the distinct keys that were counted.
        standing: the threshold of the role that issued it; decides what its silence may stop.
        place: the place for which it was verified; None while the box has none.
        ignored: its members that this box does not know.
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
    ignored: tuple[str, ...] = ()


@dataclass(frozen=True)
class HeldDocument:
    """A document in force (or not yet), as it was accepted.

    Args:
        document: the decoded struct.
        sha256: of the payload.
        envelope: the exact bytes received.
        accepted_at: when it was accepted, by the box's clock at that moment.
        standing: the threshold that the issuing role had at that moment.
        accepted_in: the place for which it was verified; None: an older release did not store it.
    """

    document: Document
    sha256: str
    envelope: bytes
    accepted_at: datetime
    standing: int = 1
    accepted_in: Place | None = None

    @cached_property
    def weight(self) -> Weight:
        """The resources that it takes on this box."""
        return weigh(self.document, len(self.envelope))


@dataclass(frozen=True)
class Pause:
    """The last pause as it is stored: from acceptance until it ends by itself.

    Lifting it early does not shorten the interval until the next pause: otherwise another role of
    the same key could claim a lifting.
    """

    begun_at: datetime
    end_at: datetime
