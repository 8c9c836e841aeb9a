"""The fallback card on which a play sounded, and whether it did so in safe mode.

Records from before this layout that say so keep it in their bytes; the columns begin empty.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the columns."""
    op.add_column("plays", sa.Column("card", sa.Text))
    op.add_column("plays", sa.Column("safe_mode", sa.Boolean))
