"""The files of a stick, opened so that a hostile one can do nothing but be short or wrong.

Nothing is listed: every name is known beforehand, so a million files or a folder without end cost
nothing. Each part of a path is opened below the one before it, never through a link; what is no
plain file is refused before it is read, so no device and no pipe is opened for reading. A file that
is written is complete or absent: written under another name, synced, renamed.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Self

from agent.contract.stick import FOLDER
from agent.errors import StoreError

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# O_NONBLOCK: opening a pipe does not wait for somebody who writes into it
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_WRITE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_PART = ".part"
BLOCK_BYTES = 256 * 1024


class StickFolder:
    """The folder `tramtin` of a stick.

    Args:
        root: a descriptor of that folder; the object closes it.
    """

    def __init__(self, root: int) -> None:
        self._root = root

    @classmethod
    def open(cls, mounted: Path) -> Self:
        """The folder of a stick that is mounted here, or `tramtin` itself.

        Raises:
            StoreError: E_STICK, there is none, or it cannot be opened.
        """
        try:
            here = os.open(mounted, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError as error:
            raise StoreError("E_STICK", str(mounted), error.strerror or "") from error
        try:
            return cls(os.open(FOLDER, _FOLDER, dir_fd=here))
        except FileNotFoundError:
            if mounted.resolve().name == FOLDER:
                return cls(os.dup(here))
            hint = f"the stick has no folder {FOLDER}: it was not filled by the centre"
            raise StoreError("E_STICK", str(mounted), hint) from None
        except OSError as error:
            raise StoreError("E_STICK", f"{mounted}/{FOLDER}", error.strerror or "") from error
        finally:
            os.close(here)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._root)

    @contextlib.contextmanager
    def _folder(self, parts: tuple[str, ...], *, makes: bool) -> Iterator[int]:
        descriptor = os.dup(self._root)
        try:
            for part in parts:
                if makes:
                    with contextlib.suppress(FileExistsError):
                        os.mkdir(part, 0o755, dir_fd=descriptor)
                below = os.open(part, _FOLDER, dir_fd=descriptor)
                os.close(descriptor)
                descriptor = below
            yield descriptor
        finally:
            os.close(descriptor)

    @contextlib.contextmanager
    def reading(self, *parts: str, most_bytes: int) -> Iterator[int | None]:
        """A descriptor of a plain file of at most so many bytes; None where there is none.

        Raises:
            StoreError: E_STICK, it is something else, longer, or the stick fails.
        """
        subject = "/".join(parts)
        try:
            with self._folder(parts[:-1], makes=False) as folder:
                file = os.open(parts[-1], _READ, dir_fd=folder)
        except FileNotFoundError:
            yield None
            return
        except OSError as error:
            raise StoreError("E_STICK", subject, error.strerror or str(error)) from error
        try:
            _verify_plain(file, subject, most_bytes)
            yield file
        except OSError as error:
            raise StoreError("E_STICK", subject, error.strerror or str(error)) from error
        finally:
            os.close(file)

    def write(self, *parts: str, content: bytes) -> None:
        """Write a whole file, durable before it has its name.

        Raises:
            StoreError: E_STICK_FULL, no room; E_STICK, it cannot be written. Nothing stays of it.
        """
        subject, name = "/".join(parts), parts[-1]
        part = f"{name}{_PART}"
        try:
            with self._folder(parts[:-1], makes=True) as folder:
                try:
                    _write_synced(folder, part, content)
                    os.rename(part, name, src_dir_fd=folder, dst_dir_fd=folder)
                except BaseException:
                    with contextlib.suppress(OSError):
                        os.unlink(part, dir_fd=folder)
                    raise
                os.fsync(folder)
        except OSError as error:
            code = "E_STICK_FULL" if error.errno in (errno.ENOSPC, errno.EDQUOT) else "E_STICK"
            raise StoreError(code, subject, error.strerror or str(error)) from error


def _verify_plain(file: int, subject: str, most_bytes: int) -> None:
    status = os.fstat(file)
    if not stat.S_ISREG(status.st_mode):
        raise StoreError("E_STICK", subject, "not a plain file")
    if status.st_size > most_bytes:
        raise StoreError("E_STICK", subject, f"{status.st_size} bytes, at most {most_bytes}")


def _write_synced(folder: int, name: str, content: bytes) -> None:
    with contextlib.suppress(FileNotFoundError):
        os.unlink(name, dir_fd=folder)  # what a pulled stick has left, or a pipe of that name
    file = os.open(name, _WRITE, 0o644, dir_fd=folder)
    try:
        view = memoryview(content)
        while view:
            view = view[os.write(file, view) :]
        os.fsync(file)
    finally:
        os.close(file)


def read_blocks(file: int, offset: int = 0) -> Iterator[bytes]:
    """The bytes of a file from an offset on, in blocks.

    Raises:
        OSError: the stick fails.
    """
    os.lseek(file, offset, os.SEEK_SET)
    while block := os.read(file, BLOCK_BYTES):
        yield block


def read_lines(file: int, most_bytes: int) -> Iterator[bytes]:
    """The lines of a file, each with its line feed; a longer one is cut, and so without it.

    Raises:
        OSError: the stick fails.
    """
    with os.fdopen(os.dup(file), "rb") as stream:
        while line := stream.readline(most_bytes):
            yield line
