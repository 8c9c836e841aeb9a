"""Enrolment of boxes: requests, their approvals, issued certificates, revoked ones, a log."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from central.store.schema import NUMBER

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Add the tables, and what a station's row needs; nothing is revoked at first."""
    op.add_column("stations", sa.Column("revoked_at", sa.Text))
    op.add_column("stations", sa.Column("revoked_why", sa.Text))
    op.add_column("stations", sa.Column("box", sa.BigInteger))
    _create_device_certificates()
    _create_enrolments()
    _create_enrolment_approvals()
    _create_enrolment_locks()
    _create_enrolment_log()
    _create_crls()


def _create_device_certificates() -> None:
    op.create_table(
        "device_certificates",
        sa.Column("serial", sa.Text, primary_key=True),
        sa.Column("station", sa.Text, nullable=False),
        sa.Column("keyid", sa.Text, nullable=False),
        sa.Column("certificate", sa.Text, nullable=False),
        sa.Column("issued_at", sa.Text, nullable=False),
        sa.Column("valid_until", sa.Text, nullable=False),
        sa.Column("request", sa.Text),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("revoked_at", sa.Text),
        sa.Column("reason", sa.Text),
    )
    op.create_index("ix_device_certificates_keyid", "device_certificates", ["keyid"])
    op.create_index("device_certificates_by_station", "device_certificates", ["station", "state"])


def _create_enrolments() -> None:
    op.create_table(
        "enrolments",
        sa.Column("request", sa.Text, primary_key=True),
        sa.Column("token_sha256", sa.Text, nullable=False),
        sa.Column("code_sha256", sa.Text, nullable=False),
        sa.Column("serial", sa.Text, nullable=False),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("agent_version", sa.Text, nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("features", sa.Text, nullable=False),
        sa.Column("csr", sa.Text, nullable=False),
        sa.Column("keyid", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("opened_at", sa.Text, nullable=False),
        sa.Column("expires_at", sa.Text, nullable=False),
        sa.Column("polled_at", sa.Text),
        sa.Column("interval_s", sa.BigInteger, nullable=False),
        sa.Column("wrong_codes", sa.BigInteger, nullable=False),
        sa.Column("station", sa.Text),
        sa.Column("kind", sa.Text),
        sa.Column("decided_by", sa.Text),
        sa.Column("decided_at", sa.Text),
        sa.Column("reason", sa.Text),
        sa.Column("certificate", sa.Text),
    )
    op.create_index("ix_enrolments_code_sha256", "enrolments", ["code_sha256"])
    op.create_index("enrolments_by_state", "enrolments", ["state", "serial"])
    op.create_index("enrolments_by_address", "enrolments", ["address", "opened_at"])


def _create_enrolment_approvals() -> None:
    op.create_table(
        "enrolment_approvals",
        sa.Column("request", sa.Text, primary_key=True),
        sa.Column("keyid", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("envelope", sa.LargeBinary, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
    )


def _create_enrolment_locks() -> None:
    op.create_table(
        "enrolment_locks",
        sa.Column("who", sa.Text, primary_key=True),
        sa.Column("wrong_codes", sa.BigInteger, nullable=False),
        sa.Column("since", sa.Text, nullable=False),
    )


def _create_enrolment_log() -> None:
    op.create_table(
        "enrolment_log",
        sa.Column("number", NUMBER, primary_key=True, autoincrement=True),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("step", sa.Text, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("station", sa.Text),
        sa.Column("request", sa.Text),
        sa.Column("detail", sa.Text, nullable=False),
    )
    op.create_index("enrolment_log_by_station", "enrolment_log", ["station", "number"])


def _create_crls() -> None:
    op.create_table(
        "crls",
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("revoked", sa.BigInteger, nullable=False),
        sa.Column("der", sa.LargeBinary, nullable=False),
    )
