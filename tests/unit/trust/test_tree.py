"""The tree of delegations: what is read from it, and what is refused whole."""

from __future__ import annotations

from fake_publisher import FakePublisher

from agent.trust.tree import load_tree


def test_a_published_tree_is_loaded_with_its_chains_and_versions() -> None:
    tree = FakePublisher()
    authority = load_tree(tree.files())
    (commune,) = authority.roles_for(tree.signers("vn.84.29266")[0].public_key.keyid)
    assert commune.name == "vn.84.29266"
    assert [link.name for link in commune.chain] == ["vn.84", "vn.84.29266"]
    assert commune.max_ttl_s == 45 * 86_400
    assert authority.demo
    assert authority.versions == {
        "root": 1, "timestamp": 1, "snapshot": 1, "targets": 1, "vn.84": 1, "vn.82": 1,
    }  # fmt: skip
