"""Which media are in store, in memory: a look at the schedule asks no disk.

Kept up to date by every write and deletion of ours, and read anew from the folder now and then,
because a file may also go (or come) without us.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from agent.contract.ids import DIGEST, Digest


class MediaIndex:
    """The digests of all whole files of a folder. `has` may be asked from any thread.

    Args:
        folder: of the media; empty until `refresh`.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._here: set[Digest] = set()
        self._changing = threading.Lock()

    def has(self, digest: Digest) -> bool:
        """Is the file here, as far as is known? Asks no disk and waits for nothing."""
        return digest in self._here

    @contextmanager
    def adding(self, digest: Digest) -> Iterator[None]:
        """Around giving a file its final name: it is here once that has succeeded."""
        with self._changing:
            yield
            self._here.add(digest)

    @contextmanager
    def removing(self, digest: Digest) -> Iterator[None]:
        """Around a deletion: the file is not here any more, and stays if the disk refuses."""
        with self._changing:
            yield
            self._here.discard(digest)

    def forget(self, digest: Digest) -> None:
        """Somebody who opened the file found none."""
        self._here.discard(digest)

    def refresh(self) -> None:
        """Read the folder anew. Blocks: never in the loop.

        Raises:
            OSError: it cannot be read; what was known stays.
        """
        with self._changing, os.scandir(self._folder) as entries:
            found = {
                Digest(one.name) for one in entries if DIGEST.match(one.name) and _is_plain(one)
            }
            self._here = found


def _is_plain(entry: os.DirEntry[str]) -> bool:
    """No link and no folder: these are never opened."""
    return entry.is_file(follow_symlinks=False)
