"""Plays in columns, so that a report can ask for them; filled from the records that are kept.

The rules of the columns are repeated here on purpose: a step does the same in every later release.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

CHUNK = 1000
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXTS = {
    "output": "output", "medium": "medium", "doc_id": "doc_id", "doc_sha256": "doc_sha256",
    "item": "entry", "title": "title", "issuer": "issuer", "editor": "editor",
    "approver": "approver", "class": "class", "level": "level", "lang": "lang",
    "result": "result", "reason": "reason", "proof": "proof", "started_by": "started_by",
}  # fmt: skip
MOMENTS = {
    "planned_start": "planned_start", "planned_end": "planned_end", "started_at": "start",
    "ended_at": "end",
}  # fmt: skip
LISTS = ("zones", "words_missing")
COUNTS = ("duration_ms", "underruns")

records = sa.table(
    "records", *map(sa.column, ("number", "station", "epoch", "seq", "kind", "bytes"))
)
documents = sa.table("documents", sa.column("sha256"), sa.column("slot"))


def upgrade() -> None:
    """Make and fill the table, and the indices that reports need."""
    plays = _create()
    op.create_index("plays_by_station", "plays", ["station", "started_at"])
    op.create_index("plays_by_start", "plays", ["started_at"])
    op.create_index("plays_by_document", "plays", ["doc_id"])
    op.create_index("results_by_document", "results", ["doc_id"])
    op.create_index("documents_by_sha256", "documents", ["sha256"])
    connection = op.get_bind()
    query = sa.select(documents.c.sha256, documents.c.slot)
    slots = {row.sha256: row.slot for row in connection.execute(query)}
    for rows in _chunks(connection):
        connection.execute(sa.insert(plays), [_row(row, slots) for row in rows])


def _create() -> sa.Table:
    texts = [sa.Column(name, sa.Text) for name in (*TEXTS, *MOMENTS, *LISTS, "slot")]
    return op.create_table(
        "plays",
        sa.Column("number", NUMBER, primary_key=True, autoincrement=True),
        sa.Column("station", sa.Text, nullable=False),
        sa.Column("epoch", sa.Text, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        *texts,
        *(sa.Column(name, sa.BigInteger) for name in COUNTS),
        sa.Column("gain_db", sa.Float),
        # what entries say of themselves: no record from before this layout has any of it
        sa.Column("source", sa.Text),
        sa.Column("ref", sa.Text),
        sa.Column("field", sa.BigInteger),
        sa.Column("essential", sa.Boolean),
        sa.Column("advert", sa.Boolean),
        sa.UniqueConstraint("station", "epoch", "seq"),
        sa.ForeignKeyConstraint(
            ["station", "epoch", "seq"], ["records.station", "records.epoch", "records.seq"]
        ),
    )


def _chunks(connection: sa.Connection) -> Iterator[list[sa.Row[Any]]]:
    """The records of plays in the order of arrival, some at a time."""
    last = 0
    query = sa.select(records).where(records.c.kind == "play").order_by(records.c.number)
    while rows := connection.execute(query.where(records.c.number > last).limit(CHUNK)).all():
        yield list(rows)
        last = rows[-1].number


def _row(record: sa.Row[Any], slots: dict[str, str]) -> dict[str, Any]:
    """What has another type than an honest box sends is left out."""
    play = msgspec.json.decode(record.bytes).get("play")
    play = play if isinstance(play, dict) else {}
    row: dict[str, Any] = {"station": record.station, "epoch": record.epoch, "seq": record.seq}
    row |= {name: _text(play.get(member)) for name, member in TEXTS.items()}
    row |= {name: _moment(play.get(member)) for name, member in MOMENTS.items()}
    row |= {name: _list(play.get(name)) for name in LISTS}
    row |= {name: _count(play.get(name)) for name in COUNTS}
    gain = play.get("gain_db")
    row["gain_db"] = float(gain) if isinstance(gain, int | float) else None
    row["slot"] = slots.get(str(play.get("doc_sha256")))
    return row


def _text(value: Any) -> str | None:
    """PostgreSQL's texts hold no NUL."""
    return value.replace("\0", "\ufffd") if isinstance(value, str) else None


def _moment(value: Any) -> str | None:
    try:
        moment = datetime.fromisoformat(value)
        utc = moment.astimezone(UTC) if moment.tzinfo is not None else None
    except (TypeError, ValueError, OverflowError):
        return None
    if utc is None:
        return None
    return utc.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _list(value: Any) -> str | None:
    if not isinstance(value, list):
        return None
    return msgspec.json.encode([_text(one) for one in value if isinstance(one, str)]).decode()


def _count(value: Any) -> int | None:
    is_count = isinstance(value, int) and not isinstance(value, bool)
    return value if is_count and abs(value) < 2**63 else None
