"""A disk that fails stops and delays no voice; what it takes again later is whole."""

from __future__ import annotations

import errno
import os
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from central.live import archive_writer
from central.live.archive import GRANTS, SEGMENTS
from central.live.archive_writer import ArchiveWriter, append_whole

AT = datetime(2026, 11, 22, 8, tzinfo=UTC)
STREAM = "56" * 16
FULL = OSError(errno.ENOSPC, "No space left on device")


def read(folder: Path, name: str) -> bytes:
    return (folder / f"20261122T080000Z-{STREAM}" / name).read_bytes()


def test_what_a_full_disk_did_not_take_is_written_when_it_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures: list[OSError] = []
    has_room, is_told = threading.Event(), threading.Event()

    def append(path: Path, data: bytes) -> None:
        if not has_room.is_set():
            raise FULL
        append_whole(path, data)

    def tell(error: OSError) -> None:
        failures.append(error)
        is_told.set()

    monkeypatch.setattr(archive_writer, "append_whole", append)
    with ArchiveWriter(tmp_path, STREAM, AT, tell) as archive:
        archive.add_grant(b"{}")
        archive.add_segment(b"one")
        assert is_told.wait(30)
        has_room.set()
        archive.add_segment(b"two")
    assert failures == [FULL]
    assert archive.missing == 0
    assert read(tmp_path, GRANTS) == b"{}\n"
    assert read(tmp_path, SEGMENTS) == b"\0\0\0\3one\0\0\0\3two"


def test_of_what_is_held_too_long_the_oldest_is_lost_and_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive_writer, "MOST_HELD", 2)
    folder = tmp_path / "voices"
    folder.touch()  # no folder, for the time being
    archive = ArchiveWriter(folder, STREAM, AT, lambda _error: None)
    with archive:
        for one in (b"a", b"b", b"c", b"d", b"e"):
            archive.add_segment(one)
        archive._coming.put(None)  # the thread ends behind what has come
        archive._thread.join()
        folder.unlink()
        archive._write_held()
    assert archive.missing == 3
    assert read(folder, SEGMENTS) == b"\0\0\0\1d\0\0\0\1e"


def test_a_disk_that_hangs_keeps_nobody_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = threading.Event()
    monkeypatch.setattr(archive_writer, "CLOSE_S", 0.01)
    monkeypatch.setattr(archive_writer, "append_whole", lambda _path, _data: answers.wait())
    with ArchiveWriter(tmp_path, STREAM, AT) as archive:
        for one in (b"a", b"b", b"c"):
            archive.add_segment(one)
    answers.set()
    archive._thread.join()
    assert archive.missing == 0  # it went on behind, as long as the process lived


def test_a_record_that_has_no_room_leaves_the_file_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / SEGMENTS
    append_whole(file, b"whole")
    write, left = os.write, [3]

    def write_some(fd: int, data: bytes) -> int:
        if not left:
            raise FULL
        return write(fd, data[: left.pop()])

    monkeypatch.setattr(os, "write", write_some)
    with pytest.raises(OSError, match="No space"):
        append_whole(file, b"no room for this")
    assert file.read_bytes() == b"whole"
