"""The timestamp: the one file of the authority that is signed again every hour, by a machine."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta
from typing import Any

from securesystemslib.signer import Signer
from tuf.api.metadata import Metadata, MetaFile, Snapshot, Timestamp

LIFETIME = timedelta(days=30)  # how long a box without a link accepts its authority


def next_timestamp(last: Timestamp | None, snapshot: MetaFile, at: datetime) -> Timestamp:
    """The timestamp after another.

    Its version is the second in which it was signed, so that it also rises where former versions
    were lost; or it is one more than the last if that was signed ahead of this clock.
    """
    version = max(int(at.timestamp()), last.version + 1 if last else 1)
    return Timestamp(
        version, expires=at.replace(microsecond=0) + LIFETIME, snapshot_meta=snapshot,
        unrecognized_fields={"x-issued": at.strftime("%Y-%m-%dT%H:%M:%SZ")},
    )  # fmt: skip


def build_row(version: int, raw: bytes) -> MetaFile:
    """How a timestamp or snapshot names a file: version, length, sha256."""
    return MetaFile(version, len(raw), {"sha256": hashlib.sha256(raw).hexdigest()})


def seal(signed: Timestamp | Snapshot, signer: Signer) -> bytes:
    """A file signed by one key."""
    file: Metadata[Any] = Metadata(signed)
    file.sign(signer)
    return encode(file)


def encode(file: Metadata[Any]) -> bytes:
    """A file's text, the same for the same content; Vietnamese stays readable."""
    text = json.dumps(file.to_dict(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode()
