"""What a broken database can still tell: how far all had come, so that nothing goes back."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from agent.store.birth import Birth, put_birth
from agent.store.clock_memory import LASTING
from agent.store.meta import LAST_PLACE


def salvage(connection: sqlite3.Connection, broken: Path) -> None:
    """Carry readable floors and events over, inside the caller's transaction.

    A floor is carried over one below: the documents themselves are lost, so the present one must
    be accepted once more when the centre sends it again, and nothing older. One that still waits
    for that, after an earlier salvage, is carried as it is. What was withdrawn stays withdrawn.
    """
    try:
        with closing(sqlite3.connect(f"file:{broken}?mode=ro", uri=True)) as source:
            whole = [_carry(connection, source, what) for what in _CARRIED.items()]
    except sqlite3.Error:
        whole = [False]
    if not all(whole):  # what is not known any more may be said again: a head must vouch for it
        put_birth(connection, Birth(is_new=True))


def _carry(
    connection: sqlite3.Connection, source: sqlite3.Connection, what: tuple[str, str]
) -> bool:
    """Copy what a query finds into a table, as far as it can be read; was it all?"""
    table, query = what
    try:
        rows = source.execute(query)
        names = ", ".join(name for name, *_ in rows.description)  # an older release had fewer
        marks = ", ".join("?" * len(rows.description))
        for row in rows:
            connection.execute(f"INSERT OR REPLACE INTO {table} ({names}) VALUES ({marks})", row)  # noqa: S608 - names from below
    except sqlite3.Error:
        return False
    return True


# Without the lasting words of the clock the box would wake up months ago, without its last place
# anybody could claim it, and without the pauses one key could pause it again at once. The
# authority's files are carried as they were: every one is verified again before it counts.
_NAMES = ", ".join(map(repr, (*LASTING, LAST_PLACE)))
_CARRIED = {
    "floors": "SELECT issuer, kind, slot, epoch, seq - (sha256 <> '') AS seq, '' AS sha256"
    " FROM floors",
    "meta": f"SELECT key, value FROM meta WHERE key IN ({_NAMES}) OR key GLOB 'pause/*'",  # noqa: S608 - names of ours
    "events": "SELECT event_id, keep_until FROM events",
    "cancels": "SELECT target, class, keep_until FROM cancels",
    "authority_roots": "SELECT * FROM authority_roots",
    "authority_files": "SELECT * FROM authority_files",
    "authority_floors": "SELECT * FROM authority_floors",
}
