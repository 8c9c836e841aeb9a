"""Small pictures of what faces of boards were sent, as commands asked for them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from central.store.schema import NUMBER

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Add the table; it begins empty."""
    op.create_table(
        "pictures",
        sa.Column("number", NUMBER, primary_key=True, autoincrement=True),
        sa.Column("station", sa.Text, nullable=False),
        sa.Column("face", sa.Text, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("doc_id", sa.Text),
        sa.Column("frame_sha256", sa.Text, nullable=False),
        sa.Column("png", sa.LargeBinary, nullable=False),
        sa.Index("pictures_by_face", "station", "face", "number"),
    )
