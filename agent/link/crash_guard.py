"""Sets a message aside during whose processing the process crashed twice in one boot.

The theory. A retained message that crashes the process comes again after each restart, for ever. So
the hash of the message in work is written to a page of memory that outlives the process: a mapped
file in the run-time folder, which costs no write to the card and is gone after a power cut. One
crash proves nothing, and a power cut less: a message is set aside only at a second crash during its
processing, in the same boot and without a success between the two. The list is kept on the card
until a newer release tries the message again, or somebody at the box runs `tramtin retry-messages`.
"""

from __future__ import annotations

import contextlib
import json
import logging
import mmap
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

log = logging.getLogger(__name__)
IN_HAND = "message-in-hand"
SET_ASIDE = "messages-set-aside.json"
MAX_SET_ASIDE = 64
# The page: the boot's id, the message in work, then those that were in work at a crash.
_BOOT = slice(0, 40)
_HAND = slice(40, 72)
_SUSPECTS = tuple(slice(at, at + 32) for at in range(72, 72 + 32 * 16, 32))
_BYTES = _SUSPECTS[-1].stop
_NONE = bytes(32)


class CrashGuard:
    """Records which message is in work, and which ones are set aside.

    Args:
        page: memory that outlives the process; ordinary memory where that is not possible.
        folders: where the list of set-aside messages is stored, the most durable first; a card may
            take no writes.
        release: this software's.
    """

    def __init__(self, page: mmap.mmap | bytearray, folders: Sequence[Path], release: str) -> None:
        self._page = page
        self._folders = folders
        self._release = release
        self._set_aside: frozenset[str] = frozenset()

    @classmethod
    def in_memory(cls) -> Self:
        """A guard that stores nothing."""
        return cls(bytearray(_BYTES), (), "")

    @classmethod
    def open(cls, runtime: Path, state: Path, boot_id: str, release: str) -> Self:
        """Read what a former process of this boot has recorded. Blocks; never raises.

        Args:
            runtime: a folder that lasts as long as the boot does.
            state: the folder on the card.
            boot_id: the kernel's.
            release: this software's.
        """
        try:
            page = _map(runtime / IN_HAND)
        except OSError as error:
            log.warning("crashes cannot be recorded: %s", error)
            return cls(bytearray(_BYTES), (state,), release)
        guard = cls(page, (state, runtime), release)
        guard._begin(boot_id)
        guard.reread()
        return guard

    @property
    def set_aside(self) -> frozenset[str]:
        """SHA-256 of the set-aside messages, as read last."""
        return self._set_aside

    @contextlib.contextmanager
    def holding(self, digest: bytes) -> Iterator[None]:
        """A context for the time in which a message with this SHA-256 is verified and applied."""
        self._page[_HAND] = digest
        try:
            yield
        finally:
            self._page[_HAND] = _NONE
            for suspect in self._find(digest):
                self._page[suspect] = _NONE

    def reread(self) -> None:
        """Read the list again: somebody may have asked for another try. Blocks; never raises."""
        self._set_aside = frozenset().union(*map(self._read, self._folders))

    def _read(self, folder: Path) -> frozenset[str]:
        kept = _read(folder / SET_ASIDE)
        names = kept.get("messages", [])
        is_ours = kept.get("release") == self._release and isinstance(names, list)
        return frozenset(map(str, names)) if is_ours else frozenset()

    def _begin(self, boot_id: str) -> None:
        boot = boot_id.encode()[:40].ljust(40)
        if self._page[_BOOT] != boot:
            self._page[:_BYTES] = boot + bytes(_BYTES - 40)
        digest = bytes(self._page[_HAND])
        self._page[_HAND] = _NONE
        if digest == _NONE:
            return
        log.error("the agent crashed while it processed message %s", digest.hex())
        places = self._find(digest)
        if not places:
            free = (self._find(_NONE) or _SUSPECTS)[0]
            self._page[free] = digest
            return
        self._page[places[0]] = _NONE
        for folder in self._folders:
            try:
                self._put_aside(folder, digest.hex())
            except OSError:
                log.exception("message %s is not set aside in %s", digest.hex(), folder)
            else:
                return

    def _find(self, digest: bytes) -> list[slice]:
        """The slots in the page that hold this hash."""
        return [place for place in _SUSPECTS if self._page[place] == digest]

    def _put_aside(self, folder: Path, digest: str) -> None:
        names = [*sorted(self._read(folder) - {digest}), digest][-MAX_SET_ASIDE:]
        _write(folder / SET_ASIDE, {"release": self._release, "messages": names})


def retry_messages(state: Path) -> int:
    """Clear the list, so that its messages are tried again when they come; return how many.

    Raises:
        OSError: the file cannot be removed.
    """
    file = state / SET_ASIDE
    names = _read(file).get("messages", [])
    file.unlink(missing_ok=True)
    return len(names) if isinstance(names, list) else 0


def _map(file: Path) -> mmap.mmap:
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        # Allocate now: without room the first write into the page would raise SIGBUS.
        os.posix_fallocate(descriptor, 0, mmap.PAGESIZE)
        return mmap.mmap(descriptor, mmap.PAGESIZE)
    finally:
        os.close(descriptor)


def _read(file: Path) -> dict[str, Any]:
    try:
        value = json.loads(file.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _write(file: Path, value: Mapping[str, object]) -> None:
    """Whole or not at all, and durable."""
    partial = file.with_suffix(".part")
    with partial.open("wb") as stream:
        stream.write(json.dumps(value).encode())
        stream.flush()
        os.fsync(stream.fileno())
    partial.replace(file)
    folder = os.open(file.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
