"""Which documents held at a station at a moment, by the history of publications.

A document holds from the moment at which the station said that it accepted it; where the station
said nothing, from its publication. One that it refused never held there, and what stood in its
place before went on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

import sqlalchemy as sa

from agent.clock import Now
from agent.contract.accepted import HeldDocument
from agent.contract.document import StationConfig
from agent.contract.utc import parse_utc
from agent.plan.past import DocumentThen, PastNote
from agent.plan.policy import config_in_force
from central.documents.sign import open_envelope, read_document
from central.publication.recipients import is_meant
from central.store.database import Database
from central.store.publication_history import KEEP
from central.store.schema import acceptances, envelopes, publications, withdrawals

PLANNED = ("playlist", "calendar", "cancel", "emergency", "silence")


@dataclass(frozen=True)
class StationPast:
    """What held at a station at a moment.

    Args:
        config: its station-config in force; None: there was none.
        held: all documents that it held, without those that were withdrawn.
        documents: the same, with the moments from which they held.
        notes: what is not known, and what it refused.
    """

    config: StationConfig | None
    held: tuple[HeldDocument, ...]
    documents: tuple[DocumentThen, ...]
    notes: tuple[PastNote, ...]


@dataclass(frozen=True)
class _PublishedThere:
    """A publication with what the station said of it.

    Args:
        row: of `publications`, with the columns of `acceptances` (None: it said nothing).
        since_at: from when on it held; None: it never did.
    """

    row: sa.Row[Any]
    since_at: datetime | None

    def has_held(self, at: datetime) -> bool:
        return self.since_at is not None and self.since_at <= at


def read_past(database: Database, station: str, at: datetime, now: datetime) -> StationPast:
    """Read what held at a station at a moment.

    Args:
        database: the centre's.
        station: its id.
        at: aware; past or to come.
        now: aware.
    """
    with database.transaction() as connection:
        own = _read(connection, station, [f"d/{station}"])
        configs = _hold_newest(connection, own, at, ("station-config",), None)
        config = config_in_force([one.held for one in configs], Now(at, "SYNCED", 0.0))
        if config is None and (later := _hold_first_known(connection, own, at)):
            configs, config = later, _read_config(later[0])
        groups = [] if config is None else [f"g/{group}" for group in config.groups]
        rows = [*own, *_read(connection, station, groups)]
        planned = _hold_newest(connection, rows, at, PLANNED, config)
        out, in_doubt = _read_withdrawn(connection, [*configs, *planned], at)
    kept = [one for one in (*configs, *planned) if one.held.document.doc_id not in out]
    notes = [*_note_rows(rows, kept, at), *in_doubt]
    if at < now - KEEP:
        notes.append(PastNote(code="pruned", at=now - KEEP))
    if config is None:
        notes.append(PastNote(code="no_config"))
    return StationPast(
        config,
        tuple(one.held for one in kept),
        tuple(_describe(one) for one in kept),
        tuple(dict.fromkeys(notes)),
    )


def has_history(database: Database, station: str) -> bool:
    """Was a station-config ever published to a station, as far as the history goes back?"""
    mine = publications.c.target == f"d/{station}"
    query = sa.select(publications.c.number).where(mine, publications.c.kind == "station-config")
    with database.transaction() as connection:
        return connection.execute(query.limit(1)).first() is not None


@dataclass(frozen=True)
class _HeldThen:
    """A document that held, and the publication by which it did."""

    held: HeldDocument
    published: _PublishedThere


def _read(connection: sa.Connection, station: str, targets: Sequence[str]) -> list[_PublishedThere]:
    """What was ever published to targets, in order, with what the station said of it."""
    is_its = (acceptances.c.sha256 == publications.c.sha256) & (acceptances.c.station == station)
    said = (acceptances.c.accepted_at, acceptances.c.refused_at, acceptances.c.code)
    query = (
        sa.select(publications, *said)
        .outerjoin_from(publications, acceptances, is_its)
        .where(publications.c.target.in_(targets))
        .order_by(publications.c.number)
    )
    return [_PublishedThere(row, _find_since(row)) for row in connection.execute(query)]


def _find_since(row: sa.Row[Any]) -> datetime | None:
    if row.accepted_at is not None:
        return parse_utc(row.accepted_at)
    return parse_utc(row.published_at) if row.refused_at is None else None


def _hold_newest(
    connection: sa.Connection,
    rows: Iterable[_PublishedThere],
    at: datetime,
    kinds: Sequence[str],
    config: StationConfig | None,
) -> list[_HeldThen]:
    """The newest of each place that held and, by a config, is meant for the station.

    Expired documents stay: an expired one keeps an older one of its place out, as on a box.
    """
    found = [
        one
        for one in rows
        if one.row.kind in kinds
        and one.has_held(at)
        and (one.row.kind != "emergency" or parse_utc(one.row.expires) > at)
    ]
    found.sort(key=lambda one: (one.row.place, -one.row.epoch, -one.row.seq, -one.row.number))
    held = []
    for _, ones in groupby(found, key=lambda one: one.row.place):
        read = (_HeldThen(_hold(connection, one), one) for one in ones)
        held += list(_first_meant(read, config))
    return sorted(held, key=lambda one: (one.held.document.epoch, one.held.document.seq))


def _hold_first_known(
    connection: sa.Connection, rows: Iterable[_PublishedThere], at: datetime
) -> list[_HeldThen]:
    """The config after one that is not kept: its groups are likelier than none."""
    later = [
        one
        for one in rows
        if one.row.kind == "station-config" and one.row.is_first_known and not one.has_held(at)
    ]
    return [_HeldThen(_hold(connection, one), one) for one in later[:1]]


def _read_config(one: _HeldThen) -> StationConfig | None:
    document = one.held.document
    return document if isinstance(document, StationConfig) else None


def _first_meant(ones: Iterator[_HeldThen], config: StationConfig | None) -> list[_HeldThen]:
    for one in ones:
        if config is None or is_meant(one.held.document, config):
            return [one]
    return []


def _hold(connection: sa.Connection, one: _PublishedThere) -> HeldDocument:
    """A published document as the station holds it.

    Boxes take the threshold of the issuing role as standing; here its signatures are counted.
    """
    query = sa.select(envelopes.c.bytes).where(envelopes.c.digest == one.row.digest)
    raw = bytes(connection.execute(query).scalar_one())
    signers = {each.keyid for each in open_envelope(raw).signatures}
    since_at = one.since_at or parse_utc(one.row.published_at)
    return HeldDocument(read_document(raw), one.row.sha256, raw, since_at, len(signers))


def _describe(one: _HeldThen) -> DocumentThen:
    document = one.held.document
    by_station = one.published.row.accepted_at is not None
    return DocumentThen(
        kind=document.kind, issuer=document.issuer, slot=document.slot, doc_id=document.doc_id,
        epoch=document.epoch, seq=document.seq, since=one.held.accepted_at,
        by="accepted" if by_station else "published",
    )  # fmt: skip


def _read_withdrawn(
    connection: sa.Connection, held: Iterable[_HeldThen], at: datetime
) -> tuple[set[str], list[PastNote]]:
    """Which documents were withdrawn at a moment, and of which it is not known."""
    out, notes = set(), []
    log = sa.select(withdrawals).order_by(withdrawals.c.number)
    for one in held:
        document = one.held.document
        rows = connection.execute(log.where(withdrawals.c.doc_id == document.doc_id)).all()
        until = [row for row in rows if parse_utc(row.at) <= at]
        if until and until[-1].is_revoked:
            out.add(document.doc_id)
        elif rows and not until and not rows[0].is_revoked:  # withdrawn before the history begins
            name = f"{document.issuer}/{document.slot}"
            begin_at = parse_utc(rows[0].at)
            notes.append(PastNote(code="withdrawn", kind=document.kind, name=name, at=begin_at))
    return out, notes


def _note_rows(
    rows: Sequence[_PublishedThere], kept: Iterable[_HeldThen], at: datetime
) -> Iterator[PastNote]:
    """What is not known of the publications to a station, and what it refused."""
    newest = {one.published.row.place: _number(one.published) for one in kept}
    for one in rows:
        row = one.row
        if row.kind in {"emergency", "cancel"}:  # nothing stood in their places
            continue
        about = {"kind": row.kind, "name": row.place.replace(f"/{row.kind}/", "/", 1)}
        if row.is_first_known and not one.has_held(at):
            since_at = one.since_at or parse_utc(row.published_at)
            yield PastNote(code="former", at=since_at, **about)
        if row.refused_at is None or parse_utc(row.published_at) > at:
            continue
        refused_at, code = parse_utc(row.refused_at), row.code or ""
        if row.accepted_at is None and _number(one) > newest.get(row.place, (0, 0)):
            yield PastNote(code="refused", at=refused_at, detail=code, **about)
        elif row.accepted_at is not None and _is_in_doubt(row, newest, one, at):
            yield PastNote(code="refused_later", at=refused_at, detail=code, **about)


def _is_in_doubt(
    row: sa.Row[Any], newest: dict[str, tuple[int, int]], one: _PublishedThere, at: datetime
) -> bool:
    """Does it count at a moment, though the station refused it after it had accepted it?"""
    is_later = row.accepted_at < row.refused_at and parse_utc(row.refused_at) <= at
    return is_later and newest.get(row.place) == _number(one)


def _number(one: _PublishedThere) -> tuple[int, int]:
    return one.row.epoch, one.row.seq
