"""The library's private clock, and how much a pass asks for."""

from __future__ import annotations

from datetime import timedelta

import pytest

from agent.authority.tuf_client import run_pass
from agent.store.authority_files import StoredAuthority
from agent.trust.tree import TreeFiles
from tests.fakes.fake_publisher import AT, FakePublisher
from tests.harness.authority_harness import HERE

TARGET = f"authority/{HERE}"


@pytest.mark.parametrize(("days", "is_good"), [(29, True), (31, False)])
def test_expiry_is_decided_by_the_boxs_own_clock(days: int, is_good: bool) -> None:  # noqa: FBT001 - a row
    """By the machine's clock all files have, or have not, expired: it is not read."""
    for years in (-30, 30):
        at = AT + timedelta(days=365 * years)
        tree = FakePublisher(at)
        done = run_pass(
            tree.files().root, StoredAuthority(), tree.wire, TARGET, at + timedelta(days=days)
        )
        assert (done.files is not None) is is_good
        assert (done.fault is None) is is_good


def test_the_first_pass_requests_one_file_at_a_time() -> None:
    tree = FakePublisher()
    wire = {"timestamp.json": tree.wire["timestamp.json"]}
    done = run_pass(tree.files().root, StoredAuthority(), wire, TARGET, AT)
    assert (done.missing, done.fault, done.files) == ({"1.snapshot.json"}, None, None)
    assert done.used == ("timestamp.json",)


def test_a_whole_pass_gives_the_set_as_published_without_other_provinces() -> None:
    tree = FakePublisher()
    done = run_pass(tree.files().root, StoredAuthority(), tree.wire, TARGET, AT)
    files = tree.files()
    assert done.files == TreeFiles(
        files.root, files.timestamp, files.snapshot, files.targets, {"vn.84": files.roles["vn.84"]}
    )
    assert dict(done.roots) == {1: files.root}


def test_many_new_roots_are_verified_in_one_pass() -> None:
    tree = FakePublisher()
    for _ in range(70):
        tree.rotate("root")
        tree.publish()
    installed = tree.wire["1.root.json"]
    first = run_pass(installed, StoredAuthority(), tree.wire, TARGET, AT)
    second = run_pass(installed, StoredAuthority(first.roots), tree.wire, TARGET, AT)
    assert (max(first.roots), max(second.roots)) == (
        65,
        71,
    )  # the installed one and 64 more; then all
