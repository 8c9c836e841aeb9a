"""Journal records as a station writes them, chained by the contract's rule."""

from __future__ import annotations

import hashlib
import json

STATION = "tv-cl-0007"
EPOCH = "6f3a000000000000"


def chain(count: int, station: str = STATION, word: str = "x") -> tuple[list[str], list[str]]:
    """Records as a station writes them, and the hash after each, by the contract's rule."""
    before, texts, hashes = bytes(32), [], []
    for seq in range(1, count + 1):
        record = {
            "station": station, "epoch": EPOCH, "seq": seq, "prev": before.hex(),
            "at": "2026-11-22T22:00:30.016Z", "offset_min": 420, "boot_id": "b" * 32,
            "mono_ns": seq, "clock": {"quality": "SYNCED", "error_s": 0.02}, "kind": "fault",
            "detail": {"word": word},
        }  # fmt: skip
        texts.append(json.dumps(record))
        before = hashlib.sha256(before + texts[-1].encode()).digest()
        hashes.append(before.hex())
    return texts, hashes
