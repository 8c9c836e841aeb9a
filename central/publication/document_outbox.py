"""Signed documents to publish: stored first, then sent, and sent again to a station without them.

A retained message is a convenience; what counts is that a station's `hello` is answered with every
document that it lacks. Only one client may carry the centre's name, so another process has no
connection to the broker: it stores the document, and the collector sends what is unsent.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

import msgspec
import sqlalchemy as sa

from agent.contract.document import Cancel, Document, Emergency, StationConfig
from agent.contract.envelope import Envelope
from agent.contract.feature import CALENDAR
from agent.contract.ids import KEY_SLOT
from agent.contract.report import Hello
from agent.contract.topic import build_station_topic, parse_topic
from agent.contract.utc import encode_utc, parse_utc
from agent.errors import TrustError
from agent.trust.freshness import EMERGENCY_WINDOW
from central.documents.sign import read_document
from central.publication.override import SIGNED
from central.store.database import Database, upsert, utc_now
from central.store.publication_history import record_publication
from central.store.schema import documents, overrides, plays, results, revocations

RETAINED = frozenset({"playlist", "station-config", "silence", "head"})
# The order for a box: its place first, then what is urgent, then the rest.
_ORDER = ("station-config", "cancel", "emergency", "silence", "calendar")

# Run with every hello: building a statement costs more than running it.
_IN_FORCE = (
    sa.select(documents)
    .where(
        documents.c.target.in_(sa.bindparam("targets", expanding=True)),
        documents.c.expires > sa.bindparam("now"),
    )
    .order_by(documents.c.epoch, documents.c.seq)
)
_ACCEPTED = sa.select(results.c.sha256).where(
    results.c.station == sa.bindparam("station"), results.c.kind == "emergency",
    results.c.result == "accepted",
)  # fmt: skip


class DocumentSender(Protocol):
    """The holder of the connection to the broker: the collector."""

    async def send(self, topic: str, envelope: bytes, *, retain: bool) -> None:
        """Publish once connected."""


@dataclass(frozen=True)
class OutgoingMessage:
    """A message to a topic."""

    topic: str
    envelope: bytes
    retain: bool


async def publish(line: DocumentSender, database: Database, topic: str, envelope: bytes) -> None:
    """Store a document for its target and send it.

    Raises:
        TrustError: it is no document.
        ValueError: not a topic on which documents come down.
    """
    outgoing = keep(database, topic, envelope)
    await line.send(outgoing.topic, outgoing.envelope, retain=outgoing.retain)
    mark_sent(database, [outgoing])


def keep(database: Database, topic: str, envelope: bytes) -> OutgoingMessage:
    """Store a document for its target, unsent; it replaces the older one in its place.

    Raises:
        TrustError: it is no document; E_REPLAY, a newer one is in its place; E_FORK, another one
            has its number there.
        ValueError: not a topic on which documents come down.
    """
    document = read_document(envelope)
    where = parse_topic(topic)
    values = {
        "target": f"d/{where.station}" if where.station else f"g/{where.group}",
        "place": _place_of(document),
        "kind": document.kind,
        "issuer": document.issuer,
        "slot": document.slot,
        "epoch": document.epoch,
        "seq": document.seq,
        "sha256": sha256_of(envelope),
        "expires": encode_utc(parse_utc(document.expires)),
        "topic": topic,
        "envelope": envelope,
        "published_at": utc_now(),
        "is_sent": False,
    }
    with database.transaction() as connection:
        _verify_newer(connection, document, values)
        upsert(connection, documents, values, ("target", "place"))
        record_publication(connection, values, document.doc_id)
    return OutgoingMessage(topic, envelope, document.kind in RETAINED)


def _verify_newer(connection: sa.Connection, document: Document, values: dict[str, Any]) -> None:
    here = (documents.c.target == values["target"]) & (documents.c.place == values["place"])
    known = connection.execute(sa.select(documents).where(here)).first()
    if known is None or known.sha256 == values["sha256"]:
        return
    number, former = (document.epoch, document.seq), (known.epoch, known.seq)
    if number < former:
        raise TrustError("E_REPLAY", document.doc_id, f"{number} is below {former}")
    if number == former:
        raise TrustError("E_FORK", document.doc_id, f"other bytes under number {number}")


def unsent(database: Database) -> list[OutgoingMessage]:
    """What was kept by another process and is still to be sent."""
    query = sa.select(documents).where(~documents.c.is_sent, documents.c.expires > utc_now())
    with database.transaction() as connection:
        rows = connection.execute(query.order_by(documents.c.published_at)).all()
    return [OutgoingMessage(row.topic, row.envelope, row.kind in RETAINED) for row in rows]


def is_out_of_time(envelope: bytes, now: datetime) -> bool:
    """Return whether it is an emergency whose own date no longer proves that it is fresh."""
    document = read_document(envelope)
    if not isinstance(document, Emergency) or document.trigger == "key":
        return False
    return document.nonce is None and now > parse_utc(document.issued) + EMERGENCY_WINDOW


def mark_sent(database: Database, outgoing_messages: list[OutgoingMessage]) -> None:
    """Note that the broker has them."""
    with database.transaction() as connection:
        for outgoing in outgoing_messages:
            connection.execute(
                sa.update(documents)
                .where(
                    documents.c.topic == outgoing.topic, documents.c.envelope == outgoing.envelope
                )
                .values(is_sent=True)
            )


def lacking(database: Database, station: str, hello: Hello) -> list[OutgoingMessage]:
    """The documents in force for a station that its hello does not name; station-config first."""
    now = encode_utc(datetime.now(UTC))
    with database.transaction() as connection:
        rows = rows_for(connection, station, now)
        told = _accepted(connection, station) | {held[2] for held in hello.holds.values()}
    missing = [
        row
        for row in rows
        if (_is_newer(row, hello) or _is_concurrent(row, told)) and _is_known(row.kind, hello)
    ]
    # One slot may come to the box and to its group: the lower number first, as the higher shuts it
    # out.
    missing.sort(key=lambda row: (_rank(row.kind), row.epoch, row.seq))
    return [
        OutgoingMessage(
            build_station_topic(station, row.kind, row.slot), row.envelope, retain=False
        )
        for row in missing
    ]


def _is_known(kind: str, hello: Hello) -> bool:
    """Does the box know this kind? One of 0.1.0 would refuse a calendar at each hello."""
    return kind != "calendar" or CALENDAR in hello.features


def rows_for(connection: sa.Connection, station: str, now: str) -> list[sa.Row[Any]]:
    """What is in force for a station: its own documents, then those of its groups.

    An emergency that was cancelled is left out: no station should receive it any more, also when
    the cancel has expired before it.

    Args:
        connection: of the centre's database.
        station: its id.
        now: UTC text; what expired before is left out.
    """
    own = _rows(connection, [f"d/{station}"], now)
    groups = [f"g/{group}" for group in _groups(own)]
    rows = own + _rows(connection, groups, now)
    if not any(row.kind == "emergency" for row in rows):
        return rows
    ends = _cancelled(connection, [f"d/{station}", *groups])
    return [row for row in rows if not (ends and ends & _names(row))]


def _cancelled(connection: sa.Connection, targets: list[str]) -> set[str]:
    """Return the names that the cancels ever published to these targets end."""
    query = sa.select(documents.c.envelope).where(
        documents.c.target.in_(targets), documents.c.kind == "cancel"
    )
    ends = (read_document(row.envelope) for row in connection.execute(query))
    return {one.cancels for one in ends if isinstance(one, Cancel) and one.class_ == "emergency"}


def _names(row: sa.Row[Any]) -> set[str]:
    """Return the names by which a cancel may name an emergency; none for other kinds."""
    one = read_document(row.envelope) if row.kind == "emergency" else None
    return {one.doc_id, one.event_id} if isinstance(one, Emergency) else set()


def _rank(kind: str) -> int:
    return _ORDER.index(kind) if kind in _ORDER else len(_ORDER)


def stations_of(connection: sa.Connection, targets: set[str] | None) -> set[str]:
    """Return the stations of targets such as `d/<station>` or `g/<group>`; None: all."""
    query = sa.select(documents).where(documents.c.kind == "station-config")
    configs: dict[str, list[sa.Row[Any]]] = {}
    for row in connection.execute(query.order_by(documents.c.epoch, documents.c.seq)):
        if row.target.startswith("d/"):
            configs.setdefault(row.target.removeprefix("d/"), []).append(row)
    return {
        station
        for station, rows in configs.items()
        if targets is None or targets & {f"d/{station}", *(f"g/{group}" for group in _groups(rows))}
    }


def _rows(connection: sa.Connection, targets: list[str], now: str) -> list[sa.Row[Any]]:
    return list(connection.execute(_IN_FORCE, {"targets": targets, "now": now}))


def _groups(rows: list[sa.Row[Any]]) -> list[str]:
    """Membership is signed data: it comes from the station's own newest configuration."""
    for row in reversed(rows):
        if row.kind == "station-config":
            document = read_document(row.envelope)
            return document.groups if isinstance(document, StationConfig) else []
    return []


def _is_newer(row: sa.Row[Any], hello: Hello) -> bool:
    have = hello.holds.get(f"{row.issuer}/{row.kind}/{row.slot}")
    return have is None or (have[0], have[1]) < (row.epoch, row.seq)


def _accepted(connection: sa.Connection, station: str) -> set[str]:
    """The digests of the emergencies that a station has taken."""
    return set(connection.execute(_ACCEPTED, {"station": station}).scalars())


def _is_concurrent(row: sa.Row[Any], told: set[str]) -> bool:
    """Return whether it is an emergency that the station lacks, though it holds a higher number."""
    is_at_once = row.kind == "emergency" and not KEY_SLOT.match(row.slot)
    return is_at_once and row.sha256 not in told


def _place_of(document: Document) -> str:
    """Return a document's row; immediate events and cancels never replace one another."""
    if isinstance(document, Emergency) and document.trigger == "now":
        return f"{document.issuer}/emergency/{document.event_id}"
    if isinstance(document, Cancel):
        return f"{document.issuer}/cancel/{document.doc_id}"
    return f"{document.issuer}/{document.kind}/{document.slot}"


def sha256_of(envelope: bytes) -> str:
    """The digest of an envelope's payload: what stations know a document by."""
    payload = msgspec.json.decode(envelope, type=Envelope).payload_bytes()
    return hashlib.sha256(payload).hexdigest()


def kind_of(database: Database, doc_id: str) -> str | None:
    """What a document is by its id: one that was published, or that a station reported; or None."""
    told = sa.select(results.c.kind).where(results.c.doc_id == doc_id)
    with database.transaction() as connection:
        rows = connection.execute(sa.select(documents.c.kind, documents.c.envelope)).all()
        named = connection.execute(told.limit(1)).scalar()
        played = sa.select(plays.c.number).where(plays.c.doc_id == doc_id).limit(1)
        was_played = connection.execute(played).first() is not None
    for row in rows:
        if read_document(row.envelope).doc_id == doc_id:
            return str(row.kind)
    if named is None and was_played:
        return "playlist"
    return named


def list_documents(database: Database) -> list[dict[str, Any]]:
    """What was published and has not expired, the newest last.

    `sent`: the broker has it. `despite`: why it was published though stations would refuse it.
    `withheld`: why it was taken out of force; may be empty.
    """
    taken = sa.select(revocations.c.doc_id, revocations.c.why).where(revocations.c.is_revoked)
    signed = overrides.alias()
    by_signer = (signed.c.target == SIGNED) & (signed.c.sha256 == documents.c.sha256)
    here = (overrides.c.target == documents.c.target) & (overrides.c.sha256 == documents.c.sha256)
    query = (
        sa.select(documents, sa.func.coalesce(overrides.c.why, signed.c.why).label("despite"))
        .select_from(documents.outerjoin(overrides, here).outerjoin(signed, by_signer))
        .where(documents.c.expires > utc_now())
    )
    with database.transaction() as connection:
        rows = connection.execute(query.order_by(documents.c.published_at)).all()
        withheld = {row.doc_id: row.why for row in connection.execute(taken)}
    named = [(row, read_document(row.envelope).doc_id) for row in rows]
    names = ("target", "kind", "issuer", "slot", "epoch", "seq", "expires", "published_at")
    return [
        {name: getattr(row, name) for name in names}
        | {"doc_id": doc_id, "sent": row.is_sent}
        | ({} if row.despite is None else {"despite": row.despite})
        | ({"withheld": withheld[doc_id]} if doc_id in withheld else {})
        for row, doc_id in named
    ]
