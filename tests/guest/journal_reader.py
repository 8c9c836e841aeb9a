"""Runs on the guest: print the agent's journal and SQLite's integrity check as JSON."""

from __future__ import annotations

import json
import sqlite3
import sys
from contextlib import closing
from pathlib import Path


def read(folder: Path) -> dict[str, object]:
    with closing(sqlite3.connect(f"file:{folder / 'state.db'}?mode=ro", uri=True)) as connection:
        rows = connection.execute("SELECT seq, bytes, hash FROM journal ORDER BY seq").fetchall()
        return {
            "records": [(seq, bytes(raw).decode(), hash_) for seq, raw, hash_ in rows],
            "verdict": connection.execute("PRAGMA integrity_check").fetchone()[0],
            "files": sorted(path.name for path in folder.iterdir()),
        }


print(json.dumps(read(Path(sys.argv[1]))))
