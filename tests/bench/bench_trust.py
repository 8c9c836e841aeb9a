"""How much a whole verdict costs beyond the bare Ed25519 verifications inside it.

The verdict is by a real tree of delegations with hours on its links, so that all rules are asked.
Both are timed alternately in one run, the smallest of many is taken, so that a busy machine weighs
on both alike.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from securesystemslib.signer import CryptoSigner

sys.path.insert(0, str(Path(__file__).parents[2]))
from agent.clock import Now
from agent.contract.document import (
    PAYLOAD_TYPE,
    Body,
    Entry,
    EntryStart,
    Medium,
    Playlist,
    When,
)
from agent.contract.envelope import pae
from agent.contract.ids import Place, StationId
from agent.contract.topic import Topic
from agent.trust.tree import TreeAuthority, load_tree
from agent.trust.verify import verify
from central.documents.sign import build_header, encode_document, sign_document
from tests.fakes.fake_publisher import FakePublisher

ROUNDS = 2000
TARGET = 3.5
NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


class _NoFloors:
    def get(self, issuer: str, kind: str, slot: str) -> tuple[int, int, str] | None:
        return None

    def has_event(self, event_id: str) -> bool:
        return False

    def is_cancelled(self, class_: str, name: str) -> bool:
        return False


def _playlist(items: int) -> bytes:
    media = [
        Medium(
            hashlib.sha256(bytes([n])).hexdigest(), 480_123 + n, "audio/mpeg", 30_012,
            [f"https://media.example.vn/{n}.mp3"],
        )
        for n in range(items)
    ]  # fmt: skip
    entries = [
        Entry(
            id=f"e{n}", title=f"Bản tin sáng số {n}", lang="vi", zones=["*"],
            when=When(
                [f"{5 + n % 12:02d}:{n:02d}:00"], [1, 2, 3, 4, 5, 6], "2026-11-23", "2027-01-05"
            ),
            start=EntryStart("at"), body=Body(media=[medium.sha256]),
        )
        for n, medium in enumerate(media)
    ]  # fmt: skip
    header = build_header(
        "playlist", issuer="vn.84.29266", class_="routine", to=["84/29266/*"], slot="tuan",
        seq=42, now=NOW, lifetime=timedelta(days=44),
        editor="Lê Thị Bưởi", approver="Trần Văn Xoài",
    )  # fmt: skip
    return encode_document(Playlist(**header, media=media, entries=entries))


def _tree(signatures: int) -> tuple[TreeAuthority, list[CryptoSigner]]:
    """Root, targets, a province with a file, its commune; hours on the last two links."""
    tree = FakePublisher(NOW)
    tree.delegation("vn.84")["x-hours"] = ["04:30-22:00"]
    tree.revoke("vn.84.29266")
    tree.keys.pop("vn.84.29266")
    tree.delegate(
        "vn.84.29266", kinds=["playlist"], paths=["routine/84/29266/*"], threshold=signatures,
        hours=["05:00-11:00", "11:00-21:00"],
    )  # fmt: skip
    return load_tree(tree.publish()), tree.signers("vn.84.29266")


def _once(deed: Callable[[], object]) -> float:
    started = time.perf_counter()
    deed()
    return time.perf_counter() - started


def measure(signatures: int, rounds: int = ROUNDS) -> tuple[float, float]:
    """Seconds of one verdict, and of the bare verifications inside it (smallest of many)."""
    authority, signers = _tree(signatures)
    payload = _playlist(40)
    envelope = sign_document(payload, "playlist", signers)
    signed = pae(PAYLOAD_TYPE.format(kind="playlist"), payload)
    pairs = [
        (
            Ed25519PublicKey.from_public_bytes(bytes.fromhex(signer.public_key.keyval["public"])),
            bytes.fromhex(signer.sign(signed).signature),
        )
        for signer in signers
    ]
    now = Now(NOW, "SYNCED", 0.02)
    topic = Topic("playlist", "tuan", station="tv-cl-0007")
    place, station, floors = (
        Place("84", "29266", "tv-cl-0007"),
        StationId("tv-cl-0007"),
        _NoFloors(),
    )

    def bare() -> None:
        for public, signature in pairs:
            public.verify(signature, signed)

    def whole() -> None:
        verify(envelope, topic, authority, place, station, floors, now)

    times = [(_once(whole), _once(bare)) for _ in range(rounds)]
    return min(one for one, _ in times), min(one for _, one in times)


def main(argv: list[str] | None = None) -> int:
    """Print one BENCH line for each figure asked for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", default="")
    only = set(filter(None, parser.parse_args(argv).only.split(",")))
    for signatures in (1, 2):
        name = f"verify_40_items_{signatures}sig_ratio"
        if only and name not in only:
            continue
        whole_s, bare_s = measure(signatures)
        print(f"BENCH name={name} value={whole_s / bare_s:.2f} unit=ratio target={TARGET}")
        print(f"# {name}: verdict {whole_s * 1e6:.0f} us, bare {bare_s * 1e6:.0f} us")
    return 0


if __name__ == "__main__":
    sys.exit(main())
