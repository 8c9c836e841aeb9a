"""What a play's later proof found: its method, and whether the sound was heard."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the columns; no box has sent a proof to an earlier layout."""
    op.add_column("plays", sa.Column("proof_method", sa.Text))
    op.add_column("plays", sa.Column("heard", sa.Boolean))
