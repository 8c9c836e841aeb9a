"""Journals of former epochs of which the centre lacks records: from RAM, from a corrupt card.

Their records stay as they were written, under their own epoch, and are sent like the present ones.
No record is ever added. A row that the card has changed is dropped: the centre sees the gap.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from agent.clock import Clock
from agent.contract.hash_chain import GENESIS
from agent.contract.utc import encode_utc
from agent.evidence.journal_rows import KEEP_ACKNOWLEDGED, StoredRows, keep_intact
from agent.signals import Signal
from agent.store.database import Store


class FormerJournal:
    """The records of one epoch. `JournalSender` sends it like the present journal.

    Args:
        store: holds them.
        epoch: of the records.
        acknowledged: the centre has everything up to this seq.
        clock: for when it was acknowledged.
    """

    def __init__(self, store: Store, epoch: str, acknowledged: int, clock: Clock) -> None:
        self.epoch = epoch
        self.acknowledged = acknowledged
        self.changed = Signal[[]]()
        self._store = store
        self._clock = clock

    async def pending(self, after_seq: int, limit: int) -> list[bytes]:
        """Up to `limit` exact records after a seq, without a gap between them.

        Raises:
            StoreError: the database cannot be read.
        """
        kept = await self._store.run(read_after, self.epoch, after_seq, limit)
        return kept.run()

    async def acknowledge(self, upto: int, hash_: str) -> bool:
        """As `Journal.acknowledge`.

        Raises:
            StoreError: the database cannot be written.
        """
        if upto <= 0:
            return upto == 0 and hash_ == GENESIS
        is_ours = await self._store.run(acknowledge, self.epoch, upto, hash_, self._clock.now().at)
        if is_ours:
            self.acknowledged = max(self.acknowledged, upto)
        return is_ours


def read_unsent(connection: sqlite3.Connection) -> list[tuple[str, int]]:
    """Epochs of which the centre lacks records, with the last seq that it has; oldest first."""
    return connection.execute(
        "SELECT epoch, ifnull(max(CASE WHEN acknowledged_at IS NOT NULL THEN seq END), 0)"
        " FROM journal_past GROUP BY epoch"
        " HAVING count(*) > count(acknowledged_at) ORDER BY min(at)"
    ).fetchall()


def read_after(connection: sqlite3.Connection, epoch: str, seq: int, limit: int) -> StoredRows:
    """Up to `limit` intact rows of an epoch after a seq."""
    rows = connection.execute(
        "SELECT seq, bytes, hash FROM journal_past WHERE epoch=? AND seq>? ORDER BY seq LIMIT ?",
        (epoch, seq, limit),
    ).fetchall()
    kept = keep_intact(epoch, rows)
    connection.executemany(
        "DELETE FROM journal_past WHERE epoch=? AND seq=?", [(epoch, one) for one in kept.lost]
    )
    return kept


def acknowledge(
    connection: sqlite3.Connection, epoch: str, upto: int, hash_: str, at: datetime
) -> bool:
    """Mark rows as held by the centre; False (and nothing marked) if the hash differs.

    A row that the card has changed after it was sent no longer exists here: then there is nothing
    to compare, and no later record whose acknowledgement would cover it.
    """
    found = connection.execute(
        "SELECT hash FROM journal_past WHERE epoch=? AND seq=?", (epoch, upto)
    ).fetchone()
    if found is not None and found[0] != hash_:
        return False
    connection.execute(
        "UPDATE journal_past SET acknowledged_at=?"
        " WHERE epoch=? AND seq<=? AND acknowledged_at IS NULL",
        (encode_utc(at), epoch, upto),
    )
    return True


@dataclass(frozen=True)
class DroppedEpoch:
    """A former epoch that was dropped, with its number of unacknowledged records."""

    epoch: str
    count: int


def drop_oldest(connection: sqlite3.Connection, limit_bytes: int) -> list[DroppedEpoch]:
    """Drop the oldest epochs beyond the limit; returns those that had unsent records."""
    epochs = connection.execute(
        "SELECT epoch, count(*) - count(acknowledged_at), sum(length(bytes))"
        " FROM journal_past GROUP BY epoch ORDER BY min(at)"
    ).fetchall()
    total = sum(size for _, _, size in epochs)
    dropped = []
    for epoch, unsent, size in epochs:
        if total <= limit_bytes:
            break
        connection.execute("DELETE FROM journal_past WHERE epoch=?", (epoch,))
        total -= size
        dropped.append(DroppedEpoch(epoch, unsent))
    return [one for one in dropped if one.count]


def prune(connection: sqlite3.Connection, at: datetime) -> None:
    """Drop rows acknowledged more than 30 days ago."""
    connection.execute(
        "DELETE FROM journal_past WHERE acknowledged_at < ?",
        (encode_utc(at - KEEP_ACKNOWLEDGED),),
    )
