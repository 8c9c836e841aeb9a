"""What the centre signs automatically, on a server: time, receipts, heads; nothing audible."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Any

from securesystemslib.signer import Signer

from agent.contract.document import Document
from agent.contract.topic import build_station_topic
from central.authority import authority_store
from central.documents.sign import build_header, encode_document, sign_document
from central.publication.document_outbox import RETAINED, OutgoingMessage
from central.store.database import Database

ROLES = {"time": "vn.time", "receipt": "vn.receipt", "head": "vn.head"}


class OnlineSigner:
    """Signs for one station at a time; may be called from several threads.

    Args:
        database: of the centre; its shelf says which epoch a role is in.
        signers: keys by `time`, `receipt` and, where heads are sent, `head`.
    """

    def __init__(self, database: Database, signers: Mapping[str, Sequence[Signer]]) -> None:
        self._database = database
        self._signers = signers
        self._lock = Lock()
        self._last_seq = 0

    @property
    def has_head_key(self) -> bool:
        """Can it sign heads?"""
        return bool(self._signers.get("head"))

    def header(self, kind: str, role: str, station: str, lifetime: timedelta) -> dict[str, Any]:
        """A header for one station, issued now."""
        now, issuer = datetime.now(UTC), ROLES[role]
        # Read each time: another process may publish a raised epoch.
        epoch = authority_store.epoch_of(self._database, issuer)
        with self._lock:
            # Milliseconds since 1970: rises also when the centre starts with an empty database.
            self._last_seq = seq = max(self._last_seq + 1, int(now.timestamp() * 1000))
        return build_header(
            kind, issuer=issuer, class_="config", to=[f"*/*/{station}"], slot=kind,
            epoch=epoch, seq=seq, now=now, lifetime=lifetime,
        )  # fmt: skip

    def sign(self, station: str, document: Document, role: str) -> OutgoingMessage:
        """The signed document on its way to the station.

        Raises:
            TrustError: E_SCHEMA, a box would refuse it.
        """
        envelope = sign_document(encode_document(document), document.kind, self._signers[role])
        slot = document.slot if document.kind in RETAINED else ""
        topic = build_station_topic(station, document.kind, slot)
        return OutgoingMessage(topic, envelope, document.kind in RETAINED)
