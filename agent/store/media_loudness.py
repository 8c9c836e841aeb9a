"""The measured loudness of media, in the database of the box."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from agent.contract.ids import Digest
from agent.contract.loudness import Loudness


def load_loudness(connection: sqlite3.Connection) -> dict[Digest, Loudness]:
    """The loudness of every medium that was measured."""
    rows = connection.execute("SELECT digest, lufs, peak_dbtp, is_clipped FROM media_loudness")
    return {Digest(digest): Loudness(lufs, peak, bool(clip)) for digest, lufs, peak, clip in rows}


def save_loudness(connection: sqlite3.Connection, digest: Digest, loudness: Loudness) -> None:
    """Store one."""
    connection.execute(
        "INSERT OR REPLACE INTO media_loudness (digest, lufs, peak_dbtp, is_clipped)"
        " VALUES (?, ?, ?, ?)",
        (digest, loudness.lufs, loudness.peak_dbtp, int(loudness.is_clipped)),
    )


def forget_loudness(connection: sqlite3.Connection, digests: Iterable[Digest]) -> None:
    """Delete those of media that are gone."""
    rows = [(digest,) for digest in digests]
    connection.executemany("DELETE FROM media_loudness WHERE digest = ?", rows)
