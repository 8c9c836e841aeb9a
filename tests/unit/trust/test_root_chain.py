"""The chain of roots, and root files of both forms."""

from __future__ import annotations

import json

import pytest

from agent.errors import TrustError
from agent.trust.authority import Grade
from agent.trust.root_chain import is_other_tree, verify_chain
from agent.trust.trust_anchor import load_installed
from tests.fakes.fake_publisher import FakePublisher, sign_json
from tests.harness.signed_documents import ROOT, SYNCED


def chain_of(count: int) -> tuple[FakePublisher, dict[int, bytes]]:
    tree = FakePublisher()
    for _ in range(count - 1):
        tree.rotate("root")
        tree.publish()
    return tree, {n: tree.wire[f"{n}.root.json"] for n in range(1, count + 1)}


def test_each_root_is_signed_by_the_one_before() -> None:
    _, roots = chain_of(4)
    assert verify_chain(roots[1], roots) == roots
    assert verify_chain(roots[3], roots) == {3: roots[3], 4: roots[4]}


@pytest.mark.parametrize("missing", [2, 3])
def test_a_gap_ends_the_chain(missing: int) -> None:
    _, roots = chain_of(4)
    left = {n: raw for n, raw in roots.items() if n != missing}
    assert max(verify_chain(roots[1], left)) == missing - 1


def test_a_foreign_root_in_the_place_of_the_next_ends_the_chain() -> None:
    _, roots = chain_of(3)
    _, others = chain_of(3)
    assert verify_chain(roots[1], {**roots, 2: others[2]}) == {1: roots[1]}


def test_a_root_under_the_version_of_another_ends_the_chain() -> None:
    tree, roots = chain_of(2)
    third = sign_json({**tree.root, "version": 3}, tree.signers("root"))
    assert verify_chain(roots[2], {3: roots[2]}) == {2: roots[2]}
    assert verify_chain(roots[1], {2: third}) == {1: roots[1]}


def test_a_root_that_our_own_rules_refuse_ends_the_chain() -> None:
    tree = FakePublisher()
    tree.root["x-holders"] = dict.fromkeys(tree.root["x-holders"], "one person")
    tree.publish()
    first = tree.wire["1.root.json"]
    assert verify_chain(first, {2: tree.wire["2.root.json"]}) == {1: first}


@pytest.mark.parametrize("junk", [b"", b"\xff", b"{}", b"[]", b'{"signatures": [], "signed": 1.5}'])
def test_a_corrupt_root_ends_the_chain(junk: bytes) -> None:
    tree, roots = chain_of(3)
    assert verify_chain(roots[1], {**roots, 2: junk}) == {1: roots[1]}
    assert verify_chain(roots[1], {**roots, 2: tree.wire["timestamp.json"]}) == {1: roots[1]}


# Installed, kept; every root of the chain has other root keys than the one before.
SAME = [
    (1, [1]), (1, [1, 2, 3]), (2, [1, 2, 3]), (3, [1, 2, 3]),  # one of those kept
    (3, [1, 2]),  # its successor: an upgraded package
    (2, [3]), (2, [3, 4]),  # the one before: a package of former times
    (2, [1, 4]), (3, [1, 4]),  # between
    (1, []),  # a new box, or all is lost
]  # fmt: skip


@pytest.mark.parametrize(("number", "kept"), SAME)
def test_a_root_of_the_same_tree_is_recognised(number: int, kept: list[int]) -> None:
    _, roots = chain_of(4)
    assert not is_other_tree(roots[number], {n: roots[n] for n in kept})


@pytest.mark.parametrize(("number", "kept"), [row for row in SAME if row[1]])
def test_the_same_versions_of_another_tree_are_another_tree(number: int, kept: list[int]) -> None:
    _, others = chain_of(4)
    _, roots = chain_of(4)
    assert is_other_tree(others[number], {n: roots[n] for n in kept})


def test_a_gap_that_no_signature_bridges_is_another_tree() -> None:
    _, roots = chain_of(4)
    assert is_other_tree(roots[4], {1: roots[1], 2: roots[2]})
    assert is_other_tree(roots[1], {3: roots[3]})


def test_a_gap_is_bridged_while_the_keys_are_unchanged() -> None:
    tree = FakePublisher()
    for _ in range(3):
        tree.rotate("timestamp")
        tree.publish()
    roots = {n: tree.wire[f"{n}.root.json"] for n in range(1, 5)}
    assert not is_other_tree(roots[4], {1: roots[1]})
    assert not is_other_tree(roots[1], {4: roots[4]})


def test_a_successor_that_only_former_keys_have_signed_is_another_tree() -> None:
    tree = FakePublisher()
    former = tree.signers("root")
    tree.rotate("root")
    tree.publish()
    fork = sign_json({**tree.root, "version": 3}, [*former, *tree.signers("root")])
    assert not is_other_tree(fork, {1: tree.wire["1.root.json"], 2: tree.wire["2.root.json"]})
    tree.keys["root"] = former
    tree.list_in_root("root")
    fork = sign_json({**tree.root, "version": 3}, former)
    assert is_other_tree(fork, {1: tree.wire["1.root.json"], 2: tree.wire["2.root.json"]})


def test_the_same_root_with_one_more_signature_is_the_same_tree() -> None:
    tree, roots = chain_of(1)
    again = sign_json(tree.root, [*tree.signers("root"), *tree.signers("targets")])
    assert again != roots[1]
    assert not is_other_tree(again, roots)


def test_a_corrupt_stored_root_counts_as_the_same_tree() -> None:
    _, roots = chain_of(3)
    assert not is_other_tree(roots[1], {1: b"rotten"})
    assert not is_other_tree(roots[1], {1: roots[1], 2: b"rotten", 3: roots[3]})
    assert not is_other_tree(roots[1], {2: b"rotten", 3: roots[3]})
    _, others = chain_of(3)
    assert is_other_tree(others[1], {1: roots[1], 2: b"rotten"})


def test_a_tuf_root_alone_has_no_roles() -> None:
    tree, roots = chain_of(1)
    installed = load_installed(roots[1])
    assert installed.is_tree
    assert installed.authority.grade(SYNCED) is Grade.EXPIRED
    assert installed.authority.roles_for(tree.signers("vn.84")[0].public_key.keyid) == ()


def test_a_pinned_root_is_complete() -> None:
    installed = load_installed(json.dumps(ROOT).encode())
    assert not installed.is_tree
    assert installed.authority.grade(SYNCED) is Grade.FRESH


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"[]", b"{}", b'{"format": "tramtin-pinned-2"}', b'{"format": []}']
)
def test_any_other_file_is_refused_as_a_root(raw: bytes) -> None:
    with pytest.raises(TrustError) as caught:
        load_installed(raw)
    assert caught.value.code == "E_ROLE"
