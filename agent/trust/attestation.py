"""Emergencies that the centre attests to be in force, by a head that answers this box's nonce.

The date of an emergency proves it fresh for half an hour. A box that comes back later, for instance
after a power cut during a flood, may still need it. The centre lists the digests of the emergencies
in force in the head with which it answers a hello. The nonce proves that the list was made after
the box asked, so a recorded head cannot bring back an emergency that was cancelled before. The head
alone adds nothing: the emergency still needs its two signatures, its scope, a number above the
floor, and time left until it expires.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Collection, Iterable, Iterator

import msgspec

from agent.contract.document import Head
from agent.contract.envelope import Envelope
from agent.contract.topic import Topic

MOST_UNPROVED = 4


class Attestations(Collection[str]):
    """Digests (sha256 of payloads) that the heads in force attest, each while its nonce is open.

    Args:
        nonces: the open nonces of this box.
    """

    def __init__(self, nonces: Collection[str]) -> None:
        self._nonces = nonces
        self._nonce_of: dict[str, str] = {}

    def update(self, heads: Iterable[Head]) -> None:
        """Replace the heads in force; a head that answers no open nonce attests nothing."""
        self._nonce_of = {
            digest: head.nonce
            for head in heads
            if head.nonce is not None and head.nonce in self._nonces
            for digest in head.emergencies
        }

    def __contains__(self, digest: object) -> bool:
        nonce = self._nonce_of.get(digest) if isinstance(digest, str) else None
        return nonce is not None and nonce in self._nonces

    def __iter__(self) -> Iterator[str]:
        return filter(self.__contains__, self._nonce_of)

    def __len__(self) -> int:
        return sum(1 for _ in self)


class UnprovedEmergencies:
    """The last few emergencies that were refused only because their time was not proved.

    Their proof may arrive after them: the head, or the signed time. Each carries two signatures.
    """

    def __init__(self) -> None:
        self._kept: OrderedDict[str, tuple[Topic, bytes]] = OrderedDict()

    def add(self, topic: Topic, message: bytes) -> None:
        """Keep an emergency whose envelope, signatures and payload are valid."""
        payload = msgspec.json.decode(message, type=Envelope).payload_bytes()
        self._kept[hashlib.sha256(payload).hexdigest()] = topic, message
        while len(self._kept) > MOST_UNPROVED:
            self._kept.popitem(last=False)

    def take(self, attested: Collection[str] | None = None) -> list[tuple[Topic, bytes]]:
        """Remove and return those that are attested now; with None, all."""
        chosen = [one for one in self._kept if attested is None or one in attested]
        return [self._kept.pop(one) for one in chosen]
