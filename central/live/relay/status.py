"""What a relay sends at present, kept in the centre's database while the gateway runs.

`central.issues` lists what is wrong with it, so that people who do not sit before the gateway see a
radio that is lost, stalled or blank, and a gateway that has ended without a word.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy.exc import SQLAlchemyError

from agent.radio.radio import Trouble
from agent.radio.radio_programme import State
from central.documents.sign import new_doc_id
from central.store.database import Database
from central.store.heartbeat import BEAT_S
from central.store.relays import RelayRow, clear_relay, write_relay

log = logging.getLogger(__name__)
PROGRAMME, LOST, STALLED, BLANK = "programme", "lost", "stalled", "blank"
_TROUBLE: dict[Trouble, str] = {"lost": LOST, "stalled": STALLED}
# no frame of it, and nobody knows yet why: its connection is open
_SENT: dict[State, str] = {"radio": PROGRAMME, "lost": STALLED, "blank": BLANK}


class RelayStatus:
    """Follows one relay.

    Args:
        database: the centre's.
        row: the relay as it begins.
    """

    def __init__(self, database: Database, row: RelayRow) -> None:
        self._database = database
        self.row = row
        self._trouble = ("", "")  # of the connection: state and reason
        self._sent = PROGRAMME
        self._changed = asyncio.Event()

    def note_connection(self, trouble: Trouble | None, reason: str, now: datetime) -> None:
        """Take in what the connection to the radio is; None: it sounds."""
        self._trouble = (_TROUBLE[trouble], reason) if trouble is not None else ("", "")
        self._update(now)

    def note_sent(self, state: State, now: datetime) -> None:
        """Take in what is sent."""
        self._sent = _SENT[state]
        self._update(now)

    def _update(self, now: datetime) -> None:
        state, reason = self._trouble if self._trouble[0] else (self._sent, "")
        since = self.row.since if state == self.row.state else now
        self.row = replace(self.row, state=state, reason=reason, since=since)
        self._changed.set()

    async def run(self) -> None:
        """Write each change at once and a sign of life every few seconds, until cancelled."""
        writing: asyncio.Task[None] | None = None
        try:
            while True:
                self._changed.clear()
                writing = asyncio.create_task(asyncio.to_thread(self._write), name="relay status")
                await asyncio.shield(writing)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(BEAT_S):
                        await self._changed.wait()
        finally:
            if writing is not None:
                await writing  # a thread cannot be cancelled: what it writes must not come last
            await asyncio.to_thread(self._clear)

    def _write(self) -> None:
        with _logged():
            write_relay(self._database, replace(self.row, at=datetime.now(UTC)))

    def _clear(self) -> None:
        with _logged():
            clear_relay(self._database, self.row.relay)


@contextlib.asynccontextmanager
async def keep_status(database: Database, row: RelayRow) -> AsyncIterator[RelayStatus]:
    """Keep the status of a relay during the block; afterwards there is none."""
    status = RelayStatus(database, row)
    running = asyncio.create_task(status.run(), name="relay status")
    try:
        yield status
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def begin_row(title: str, url: str, target: str, lasts: timedelta) -> RelayRow:
    """The row of a relay that begins; without the query of its address, which may be secret."""
    now, parts = datetime.now(UTC), urlsplit(url)
    source = f"{parts.hostname}{parts.path}"
    return RelayRow(new_doc_id(), title, source, target, PROGRAMME, "", now, now + lasts, now)


@contextlib.contextmanager
def _logged() -> Iterator[None]:
    """A database that takes nothing never ends a relay."""
    try:
        yield
    except SQLAlchemyError as error:
        log.warning("the state of the relay is not written: %s", error)
