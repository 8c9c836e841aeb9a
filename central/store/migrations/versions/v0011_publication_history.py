"""What ever was published, accepted and withdrawn: the plan of days that are over."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import msgspec
import sqlalchemy as sa
from alembic import op

from central.store.schema import NUMBER

revision = "0011"
down_revision = "0010"

KINDS = ("playlist", "calendar", "station-config", "cancel", "emergency", "silence")
DOCUMENT_COLUMNS = (
    "target", "place", "kind", "epoch", "seq", "sha256", "expires", "envelope", "published_at",
)  # fmt: skip
documents = sa.table("documents", *map(sa.column, DOCUMENT_COLUMNS))
results = sa.table(
    "results", *map(sa.column, ("station", "at", "kind", "result", "code", "sha256"))
)
revocations = sa.table("revocations", *map(sa.column, ("doc_id", "at", "is_revoked")))
envelopes = sa.table("envelopes", *map(sa.column, ("digest", "bytes")))
PUBLICATION_COLUMNS = (
    "target", "place", "kind", "doc_id", "epoch", "seq", "sha256", "digest", "expires",
    "published_at", "is_first_known",
)  # fmt: skip
publications = sa.table("publications", *map(sa.column, PUBLICATION_COLUMNS))
acceptances = sa.table(
    "acceptances", *map(sa.column, ("station", "sha256", "accepted_at", "refused_at", "code"))
)
withdrawals = sa.table("withdrawals", *map(sa.column, ("doc_id", "is_revoked", "at")))


def upgrade() -> None:
    """Make the tables, and fill them from what is in force now."""
    _create_publications()
    _create_verdicts()
    connection = op.get_bind()
    _fill_publications(connection)
    _fill_acceptances(connection)
    found = connection.execute(sa.select(revocations)).mappings().all()
    if found:
        connection.execute(sa.insert(withdrawals), [dict(row) for row in found])


def _create_publications() -> None:
    op.create_table(
        "envelopes",
        sa.Column("digest", sa.Text, primary_key=True),
        sa.Column("bytes", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "publications",
        sa.Column("number", NUMBER, primary_key=True, autoincrement=True),
        sa.Column("target", sa.Text, nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("doc_id", sa.Text, nullable=False),
        sa.Column("epoch", sa.BigInteger, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("expires", sa.Text, nullable=False),
        sa.Column("published_at", sa.Text, nullable=False),
        sa.Column("is_first_known", sa.Boolean, nullable=False),
    )
    op.create_index("publications_by_target", "publications", ["target", "place"])
    op.create_index("publications_by_sha256", "publications", ["sha256"])
    op.create_index("publications_by_expiry", "publications", ["expires"])


def _create_verdicts() -> None:
    op.create_table(
        "acceptances",
        sa.Column("station", sa.Text, primary_key=True),
        sa.Column("sha256", sa.Text, primary_key=True),
        sa.Column("accepted_at", sa.Text),
        sa.Column("refused_at", sa.Text),
        sa.Column("code", sa.Text),
    )
    op.create_index("acceptances_by_sha256", "acceptances", ["sha256"])
    op.create_table(
        "withdrawals",
        sa.Column("number", NUMBER, primary_key=True, autoincrement=True),
        sa.Column("doc_id", sa.Text, nullable=False),
        sa.Column("is_revoked", sa.Boolean, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
    )
    op.create_index("ix_withdrawals_doc_id", "withdrawals", ["doc_id"])


def _fill_publications(connection: sa.Connection) -> None:
    query = sa.select(documents).where(documents.c.kind.in_(KINDS))
    kept: set[str] = set()
    for row in connection.execute(query.order_by(documents.c.published_at)).all():
        raw = bytes(row.envelope)
        digest = hashlib.sha256(raw).hexdigest()
        if digest not in kept:
            kept.add(digest)
            connection.execute(sa.insert(envelopes).values(digest=digest, bytes=raw))
        values = {name: getattr(row, name) for name in DOCUMENT_COLUMNS if name != "envelope"}
        values |= {"doc_id": _read_doc_id(raw), "digest": digest, "is_first_known": True}
        connection.execute(sa.insert(publications).values(values))


def _read_doc_id(raw: bytes) -> str:
    payload = base64.b64decode(msgspec.json.decode(raw)["payload"])
    return str(msgspec.json.decode(payload)["doc_id"])


def _fill_acceptances(connection: sa.Connection) -> None:
    """From the verdicts that are kept, in the order of their arrival."""
    known = sa.select(publications.c.sha256)
    query = sa.select(results).where(results.c.kind.in_(KINDS), results.c.sha256.in_(known))
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for row in connection.execute(query.order_by(results.c.at)):
        empty = {"accepted_at": None, "refused_at": None, "code": None}
        values = found.setdefault((row.station, row.sha256), empty)
        if row.result == "accepted":
            values["accepted_at"] = values["accepted_at"] or row.at
        elif row.result in ("refused", "failed"):
            values |= {"refused_at": row.at, "code": row.code}
    if found:
        rows = [{"station": key[0], "sha256": key[1], **values} for key, values in found.items()]
        connection.execute(sa.insert(acceptances), rows)
