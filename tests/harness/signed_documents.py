"""Signed documents of every kind, the authority that entitles them, and a box's verdict on them."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from securesystemslib.signer import CryptoSigner

from agent.clock import Now
from agent.contract.accepted import Accepted
from agent.contract.ids import Place, StationId
from agent.contract.topic import Topic
from agent.errors import TrustError
from agent.trust.authority import Authority, load_pinned
from agent.trust.verify import verify

STATION = StationId("tv-cl-0007")
PLACE = Place("84", "29266", "tv-cl-0007")
AT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
SYNCED = Now(AT, "SYNCED", 0.02)
FLOOR = Now(AT - timedelta(days=20), "FLOOR", None)
DIGEST = "ab" * 32
COMMUNE = CryptoSigner(Ed25519PrivateKey.generate())
PROVINCE = CryptoSigner(generate_private_key(SECP256R1()))
FIRST, SECOND = (CryptoSigner(Ed25519PrivateKey.generate()) for _ in range(2))
NEIGHBOUR, STRANGER, TIME, RECEIPT = (CryptoSigner(Ed25519PrivateKey.generate()) for _ in range(4))


def make_role(
    name: str, kinds: list[str], paths: list[str], *signers: CryptoSigner, ttl_s: int = 10**8
) -> dict[str, Any]:
    keys = {signer.public_key.keyid: signer.public_key.to_dict() for signer in signers}
    holders = {keyid: f"{name} {n}" for n, keyid in enumerate(keys)}
    return {
        "name": name, "threshold": len(signers), "kinds": kinds, "paths": paths,
        "max_ttl_s": ttl_s, "keys": keys, "holders": holders,
    }  # fmt: skip


ROOT: dict[str, Any] = {
    "format": "tramtin-pinned-1", "demo": True, "version": 1,
    "roles": [
        make_role("vn.84.29266", ["playlist", "cancel"],
              ["routine/84/29266/*", "priority/84/29266/*"], COMMUNE),
        make_role("vn.84.99999", ["playlist"], ["routine/84/99999/*"], NEIGHBOUR),
        make_role("vn.84", ["station-config", "command", "silence"],
              ["config/84/*/*", "command/84/*/*", "silence/84/*/*"], PROVINCE),
        make_role("vn.84.em", ["emergency", "cancel"], ["emergency/84/*/*"], FIRST, SECOND),
        make_role("vn.time", ["time"], ["config/*/*/*"], TIME),
        make_role("vn.receipt", ["ack"], ["config/*/*/*"], RECEIPT, ttl_s=86_400),
    ],
}  # fmt: skip
AUTHORITY = load_pinned(json.dumps(ROOT).encode())


class FakeFloors:
    """Floors and events as a store would keep them."""

    def __init__(self) -> None:
        self.floors: dict[tuple[str, str, str], tuple[int, int, str]] = {}
        self.events: set[str] = set()
        self.cancels: set[tuple[str, str]] = set()

    def get(self, issuer: str, kind: str, slot: str) -> tuple[int, int, str] | None:
        return self.floors.get((issuer, kind, slot))

    def has_event(self, event_id: str) -> bool:
        return event_id in self.events

    def is_cancelled(self, class_: str, name: str) -> bool:
        return (class_, name) in self.cancels


def make_header(kind: str, issuer: str, class_: str, hours: float = 24) -> dict[str, Any]:
    return {
        "kind": kind, "issuer": issuer, "class": class_, "to": ["84/29266/*"],
        "doc_id": "6b1f" * 8, "slot": "tuan", "epoch": 1, "seq": 42,
        "issued": utc_text(AT), "not_before": utc_text(AT),
        "expires": utc_text(AT + timedelta(hours=hours)),
        "editor": "Lê Thị Bưởi", "approver": "",
    }  # fmt: skip


def utc_text(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def playlist(**changes: Any) -> dict[str, Any]:
    entry = {
        "id": "e1", "title": "Bản tin sáng", "lang": "vi", "zones": ["*"],
        "when": {"at": ["05:00:00"], "weekdays": [1, 2, 3], "from": "2026-11-23",
                 "until": "2026-11-30", "except": []},
        "start": {"kind": "at"}, "max_ms": None, "when_cut": "resume",
        "sync": {"kind": "simultaneous"}, "body": {"media": [DIGEST], "repeat": 1, "gap_ms": 0},
    }  # fmt: skip
    medium = {
        "sha256": DIGEST, "bytes": 480123, "mime": "audio/mpeg", "duration_ms": 30012,
        "urls": ["https://media.example.vn/a"],
    }  # fmt: skip
    header = make_header("playlist", "vn.84.29266", "routine")
    return {**header, "media": [medium], "entries": [entry], **changes}


def emergency(**changes: Any) -> dict[str, Any]:
    return {
        **make_header("emergency", "vn.84.em", "emergency", hours=1), "event_id": "e0" * 16,
        "exercise": True, "attention": "two-tone", "media": [],
        "bodies": [{"lang": "vi", "text": {"say": "Lũ lên nhanh"}}],
        "repeat": 2, "gap_ms": 500, "max_ms": 600_000, **changes,
    }  # fmt: skip


def station_config(**changes: Any) -> dict[str, Any]:
    return {
        **make_header("station-config", "vn.84", "config"), "to": ["84/29266/tv-cl-0007"],
        "place": "84/29266/tv-cl-0007", "groups": ["84.29266"], "zones": ["nga-ba"],
        "policy": {"quiet_hours": ["21:00-05:00"]}, **changes,
    }  # fmt: skip


def time_reply(**changes: Any) -> dict[str, Any]:
    return {
        **make_header("time", "vn.time", "config", hours=0.5), "to": ["*/*/tv-cl-0007"],
        "nonce": "0123456789abcdef", "utc": utc_text(AT), **changes,
    }  # fmt: skip


def cancel(**changes: Any) -> dict[str, Any]:
    return {**make_header("cancel", "vn.84.29266", "routine"), "cancels": "e0" * 16, **changes}


def silence(**changes: Any) -> dict[str, Any]:
    header = make_header("silence", "vn.84", "silence")
    return {**header, "state": "on", "why": "thử", **changes}


def seal(
    document: dict[str, Any] | bytes, *signers: CryptoSigner, kind: str | None = None
) -> bytes:
    """Sign by the DSSE specification alone, written here a second time."""
    raw = document if isinstance(document, bytes) else json.dumps(document).encode()
    if kind is None:
        assert isinstance(document, dict)
        kind = document["kind"]
    type_ = f"application/vnd.tramtin.{kind}.v1+json"
    pae = f"DSSEv1 {len(type_)} {type_} {len(raw)} ".encode() + raw
    signed = [signer.sign(pae) for signer in signers]
    signatures = [
        {"keyid": one.keyid, "sig": base64.b64encode(bytes.fromhex(one.signature)).decode()}
        for one in signed
    ]
    envelope = {
        "payloadType": type_, "payload": base64.b64encode(raw).decode(), "signatures": signatures,
    }  # fmt: skip
    return json.dumps(envelope).encode()


def judge(
    envelope: bytes,
    kind: str = "playlist",
    *,
    station: str | None = STATION,
    place: Place | None = PLACE,
    floors: FakeFloors | None = None,
    now: Now = SYNCED,
    nonces: tuple[str, ...] = (),
    attested: tuple[str, ...] = (),
    authority: Authority = AUTHORITY,
) -> Accepted:
    topic = Topic(kind, "tuan", station=station, group=None if station else "84.29266")
    held = floors or FakeFloors()
    return verify(
        envelope, topic, authority, place, STATION, held, now, nonces=nonces, attested=attested
    )


def code_of(deed: Callable[[], Any]) -> str:
    with pytest.raises(TrustError) as caught:
        deed()
    return caught.value.code


GOOD = seal(playlist(), COMMUNE)
