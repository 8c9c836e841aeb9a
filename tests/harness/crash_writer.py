"""A writer that is killed, and all that a power cut can leave on the card of one transaction.

SQLite's order, which `cuts` plays through (sqlite.org/wal.html, sqlite.org/fileformat2.html): a
transaction is a run of frames in the WAL, appended, or written over those of before a checkpoint;
then one fsync. A checkpoint writes pages into the database only after that. Until an fsync nothing
orders the writes: any may be missing, or torn, while a later one is there.
"""

from __future__ import annotations

import asyncio
import os
import random
import sys
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from agent.store.database import FILE, Store

WAL_HEADER_BYTES, FRAME_HEADER_BYTES, PAGE_BYTES = 32, 24, 4096
RUN = """
import asyncio, pathlib, sys
from {module} import {name}
asyncio.run({name}(pathlib.Path(sys.argv[1])))
"""


async def kill_in_the_middle(
    write: Callable[[Path], Awaitable[None]], folder: Path, most_steps: int
) -> tuple[int, int]:
    """Let a writer work for a random number of steps and then some; its last words.

    Args:
        write: of a module that a new process can import; it prints two numbers at each step.
        folder: where it writes.
        most_steps: the random number is lower.
    """
    writer = await asyncio.create_subprocess_exec(
        sys.executable, "-c", RUN.format(module=write.__module__, name=write.__name__), str(folder),
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert writer.stdout is not None
    for _ in range(random.randrange(1, most_steps)):  # noqa: S311 - when to strike
        assert await writer.stdout.readline()
    await asyncio.sleep(random.random() * 0.01)  # noqa: S311 - as above
    writer.kill()
    rest = (await writer.stdout.read()).decode().splitlines(keepends=True)
    await writer.wait()
    whole = [line for line in rest if line.endswith("\n")]
    words = whole[-1].split() if whole else ["0", "0"]
    return int(words[0]), int(words[1])


@dataclass(frozen=True)
class Card:
    """The bytes of a store's two files."""

    database: bytes
    wal: bytes

    @classmethod
    def read(cls, folder: Path) -> Card:
        """While the store is open: when it is closed, there is no WAL."""
        return cls((folder / FILE).read_bytes(), (folder / f"{FILE}-wal").read_bytes())

    def put(self, folder: Path) -> None:
        """Into a folder whose store is closed."""
        folder.mkdir(exist_ok=True)
        (folder / FILE).write_bytes(self.database)
        (folder / f"{FILE}-wal").write_bytes(self.wal)


def cuts(before: Card, after: Card) -> Iterator[Card]:
    """The card after a cut at every write of the transaction between the two, in their order."""
    frame_bytes = FRAME_HEADER_BYTES + PAGE_BYTES
    frames = range(WAL_HEADER_BYTES, len(after.wal), frame_bytes)
    starts = [0, *frames, len(after.wal)]
    for wal in _torn(before.wal, after.wal, starts):
        yield replace(before, wal=wal)
    starts = [*range(0, len(after.database), PAGE_BYTES), len(after.database)]
    for database in _torn(before.database, after.database, starts):
        yield replace(after, database=database)
    yield after


def _torn(before: bytes, after: bytes, starts: list[int]) -> Iterator[bytes]:
    """With each part that is written missing by itself, and cut before it, in it and behind it."""
    for start, end in pairwise(starts):
        old = before[start:end]
        if old == after[start:end]:
            continue
        yield after[:start] + old.ljust(end - start, b"\0") + after[end:]
        for at in (start, start + 1, start + FRAME_HEADER_BYTES, (start + end) // 2, end - 1):
            yield after[:at] + before[at:]


async def assert_all_or_nothing(
    folder: Path,
    store: Store,
    deed: Callable[..., object],
    *arguments: object,
    read: Callable[[Store], Awaitable[object]],
) -> tuple[Card, Card]:
    """Do a deed, and see what each cut on its way would have left: all of it or nothing.

    Args:
        folder: of the open store.
        store: goes on with the deed done.
        deed: with its arguments for `Store.run`.
        arguments: see there.
        read: all that the deed may change.

    Returns:
        The card before and after.
    """
    old, before = await read(store), await asyncio.to_thread(Card.read, folder)
    await store.run(deed, *arguments)
    new, after = await read(store), await asyncio.to_thread(Card.read, folder)
    found, place = [], folder.with_name("cut")
    for number, card in enumerate(cuts(before, after)):
        await asyncio.to_thread(card.put, place)
        left = await asyncio.to_thread(Store.open, place)
        assert left.moved_aside is None
        state = await read(left)
        assert state in (old, new), f"cut {number}"
        found.append(state == new)
        await asyncio.to_thread(left.close)
    assert found[-1], "what was told to be durable is not there"
    assert found == sorted(found), "it was there, and then it was not"
    assert found[0] is (old == new)
    return before, after
