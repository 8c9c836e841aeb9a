"""Expiry of unused slots: their rows and floors are deleted once no replay can be valid.

A floor refuses every document of its slot with a lower number. All of those were signed before the
one that set the floor. So when that one has expired and the longest lifetime of its kind has passed
since, all of them have expired too (decision 26). Then row and floor are deleted together.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import datetime, timedelta

from agent.contract.utc import encode_utc, parse_utc
from agent.store.replay_floors import Slot

KEEP = timedelta(days=30)
MARGIN = timedelta(days=2)  # for the error of signers' clocks


def forget_slots(
    connection: sqlite3.Connection, at: datetime, longest_life: Callable[[str, str], timedelta]
) -> dict[Slot, str]:
    """Delete the slots whose document expired so long ago that no older one can be valid.

    Heads stay: a revocation lasts until a newer head no longer lists it. Call it before
    `documents.prune`, which deletes the rows of emergencies and cancels.

    Args:
        connection: of the store.
        at: a moment that is certainly past.
        longest_life: the longest lifetime of a document, by kind and slot.

    Returns:
        Each slot with the sha256 of its floor.
    """
    rows = connection.execute(
        "SELECT place, kind, sha256, expires FROM documents WHERE expires < ? AND kind <> 'head'"
        " AND place NOT GLOB 'event/*' AND place NOT GLOB 'cancel/*'",
        (encode_utc(at - KEEP),),
    ).fetchall()
    forgotten = _delete_event_slots(connection, at)
    for place, kind, sha256, expires in rows:
        issuer, _, slot = place.split("/", 2)
        if parse_utc(expires) + max(KEEP, longest_life(kind, slot)) + MARGIN < at:
            connection.execute("DELETE FROM documents WHERE place=?", (place,))
            # a floor with another sha256 waits for a lost document to come again
            gone = connection.execute(
                "DELETE FROM floors WHERE issuer=? AND kind=? AND slot=? AND sha256=?",
                (issuer, kind, slot, sha256),
            )
            if gone.rowcount:
                forgotten[issuer, kind, slot] = sha256
    return forgotten


def _delete_event_slots(connection: sqlite3.Connection, at: datetime) -> dict[Slot, str]:
    """Delete slots whose last document is an emergency or a cancel that expired 30 days ago.

    An issuer that names a new slot for each event would use up all slots, and an alarm must not be
    refused for that. An older emergency cannot be valid any more. An older cancel can, but it ends
    only what its signers have already ended.
    """
    gone = connection.execute(
        "DELETE FROM floors WHERE kind IN ('emergency', 'cancel') AND sha256 IN"
        " (SELECT sha256 FROM documents WHERE expires < ?"
        " AND (place GLOB 'event/*' OR place GLOB 'cancel/*'))"
        " RETURNING issuer, kind, slot, sha256",
        (encode_utc(at - KEEP),),
    ).fetchall()
    return {(issuer, kind, slot): sha256 for issuer, kind, slot, sha256 in gone}
