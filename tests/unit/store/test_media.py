"""Media do not use the space that documents and the journal need."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from agent.contract.ids import Digest
from agent.errors import StoreError
from agent.store.media import MediaStore

DIGEST = Digest("ab" * 32)
MIB = 1 << 20


def card(size_mib: int, free_mib: float) -> Any:
    """The result of statvfs(3) for a card."""
    frames = SimpleNamespace(
        f_frsize=4096, f_blocks=size_mib * 256, f_bavail=int(free_mib * 256), f_flag=0
    )
    return lambda _fd: frames


@pytest.mark.parametrize(
    ("size_mib", "free_mib", "is_taken"),
    [(32_000, 258, True), (32_000, 256.5, False), (1_000, 21.5, True), (1_000, 20.5, False)],
)
def test_the_last_free_space_is_reserved_for_documents_and_journal(
    tmp_path: Path, *, size_mib: int, free_mib: float, is_taken: bool
) -> None:
    """256 MiB of a large card, 2 % of a small one; a block is 1 MiB here."""
    with MediaStore(tmp_path, statvfs=card(size_mib, free_mib)).begin(DIGEST) as part:
        if is_taken:
            part.append(bytes(MIB))
            return
        with pytest.raises(StoreError, match="E_DISK"):
            part.append(bytes(MIB))
    assert (tmp_path / f"{DIGEST}.part").stat().st_size == 0


def test_a_part_that_cannot_be_deleted_is_a_disk_error(tmp_path: Path) -> None:
    part = MediaStore(tmp_path).begin(DIGEST)
    descriptor = part._descriptor
    assert descriptor is not None
    part._descriptor = os.open(tmp_path, os.O_RDONLY)  # cannot be cut, as a file on a dead card
    with pytest.raises(StoreError, match="E_DISK"):
        part.restart()
    os.close(descriptor)
    part.close()


def test_a_download_and_a_stick_never_write_into_one_file_together(tmp_path: Path) -> None:
    store = MediaStore(tmp_path)
    with store.begin(DIGEST) as first:
        first.append(b"one")
        with pytest.raises(StoreError, match="E_DISK"):
            store.begin(DIGEST)
    with store.begin(DIGEST) as again:
        assert again.size == 3


def test_a_download_that_nobody_holds_any_more_locks_nothing(tmp_path: Path) -> None:
    store = MediaStore(tmp_path)
    store.begin(DIGEST)  # its task was cancelled before it had it
    with store.begin(DIGEST) as part:
        part.append(b"one")
