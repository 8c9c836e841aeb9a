"""Records of stations as a centre keeps them."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa

from central.store.database import Database
from central.store.plays import insert_plays
from central.store.schema import records

STATION = "tv-cl-0007"


def keep_record(database: Database, seq: int, detail: dict[str, Any], kind: str = "fault") -> None:
    body = {
        "station": STATION,
        "at": f"2026-11-24T04:0{seq}:00.000Z",
        "kind": kind,
        "play" if kind == "play" else "detail": detail,
    }
    with database.transaction() as connection:
        connection.execute(
            sa.insert(records),
            {
                "station": STATION,
                "epoch": "e",
                "seq": seq,
                "kind": kind,
                "at": body["at"],
                "bytes": json.dumps(body).encode(),
                "hash": "",
            },
        )
        if kind == "play":
            insert_plays(connection, [((STATION, "e", seq), detail)])
