"""Accepted documents and a store for them."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from agent.contract.document import TYPE_OF_KIND, Document
from agent.contract.ids import Place
from agent.store.database import Store

AT = datetime(2026, 11, 22, 8, tzinfo=UTC)


@dataclass(frozen=True)
class Floor:
    issuer: str
    kind: str
    slot: str
    epoch: int
    seq: int
    sha256: str


@dataclass(frozen=True)
class Accepted:
    document: Document
    envelope: bytes
    sha256: str
    floor: Floor | None
    standing: int = 1
    place: Place | None = None


def accepted(kind: str = "playlist", seq: int = 1, slot: str = "tuan", **more: object) -> Accepted:
    class_ = "emergency" if kind in ("emergency", "cancel") else "routine"
    body: dict[str, dict[str, object]] = {
        "playlist": {"media": [], "entries": []},
        "cancel": {"cancels": "e" * 32},
        "emergency": {
            "event_id": "e" * 32, "exercise": False, "attention": "two-tone", "media": [],
            "bodies": [], "repeat": 1, "gap_ms": 0, "max_ms": 60000,
        },
    }  # fmt: skip
    fields = {
        "kind": kind, "issuer": "vn.84.29266", "class": class_, "to": ["84/29266/*"],
        "doc_id": f"{seq:032x}", "slot": slot, "epoch": 1, "seq": seq,
        "issued": "2026-11-22T08:00:00Z", "not_before": "2026-11-22T08:00:00Z",
        "expires": "2026-12-01T08:00:00Z", **body[kind], **more,
    }  # fmt: skip
    payload = json.dumps(fields).encode()
    sha256 = hashlib.sha256(payload).hexdigest()
    envelope = json.dumps(
        {
            "payloadType": f"application/vnd.tramtin.{kind}.v1+json",
            "payload": base64.b64encode(payload).decode(),
            "signatures": [],
        }
    ).encode()
    document = msgspec.json.decode(payload, type=TYPE_OF_KIND[kind])
    floor = Floor("vn.84.29266", kind, slot, 1, seq, sha256)
    return Accepted(document, envelope, sha256, floor)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path)
    yield opened
    opened.close()
