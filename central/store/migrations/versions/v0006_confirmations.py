"""Why it is not known whether a play was heard; and what people said who heard it, or did not."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from central.store.schema import NUMBER

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the column and the table; both begin empty."""
    op.add_column("plays", sa.Column("proof_why", sa.Text))
    op.create_table(
        "confirmations",
        sa.Column("number", NUMBER, primary_key=True, autoincrement=True),
        sa.Column("station", sa.Text, nullable=False),
        sa.Column("epoch", sa.Text, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("heard", sa.Boolean, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(
            ["station", "epoch", "seq"], ["records.station", "records.epoch", "records.seq"]
        ),
    )
    op.create_index("confirmations_by_play", "confirmations", ["station", "epoch", "seq"])
