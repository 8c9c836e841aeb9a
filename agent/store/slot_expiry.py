"""Slots that nobody has used for long: forgotten with their floors, once no replay can use them.

A floor keeps out every document of its slot with a lower number. All of those were signed before
the one that set it, so at the latest when that one expired and the longest life of its kind has
passed since, all of them have expired too (decision 26). Then row and floor go together.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import datetime, timedelta

from agent.contract.utc import encode_utc, parse_utc
from agent.store.replay_floors import Slot

KEEP = timedelta(days=30)
MARGIN = timedelta(days=2)  # for the clocks of those who sign


def forget_slots(
    connection: sqlite3.Connection, at: datetime, longest_life: Callable[[str, str], timedelta]
) -> dict[Slot, str]:
    """Forget the slots whose document expired so long ago that no older one can be valid.

    Heads stay: what one revokes is revoked until a newer one takes it back. Call it before
    `documents.prune`, which takes the rows of emergencies and cancels.

    Args:
        connection: of the store.
        at: what is certainly past.
        longest_life: of a document, by kind and slot.

    Returns:
        Each slot with the sha256 of its floor.
    """
    rows = connection.execute(
        "SELECT place, kind, sha256, expires FROM documents WHERE expires < ? AND kind <> 'head'"
        " AND place NOT GLOB 'event/*' AND place NOT GLOB 'cancel/*'",
        (encode_utc(at - KEEP),),
    ).fetchall()
    forgotten = _forget_told(connection, at)
    for place, kind, sha256, expires in rows:
        issuer, _, slot = place.split("/", 2)
        if parse_utc(expires) + max(KEEP, longest_life(kind, slot)) + MARGIN < at:
            connection.execute("DELETE FROM documents WHERE place=?", (place,))
            # another floor than this document's is one that waits for a document that was lost
            gone = connection.execute(
                "DELETE FROM floors WHERE issuer=? AND kind=? AND slot=? AND sha256=?",
                (issuer, kind, slot, sha256),
            )
            if gone.rowcount:
                forgotten[issuer, kind, slot] = sha256
    return forgotten


def _forget_told(connection: sqlite3.Connection, at: datetime) -> dict[Slot, str]:
    """Slots whose last document is an emergency or a cancel that expired 30 days ago.

    Who names a slot for each event would use up all slots, and no alarm may be refused for that. An
    older emergency cannot be valid any more. An older cancel can, and it still ends no more than
    its signers have ended.
    """
    gone = connection.execute(
        "DELETE FROM floors WHERE kind IN ('emergency', 'cancel') AND sha256 IN"
        " (SELECT sha256 FROM documents WHERE expires < ?"
        " AND (place GLOB 'event/*' OR place GLOB 'cancel/*'))"
        " RETURNING issuer, kind, slot, sha256",
        (encode_utc(at - KEEP),),
    ).fetchall()
    return {(issuer, kind, slot): sha256 for issuer, kind, slot, sha256 in gone}
