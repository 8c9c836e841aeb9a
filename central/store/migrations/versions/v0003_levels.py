"""The level of a play at the nearest home, and the cap that lowered it.

No record from before this layout has them.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the columns."""
    op.add_column("plays", sa.Column("gain_end_db", sa.Float))
    op.add_column("plays", sa.Column("est_dba", sa.Float))
    op.add_column("plays", sa.Column("cap", sa.Text))
