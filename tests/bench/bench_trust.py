"""How much a whole verdict costs beyond the bare Ed25519 verifications inside it.

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

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from securesystemslib.signer import CryptoSigner

from agent.clock import Now
from agent.contract.document import (
    PAYLOAD_TYPE,
    Body,
    Entry,
    Medium,
    Playlist,
    Start,
    When,
)
from agent.contract.envelope import pae
from agent.contract.ident import Place, StationId
from agent.contract.topic import Topic
from agent.trust.authority import PinnedAuthority, load_pinned
from agent.trust.verify import verify
from central.authority import Grant, build_root
from central.sign import build_header, encode_document, sign_document

ROUNDS = 2000
TARGET = 3.5
NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


class _NoFloors:
    def get(self, issuer: str, kind: str, slot: str) -> tuple[int, int, str] | None:
        return None

    def has_event(self, event_id: str) -> bool:
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
            start=Start("at"), body=Body(media=[medium.sha256]),
        )
        for n, medium in enumerate(media)
    ]  # fmt: skip
    header = build_header(
        "playlist", issuer="vn.84.29266", class_="routine", to=["84/29266/*"], slot="tuan",
        seq=42, now=NOW, lifetime=timedelta(days=44),
        editor="Lê Thị Bưởi", approver="Trần Văn Xoài",
    )  # fmt: skip
    return encode_document(Playlist(**header, media=media, entries=entries))


def _authority(signers: list[CryptoSigner]) -> PinnedAuthority:
    holders = [(f"holder {n}", signer.public_key) for n, signer in enumerate(signers)]
    paths = ["routine/84/29266/*"]
    grant = Grant("vn.84.29266", ["playlist"], paths, 45 * 86_400, holders, len(holders))
    return load_pinned(build_root([grant], version=1, demo=True))


def _once(deed: Callable[[], object]) -> float:
    started = time.perf_counter()
    deed()
    return time.perf_counter() - started


def measure(signatures: int, rounds: int = ROUNDS) -> tuple[float, float]:
    """Seconds of one verdict, and of the bare verifications inside it (smallest of many)."""
    privates = [Ed25519PrivateKey.generate() for _ in range(signatures)]
    signers = [CryptoSigner(private) for private in privates]
    payload = _playlist(40)
    envelope = sign_document(payload, "playlist", signers)
    authority = _authority(signers)
    signed = pae(PAYLOAD_TYPE.format(kind="playlist"), payload)
    pairs: list[tuple[Ed25519PublicKey, bytes]] = [
        (private.public_key(), private.sign(signed)) for private in privates
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
