"""Which plays were music: no speech, where the share of a language is reported."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

CHUNK = 5000
MARK = b'"music":true'
records = sa.table(
    "records",
    *(sa.column(name) for name in ("number", "station", "epoch", "seq", "kind", "bytes")),
)
plays = sa.table("plays", *(sa.column(name) for name in ("station", "epoch", "seq", "music")))


def upgrade() -> None:
    """Add the column and fill it from the records that are kept."""
    op.add_column("plays", sa.Column("music", sa.Boolean))
    connection = op.get_bind()
    here = [plays.c[name] == sa.bindparam(f"of_{name}") for name in ("station", "epoch", "seq")]
    change = sa.update(plays).where(*here).values(music=sa.true())
    for rows in _chunks(connection):
        found = [
            {"of_station": row.station, "of_epoch": row.epoch, "of_seq": row.seq}
            for row in rows
            if _is_music(row.bytes)
        ]
        if found:
            connection.execute(change, found)


def _chunks(connection: sa.Connection) -> Iterator[Sequence[sa.Row[Any]]]:
    """The records of plays in the order of arrival, some at a time."""
    last = 0
    query = sa.select(records).where(records.c.kind == "play").order_by(records.c.number)
    while rows := connection.execute(query.where(records.c.number > last).limit(CHUNK)).all():
        yield rows
        last = rows[-1].number


def _is_music(raw: bytes) -> bool:
    """Most records need no decoding: boxes write without spaces."""
    if MARK not in bytes(raw):
        return False
    play = msgspec.json.decode(raw).get("play")
    return isinstance(play, dict) and play.get("music") is True
