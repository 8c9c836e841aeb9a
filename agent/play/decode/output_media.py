"""The media as one output plays them: what its loudspeakers do not take is left out.

A horn gives nothing below its cut-off; what comes all the same moves its diaphragm without load and
saturates its 100 V transformer. Its decoder filters with 24 dB an octave, two Butterworth sections.
The filter stands before gain and limiter.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from agent.contract.ids import Digest
from agent.contract.loudness import Loudness

# By the kind of loudspeaker in the settings. Common horns cut off at 200 to 300 Hz.
HIGH_PASS_HZ = {"full-range": 0, "column": 150, "horn": 250}


class StoredMedia(Protocol):
    """See `store.media.MediaStore`."""

    async def open(self, digest: Digest, size_bytes: int) -> int:
        """A readable descriptor of exactly these bytes."""

    @property
    def folder(self) -> Path:
        """The folder of all media."""

    def path(self, digest: Digest) -> Path:
        """The path of a medium."""

    def loudness_of(self, digest: Digest) -> Loudness | None:
        """The loudness of a medium; None while it is not measured."""


@dataclass(frozen=True)
class OutputMedia:
    """See `play.item.MediaFiles`.

    Args:
        stored: the files.
        high_pass_hz: below this is filtered; 0: nothing.
    """

    stored: StoredMedia
    high_pass_hz: int = 0

    async def open(self, digest: Digest, size_bytes: int) -> int:
        """A readable descriptor of exactly these bytes."""
        return await self.stored.open(digest, size_bytes)

    @property
    def folder(self) -> Path:
        """The folder of all media."""
        return self.stored.folder

    def path(self, digest: Digest) -> Path:
        """The path of a medium."""
        return self.stored.path(digest)

    def loudness_of(self, digest: Digest) -> Loudness | None:
        """The loudness of a medium; None while it is not measured."""
        return self.stored.loudness_of(digest)
