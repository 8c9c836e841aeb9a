"""What the centre signs for a stick by its online keys: the time, a head, receipts of journals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from securesystemslib.signer import Signer

from agent.contract.document import CARRIED, Ack, TimeReply
from agent.contract.utc import encode_utc
from central.collector.heads import Heads
from central.collector.online_signer import OnlineSigner
from central.collector.report_handler import ACK_LIFETIME, TIME_LIFETIME
from central.store.database import Database
from central.store.schema import cursors, records

MOST_JOURNALS = 16  # of one station, the newest: each is a database that it has lost
WINDOW = 4


@dataclass(frozen=True)
class SignedAnswer:
    """A signed document and its kind."""

    kind: str
    envelope: bytes


class OnlineAnswers:
    """Signs for one station at a time.

    Args:
        database: of the centre.
        signers: keys by `time`, `receipt` and, where heads are sent, `head`.
    """

    def __init__(self, database: Database, signers: Mapping[str, Sequence[Signer]]) -> None:
        self._database = database
        self._signer = OnlineSigner(database, signers)
        self._heads = Heads(database, self._signer) if self._signer.has_head_key else None

    def for_station(self, station: str) -> list[SignedAnswer]:
        """The answers that a hello gets, without a question: the time only proves what is past.

        Raises:
            TrustError: a box would refuse one of them.
        """
        found = [self._time(station)]
        if self._heads is not None:
            found.append(SignedAnswer("head", self._heads.build(station).envelope))
        return [*found, *(self._ack(station, *one) for one in self._read_cursors(station))]

    def _time(self, station: str) -> SignedAnswer:
        header = self._signer.header("time", "time", station, TIME_LIFETIME)
        reply = TimeReply(**header, nonce=CARRIED, utc=encode_utc(datetime.now(UTC)))
        return SignedAnswer("time", self._signer.sign(station, reply, "time").envelope)

    def _ack(self, station: str, journal: str, upto: int, hash_: str) -> SignedAnswer:
        header = self._signer.header("ack", "receipt", station, ACK_LIFETIME - timedelta(minutes=1))
        ack = Ack(**header, journal=journal, upto=upto, hash=hash_, window=WINDOW)
        return SignedAnswer("ack", self._signer.sign(station, ack, "receipt").envelope)

    def _read_cursors(self, station: str) -> list[tuple[str, int, str]]:
        newest = (
            sa.select(records.c.epoch, sa.func.max(records.c.number).label("number"))
            .where(records.c.station == station)
            .group_by(records.c.epoch)
            .subquery()
        )
        query = (
            sa.select(cursors.c.epoch, cursors.c.upto, cursors.c.hash)
            .join(newest, newest.c.epoch == cursors.c.epoch)
            .where(cursors.c.station == station, cursors.c.upto > 0)
            .order_by(newest.c.number.desc())
            .limit(MOST_JOURNALS)
        )
        with self._database.transaction() as connection:
            return [(row.epoch, row.upto, row.hash) for row in connection.execute(query)]
