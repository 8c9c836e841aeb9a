"""A card that fails: what was accepted stays accepted, what is rotten stops nothing."""

from __future__ import annotations

import asyncio
import json
import logging
import random
import shutil
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from agent.clock import Clock
from agent.contract.report import Result
from agent.contract.topic import Topic
from agent.errors import TrustError
from agent.evidence import journal as journal_module
from agent.evidence import refusal_log
from agent.evidence.journal import Journal
from agent.evidence.refusal_log import RefusalLog
from agent.store.authority_files import Floor, RoleFile, accept, read, store_roots
from agent.store.database import FILE, Store
from agent.store.ram_fallback import open_state, open_volatile
from tests.harness.agent_start import Started, start
from tests.harness.full_state import BOOT, STATION, fill, play, refuse_writes

KEYS = "k" * 64


@pytest.fixture
def card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "run").mkdir()
    monkeypatch.setenv("RUNTIME_DIRECTORY", str(tmp_path / "run"))
    return tmp_path / "card"


def _files(version: int) -> dict[str, RoleFile]:
    roles = ("timestamp", "snapshot", "targets", "vn.84")
    return {role: RoleFile(f"{role} {version}".encode(), version, KEYS) for role in roles}


def _accept(folder: Path, version: int) -> None:
    store = Store.open(folder)
    store.do(lambda connection: store_roots(connection, {1: b"root 1"}))
    store.do(lambda connection: accept(connection, 1, _files(version)))
    store.close()


@pytest.mark.parametrize("on_card", [1, 5])
def test_attack_118_keys_that_were_revoked_in_memory_stay_revoked(
    card: Path, monkeypatch: pytest.MonkeyPatch, on_card: int
) -> None:
    """Authority 9 in memory, an older one on a card that refuses now and then."""
    _accept(card, on_card)
    store = open_volatile(card)
    store.close()
    copy = store.path
    _accept(copy.parent, 9)
    mend_card = refuse_writes(monkeypatch, card)
    for _ in range(2):  # as often as the box starts meanwhile
        store = open_state(card)
        assert store.is_volatile
        kept = store.do(read)
        assert kept.files["vn.84"] == b"vn.84 9"
        assert kept.floors["targets"] == Floor(9, KEYS)
        store.close()
    mend_card()
    store = open_state(card)
    kept = store.do(read)
    store.close()
    assert not store.is_volatile
    assert kept.files == {role: file.raw for role, file in _files(9).items()}
    assert kept.floors["vn.84"] == Floor(9, KEYS)
    assert kept.roots == {1: b"root 1"}
    assert not copy.exists()


@dataclass(frozen=True)
class Cell:
    """One cell of one row; `rowid` finds the row in tables that have one."""

    table: str
    column: str
    key: dict[str, Any]
    value: Any

    @property
    def places(self) -> int:
        """How many bytes it has."""
        return 4 if isinstance(self.value, int) else max(1, len(self.value))

    def turned(self, place: int, bit: int) -> Any:
        """The same with one bit turned."""
        if isinstance(self.value, int):
            return self.value ^ (1 << (8 * place + bit % 7))
        raw = bytearray(self.value or b"\0")
        raw[place] ^= 1 << bit
        return bytes(raw)


class Text(bytes):
    """As the database has it."""


def cells_of(folder: Path) -> list[Cell]:
    """Every cell of every table that is not empty."""
    found = []
    with closing(sqlite3.connect(folder / FILE)) as db:
        db.text_factory = Text
        for (table,) in db.execute("SELECT name FROM sqlite_master WHERE type='table'").fetchall():
            info = db.execute(f"PRAGMA table_info({table.decode()})").fetchall()
            columns = [bytes(name).decode() for _, name, *_ in info]
            for row in db.execute(f"SELECT * FROM {table.decode()}"):  # noqa: S608 - of the schema
                key = dict(zip(columns, row, strict=True))
                names = [one for one in columns if key[one] is not None]
                found += [Cell(table.decode(), one, key, key[one]) for one in names]
    return found


def turn(folder: Path, cell: Cell, place: int, bit: int) -> None:
    """As the card does it."""
    new = cell.turned(place, bit)
    mark = "CAST(? AS TEXT)" if isinstance(cell.value, Text) else "?"
    where = " AND ".join(
        f"CAST({one} AS BLOB) IS ?" if isinstance(value, bytes) else f"{one} IS ?"
        for one, value in cell.key.items()
    )
    plain = [bytes(one) if isinstance(one, bytes) else one for one in cell.key.values()]
    with closing(sqlite3.connect(folder / FILE)) as db, db:
        done = db.execute(
            f"UPDATE OR REPLACE {cell.table} SET {cell.column}={mark} WHERE {where}",  # noqa: S608 - of the schema
            [new, *plain],
        )
        assert done.rowcount == 1


def empty(folder: Path) -> None:
    for one in folder.iterdir():
        one.unlink()


async def begin(folder: Path) -> Started:
    store = await asyncio.to_thread(Store.open, folder)
    try:
        return await start(folder, store)
    finally:
        await asyncio.to_thread(store.close)


def assert_nothing_went_back(before: Started, after: Started, what: str) -> None:
    assert before.session <= after.session < 1 << 40 or after.epoch != before.epoch, what
    for key, floor in before.floors.items():
        left = after.floors.get(key, (-1, -1, ""))
        waits = left[:2] == (floor[0], floor[1] - 1) and not left[2]
        assert left >= floor or waits or after.is_new, (what, key, left)
    for issuer, kind, slot, *number in before.documents - after.documents:
        left = after.floors.get((issuer, kind, slot), (-1, -1, ""))
        assert left[:2] < tuple(number), (what, kind)  # so it is taken when it is sent again


def is_as_before(before: Started, after: Started) -> bool:
    """Is nothing forgotten? A floor that was read again from its document is as it was."""
    return (before.floors, before.documents, before.words, before.epoch) == (
        after.floors, after.documents, after.words, after.epoch
    )  # fmt: skip


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Started]:
    """A full state, and what a box knows that begins with it."""
    folder = tmp_path_factory.mktemp("full")
    asyncio.run(fill(folder))
    with closing(sqlite3.connect(folder / FILE)) as db:
        assert db.execute("PRAGMA journal_mode=DELETE").fetchone() == ("delete",)  # one file
    copy = folder.with_name("before")
    shutil.copytree(folder, copy)
    return folder, asyncio.run(begin(copy))


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder for a state that begins hundreds of times: in memory where there is one."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as name:
        yield Path(name)


def some_places(cell: Cell, rng: random.Random) -> Iterator[int]:
    last = cell.places - 1
    yield from {0, last, rng.randint(0, last)}


def every_place(cell: Cell, _: random.Random) -> Iterator[int]:
    yield from range(min(cell.places, 200))


async def _turn_each(full: tuple[Path, Started], place: Path, choose: Any, seed: int) -> int:
    folder, before = full
    rng, count = random.Random(seed), 0  # noqa: S311 - which bytes turn
    for cell in await asyncio.to_thread(cells_of, folder):
        for at in choose(cell, rng):
            what = f"{cell.table}.{cell.column} byte {at} of {cell.value!r:.80}"
            await asyncio.to_thread(shutil.copyfile, folder / FILE, place / FILE)
            await asyncio.to_thread(turn, place, cell, at, rng.randrange(8))
            after = await begin(place)
            assert_nothing_went_back(before, after, what)
            assert is_as_before(before, after) or after.told, what
            await asyncio.to_thread(empty, place)
            count += 1
    return count


async def test_attack_119_a_turned_byte_in_any_cell_stops_no_start(
    full: tuple[Path, Started], place: Path
) -> None:
    seed = random.SystemRandom().randrange(1 << 32)
    print(f"seed {seed}")
    assert await _turn_each(full, place, some_places, seed) > 400


@pytest.mark.long
@pytest.mark.timeout(900)
async def test_attack_119_a_turned_byte_anywhere_in_any_cell_stops_no_start(
    full: tuple[Path, Started], place: Path
) -> None:
    seed = random.SystemRandom().randrange(1 << 32)
    print(f"seed {seed}")
    assert await _turn_each(full, place, every_place, seed) > 3000


async def test_attack_119_a_turned_byte_in_an_open_play_of_an_older_release_stops_no_start(
    full: tuple[Path, Started], place: Path
) -> None:
    """Such rows have no sum: each is judged by what it says."""
    folder, _ = full
    cells = await asyncio.to_thread(cells_of, folder)
    (cell,) = (one for one in cells if (one.table, one.column) == ("open_play", "play"))
    start_of = cell.value.index(b'"start":"')
    for at in (0, 1, 20, start_of + 12, start_of + 14, start_of + 30, cell.places - 1):
        await asyncio.to_thread(shutil.copyfile, folder / FILE, place / FILE)
        await asyncio.to_thread(turn, place, cell, at, 6)
        await asyncio.to_thread(_forget_sums, place)
        await begin(place)
        await asyncio.to_thread(empty, place)


def _forget_sums(folder: Path) -> None:
    with closing(sqlite3.connect(folder / FILE)) as db, db:
        db.execute("UPDATE open_play SET crc=NULL")


@pytest.mark.parametrize("count", [60, pytest.param(2000, marks=pytest.mark.long)])
async def test_attack_119_a_turned_byte_anywhere_in_the_file_stops_no_start(
    full: tuple[Path, Started], place: Path, count: int
) -> None:
    folder, before = full
    whole = await asyncio.to_thread((folder / FILE).read_bytes)
    seed = random.SystemRandom().randrange(1 << 32)
    print(f"seed {seed}")
    rng = random.Random(seed)  # noqa: S311 - which bytes turn
    for number in range(count):
        at = rng.randrange(100 if number % 10 == 0 else len(whole))  # the head more often
        torn = bytearray(whole)
        torn[at] ^= 1 << rng.randrange(8)
        await asyncio.to_thread((place / FILE).write_bytes, bytes(torn))
        after = await begin(place)
        assert_nothing_went_back(before, after, f"byte {at}")
        await asyncio.to_thread(empty, place)


async def test_attack_111_refusals_for_a_whole_day_neither_fill_the_card_nor_hide_a_play(
    place: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Ten messages a minute, each refused in another way, and all the while the box plays."""
    caplog.set_level(logging.ERROR)
    mono_s, day_s, play_s = 1000.0, 86_400, 600
    for module in (journal_module, refusal_log):
        monkeypatch.setattr(module, "mono_s", lambda: mono_s)
    store = await asyncio.to_thread(Store.open, place)
    await store.run(lambda db: db.execute("PRAGMA wal_autocheckpoint=0").fetchall())
    journal = Journal(store, STATION, Clock(), BOOT)
    await journal.open()
    refusals = RefusalLog(journal, _nothing)
    for second in range(0, day_s, 6):
        mono_s += 6
        number = second // 6
        topic = Topic("playlist", f"slot{number}", group=f"g{number % 97}")
        error = TrustError(f"E_{number % 31}", "playlist", "x" * 200)
        await refusals.add(topic, b"%d" % number, error)
        if second % 60 == 0:
            await refusals.flush()
        if second % play_s == 0:
            await journal.close_play(await journal.open_play(play()), play())
        if journal._due_mono_s() <= mono_s:
            await journal.beat()
    await journal.close()
    written_bytes = await asyncio.to_thread(lambda: (place / f"{FILE}-wal").stat().st_size)
    rows = await store.run(lambda db: db.execute("SELECT bytes FROM journal").fetchall())
    records = [json.loads(raw) for (raw,) in rows]
    await asyncio.to_thread(store.close)
    kinds = Counter(record["kind"] for record in records)
    assert kinds["play"] == day_s // play_s
    assert sum(len(raw) for (raw,) in rows) < 2 << 20
    assert written_bytes < 30 << 20
    gaps = [record["detail"] for record in records if record["kind"] == "gap"]
    assert 1 <= len(gaps) <= 25
    assert all(gap["reason"] == "budget" for gap in gaps)


async def _nothing(_: Result) -> None:
    pass
