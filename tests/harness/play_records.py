"""A play as the journal holds it."""

from __future__ import annotations

from typing import Any


def forgive_underruns(play: dict[str, Any]) -> dict[str, Any]:
    """The same play; one that only under-runs broke counts as full: machines of tests starve."""
    if (play["result"], play["reason"]) == ("cut", "underruns"):
        return play | {"result": "full", "reason": None}
    return play


HEAD: dict[str, Any] = {
    "station": "tv-cl-0007", "epoch": "6f3a9c01d2e4b587", "seq": 7, "prev": "0" * 64,
    "at": "2026-11-24T10:00:00.000Z", "offset_min": 420, "boot_id": "b", "mono_ns": 1,
    "clock": {"quality": "SYNCED", "error_s": 0.02},
}  # fmt: skip
PLAY: dict[str, Any] = {
    "output": "loa", "zones": [], "doc_id": "d", "doc_sha256": "", "entry": "e1",
    "title": "Bản tin sáng", "issuer": "", "editor": "", "approver": "", "class": "routine",
    "level": "scheduled", "lang": "vi", "media": [], "planned_start": "", "planned_end": "",
    "start": None, "end": None, "duration_ms": 0, "result": "full", "reason": None, "proof": "A2",
    "gain_db": 0.0, "underruns": 0,
}  # fmt: skip
