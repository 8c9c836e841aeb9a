"""The journal's chain rule: hash_n = SHA-256(hash_{n-1} ‖ bytes_n)."""

from __future__ import annotations

import hashlib

GENESIS = "0" * 64


def next_hash(previous_hash: str, record: bytes) -> str:
    """The chain hash (64 hex digits) after `record`, given the one before it."""
    return hashlib.sha256(bytes.fromhex(previous_hash) + record).hexdigest()
