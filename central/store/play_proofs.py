"""Proofs of plays: applied to the rows of the plays that they name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from agent.contract.proof import PlayProof
from central.store.database import Database
from central.store.schema import confirmations, plays

BY_PERSON = "person"
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
# "not known" never takes back what is known
_EXPLAIN = (
    sa.update(plays)
    .where(*_NAMED, plays.c.heard.is_(None))
    .values(proof_why=sa.bindparam("new_why"))
)


@dataclass(frozen=True)
class Confirmation:
    """What a person said about a play.

    Args:
        by: who heard it, or did not.
        heard: did they?
        at: UTC text, when it was entered.
        note: in their words; may be empty.
    """

    by: str
    heard: bool
    at: str
    note: str = ""


def apply_proofs(connection: sa.Connection, station: str, proofs: Sequence[PlayProof]) -> None:
    """Raise the proof of the plays that are named; a play that is not here is left alone.

    Args:
        connection: of the transaction in which their records were inserted.
        station: whose records they are; a station proves its own plays only.
        proofs: in the order of the journal.
    """
    for proof in proofs:
        named = {"of_station": station, "of_epoch": proof.epoch, "of_seq": proof.seq}
        if proof.heard is None:
            connection.execute(_EXPLAIN, named | {"new_why": proof.why})
            continue
        found = {"new_level": proof.level, "new_method": proof.method}
        connection.execute(_RAISE, named | found)
        connection.execute(_JUDGE, named | {"new_heard": proof.heard})


def find_heard_plays(
    database: Database, station: str, from_at: str, until_at: str, output: str | None
) -> list[sa.RowMapping]:
    """The plays of a station that sounded within a stretch of time, first one first.

    Args:
        database: the centre's.
        station: its id.
        from_at: UTC text.
        until_at: UTC text.
        output: of that station; None: any.
    """
    query = sa.select(plays).where(
        plays.c.station == station, plays.c.medium == "sound",
        plays.c.started_at < until_at, plays.c.ended_at > from_at,
    )  # fmt: skip
    if output is not None:
        query = query.where(plays.c.output == output)
    with database.transaction() as connection:
        return list(connection.execute(query.order_by(plays.c.started_at)).mappings())


def confirm_play(database: Database, play: sa.RowMapping, said: Confirmation) -> None:
    """Enter what a person said about a play: the last word on it, and its highest level."""
    named = {name: play[name] for name in ("station", "epoch", "seq")}
    row = {"by": said.by, "heard": said.heard, "at": said.at, "note": said.note}
    keys = {f"of_{name}": value for name, value in named.items()}
    with database.transaction() as connection:
        connection.execute(sa.insert(confirmations), named | row)
        level = "A6" if said.heard else play["proof"]
        found = {"proof": level, "proof_method": BY_PERSON, "heard": said.heard}
        connection.execute(sa.update(plays).where(*_NAMED).values(**found), keys)
