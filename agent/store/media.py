"""Content-addressed media files: the name is the sha256 of the content, verified at each opening.

A file under its final name is complete: it was written to `<digest>.part`, synced, hashed, renamed,
and the folder synced. A player gets a descriptor whose content was hashed just before, so a file
that changed on the disk is refused and never plays. Media never take the card's last free space: it
is reserved for documents and journal, without which not even an alarm can be accepted.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import fcntl
import hashlib
import os
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Self

from agent.contract.ids import DIGEST, Digest
from agent.contract.loudness import Loudness
from agent.errors import StoreError
from agent.store.media_index import MediaIndex

_BLOCK = 1 << 20
_PART = ".part"
READERS = 2
# Free space to leave, whichever is less; `health.checks.disk` reports a full card at the same.
RESERVE_SHARE, RESERVE_BYTES = 0.02, 256 << 20


class MediaStore:
    """The media folder. All methods but `has`, `open` and `refresh` block: call them in a thread.

    Args:
        folder: created if it is missing.
        statvfs: reads file system statistics; replaced in tests.

    Attributes:
        loudness: of the media that were measured; `maintenance` writes it.
    """

    def __init__(
        self, folder: Path, *, statvfs: Callable[[int], os.statvfs_result] = os.statvfs
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._statvfs = statvfs
        self._index = MediaIndex(folder)
        self.loudness: dict[Digest, Loudness] = {}
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="media")

    @property
    def folder(self) -> Path:
        """The folder of all media."""
        return self._folder

    def loudness_of(self, digest: Digest) -> Loudness | None:
        """The loudness of a medium; None while it is not measured."""
        return self.loudness.get(digest)

    def path(self, digest: Digest) -> Path:
        """The file's path, whether or not it exists.

        Raises:
            ValueError: not 64 lower-case hex digits.
        """
        if not DIGEST.match(digest):
            raise ValueError(f"not a digest: {digest[:80]!r}")
        return self._folder / digest

    def has(self, digest: Digest) -> bool:
        """Is the complete file in the index? Only `open_verified` reads and verifies the file."""
        return self._index.has(digest)

    def digests(self) -> list[Digest]:
        """The digests of all complete files in the folder."""
        return sorted(Digest(one.name) for one in self._folder.iterdir() if DIGEST.match(one.name))

    async def refresh(self) -> None:
        """Read the folder into the index: at the start, and regularly for outside changes.

        Raises:
            StoreError: E_DISK.
        """
        try:
            await asyncio.to_thread(self._index.refresh)
        except OSError as error:
            raise StoreError("E_DISK", str(self._folder), str(error)) from error

    def keep_only(self, is_named: Callable[[Digest], bool]) -> None:
        """Delete files that are not named: complete ones, and parts of abandoned downloads.

        Raises:
            StoreError: E_DISK.
        """
        try:
            for file in self._folder.iterdir():
                name = file.name.removesuffix(_PART)
                if DIGEST.match(name) and not is_named(Digest(name)):
                    with self._index.removing(Digest(name)):
                        file.unlink(missing_ok=True)
        except OSError as error:
            raise StoreError("E_DISK", str(self._folder), str(error)) from error

    def open_verified(self, digest: Digest, size_bytes: int) -> int:
        """A readable descriptor at offset 0, its content hashed through that same descriptor.

        A file whose content does not match its name is deleted, so that it is downloaded again.

        Raises:
            StoreError: E_MEDIA when it is missing, not a plain file, of other length or content.
        """
        try:
            descriptor = os.open(self.path(digest), os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError as error:
            if error.errno in (errno.ENOENT, errno.ELOOP):  # deleted from outside, or a link
                self._index.forget(digest)
            raise StoreError("E_MEDIA", digest, error.strerror or "cannot be opened") from error
        try:
            self._verify(descriptor, digest, size_bytes)
        except BaseException:
            os.close(descriptor)
            raise
        return descriptor

    async def open(self, digest: Digest, size_bytes: int) -> int:
        """As `open_verified`, in a thread that is reserved for playback.

        Raises:
            StoreError: as `open_verified`.
        """
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._readers, self.open_verified, digest, size_bytes)

    def _verify(self, descriptor: int, digest: Digest, size_bytes: int) -> None:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise StoreError("E_MEDIA", digest, "not a plain file")
        if _content_digest(descriptor) != digest:
            with contextlib.suppress(OSError):  # a read-only card refuses the deletion
                self.remove(digest)
            raise StoreError("E_MEDIA", digest, "the content has changed on the disk")
        if status.st_size != size_bytes:
            raise StoreError("E_MEDIA", digest, f"{status.st_size} bytes, expected {size_bytes}")

    def begin(self, digest: Digest) -> Partial:
        """Begin or resume a download of this file."""
        return Partial(self.path(digest), self._statvfs, lambda: self._index.adding(digest))

    def remove(self, digest: Digest) -> None:
        """Delete a file, so that it is downloaded again."""
        with self._index.removing(digest):
            self.path(digest).unlink(missing_ok=True)


class Partial:
    """A download in progress: append until it is complete, then commit.

    Use it as a context manager or call `close`; the appended bytes stay for a later resume.

    Args:
        final: the file's path once it is complete.
        statvfs: reads file system statistics.
        adding: context around the rename to the final name.
    """

    def __init__(
        self,
        final: Path,
        statvfs: Callable[[int], os.statvfs_result],
        adding: Callable[[], AbstractContextManager[None]],
    ) -> None:
        self._adding = adding
        self._final = final
        self._statvfs = statvfs
        self._path = final.with_name(f"{final.name}{_PART}")
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
        self._descriptor: int | None = None
        try:
            self._descriptor = os.open(self._path, flags, 0o640)
        except OSError as error:
            raise StoreError("E_DISK", str(self._path), str(error)) from error
        try:
            # a download and a stick never write into one file together
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self.size_bytes = os.fstat(self._descriptor).st_size
        except OSError as error:
            self.close()
            raise StoreError("E_DISK", str(self._path), str(error)) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        # one whose task was cancelled while it was opened would lock its file for ever
        self.close()

    @property
    def size(self) -> int:
        """Bytes received so far; the offset of a resume."""
        return self.size_bytes

    def append(self, block: bytes) -> None:
        """Add bytes at the end.

        Raises:
            StoreError: E_DISK.
        """
        view = memoryview(block)
        try:
            self._check_room(len(view))
            while view:
                written = os.write(self._open(), view)
                self.size_bytes += written
                view = view[written:]
        except OSError as error:
            raise StoreError("E_DISK", str(self._path), str(error)) from error

    def _check_room(self, size_bytes: int) -> None:
        """Refuse a write into the space that is reserved for documents and journal.

        Raises:
            StoreError: E_DISK.
        """
        status = self._statvfs(self._open())
        free_bytes = status.f_bavail * status.f_frsize
        reserve_bytes = min(RESERVE_BYTES, RESERVE_SHARE * status.f_blocks * status.f_frsize)
        if free_bytes - size_bytes < reserve_bytes:
            hint = f"{free_bytes >> 20} MiB are free, reserved for documents and journal"
            raise StoreError("E_DISK", str(self._path), hint)

    def restart(self) -> None:
        """Delete the received bytes: the host cannot resume, or the content is wrong.

        Raises:
            StoreError: E_DISK.
        """
        try:
            os.ftruncate(self._open(), 0)
        except OSError as error:
            raise StoreError("E_DISK", str(self._path), str(error)) from error
        self.size_bytes = 0

    def commit(self) -> Path:
        """Sync, check the content, give the final name, sync the folder.

        Raises:
            StoreError: E_MEDIA when the content does not match the name (it is deleted); E_DISK.
        """
        try:
            os.fsync(self._open())
            if _digest_of(self._path) != self._final.name:
                self.restart()
                raise StoreError("E_MEDIA", self._final.name, "the content does not match the name")
            with self._adding():
                self._path.rename(self._final)
            _sync_folder(self._final.parent)
        except OSError as error:
            raise StoreError("E_DISK", str(self._path), str(error)) from error
        self.close()
        return self._final

    def close(self) -> None:
        """Close the file; a second call does nothing."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _open(self) -> int:
        if self._descriptor is None:
            raise RuntimeError(f"{self._path} is closed")
        return self._descriptor


def _content_digest(descriptor: int) -> str:
    content = hashlib.sha256()
    while block := os.read(descriptor, _BLOCK):
        content.update(block)
    os.lseek(descriptor, 0, os.SEEK_SET)
    return content.hexdigest()


def _digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
