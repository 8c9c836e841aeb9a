"""An index in memory of the stored media, so that planning reads no disk.

Every write and deletion of the agent updates it. It is regularly read from the folder again,
because a file may also be deleted (or added) from outside.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from agent.contract.ids import DIGEST, Digest


class MediaIndex:
    """The digests of all complete files of a folder. Any thread may call `has`.

    Args:
        folder: of the media; empty until `refresh`.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._here: set[Digest] = set()
        self._changing = threading.Lock()

    def has(self, digest: Digest) -> bool:
        """Is the file in the index? Reads no disk and never waits."""
        return digest in self._here

    @contextmanager
    def adding(self, digest: Digest) -> Iterator[None]:
        """Context around the rename to the final name; adds the file when that succeeds."""
        with self._changing:
            yield
            self._here.add(digest)

    @contextmanager
    def removing(self, digest: Digest) -> Iterator[None]:
        """Context around a deletion; removes the file, and adds it again if the disk refuses."""
        with self._changing:
            yield
            self._here.discard(digest)

    def forget(self, digest: Digest) -> None:
        """Remove a file that was found missing when it was opened."""
        self._here.discard(digest)

    def refresh(self) -> None:
        """Read the folder again. Blocks: never call it in the loop.

        Raises:
            OSError: the folder cannot be read; the index is unchanged.
        """
        with self._changing, os.scandir(self._folder) as entries:
            found = {
                Digest(one.name) for one in entries if DIGEST.match(one.name) and _is_plain(one)
            }
            self._here = found


def _is_plain(entry: os.DirEntry[str]) -> bool:
    """Is it a plain file? Links and folders are never opened."""
    return entry.is_file(follow_symlinks=False)
