"""Why somebody published what stations were foreseen to refuse."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add the table; it begins empty."""
    op.create_table(
        "overrides",
        sa.Column("target", sa.Text, primary_key=True),
        sa.Column("sha256", sa.Text, primary_key=True),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("objections", sa.Text, nullable=False),
    )
