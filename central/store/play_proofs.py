"""Proofs of plays: applied to the rows of the plays that they name."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from agent.contract.proof import PlayProof
from central.store.schema import plays

_NAMED = (
    plays.c.station == sa.bindparam("of_station"),
    plays.c.epoch == sa.bindparam("of_epoch"),
    plays.c.seq == sa.bindparam("of_seq"),
)
# Levels sort as texts. A proof that comes late or twice never lowers what is known.
_RAISE = (
    sa.update(plays)
    .where(*_NAMED, sa.func.coalesce(plays.c.proof, "") <= sa.bindparam("new_level"))
    .values(proof=sa.bindparam("new_level"), proof_method=sa.bindparam("new_method"))
)
_JUDGE = sa.update(plays).where(*_NAMED).values(heard=sa.bindparam("new_heard"))


def apply_proofs(connection: sa.Connection, station: str, proofs: Sequence[PlayProof]) -> None:
    """Raise the proof of the plays that are named; a play that is not here is left alone.

    Args:
        connection: of the transaction in which their records were inserted.
        station: whose records they are; a station proves its own plays only.
        proofs: in the order of the journal.
    """
    for proof in proofs:
        named = {"of_station": station, "of_epoch": proof.epoch, "of_seq": proof.seq}
        found = {"new_level": proof.level, "new_method": proof.method}
        connection.execute(_RAISE, named | found)
        connection.execute(_JUDGE, named | {"new_heard": proof.heard})
