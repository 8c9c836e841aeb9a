"""Accepted authority files: stored as a whole set or not at all, and never an older one."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from agent.errors import TrustError
from agent.store import database
from agent.store.authority_files import (
    Floor,
    RoleFile,
    StoredAuthority,
    accept,
    delete_all,
    read,
    retain,
    store_roots,
)
from agent.store.database import FILE, Store

ROOT = b"root 1"


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await asyncio.to_thread(Store.open, tmp_path)
    await opened.run(retain, StoredAuthority({1: ROOT}))
    yield opened
    await asyncio.to_thread(opened.close)


def files(keys: str = "a", **versions: int) -> dict[str, RoleFile]:
    return {
        role: RoleFile(f"{role} {version}".encode(), version, keys)
        for role, version in versions.items()
    }


def whole(version: int, keys: str = "a") -> dict[str, RoleFile]:
    return files(keys, timestamp=version, snapshot=version, targets=version)


async def test_the_set_replaces_the_former_one_whole(store: Store) -> None:
    await store.run(accept, 1, {**whole(1), **files(province=1)})
    await store.run(accept, 1, whole(2))
    kept = await store.run(read)
    assert kept.files == {
        "timestamp": b"timestamp 2", "snapshot": b"snapshot 2", "targets": b"targets 2",
    }  # fmt: skip
    assert kept.floors["province"].version == 1
    assert kept.roots == {1: ROOT}


@pytest.mark.parametrize("role", ["timestamp", "snapshot", "targets"])
async def test_an_older_file_refuses_the_whole_set(store: Store, role: str) -> None:
    await store.run(accept, 1, whole(5))
    older = {**whole(6), **files(**{role: 4})}
    with pytest.raises(TrustError) as caught:
        await store.run(accept, 1, older)
    assert (caught.value.code, caught.value.subject) == ("E_ROLE", role)
    kept = await store.run(read)
    assert kept.files["targets"] == b"targets 5"
    assert {floor.version for role, floor in kept.floors.items() if role != "root"} == {5}


async def test_a_role_that_returns_must_not_be_older(store: Store) -> None:
    await store.run(accept, 1, {**whole(1), **files(province=9)})
    await store.run(accept, 1, whole(2))
    with pytest.raises(TrustError):
        await store.run(accept, 1, {**whole(3), **files(province=8)})


@pytest.mark.parametrize("renewed", ["timestamp", "snapshot"])
async def test_new_keys_of_either_online_role_reset_both(store: Store, renewed: str) -> None:
    await store.run(accept, 1, whole(2**31))
    anew = {**files(timestamp=3, snapshot=3, targets=2**31), **files("b", **{renewed: 3})}
    await store.run(accept, 1, anew)
    kept = await store.run(read)
    assert kept.floors["timestamp"].version == kept.floors["snapshot"].version == 3


async def test_new_online_keys_do_not_admit_an_older_targets_file(store: Store) -> None:
    await store.run(accept, 1, whole(7))
    with pytest.raises(TrustError) as caught:
        await store.run(accept, 1, {**whole(7, "b"), **files(targets=6)})
    assert caught.value.subject == "targets"


async def test_new_keys_of_a_role_reset_its_fast_forwarded_version(store: Store) -> None:
    await store.run(accept, 1, {**whole(1), **files(province=2**31)})
    await store.run(accept, 1, {**whole(2), **files("b", province=3)})
    kept = await store.run(read)
    assert kept.floors["province"].version == 3


async def test_roots_are_stored_and_never_go_back(store: Store) -> None:
    await store.run(store_roots, {1: ROOT, 2: b"root 2", 3: b"root 3"})
    with pytest.raises(TrustError):
        await store.run(accept, 2, whole(1))
    await store.run(accept, 3, whole(1))
    kept = await store.run(read)
    assert kept.roots == {1: ROOT, 2: b"root 2", 3: b"root 3"}
    assert kept.floors["root"].version == 3


async def test_roots_that_are_stored_again_lower_no_floor(store: Store) -> None:
    await store.run(store_roots, {1: ROOT, 2: b"root 2", 3: b"root 3"})
    floors = await store.run(store_roots, {2: b"root 2"})
    assert floors == {"root": Floor(3, "")}
    floors = await store.run(store_roots, {4: b"root 4"})
    assert floors == {"root": Floor(4, "")} == (await store.run(read)).floors


async def test_retain_deletes_rows_and_no_floor(store: Store) -> None:
    await store.run(store_roots, {1: ROOT, 2: b"root 2"})
    floors = await store.run(accept, 2, {**whole(4), **files(province=4)})
    left = {"targets": b"targets 4", "province": b"province 4"}
    await store.run(retain, StoredAuthority({1: ROOT}, left))
    kept = await store.run(read)
    assert kept == StoredAuthority({1: ROOT}, left, floors)
    assert kept.floors["timestamp"].version == 4


async def test_a_root_of_another_tree_deletes_everything(store: Store) -> None:
    await store.run(accept, 1, whole(4))
    await store.run(delete_all)
    assert await store.run(read) == StoredAuthority()
    await store.run(accept, 1, whole(1))


async def test_rows_of_any_type_and_alphabet_can_be_read(store: Store) -> None:
    def spoil(connection: sqlite3.Connection) -> None:
        for table, rest in (("files", "'v', 1.5"), ("floors", "3, x'ff', NULL")):
            connection.execute(
                f"INSERT INTO authority_{table} VALUES"  # noqa: S608 - names from above
                f" (x'ff', {rest}), (CAST(x'76ee' AS TEXT), {rest}), (7, {rest})"
            )
        connection.execute("INSERT INTO authority_floors VALUES ('role', x'00', 'k', NULL)")
        connection.execute("INSERT INTO authority_roots VALUES (-1, 'text')")

    await store.run(spoil)
    kept = await store.run(read)
    assert kept.roots == {-1: b"text", 1: ROOT}
    assert kept.files == {"\ufffd": b"1.5", "v\ufffd": b"1.5", "7": b"1.5"}
    assert kept.floors == dict.fromkeys(kept.files, Floor(3, "\ufffd"))
    await store.run(retain, StoredAuthority({1: ROOT}))
    kept = await store.run(read)
    assert (kept.roots, kept.files, len(kept.floors)) == ({1: ROOT}, {}, 3)


async def test_a_corrupt_floor_is_ignored(store: Store) -> None:
    before = await store.run(accept, 1, whole(4))
    for change in ("version=version+1024", "keys='other'"):
        await store.run(
            lambda connection, change=change: connection.execute(
                f"UPDATE authority_floors SET {change} WHERE role='targets'"  # noqa: S608 - from above
            )
        )
        kept = await store.run(read)
        assert kept.floors == {role: one for role, one in before.items() if role != "targets"}
        await store.run(accept, 1, whole(4))
        assert (await store.run(read)).floors == before


async def test_a_floor_without_a_crc_stays(store: Store) -> None:
    before = await store.run(accept, 1, whole(4))
    await store.run(lambda connection: connection.execute("UPDATE authority_floors SET crc=NULL"))
    assert (await store.run(read)).floors == before
    with pytest.raises(TrustError):
        await store.run(accept, 1, whole(3))


async def test_stored_files_are_recovered_from_a_broken_database(tmp_path: Path) -> None:
    """Pages of other tables are corrupt; the readable authority stays in force."""
    store = await asyncio.to_thread(Store.open, tmp_path)
    await store.run(retain, StoredAuthority({1: ROOT}))
    await store.run(accept, 1, whole(4))
    page = await store.run(
        lambda connection: connection.execute(
            "SELECT rootpage FROM sqlite_schema WHERE name='journal'"
        ).fetchone()[0]
    )
    await asyncio.to_thread(store.close)
    with (tmp_path / FILE).open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(b"\xff" * 4096)
    again = await asyncio.to_thread(Store.open, tmp_path)
    assert again.moved_aside is not None
    kept = await again.run(read)
    assert kept.files["targets"] == b"targets 4"
    assert kept.floors["targets"].version == 4
    await asyncio.to_thread(again.close)


async def test_a_file_of_the_release_before_gets_its_tables(tmp_path: Path) -> None:
    def make() -> None:
        with closing(sqlite3.connect(tmp_path / FILE)) as connection, connection:
            for step in database._STEPS[:2]:
                connection.executescript(step)
            connection.execute("INSERT INTO meta VALUES ('session', '7')")
            connection.execute("PRAGMA user_version=2")

    await asyncio.to_thread(make)
    again = await asyncio.to_thread(Store.open, tmp_path)
    await again.run(accept, 1, whole(1))
    word = await again.run(
        lambda connection: connection.execute(
            "SELECT value FROM meta WHERE key='session'"
        ).fetchone()[0]
    )
    assert word == "7"
    await asyncio.to_thread(again.close)
