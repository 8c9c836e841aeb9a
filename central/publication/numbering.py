"""Numbers of documents: the next one, and what stations would refuse as too low or forked.

A document without a number gets the milliseconds since 1970, as drafts of orders do: signing
machines share no state, and a number must only be higher than the one before in its slot.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from agent.contract.document import Document
from agent.errors import TrustError
from agent.trust.replay import stands_beside
from central.messages.catalogue import translate
from central.publication.recipients import Recipients
from central.store.database import Database
from central.store.schema import documents
from texts.catalogue import Lang


def default_seq(now: datetime, newest: int = 0) -> int:
    """Milliseconds since 1970; more than `newest` where the clock is behind it."""
    return max(int(now.timestamp() * 1000), newest + 1)


def newest_seq(database: Database, issuer: str) -> int:
    """The highest number that was published of a role; 0 for none."""
    query = sa.select(sa.func.max(documents.c.seq)).where(documents.c.issuer == issuer)
    with database.transaction() as connection:
        return int(connection.execute(query).scalar() or 0)


def verify_number(
    database: Database, recipients: Recipients, document: Document, sha256: str, lang: Lang
) -> None:
    """Judge a document's number by what was published before to the same stations.

    Raises:
        TrustError: E_REPLAY, its slot has a higher number; E_FORK, other bytes have it.
    """
    number = (document.epoch, document.seq)
    for row in _published(database, recipients, document):
        kept = (row.epoch, row.seq)
        is_beside = stands_beside(document) and number[0] == kept[0]
        if number < kept and not is_beside:
            texts = (format_number(number), format_number(kept))
            hint = translate(lang, "fault.replay", document.slot, *texts, row.target)
            raise TrustError("E_REPLAY", document.doc_id, hint)
        if number == kept and row.sha256 != sha256:
            hint = translate(lang, "fault.fork", document.slot, format_number(number), row.target)
            raise TrustError("E_FORK", document.doc_id, hint)


def format_number(number: tuple[int, int]) -> str:
    """Epoch and seq as people read them: `1.42`."""
    return f"{number[0]}.{number[1]}"


def _published(database: Database, recipients: Recipients, document: Document) -> list[sa.Row[Any]]:
    """What was published of this issuer, kind and slot to a target that shares a station."""
    groups = {group for config in recipients.configs.values() for group in config.groups}
    targets = {recipients.target, *(f"d/{one}" for one in recipients.stations)}
    targets |= {f"g/{group}" for group in groups}
    query = sa.select(documents).where(
        documents.c.issuer == document.issuer,
        documents.c.kind == document.kind,
        documents.c.slot == document.slot,
    )
    with database.transaction() as connection:
        return [row for row in connection.execute(query) if row.target in targets]
