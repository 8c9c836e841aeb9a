"""The prepared alarms that the centre has published, and whether a cancel outlives them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from agent.contract.document import Cancel, Document, Emergency
from agent.contract.utc import encode_utc, parse_utc
from agent.errors import TrustError
from central.documents.sign import read_document
from central.documents.summary_text import format_moment
from central.messages.catalogue import translate
from central.store.database import Database
from central.store.schema import documents
from texts.catalogue import Lang


@dataclass(frozen=True)
class PreparedAlarm:
    """A prepared alarm for one target.

    Args:
        name: `<issuer>/<slot>`.
        target: `g/<group>` or `d/<station>`.
        event_id: what a cancel names.
        expires: when the stations delete it.
    """

    name: str
    target: str
    event_id: str
    expires: datetime


def list_prepared_alarms(database: Database, now: datetime) -> list[PreparedAlarm]:
    """List the alarms that stations hold, by expiry.

    A cancelled one is left out, unless its cancel expires first: a station that comes back in
    between still has it.
    """
    query = sa.select(documents).where(
        documents.c.kind.in_(("emergency", "cancel")), documents.c.expires > encode_utc(now)
    )
    with database.transaction() as connection:
        rows = connection.execute(query.order_by(documents.c.expires)).all()
    given = [(row, read_document(row.envelope)) for row in rows]
    cancelled_until = {
        (row.issuer, one.cancels): row.expires for row, one in given if isinstance(one, Cancel)
    }
    return [
        PreparedAlarm(f"{row.issuer}/{row.slot}", row.target, one.event_id, parse_utc(row.expires))
        for row, one in given
        if isinstance(one, Emergency)
        and one.trigger == "key"
        and cancelled_until.get((row.issuer, one.event_id), "") < row.expires
    ]


def verify_prepared_alarms(
    database: Database, document: Document, now: datetime, lang: Lang
) -> None:
    """Verify that a cancel lives as long as any station may hold the alarm.

    Raises:
        TrustError: E_TTL.
    """
    if not isinstance(document, Cancel):
        return
    until = parse_utc(document.expires)
    for alarm in list_prepared_alarms(database, now):
        if alarm.event_id == document.cancels and alarm.expires > until:
            ends = (format_moment(encode_utc(at)) for at in (until, alarm.expires))
            raise TrustError("E_TTL", document.doc_id, translate(lang, "fault.short_cancel", *ends))
