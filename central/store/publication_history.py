"""What ever was published, what each station said of it, and what was withdrawn, with its moments.

The table `documents` has the newest of each place; from here the plan of a day that is over is
rebuilt (`central.publication.station_past`). The same bytes are kept once. A document is given up
`KEEP` after its expiry, with all that stations said of it. Only what was published here counts, so
no station can make these tables grow.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from agent.contract.utc import encode_utc, parse_utc
from central.store.database import upsert
from central.store.schema import acceptances, envelopes, publications, withdrawals

KEEP = timedelta(days=400)  # a year and the month of its report, as voices are kept
KINDS = ("playlist", "calendar", "station-config", "cancel", "emergency", "silence")
REFUSED = ("refused", "failed")
_SHARED = (
    "target", "place", "kind", "epoch", "seq", "sha256", "expires", "published_at",
)  # fmt: skip

# Run with every verdict: building a statement costs more than running it.
_IS_PUBLISHED = (
    sa.select(publications.c.number).where(publications.c.sha256 == sa.bindparam("sha256")).limit(1)
)
_VERDICT = sa.select(acceptances).where(
    acceptances.c.station == sa.bindparam("station"), acceptances.c.sha256 == sa.bindparam("sha256")
)


def record_publication(connection: sa.Connection, values: Mapping[str, Any], doc_id: str) -> None:
    """Store what is published; of the same bytes in the same place the first moment counts.

    Args:
        connection: of the transaction that publishes.
        values: a row of `documents`.
        doc_id: of the document.
    """
    if values["kind"] not in KINDS:
        return
    raw = values["envelope"]
    digest = hashlib.sha256(raw).hexdigest()
    here = [publications.c[name] == values[name] for name in ("target", "place")]
    known = sa.select(publications.c.number).where(*here, publications.c.digest == digest)
    if connection.execute(known.limit(1)).first() is not None:
        return
    prune(connection, values["published_at"])
    upsert(connection, envelopes, {"digest": digest, "bytes": raw}, ("digest",))
    row = {name: values[name] for name in _SHARED}
    row |= {"doc_id": doc_id, "digest": digest, "is_first_known": False}
    connection.execute(sa.insert(publications), row)


def record_verdict(connection: sa.Connection, station: str, result: Mapping[str, Any]) -> None:
    """Store what a station said of a published document, with the moment of its arrival.

    Args:
        connection: of the transaction that stores the verdict.
        station: its id.
        result: a row of `results`.
    """
    key = {"station": station, "sha256": result["sha256"]}
    is_accepted = result["result"] == "accepted"
    if result["kind"] not in KINDS or not (is_accepted or result["result"] in REFUSED):
        return
    known = connection.execute(_VERDICT, key).first()
    if (
        known is None
        and connection.execute(_IS_PUBLISHED, {"sha256": key["sha256"]}).first() is None
    ):
        return
    if not is_accepted:
        said = {"refused_at": result["at"], "code": result["code"]}
    elif known is None or known.accepted_at is None:
        said = {"accepted_at": result["at"]}
    else:
        return
    upsert(connection, acceptances, {**key, **said}, ("station", "sha256"))


def record_withdrawal(connection: sa.Connection, doc_id: str, at: str, *, is_revoked: bool) -> None:
    """Store that a document was withdrawn, or brought back into force, at a moment (UTC text)."""
    values = {"doc_id": doc_id, "at": at, "is_revoked": is_revoked}
    connection.execute(sa.insert(withdrawals), values)


def prune(connection: sa.Connection, now: str) -> None:
    """Give up what expired `KEEP` ago; an expired one stays while an older one of its place lives.

    Without it the older one would come back, which it does on no box.

    Args:
        connection: of the transaction.
        now: UTC text.
    """
    before = encode_utc(parse_utc(now) - KEEP)
    older = publications.alias()
    covers = (
        (older.c.place == publications.c.place)
        & (older.c.number < publications.c.number)
        & (older.c.expires >= before)
    )
    is_over = (publications.c.expires < before) & ~sa.exists().where(covers)
    if not connection.execute(sa.delete(publications).where(is_over)).rowcount:
        return
    for table, name in ((envelopes, "digest"), (acceptances, "sha256")):
        kept = sa.select(publications.c[name])
        connection.execute(sa.delete(table).where(table.c[name].not_in(kept)))
    kept = sa.select(publications.c.doc_id)
    is_forgotten = (withdrawals.c.at < before) & withdrawals.c.doc_id.not_in(kept)
    connection.execute(sa.delete(withdrawals).where(is_forgotten))
