"""The relays that run: what each gateway sends at present, and its last sign of life."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from agent.contract.utc import encode_utc, parse_utc
from central.store.database import Database, upsert
from central.store.heartbeat import FRESH
from central.store.schema import relays

MOMENTS = ("since", "ends", "at")
KEPT = timedelta(days=1)  # a row that its gateway has not cleared, behind its planned end


@dataclass(frozen=True)
class RelayRow:
    """One relay.

    Args:
        relay: an id of its own for each run of a gateway.
        title: what people read of it.
        source: the address of the radio, without its query.
        target: the station or group.
        state: of `RelayStatus`.
        reason: of that state; English, technical.
        since: when that state began.
        ends: when it ends by plan.
        at: the gateway's last sign of life.
    """

    relay: str
    title: str
    source: str
    target: str
    state: str
    reason: str
    since: datetime
    ends: datetime
    at: datetime


def write_relay(database: Database, row: RelayRow) -> None:
    """Note what a gateway sends.

    What ended without a word a day ago is forgotten, and at once where another gateway relays the
    same radio to the same place.
    """
    values = asdict(row)
    values |= {name: encode_utc(values[name]) for name in MOMENTS}
    is_same = sa.and_(relays.c.source == row.source, relays.c.target == row.target)
    is_gone = sa.and_(is_same, relays.c.at < encode_utc(row.at - FRESH))
    old = sa.or_(relays.c.ends < encode_utc(row.at - KEPT), is_gone)
    with database.transaction() as connection:
        connection.execute(sa.delete(relays).where(old))
        upsert(connection, relays, values, ("relay",))


def clear_relay(database: Database, relay: str) -> None:
    """Note that a relay has ended."""
    with database.transaction() as connection:
        connection.execute(sa.delete(relays).where(relays.c.relay == relay))


def list_relays(database: Database) -> Sequence[RelayRow]:
    """All that run, or have ended without a word."""
    with database.transaction() as connection:
        rows = connection.execute(sa.select(relays).order_by(relays.c.relay)).mappings().all()
    return [_read(dict(row)) for row in rows]


def _read(values: dict[str, Any]) -> RelayRow:
    moments = {name: parse_utc(values[name]) for name in MOMENTS}
    return RelayRow(**{**values, **moments})
