"""The tables as they were before revisions were counted.

A database of that time has most or all of them: only what is missing is made.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create what is not there."""
    _create_reports()
    _create_journal()
    _create_publications()


def _create_reports() -> None:
    _create(
        "stations",
        _key("station"), _text("certificate"), _text("keyid"),
    )  # fmt: skip
    _create(
        "presence",
        _key("station"), _flag("online"), _number("session"), _text("at"),
    )  # fmt: skip
    _create(
        "latest",
        _key("station"), _key("channel"), _text("at"), _bytes("body"),
    )  # fmt: skip
    _create(
        "results",
        _row_number(), _text("station"), _text("at"), _text("kind"), _text("result"),
        sa.Column("code", sa.Text), sa.Column("doc_id", sa.Text), _text("sha256"), _text("detail"),
    )  # fmt: skip
    op.create_index("results_by_station", "results", ["station", "number"], if_not_exists=True)


def _create_journal() -> None:
    _create(
        "records",
        _row_number(), _text("station"), _text("epoch"), _number("seq"), _text("kind"),
        _text("at"), _bytes("bytes"), _text("hash"),
        sa.UniqueConstraint("station", "epoch", "seq"),
    )  # fmt: skip
    op.create_index("ix_records_kind", "records", ["kind"], if_not_exists=True)
    _create(
        "cursors",
        _key("station"), _key("epoch"), _number("upto"), _text("hash"),
        sa.Column("hole", sa.BigInteger),
    )  # fmt: skip
    _create(
        "faults",
        _key("station"), _key("epoch"),
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False), _key("code"),
        _text("detail"), _number("times"), _text("at"),
    )  # fmt: skip
    _create(
        "intake_of_day",
        _key("station"), _key("day"), _number("records"), _number("bytes"),
    )  # fmt: skip


def _create_publications() -> None:
    _create(
        "documents",
        _key("target"), _key("place"), _text("kind"), _text("issuer"), _text("slot"),
        _number("epoch"), _number("seq"), _text("sha256"), _text("expires"), _text("topic"),
        _bytes("envelope"), _text("published_at"), _flag("is_sent"),
    )  # fmt: skip
    _create(
        "revocations",
        _key("doc_id"), _text("why"), _text("at"), _flag("is_revoked"),
    )  # fmt: skip
    _create(
        "authority",
        _key("file"), _text("role"), _number("version"), _bytes("bytes"),
        sa.Column("generation", sa.Integer, nullable=False), _flag("is_sent"),
    )  # fmt: skip
    _create(
        "collectors",
        _key("name"), _text("at"), _flag("is_connected"),
    )  # fmt: skip


def _create(name: str, *members: sa.schema.SchemaItem) -> None:
    op.create_table(name, *members, if_not_exists=True)


def _row_number() -> sa.Column[int]:
    return sa.Column("number", NUMBER, primary_key=True, autoincrement=True)


def _key(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, primary_key=True)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False)


def _bytes(name: str) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary, nullable=False)


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean, nullable=False)
