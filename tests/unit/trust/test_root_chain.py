"""The chain of roots, and root files of both forms."""

from __future__ import annotations

import json

import pytest
from fake_publisher import FakePublisher, sign_json

from agent.errors import TrustError
from agent.trust.authority import Grade
from agent.trust.installed import load_installed
from agent.trust.root_chain import verify_chain
from tests.unit.trust.test_verify import ROOT, SYNCED


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
def test_a_gap_ends_it(missing: int) -> None:
    _, roots = chain_of(4)
    left = {n: raw for n, raw in roots.items() if n != missing}
    assert max(verify_chain(roots[1], left)) == missing - 1


def test_a_foreign_root_in_the_place_of_the_next_ends_it() -> None:
    _, roots = chain_of(3)
    _, others = chain_of(3)
    assert verify_chain(roots[1], {**roots, 2: others[2]}) == {1: roots[1]}


def test_a_root_under_the_number_of_another_ends_it() -> None:
    tree, roots = chain_of(2)
    third = sign_json({**tree.root, "version": 3}, tree.signers("root"))
    assert verify_chain(roots[2], {3: roots[2]}) == {2: roots[2]}
    assert verify_chain(roots[1], {2: third}) == {1: roots[1]}


def test_a_tuf_root_alone_knows_nobody() -> None:
    tree, roots = chain_of(1)
    installed = load_installed(roots[1])
    assert installed.is_tree
    assert installed.authority.grade(SYNCED) is Grade.EXPIRED
    assert installed.authority.roles_for(tree.signers("vn.84")[0].public_key.keyid) == ()


def test_a_pinned_root_is_whole_by_itself() -> None:
    installed = load_installed(json.dumps(ROOT).encode())
    assert not installed.is_tree
    assert installed.authority.grade(SYNCED) is Grade.FRESH


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"[]", b"{}", b'{"format": "tramtin-pinned-2"}', b'{"format": []}']
)
def test_anything_else_is_no_root(raw: bytes) -> None:
    with pytest.raises(TrustError) as caught:
        load_installed(raw)
    assert caught.value.code == "E_ROLE"
