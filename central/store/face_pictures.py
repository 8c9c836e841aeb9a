"""The small pictures that stations sent of their faces: the newest of each face are kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from agent.contract.report import FacePicture
from central.store.database import Database
from central.store.schema import pictures

KEPT = 20  # of each face: the holder of a stolen device key must not fill the disk
FACES_KEPT = 16


@dataclass(frozen=True)
class StoredPicture:
    """One picture of a station, and the command that asked for it."""

    station: str
    doc_id: str | None
    picture: FacePicture


def note_pictures(
    database: Database, station: str, doc_id: str | None, found: Iterable[FacePicture]
) -> None:
    """Keep pictures of a station."""
    with database.transaction() as connection:
        for one in found:
            row = {
                "station": station, "face": one.face, "at": one.at, "doc_id": doc_id,
                "frame_sha256": one.frame_sha256, "png": one.png,
            }  # fmt: skip
            connection.execute(sa.insert(pictures), row)
            _drop(connection, (pictures.c.station == station) & (pictures.c.face == one.face), KEPT)
            _drop(connection, pictures.c.station == station, KEPT * FACES_KEPT)


def list_pictures(database: Database, station: str | None, face: str | None) -> list[StoredPicture]:
    """The pictures that are kept, the oldest first.

    Args:
        database: of the centre.
        station: only of this one.
        face: only of faces with this name.
    """
    query = sa.select(pictures).order_by(pictures.c.number)
    if station is not None:
        query = query.where(pictures.c.station == station)
    if face is not None:
        query = query.where(pictures.c.face == face)
    with database.transaction() as connection:
        rows = connection.execute(query).all()
    return [
        StoredPicture(
            row.station, row.doc_id, FacePicture(row.face, row.at, row.frame_sha256, row.png)
        )
        for row in rows
    ]


def _drop(connection: sa.Connection, mine: sa.ColumnElement[bool], kept: int) -> None:
    """Drop all of these but the newest."""
    newest_first = sa.select(pictures.c.number).where(mine).order_by(pictures.c.number.desc())
    last = connection.execute(newest_first.offset(kept).limit(1)).scalar()
    if last is not None:
        connection.execute(sa.delete(pictures).where(mine, pictures.c.number <= last))
