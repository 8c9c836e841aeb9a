"""A card that fails: what was accepted stays accepted, what is rotten stops nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.store.authority import Floor, RoleFile, accept, keep_roots, read
from agent.store.database import Store
from agent.store.volatile import open_state, open_volatile
from tests.fakes.full_state import refuse_writes

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
    store.do(lambda connection: keep_roots(connection, {1: b"root 1"}))
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
