"""The index of media files answers without reading the disk."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path

import pytest

from agent.contract.ids import Digest
from agent.errors import StoreError
from agent.store.media import MediaStore

CONTENT = b"chime"
DIGEST = Digest(hashlib.sha256(CONTENT).hexdigest())


def filled(folder: Path) -> MediaStore:
    store = MediaStore(folder)
    with store.begin(DIGEST) as partial:
        partial.append(CONTENT)
        partial.commit()
    return store


def test_files_of_an_earlier_run_are_known_after_the_first_refresh(tmp_path: Path) -> None:
    filled(tmp_path)
    store = MediaStore(tmp_path)
    asyncio.run(store.refresh())
    assert store.has(DIGEST)


def test_a_file_is_known_once_it_is_complete(tmp_path: Path) -> None:
    store = MediaStore(tmp_path)
    with store.begin(DIGEST) as partial:
        partial.append(CONTENT)
        assert not store.has(DIGEST)
        partial.commit()
        assert store.has(DIGEST)


def test_a_deleted_file_is_not_known_any_more(tmp_path: Path) -> None:
    store = filled(tmp_path)
    store.keep_only(lambda digest: digest == DIGEST)
    assert store.has(DIGEST)
    store.keep_only(lambda _: False)
    assert not store.has(DIGEST)


def test_a_lookup_reads_no_disk(tmp_path: Path) -> None:
    store = filled(tmp_path)
    (tmp_path / DIGEST).unlink()
    assert store.has(DIGEST)


def test_a_file_deleted_from_outside_is_noticed_when_it_is_opened(tmp_path: Path) -> None:
    store = filled(tmp_path)
    (tmp_path / DIGEST).unlink()
    with pytest.raises(StoreError, match="E_MEDIA"):
        store.open_verified(DIGEST, len(CONTENT))
    assert not store.has(DIGEST)


def test_a_file_deleted_from_outside_is_noticed_at_the_next_refresh(tmp_path: Path) -> None:
    store = filled(tmp_path)
    (tmp_path / DIGEST).unlink()
    asyncio.run(store.refresh())
    assert not store.has(DIGEST)


def test_a_corrupt_file_is_downloaded_again(tmp_path: Path) -> None:
    store = filled(tmp_path)
    (tmp_path / DIGEST).write_bytes(b"chirp")
    with pytest.raises(StoreError, match="changed on the disk"):
        store.open_verified(DIGEST, len(CONTENT))
    assert not store.has(DIGEST)


def test_a_file_that_cannot_be_deleted_stays_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = filled(tmp_path)

    def refuse(_: Path, *, missing_ok: bool = False) -> None:
        raise PermissionError(missing_ok)

    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(StoreError, match="E_DISK"):
        store.keep_only(lambda _: False)
    assert store.has(DIGEST)


@pytest.mark.parametrize("name", ["folder", "link", "part"])
def test_only_plain_files_with_a_digest_for_a_name_are_media(tmp_path: Path, name: str) -> None:
    if name == "folder":
        (tmp_path / DIGEST).mkdir()
    elif name == "link":
        (tmp_path / "elsewhere").write_bytes(CONTENT)
        (tmp_path / DIGEST).symlink_to(tmp_path / "elsewhere")
    else:
        (tmp_path / f"{DIGEST}.part").write_bytes(CONTENT)
    store = MediaStore(tmp_path)
    asyncio.run(store.refresh())
    assert not store.has(DIGEST)


def test_a_folder_that_cannot_be_read_changes_nothing_that_is_known(tmp_path: Path) -> None:
    store = filled(tmp_path / "media")
    (tmp_path / "media").rename(tmp_path / "gone")
    with pytest.raises(StoreError, match="E_DISK"):
        asyncio.run(store.refresh())
    assert store.has(DIGEST)
