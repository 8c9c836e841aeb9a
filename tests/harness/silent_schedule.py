"""A schedule under an emergency or a silence, in memory."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec

from agent.contract.document import Document, Emergency, Playlist, Silence

START = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)  # 08:00 in Viet Nam
DIGEST = "ab" * 32
HEAD: dict[str, Any] = {
    "issuer": "vn.84.29266", "to": ["84/29266/*"], "doc_id": "cd" * 16, "slot": "tuan", "epoch": 1,
    "seq": 1, "issued": "2026-11-23T00:00:00Z", "not_before": "2026-11-23T00:00:00Z",
    "expires": "2026-11-30T00:00:00Z", "editor": "", "approver": "",
}  # fmt: skip
MEDIA = [{"sha256": DIGEST, "bytes": 9, "mime": "audio/mpeg", "duration_ms": 60_000, "urls": []}]


def entry(name: str, body: dict[str, Any], at: str = "08:00:00") -> dict[str, Any]:
    return {
        "id": name, "title": name, "lang": "vi", "zones": ["*"],
        "when": {"at": [at], "weekdays": [1, 2, 3, 4, 5, 6, 7], "from": "2026-11-23",
                 "until": "2026-11-30", "except": []},
        "start": {"kind": "at"}, "max_ms": None, "when_cut": "drop",
        "sync": {"kind": "simultaneous", "gap_ms": 0}, "body": body,
    }  # fmt: skip


@dataclass(frozen=True)
class FakeHeld:
    document: Document
    sha256: str = "12" * 32
    accepted_at: datetime = START
    standing: int = 1


def playlist() -> FakeHeld:
    sound = {"media": [DIGEST], "repeat": 1, "gap_ms": 0}
    text = {"say": None, "show": "Nước sạch"}
    entries = [
        entry("news", sound),
        entry("later", sound, "09:00:00"),
        entry("notice", {"text": text, "repeat": 1, "gap_ms": 0}),
    ]
    raw = {"kind": "playlist", "class": "routine", "media": MEDIA, "entries": entries, **HEAD}
    return FakeHeld(msgspec.convert(raw, Playlist))


def emergency() -> FakeHeld:
    raw = {
        "kind": "emergency", "class": "emergency", "event_id": "ef" * 16, "exercise": False,
        "attention": None, "media": MEDIA, "repeat": 1, "gap_ms": 0, "max_ms": 600_000,
        "bodies": [{"lang": "vi", "media": [DIGEST], "text": {"say": None, "show": "Lũ về"}}],
        "nonce": None, **HEAD, "doc_id": "aa" * 16,
    }  # fmt: skip
    return FakeHeld(msgspec.convert(raw, Emergency))


def ordered(standing: int) -> FakeHeld:
    raw = {"kind": "silence", "class": "silence", "state": "on", "why": "thử", **HEAD,
           "issuer": "vn.84", "doc_id": "bb" * 16}  # fmt: skip
    return FakeHeld(msgspec.convert(raw, Silence), standing=standing)
