"""Who did what to whose enrolment: a row for each step, in the step's own transaction."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from agent.contract.utc import encode_utc
from central.store.schema import enrolment_log

KEPT = 200_000
_PRUNE_EVERY = 1000


def record_step(
    connection: sa.Connection,
    step: str,
    now: datetime,
    *,
    who: str,
    station: str | None = None,
    request: str | None = None,
    detail: str = "",
) -> None:
    """Add a row; the oldest beyond `KEPT` go."""
    values = {
        "at": encode_utc(now), "step": step, "who": who[:160], "station": station,
        "request": request, "detail": detail[:400],
    }  # fmt: skip
    key = connection.execute(sa.insert(enrolment_log), values).inserted_primary_key
    if key is not None and key[0] % _PRUNE_EVERY == 0:
        old = enrolment_log.c.number <= key[0] - KEPT
        connection.execute(sa.delete(enrolment_log).where(old))


def list_steps(connection: sa.Connection, most: int = 200) -> list[dict[str, Any]]:
    """The newest steps, the newest last."""
    query = sa.select(enrolment_log).order_by(enrolment_log.c.number.desc()).limit(most)
    return [dict(row) for row in connection.execute(query).mappings()][::-1]
