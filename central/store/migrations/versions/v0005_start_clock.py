"""How exactly a station knew the time when a play began, and who had given it that time.

No record from before this layout has them.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the columns."""
    op.add_column("plays", sa.Column("clock_error_ms", sa.Float))
    op.add_column("plays", sa.Column("clock_source", sa.Text))
