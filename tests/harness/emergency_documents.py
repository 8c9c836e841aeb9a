"""Emergencies and cancels as the plan reads them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from agent.contract.document import Cancel, Document, Emergency

T = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
S = timedelta(seconds=1)
VI, KM = "a" * 64, "b" * 64


@dataclass(frozen=True)
class FakeHeld:
    document: Document
    accepted_at: datetime = T
    sha256: str = "0" * 64


def header(kind: str, class_: str, **changes: Any) -> dict[str, Any]:
    return {
        "kind": kind,
        "issuer": "vn.84.khan-cap",
        "class": class_,
        "to": ["84/*/*"],
        "doc_id": "1" * 32,
        "slot": "x",
        "epoch": 1,
        "seq": 1,
        "issued": "2026-11-23T03:00:00Z",
        "not_before": "2026-11-23T03:00:00Z",
        "expires": "2026-11-23T05:00:00Z",
        **changes,
    }


def emergency(accepted_at: datetime = T, **changes: Any) -> FakeHeld:
    media = [
        {"sha256": VI, "bytes": 1, "mime": "audio/mpeg", "duration_ms": 20_000, "urls": []},
        {"sha256": KM, "bytes": 1, "mime": "audio/mpeg", "duration_ms": 30_000, "urls": []},
    ]
    document = {
        **header("emergency", "emergency"),
        "event_id": "lu-2026-11",
        "exercise": False,
        "attention": "two-tone",
        "media": media,
        "bodies": [{"lang": "vi", "media": [VI]}, {"lang": "km", "media": [KM]}],
        "repeat": 3,
        "gap_ms": 2_000,
        "max_ms": 600_000,
        **changes,
    }
    return FakeHeld(msgspec.convert(document, Emergency), accepted_at)


def cancel(names: str, class_: str = "emergency") -> FakeHeld:
    document = {**header("cancel", class_, doc_id="9" * 32), "cancels": names}
    return FakeHeld(msgspec.convert(document, Cancel))
