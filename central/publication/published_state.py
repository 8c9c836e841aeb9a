"""Which documents of a plan are in force at a station, by the centre's publications."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from agent.contract.document import Document
from agent.contract.utc import encode_utc
from central.documents.sign import read_document
from central.store.database import Database
from central.store.schema import documents, revocations


@dataclass(frozen=True)
class PublishedDocument:
    """A document that was published, in the shape that `agent.plan` reads.

    Args:
        document: decoded.
        sha256: of its payload.
        is_withheld: a head revokes it; it keeps older ones out of its slot all the same.
    """

    document: Document
    sha256: str
    is_withheld: bool = False

    @property
    def slot(self) -> tuple[str, str, str]:
        """Issuer, kind and slot: a box holds the newest of each."""
        return (self.document.issuer, self.document.kind, self.document.slot)


@dataclass(frozen=True)
class PublishedState:
    """What was published, by target.

    Args:
        of_target: `d/<station>` or `g/<group>` to its documents.
    """

    of_target: dict[str, list[PublishedDocument]]

    def held_by(self, station: str, groups: Iterable[str]) -> tuple[PublishedDocument, ...]:
        """Return what is in force for a station in these groups: each slot's newest, all cancels.

        A box that has received a newer document of a slot has no older one, though the newer one
        was withheld since.
        """
        newest: dict[tuple[str, ...], PublishedDocument] = {}
        for target in (f"d/{station}", *(f"g/{group}" for group in groups)):
            for one in self.of_target.get(target, ()):
                key = (*one.slot, one.sha256 if one.document.kind == "cancel" else "")
                known = newest.get(key)
                if known is None or _number(known) < _number(one):
                    newest[key] = one
        return tuple(one for one in newest.values() if not one.is_withheld)


def read_state(database: Database, now: datetime) -> PublishedState:
    """Playlists, calendars and cancels that have not expired."""
    query = sa.select(documents).where(
        documents.c.kind.in_(("playlist", "cancel", "calendar")),
        documents.c.expires > encode_utc(now),
    )
    revoked = sa.select(revocations.c.doc_id).where(revocations.c.is_revoked)
    with database.transaction() as connection:
        rows = connection.execute(query).all()
        out = set(connection.execute(revoked).scalars())
    of_target: dict[str, list[PublishedDocument]] = defaultdict(list)
    for row in rows:
        document = read_document(row.envelope)
        one = PublishedDocument(document, row.sha256, document.doc_id in out)
        of_target[row.target].append(one)
    return PublishedState(dict(of_target))


def find_published(database: Database, doc_id: str) -> Document | None:
    """A document that was published, by its id; None: the centre has not published it."""
    with database.transaction() as connection:
        envelopes = connection.execute(sa.select(documents.c.envelope)).scalars().all()
    found = (read_document(one) for one in envelopes)
    return next((one for one in found if one.doc_id == doc_id), None)


def _number(one: PublishedDocument) -> tuple[int, int]:
    return (one.document.epoch, one.document.seq)
