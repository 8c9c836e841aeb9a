"""Writes a stick so that it can be pulled at any moment: each file is whole or absent.

What is there already and right is kept, what is begun is continued; every file is read back from
the stick itself, past the memory of this machine.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from agent.contract.ids import DIGEST
from agent.contract.stick import FOLDER, MEDIA, STATIONS, StickMedium
from agent.errors import ConfigError

BLOCK_BYTES = 1 << 20
SPARE_BYTES = 16 << 20  # of journals that come back, and of the file system's own
_PART = ".part"
Progress = Callable[[int, int], None]


@dataclass
class MediaFound:
    """Where media are, and which are nowhere.

    Args:
        paths: by digest.
        missing: digests.
    """

    paths: dict[str, Path] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)


def find_media(media: Sequence[StickMedium], folders: Sequence[Path]) -> MediaFound:
    """Look for each medium by its name and length; what it holds is hashed as it is copied."""
    found = MediaFound()
    for one in media:
        here = [
            folder / one.sha256 for folder in folders if _size(folder / one.sha256) == one.bytes
        ]
        if here:
            found.paths[one.sha256] = here[0]
        else:
            found.missing.append(one.sha256)
    return found


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return -1


class StickWriter:
    """The folder `tramtin` of a stick that is mounted.

    Args:
        mounted: where.

    Raises:
        ConfigError: E_STICK, it cannot be written.
    """

    def __init__(self, mounted: Path) -> None:
        self.root = mounted / FOLDER
        with stick_errors(mounted):
            if not mounted.is_dir():
                raise ConfigError("E_STICK", str(mounted), "no folder")
            for folder in (self.root, self.root / STATIONS, self.root / MEDIA):
                make_folder(folder)

    def check_room(self, media: Sequence[StickMedium], more_bytes: int) -> None:
        """Refuse before anything is written.

        Raises:
            ConfigError: E_STICK_FULL, with what is needed and what is free.
        """
        here = sum(min(one.bytes, self._have(one)) for one in media)
        needed = sum(one.bytes for one in media) - here + more_bytes + SPARE_BYTES
        with stick_errors(self.root):
            free = shutil.disk_usage(self.root).free
        if needed > free:
            hint = f"{needed >> 20} MiB are needed, {free >> 20} MiB are free"
            raise ConfigError("E_STICK_FULL", str(self.root), hint)

    def _have(self, medium: StickMedium) -> int:
        path = self.root / MEDIA / medium.sha256
        return max(0, _size(path), _size(path.with_name(path.name + _PART)))

    def put_medium(self, medium: StickMedium, source: Path, progress: Progress) -> None:
        """Copy a medium, or the rest of it, and read it back.

        Raises:
            ConfigError: E_MEDIA, the source is not what was signed; E_STICK.
        """
        final = self.root / MEDIA / medium.sha256
        with stick_errors(final):
            if _size(final) == medium.bytes and hash_from_disk(final) == medium.sha256:
                return
            part = final.with_name(final.name + _PART)
            if _size(part) > medium.bytes:
                part.unlink()
            self._append(source, part, medium.bytes, progress)
            if hash_from_disk(part) != medium.sha256:
                part.unlink()
                self._append(source, part, medium.bytes, progress)
                if hash_from_disk(part) != medium.sha256:
                    part.unlink()
                    raise ConfigError("E_MEDIA", source.name, "not what was signed, or a bad stick")
            part.replace(final)
            sync_folder(final.parent)

    def _append(self, source: Path, part: Path, size: int, progress: Progress) -> None:
        with source.open("rb") as read, open(part, "ab", opener=_open_plain) as write:
            done = read.seek(write.tell())
            while block := read.read(BLOCK_BYTES):
                write.write(block)
                done += len(block)
                progress(done, size)
            write.flush()
            os.fsync(write.fileno())

    def put_station_file(self, station: str, content: bytes) -> None:
        """Write the file of a station in place of the former one, and read it back.

        Raises:
            ConfigError: E_STICK.
        """
        final = self.root / STATIONS / f"{station}.jsonl"
        part = final.with_name(final.name + _PART)
        with stick_errors(final):
            with open(part, "wb", opener=_open_plain) as write:
                write.write(content)
                write.flush()
                os.fsync(write.fileno())
            if hash_from_disk(part) != hashlib.sha256(content).hexdigest():
                raise ConfigError("E_STICK", final.name, "it reads back otherwise than written")
            part.replace(final)
            sync_folder(final.parent)

    def drop_media_beside(self, wanted: Sequence[StickMedium]) -> None:
        """Delete the media that no station's file of this stick names any more.

        Raises:
            ConfigError: E_STICK.
        """
        kept = {one.sha256 for one in wanted}
        with stick_errors(self.root):
            for path in (self.root / MEDIA).iterdir():
                digest = path.name.removesuffix(_PART)
                if DIGEST.match(digest) and digest not in kept:
                    path.unlink()


def make_folder(folder: Path) -> None:
    """A folder of a stick; a link to one is refused, else a stick could name any folder here.

    Raises:
        ConfigError: E_STICK, it is something else.
        OSError: it cannot be made.
    """
    with contextlib.suppress(FileExistsError):
        folder.mkdir()
    if folder.is_symlink() or not folder.is_dir():
        raise ConfigError("E_STICK", str(folder), "no plain folder")


def _open_plain(path: str, flags: int) -> int:
    """Open a file for writing, never through a link or into a pipe."""
    return os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK, 0o644)


@contextlib.contextmanager
def stick_errors(subject: Path) -> Iterator[None]:
    """Turn what the file system says into one error.

    Raises:
        ConfigError: E_STICK.
    """
    try:
        yield
    except OSError as error:
        raise ConfigError("E_STICK", str(subject), error.strerror or str(error)) from error


def hash_from_disk(path: Path) -> str:
    """The digest of a file, read from the medium and not from this machine's memory."""
    content = hashlib.sha256()
    with path.open("rb") as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        while block := file.read(BLOCK_BYTES):
            content.update(block)
    return content.hexdigest()


def sync_folder(folder: Path) -> None:
    """Make new names durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
