"""Keeps a voice while it is spoken, in a thread of its own: no disk ever stops or delays a voice.

What the disk does not take is held and tried again with each segment, for ten minutes; the rest is
lost to the archive and counted. The numbers of the segments say afterwards what is missing.
"""

from __future__ import annotations

import logging
import os
import threading
from collections import deque
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType
from typing import Self

from central.live.archive import GRANTS, LENGTH, SEGMENTS, build_folder_name

MOST_HELD = 3_000  # ten minutes of segments, some 3 MB
CLOSE_S = 5.0  # a disk that hangs keeps nobody waiting
OnFailure = Callable[[OSError], None]
log = logging.getLogger(__name__)


def log_failure(error: OSError) -> None:
    """Log it, where nobody sits before the command."""
    log.warning("the archive takes nothing: %s", error)


class ArchiveWriter:
    """Writes one stream. Enter it before the voice, leave it behind its end.

    Args:
        folder: of all streams.
        stream_id: of this one.
        at: aware UTC, when it began.
        on_failure: called with the first failure, once, in another thread.
    """

    def __init__(
        self, folder: Path, stream_id: str, at: datetime, on_failure: OnFailure = log_failure
    ) -> None:
        self.path = folder / build_folder_name(stream_id, at)
        self._on_failure = on_failure
        self._has_failed = False
        self._coming = SimpleQueue[tuple[str, bytes] | None]()
        self._held: deque[tuple[str, bytes]] = deque()
        self._lost = 0
        self._thread = threading.Thread(target=self._write, name="live archive", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        self._coming.put(None)
        self._thread.join(CLOSE_S)

    @property
    def missing(self) -> int:
        """How many grants and segments the archive has not; final once the writer was left."""
        return self._lost + len(self._held) + max(0, self._coming.qsize() - 1)

    def add_grant(self, envelope: bytes) -> None:
        """Keep a grant."""
        self._coming.put((GRANTS, envelope + b"\n"))

    def add_segment(self, message: bytes) -> None:
        """Keep a segment; a crash loses at most what the system has not written."""
        self._coming.put((SEGMENTS, LENGTH.pack(len(message)) + message))

    def _write(self) -> None:
        while (one := self._coming.get()) is not None:
            self._held.append(one)
            self._write_held()
            if len(self._held) > MOST_HELD:
                self._held.popleft()
                self._lost += 1
        self._write_held()

    def _write_held(self) -> None:
        try:
            while self._held:
                name, data = self._held[0]
                self.path.mkdir(parents=True, exist_ok=True)
                append_whole(self.path / name, data)
                self._held.popleft()
        except OSError as error:
            if not self._has_failed:
                self._has_failed = True
                self._on_failure(error)


def append_whole(path: Path, data: bytes) -> None:
    """Append to a file all of it or nothing.

    Raises:
        OSError: nothing of it was written.
    """
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        begin = os.fstat(file).st_size
        rest = data
        try:
            while rest:
                rest = rest[os.write(file, rest) :]
        except OSError:
            os.ftruncate(file, begin)
            raise
    finally:
        os.close(file)
