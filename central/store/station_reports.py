"""What stations reported beside their records: presence, verdicts, and faults of their reports."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from central.store.database import Database
from central.store.schema import faults, presence, results, stations


def list_stations(database: Database) -> list[dict[str, Any]]:
    """Every enrolled station with its presence; `online` is None before its first sign."""
    query = (
        sa.select(
            stations.c.station,
            stations.c.revoked_at,
            stations.c.revoked_why,
            presence.c.online,
            presence.c.session,
            presence.c.at,
        )
        .select_from(stations.outerjoin(presence, stations.c.station == presence.c.station))
        .order_by(stations.c.station)
    )
    return _rows(database, query)


def list_results(database: Database) -> list[dict[str, Any]]:
    """Every verdict that stations reported, in the order of arrival."""
    return _rows(database, sa.select(results).order_by(results.c.number))


def list_faults(database: Database) -> list[dict[str, Any]]:
    """Faults of reports: forged ones, forked or edited journals."""
    return _rows(database, sa.select(faults).order_by(faults.c.at))


def _rows(database: Database, query: sa.Select[Any]) -> list[dict[str, Any]]:
    with database.transaction() as connection:
        return [dict(row) for row in connection.execute(query).mappings()]
