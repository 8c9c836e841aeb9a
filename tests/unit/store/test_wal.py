"""A power cut tears the end of the log; a flipped byte in it must not drop durable commits."""

from __future__ import annotations

import random
import shutil
import struct
from pathlib import Path

import pytest

from agent.store import key_value
from agent.store.database import FILE, Store
from agent.store.state_origin import StateOrigin, load_origin, save_origin

HEADER, FRAME = 32, 24 + 4096
LOG = f"{FILE}-wal"
COMMITS = 12


@pytest.fixture
def cut(tmp_path: Path) -> Path:
    """The state after a power cut: the last counts are only in the log."""
    folder = tmp_path / "living"
    Store.open(folder).close()
    store = Store.open(folder)
    store.do(lambda connection: save_origin(connection, StateOrigin(is_new=False)))
    for _ in range(COMMITS):
        store.do(key_value.next_session)
    shutil.copytree(folder, tmp_path / "cut")
    store.close()
    return tmp_path / "cut"


def places(folder: Path) -> list[int]:
    """The offsets of the frames that end a transaction."""
    raw = (folder / LOG).read_bytes()
    begins = range(HEADER, len(raw), FRAME)
    return [at for at in begins if struct.unpack_from(">I", raw, at + 4)[0]]


def turn(folder: Path, at: int) -> None:
    raw = bytearray((folder / LOG).read_bytes())
    raw[at] ^= 1 << random.randrange(8)  # noqa: S311 - which bit
    (folder / LOG).write_bytes(raw)


def begin(folder: Path) -> tuple[int, bool, str]:
    """The last session, whether the state counts as new, and the reported damage."""
    store = Store.open(folder)
    session = store.do(lambda connection: int(key_value.get(connection, "session") or 0))
    is_new = store.do(load_origin).is_new
    store.close()
    return session, is_new, store.damage


def test_an_intact_log_is_replayed(cut: Path) -> None:
    assert len(places(cut)) > COMMITS
    assert begin(cut) == (COMMITS, False, "")


@pytest.mark.parametrize("where", [0, 5, 9, 17, 24, 300, FRAME - 1])
def test_attack_119_a_flipped_byte_in_the_log_drops_nothing_silently(cut: Path, where: int) -> None:
    turn(cut, places(cut)[5] + where)
    session, is_new, told = begin(cut)
    assert session < COMMITS
    assert (is_new, told) == (True, f"the file is now {FILE}.broken-1")


@pytest.mark.parametrize("at", [0, 3, 9, 17, 22, 26, 31])
def test_attack_119_a_flipped_byte_in_the_log_header_drops_nothing_silently(
    cut: Path, at: int
) -> None:
    turn(cut, at)
    _, is_new, told = begin(cut)
    assert (is_new, told) == (True, f"the file is now {FILE}.broken-1")


@pytest.mark.parametrize("lacking", [1, 100, FRAME - 1])
def test_a_torn_end_after_a_power_cut_is_not_damage(cut: Path, lacking: int) -> None:
    raw = (cut / LOG).read_bytes()
    (cut / LOG).write_bytes(raw[:-lacking])
    assert begin(cut) == (COMMITS - 1, False, "")


def test_remains_of_an_earlier_use_of_the_log_are_not_damage(cut: Path) -> None:
    """SQLite writes the log from its start again, and the log keeps its length."""
    old = (cut / LOG).read_bytes()
    store = Store.open(cut)
    store.do(key_value.next_session)
    raw = (cut / LOG).read_bytes()
    store.do(lambda _: None)
    own = [at for at in places(cut) if raw[at + 8 : at + 16] == raw[16:24]]
    shutil.copytree(cut, cut.with_name("again"))
    store.close()
    assert len(raw) == len(old)
    assert len(own) < len(places(cut.with_name("again")))
    assert begin(cut.with_name("again")) == (COMMITS + 1, False, "")
