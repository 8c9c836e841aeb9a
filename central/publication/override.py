"""Why somebody published what stations were foreseen to refuse: kept with the document."""

from __future__ import annotations

from collections.abc import Sequence

from central.store.database import Database, upsert, utc_now
from central.store.schema import overrides

SIGNED = "sign"  # the target of a reason that somebody gave who signed; nothing is published yet


def record_override(
    database: Database, target: str, sha256: str, why: str, objections: Sequence[str]
) -> None:
    """Store the reason; of the same document to the same target the last one counts.

    Args:
        database: the centre's.
        target: `d/<station>`, `g/<group>` or `SIGNED`.
        sha256: of the document's payload.
        why: as the person gave it.
        objections: what was foreseen, one line each.
    """
    values = {
        "target": target,
        "sha256": sha256,
        "at": utc_now(),
        "why": why,
        "objections": "\n".join(objections),
    }
    with database.transaction() as connection:
        upsert(connection, overrides, values, ("target", "sha256"))
