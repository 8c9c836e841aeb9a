"""Has somebody else ended this voice? A signed cancel of it lies with the centre's documents."""

from __future__ import annotations

import asyncio
import contextlib

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from agent.contract.document import Cancel
from agent.errors import TrustError
from central.documents.sign import read_document
from central.store.database import Database
from central.store.schema import documents

EVERY_S = 1.0


def find_cancel(database: Database, stream_id: str, since: str) -> str | None:
    """The role that has ended a stream; None while nobody has.

    Args:
        database: the centre's.
        stream_id: of the stream.
        since: UTC, as documents are dated: what was published before is not looked at.
    """
    query = sa.select(documents.c.envelope).where(
        (documents.c.kind == "cancel") & (documents.c.published_at >= since)
    )
    with database.transaction() as connection:
        envelopes = connection.execute(query).scalars().all()
    for envelope in envelopes:
        document = read_document(envelope)
        if isinstance(document, Cancel) and document.cancels == stream_id:
            return document.issuer
    return None


async def wait_cancelled(database: Database, stream_id: str, since: str) -> str:
    """Wait until somebody ends a stream; their role. Arguments as of `find_cancel`.

    A database that does not answer ends no voice: it is asked again.
    """
    while True:
        with contextlib.suppress(SQLAlchemyError, TrustError):
            issuer = await asyncio.to_thread(find_cancel, database, stream_id, since)
            if issuer is not None:
                return issuer
        await asyncio.sleep(EVERY_S)
