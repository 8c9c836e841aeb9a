"""A collector's sign of life in the database, for commands that publish through it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from datetime import UTC, datetime, timedelta
from typing import Literal

import sqlalchemy as sa

from agent.contract.utc import encode_utc, parse_utc
from central.store.database import Database, upsert
from central.store.schema import collectors

log = logging.getLogger(__name__)
BEAT_S = 4.0
FRESH = timedelta(seconds=3 * BEAT_S)
NAME = "collect"
State = Literal["connected", "offline", "absent"]


def write_heartbeat(database: Database, at: datetime, *, is_connected: bool) -> None:
    """Note that a collector runs at `at`, and whether it has a connection to the broker."""
    values = {"name": NAME, "at": encode_utc(at), "is_connected": is_connected}
    with database.transaction() as connection:
        upsert(connection, collectors, values, ("name",))


def clear_heartbeat(database: Database) -> None:
    """Note that the collector ends."""
    with database.transaction() as connection:
        connection.execute(sa.delete(collectors).where(collectors.c.name == NAME))


def state_of_collector(database: Database, now: datetime) -> State:
    """`connected` to the broker, running but `offline`, or `absent`: no sign for 12 seconds."""
    with database.transaction() as connection:
        row = connection.execute(sa.select(collectors).where(collectors.c.name == NAME)).first()
    if row is None or abs(now - parse_utc(row.at)) > FRESH:
        return "absent"
    return "connected" if row.is_connected else "offline"


async def run(database: Database, connected: asyncio.Event) -> None:
    """Live until cancelled: note every few seconds that the collector runs.

    Args:
        database: the centre's.
        connected: set while there is a connection to the broker.
    """
    writing: asyncio.Task[None] | None = None
    try:
        while True:
            is_connected = connected.is_set()
            writing = asyncio.create_task(_write(database, is_connected), name="heartbeat write")
            await asyncio.shield(writing)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(BEAT_S):  # a new connection is noted at once
                    await (asyncio.Event() if is_connected else connected).wait()
    finally:
        if writing is not None:
            await writing  # a thread cannot be cancelled: what it writes must not come last
        await asyncio.to_thread(clear_heartbeat, database)


async def _write(database: Database, is_connected: bool) -> None:  # noqa: FBT001 - one fact
    try:
        await asyncio.to_thread(
            write_heartbeat, database, datetime.now(UTC), is_connected=is_connected
        )
    except Exception:  # the task's outer edge: a busy database never ends the heartbeat
        log.exception("heartbeat not written")
