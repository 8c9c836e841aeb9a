"""The centre's name at the broker, and a certificate with its key."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

CENTRE = "centre"


@dataclass(frozen=True)
class Identity:
    """Two PEM files: a certificate and its unencrypted PKCS#8 P-256 key, both mode 0600."""

    cert: Path
    key: Path
