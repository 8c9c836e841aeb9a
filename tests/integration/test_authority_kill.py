"""Kill -9 while authority files are accepted: files and floors agree, and nothing goes back."""

from __future__ import annotations

import asyncio
import random
import sys
from pathlib import Path

import pytest

from agent.errors import TrustError
from agent.store.authority import RoleFile, accept, read
from agent.store.database import Store

ROUNDS = 8
WRITER = """
import asyncio, sys
from pathlib import Path
from agent.store.authority import Kept, RoleFile, accept, keep_roots, mend, read
from agent.store.database import Store

ROLES = ("timestamp", "snapshot", "targets", "vn.84")

async def main():
    store = Store.open(Path(sys.argv[1]))
    kept = await store.run(read)
    if not kept.roots:
        await store.run(mend, Kept({1: b"root 1"}))
        kept = await store.run(read)
    version = kept.floors["targets"].version if kept.floors else 0
    while True:
        version += 1
        if version % 3 == 0:
            root = max(kept.roots) + 1
            await store.run(keep_roots, {root: f"root {root}".encode()})
            kept = await store.run(read)
        raws = {role: f"{role} {version} ".encode() * 500 for role in ROLES}
        files = {role: RoleFile(raw, version, "a") for role, raw in raws.items()}
        await store.run(accept, max(kept.roots), files)
        print(version, max(kept.roots), flush=True)

asyncio.run(main())
"""


async def kill_in_the_middle(folder: Path) -> tuple[int, int]:
    """Let the writer work for a random number of steps and then some; its last words."""
    writer = await asyncio.create_subprocess_exec(
        sys.executable, "-c", WRITER, str(folder), stdout=asyncio.subprocess.PIPE
    )
    assert writer.stdout is not None
    steps = random.randrange(1, 20)  # noqa: S311 - when to strike
    for _ in range(steps):
        assert await writer.stdout.readline()
    await asyncio.sleep(random.random() * 0.01)  # noqa: S311 - as above
    writer.kill()
    rest = (await writer.stdout.read()).decode().splitlines(keepends=True)
    await writer.wait()
    whole = [line for line in rest if line.endswith("\n")]
    words = whole[-1].split() if whole else ["0", "0"]
    return int(words[0]), int(words[1])


async def test_files_and_floors_agree_after_every_kill(tmp_path: Path) -> None:
    for _ in range(ROUNDS):
        told_version, told_root = await kill_in_the_middle(tmp_path)
        store = await asyncio.to_thread(Store.open, tmp_path)
        assert store.moved_aside is None
        kept = await store.run(read)
        (version,) = {floor.version for role, floor in kept.floors.items() if role != "root"}
        assert version >= told_version
        assert kept.files == {
            role: f"{role} {version} ".encode() * 500
            for role in ("timestamp", "snapshot", "targets", "vn.84")
        }
        newest = max(kept.roots)
        assert newest >= told_root
        assert kept.floors["root"].version == newest
        assert kept.roots == {n: f"root {n}".encode() for n in range(1, newest + 1)}
        older = {"timestamp": RoleFile(b"", version - 1, "a")}
        with pytest.raises(TrustError):
            await store.run(accept, newest, older)
        await asyncio.to_thread(store.close)
