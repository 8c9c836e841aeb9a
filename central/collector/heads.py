"""Heads: what each station should hold, signed at every hello and every publication.

The slots of a head list states only (playlists, station-configs, silences, prepared alarms): what
replaces its former version. Beside them it attests the emergencies in force to a station whose
question it answers (docs/decisions/0024).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import sqlalchemy as sa

from agent.contract.document import Head
from agent.contract.ids import KEY_SLOT
from agent.contract.report import Hello
from agent.contract.utc import encode_utc
from central.collector.online_signer import OnlineSigner
from central.documents.sign import read_document
from central.publication.document_outbox import OutgoingMessage, rows_for, stations_of
from central.store.database import Database, upsert, utc_now
from central.store.publication_history import record_withdrawal
from central.store.schema import documents, latest, revocations

LISTED = ("playlist", "station-config", "silence")
LIFETIME = timedelta(hours=24)
MOST_SLOTS, MOST_REVOKED, MOST_EMERGENCIES = 256, 1024, 64  # what a box takes
NONCE_LIFETIME = timedelta(minutes=4)  # a box accepts answers to its nonce for five


def withhold(database: Database, doc_id: str, why: str) -> None:
    """Add a document to the revoked list of every head."""
    values = {"doc_id": doc_id, "why": why, "at": utc_now(), "is_revoked": True}
    with database.transaction() as connection:
        upsert(connection, revocations, values, ("doc_id",))
        record_withdrawal(connection, doc_id, str(values["at"]), is_revoked=True)


def reinstate(database: Database, doc_id: str) -> bool:
    """Remove a document from the list; False when it was not there."""
    now = utc_now()
    with database.transaction() as connection:
        changed = connection.execute(
            sa.update(revocations)
            .where(revocations.c.doc_id == doc_id, revocations.c.is_revoked)
            .values(is_revoked=False, at=now)
        )
        if changed.rowcount:
            record_withdrawal(connection, doc_id, now, is_revoked=False)
    return changed.rowcount > 0


class Heads:
    """Builds heads and finds the stations that need a new one.

    Args:
        database: of the centre.
        signer: signs heads; it must have the head's key.
    """

    def __init__(self, database: Database, signer: OnlineSigner) -> None:
        self._database = database
        self._signer = signer
        self._since = utc_now()
        self._seen: set[tuple[str, ...]] = set()

    def build(self, station: str, nonce: str | None = None) -> OutgoingMessage:
        """This station's head of this moment.

        Args:
            station: its id.
            nonce: of its hello that is answered; None: of its last hello, if that is new enough.
        """
        now = encode_utc(datetime.now(UTC))
        slots: dict[str, tuple[int, int, str]] = {}
        emergencies: list[str] = []
        with self._database.transaction() as connection:
            for row in rows_for(connection, station, now):
                if row.kind in LISTED or (row.kind == "emergency" and KEY_SLOT.match(row.slot)):
                    key = f"{row.issuer}/{row.kind}/{row.slot}"
                    slots[key] = max(slots.get(key, (0, 0, "")), (row.epoch, row.seq, row.sha256))
                elif row.kind == "emergency" or _is_alarm_voice(row):
                    emergencies.append(row.sha256)
            query = sa.select(revocations.c.doc_id).where(revocations.c.is_revoked)
            newest = query.order_by(revocations.c.at.desc()).limit(MOST_REVOKED)
            revoked = [row.doc_id for row in connection.execute(newest)]
            nonce = nonce or _open_nonce(connection, station)
        header = self._signer.header("head", "head", station, LIFETIME)
        listed = dict(list(slots.items())[-MOST_SLOTS:])
        attested = emergencies[-MOST_EMERGENCIES:] if nonce is not None else []
        head = Head(**header, slots=listed, revoked=revoked, nonce=nonce, emergencies=attested)
        return self._signer.sign(station, head, "head")

    def due(self) -> list[OutgoingMessage]:
        """Build a head for every station for which something was published or withheld since."""
        with self._database.transaction() as connection:
            published = connection.execute(
                sa.select(
                    documents.c.published_at, documents.c.target, documents.c.place,
                    documents.c.sha256,
                ).where(documents.c.published_at >= self._since)
            ).all()  # fmt: skip
            withheld = connection.execute(
                sa.select(revocations.c.at, revocations.c.doc_id, revocations.c.is_revoked).where(
                    revocations.c.at >= self._since
                )
            ).all()
            rows = {tuple(map(str, row)) for row in (*published, *withheld)}
            fresh = rows - self._seen
            if not fresh:
                return []
            # rows of one millisecond may come in two passes
            self._since = max(row[0] for row in rows)
            self._seen = {row for row in rows if row[0] == self._since}
            targets = {row[1] for row in fresh if len(row) == 4}
            is_for_all = any(len(row) == 3 for row in fresh)
            affected = stations_of(connection, None if is_for_all else targets)
        return [self.build(station) for station in sorted(affected)]


def _is_alarm_voice(row: sa.Row[Any]) -> bool:
    """Return whether it allows a live voice of the emergency class."""
    return row.kind == "stream-grant" and read_document(row.envelope).class_ == "emergency"


def _open_nonce(connection: sa.Connection, station: str) -> str | None:
    """Return the nonce of a station's last hello while the station still accepts answers to it."""
    query = sa.select(latest.c.body).where(
        latest.c.station == station,
        latest.c.channel == "hello",
        latest.c.at > encode_utc(datetime.now(UTC) - NONCE_LIFETIME),
    )
    body = connection.execute(query).scalar()
    return None if body is None else msgspec.json.decode(body, type=Hello).nonce
