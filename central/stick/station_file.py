"""What one station is sent by a stick: its file, line by line (agent.contract.stick)."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec
import sqlalchemy as sa
from tuf.api.metadata import Metadata, Targets

from agent.contract.document import Document, Emergency, Playlist, StationConfig
from agent.contract.stick import FORMAT, StickHeader, StickLine, StickMedium, rank_of
from agent.contract.utc import encode_utc
from central.authority import authority_store
from central.documents.sign import read_document
from central.publication.document_outbox import rows_for
from central.stick.online_answers import OnlineAnswers
from central.store.database import Database
from central.store.schema import authority

# They need an answer within minutes or a trusted clock: a box would refuse them.
NEVER_CARRIED = frozenset({"stream-grant", "command"})
# Root files first, the file that names all others last.
_FIRST, _LAST = "root", "timestamp"


@dataclass(frozen=True)
class StationParcel:
    """All that one station gets.

    Args:
        station: its id.
        documents: envelopes in the order in which the box must read them.
        authority: files of the tree by name.
        media: what the documents name.
        left_out: kinds that no stick brings in time, with their number.
        is_placed: a station-config is among them.
    """

    station: str
    documents: list[bytes]
    authority: Mapping[str, bytes]
    media: list[StickMedium]
    left_out: Mapping[str, int]
    is_placed: bool


def collect_parcel(
    database: Database, station: str, answers: OnlineAnswers, until: datetime
) -> StationParcel:
    """What is in force for a station, with what proves it fresh.

    Args:
        database: of the centre.
        station: its id.
        answers: sign time, head and receipts.
        until: documents that begin later are left for the next stick.

    Raises:
        TrustError: a document is unreadable, or an answer cannot be signed.
    """
    with database.transaction() as connection:
        rows = rows_for(connection, station, encode_utc(datetime.now(UTC)))
    carried: list[tuple[int, int, int, bytes]] = []
    found: list[Document] = []
    left_out: Counter[str] = Counter()
    for row in rows:
        document = read_document(row.envelope)
        if not _is_carried(document):
            left_out[row.kind] += 1
        elif datetime.fromisoformat(document.not_before) <= until:
            carried.append((rank_of(row.kind), row.epoch, row.seq, row.envelope))
            found.append(document)
    answered = [(rank_of(one.kind), 0, 0, one.envelope) for one in answers.for_station(station)]
    places = [one.place for one in found if isinstance(one, StationConfig)]
    return StationParcel(
        station,
        [envelope for *_, envelope in sorted((*carried, *answered), key=lambda one: one[:3])],
        read_authority(database, places[-1] if places else None),
        list_media(found),
        dict(left_out),
        is_placed=bool(places),
    )


def _is_carried(document: Document) -> bool:
    if isinstance(document, Emergency):
        return document.trigger == "key"  # an immediate one must come within half an hour
    return document.kind not in NEVER_CARRIED


def list_media(documents: Iterable[Document]) -> list[StickMedium]:
    """The media that documents name, each once."""
    found = {
        medium.sha256: StickMedium(medium.sha256, medium.bytes)
        for one in documents
        if isinstance(one, Playlist | Emergency)
        for medium in one.media
    }
    return [found[digest] for digest in sorted(found)]


def read_authority(database: Database, place: str | None) -> dict[str, bytes]:
    """Every root, the files of the top, and those of the roles on the way to a place.

    Without a place: all. A pinned authority has none.
    """
    with database.transaction() as connection:
        rows = connection.execute(sa.select(authority).where(authority.c.generation == 0)).all()
    by_role = {row.role: row.bytes for row in rows if row.bytes}
    needed = {"root", "timestamp", "snapshot", "targets"}
    needed |= _list_roles(by_role, place) if place is not None else by_role.keys()
    rows = [row for row in rows if row.role in needed and row.bytes]
    rows.sort(key=lambda row: (row.role != _FIRST, row.role == _LAST, row.version, row.file))
    return {row.file: row.bytes for row in rows}


def _list_roles(by_role: Mapping[str, bytes], place: str) -> set[str]:
    """The roles with a file of their own that lead to a place, as a box finds them."""
    found: set[str] = set()
    way = ["targets"]
    while way:
        raw = by_role.get(way.pop())
        delegations = Metadata[Targets].from_bytes(raw).signed.delegations if raw else None
        if delegations is None:
            continue
        for name, _ in delegations.get_roles_for_target(f"authority/{place}"):
            if name in by_role and name not in found:
                found.add(name)
                way.append(name)
    return found


def build_station_file(parcel: StationParcel, made_at: datetime) -> bytes:
    """The file's bytes: header, authority, documents, end."""
    header = StickHeader(
        format=FORMAT, station=parcel.station, made_at=encode_utc(made_at),
        documents=len(parcel.documents), media=parcel.media, left_out=dict(parcel.left_out),
    )  # fmt: skip
    lines: list[msgspec.Struct] = [header]
    lines += [StickLine(authority=name, raw=raw.decode()) for name, raw in parcel.authority.items()]
    lines += [StickLine(document=envelope.decode()) for envelope in parcel.documents]
    body = b"".join(msgspec.json.encode(line) + b"\n" for line in lines)
    end = StickLine(end=len(lines), sha256=hashlib.sha256(body).hexdigest())
    return body + msgspec.json.encode(end) + b"\n"


def age_of_timestamp(database: Database, now: datetime) -> float | None:
    """Seconds since the tree's timestamp was signed; None without a tree."""
    newest = authority_store.timestamp(database)
    if newest is None:
        return None
    issued = newest.unrecognized_fields.get("x-issued")
    return None if issued is None else (now - datetime.fromisoformat(str(issued))).total_seconds()
