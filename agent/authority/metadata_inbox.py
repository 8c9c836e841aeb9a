"""Authority files as they came in, unverified: only requested ones, each and all bounded."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

KIB = 1024
MAX_BYTES = 2 * 1024 * KIB  # all files together
_LIMITS = {"root": 64 * KIB, "timestamp": 16 * KIB, "snapshot": 64 * KIB}  # bytes
_ROLE_LIMIT = 256 * KIB
_NAME = re.compile(
    r"(?:timestamp|[1-9][0-9]{0,9}\.(?P<role>[a-z0-9]+(?:[.-][a-z0-9]+)*))\.json", re.ASCII
)
MAX_NAME = 128


def largest(name: str) -> int:
    """How many bytes a file of this name may have; 0 when it is no name of an authority file."""
    match = _NAME.fullmatch(name) if len(name) <= MAX_NAME else None
    if match is None:
        return 0
    return _LIMITS.get(match["role"] or "timestamp", _ROLE_LIMIT)


class MetadataInbox:
    """The newest bytes of each requested file.

    Nothing here is trusted: whoever controls the broker may put anything under these names, and can
    thereby only waste the room that the names have.
    """

    def __init__(self) -> None:
        self._wanted: frozenset[str] = frozenset()
        self._files: dict[str, bytes] = {}

    def want(self, names: Collection[str]) -> None:
        """Request exactly these from now on; files under other names are dropped."""
        self._wanted = frozenset(name for name in names if largest(name))
        self._files = {n: raw for n, raw in self._files.items() if n in self._wanted}

    def put(self, name: str, raw: bytes) -> bool:
        """Store a file; True when these bytes are new and there was room."""
        if name not in self._wanted or not 0 < len(raw) <= largest(name):
            return False
        others = sum(len(held) for other, held in self._files.items() if other != name)
        if self._files.get(name) == raw or others + len(raw) > MAX_BYTES:
            return False
        self._files[name] = raw
        return True

    def drop(self, name: str, raw: bytes) -> None:
        """Drop a refused file, unless another has replaced it; its name stays requested."""
        if self._files.get(name) == raw:
            del self._files[name]

    def files(self) -> Mapping[str, bytes]:
        """A copy of the files, by name."""
        return dict(self._files)
