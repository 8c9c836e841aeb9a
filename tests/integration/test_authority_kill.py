"""Cuts and kills while authority files are accepted: files and floors agree, nothing goes back."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from agent.errors import TrustError
from agent.store.authority_files import (
    RoleFile,
    StoredAuthority,
    accept,
    delete_all,
    read,
    retain,
    store_roots,
)
from agent.store.database import Store
from tests.harness.crash_writer import WAL_HEADER_BYTES, assert_all_or_nothing, kill_in_the_middle

ROUNDS = 2
ROLES = ("timestamp", "snapshot", "targets", "vn.84")


def raw(role: str, version: int) -> bytes:
    return f"{role} {version} ".encode() * 400  # overflow pages of its own


def files(version: int) -> dict[str, RoleFile]:
    return {role: RoleFile(raw(role, version), version, "a") for role in ROLES}


def roots(newest: int) -> dict[int, bytes]:
    return {n: f"root {n}".encode() for n in range(1, newest + 1)}


async def what_is_kept(store: Store) -> StoredAuthority:
    return await store.run(read)


async def write(folder: Path) -> None:
    """For ever, and tell each step."""
    store = await asyncio.to_thread(Store.open, folder)
    kept = await store.run(read)
    version = kept.floors["targets"].version if kept.floors else 0
    newest = max(kept.roots, default=1)
    while True:
        version += 1
        if version % 3 == 0:
            newest += 1
            await store.run(store_roots, roots(newest))
        await store.run(accept, newest, files(version))
        print(version, newest, flush=True)


async def test_every_cut_leaves_the_old_set_or_the_new_one_with_its_floors(tmp_path: Path) -> None:
    """Appended frames, a checkpoint on the way, and a WAL that is written over from its head."""
    folder = tmp_path / "state"
    store = await asyncio.to_thread(Store.open, folder)
    await store.run(store_roots, roots(2))
    await store.run(accept, 2, files(1))
    await store.run(lambda connection: connection.execute("PRAGMA wal_autocheckpoint=32"))
    less = StoredAuthority(roots(1), {"targets": raw("targets", 3)})
    deeds = [
        (store_roots, roots(3)),
        (accept, 3, files(2)),
        (accept, 3, files(3)),
        (retain, less),
        (delete_all,),
    ]
    passed = [
        await assert_all_or_nothing(folder, store, *deed, read=what_is_kept) for deed in deeds
    ]
    await asyncio.to_thread(store.close)
    assert any(before.database != after.database for before, after in passed), "no checkpoint"
    assert any(
        before.wal and before.wal[:WAL_HEADER_BYTES] != after.wal[:WAL_HEADER_BYTES]
        for before, after in passed
    ), "no WAL begun anew"


async def test_files_and_floors_agree_after_every_kill(tmp_path: Path) -> None:
    for _ in range(ROUNDS):
        told_version, told_root = await kill_in_the_middle(write, tmp_path, 20)
        store = await asyncio.to_thread(Store.open, tmp_path)
        assert store.moved_aside is None
        kept = await store.run(read)
        (version,) = {floor.version for role, floor in kept.floors.items() if role != "root"}
        assert version >= told_version
        assert kept.files == {role: raw(role, version) for role in ROLES}
        newest = kept.floors["root"].version
        assert newest >= told_root
        assert kept.roots in ({}, roots(newest))
        older = {"timestamp": RoleFile(b"", version - 1, "a")}
        with pytest.raises(TrustError):
            await store.run(accept, newest, older)
        await asyncio.to_thread(store.close)
