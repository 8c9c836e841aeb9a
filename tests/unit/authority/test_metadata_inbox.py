"""What an owned broker can put into the authority's inbox: only what was asked for."""

from __future__ import annotations

import pytest

from agent.authority.metadata_inbox import MetadataInbox, largest

KIB = 1024


@pytest.mark.parametrize(
    ("name", "limit"),
    [
        ("timestamp.json", 16 * KIB),
        ("1.root.json", 64 * KIB),
        ("4294967295.snapshot.json", 64 * KIB),
        ("7.targets.json", 256 * KIB),
        ("7.vn.84.json", 256 * KIB),
        ("7.vn.84.em.json", 256 * KIB),
        ("root.json", 0),
        ("0.root.json", 0),
        ("01.root.json", 0),
        ("2.timestamp.json/x", 0),
        ("../1.root.json", 0),
        ("1.vn..84.json", 0),
        ("1.VN.json", 0),
        ("1.root.json\n", 0),
        (f"1.{'a' * 130}.json", 0),
    ],
)
def test_only_names_of_authority_files_are_accepted(name: str, limit: int) -> None:
    assert largest(name) == limit


def test_only_requested_files_are_stored() -> None:
    inbox = MetadataInbox()
    assert not inbox.put("timestamp.json", b"{}")
    inbox.want(["timestamp.json"])
    assert inbox.put("timestamp.json", b"{}")
    assert not inbox.put("1.targets.json", b"{}")
    assert inbox.files() == {"timestamp.json": b"{}"}


def test_the_same_bytes_again_change_nothing() -> None:
    inbox = MetadataInbox()
    inbox.want(["timestamp.json"])
    assert inbox.put("timestamp.json", b"{}")
    assert not inbox.put("timestamp.json", b"{}")
    assert inbox.put("timestamp.json", b"{} ")


def test_a_file_that_is_no_longer_requested_is_dropped() -> None:
    inbox = MetadataInbox()
    inbox.want(["timestamp.json", "3.targets.json"])
    inbox.put("3.targets.json", b"old")
    inbox.want(["timestamp.json", "4.targets.json"])
    assert inbox.files() == {}


def test_a_file_over_its_limit_is_not_stored_and_the_former_stays() -> None:
    inbox = MetadataInbox()
    inbox.want(["timestamp.json"])
    inbox.put("timestamp.json", b"good")
    assert not inbox.put("timestamp.json", bytes(16 * KIB + 1))
    assert not inbox.put("timestamp.json", b"")
    assert inbox.files() == {"timestamp.json": b"good"}


def test_all_together_they_stay_under_two_mebibytes() -> None:
    inbox = MetadataInbox()
    names = [f"1.vn.{number}.json" for number in range(1, 12)]
    inbox.want(names)
    taken = sum(inbox.put(name, bytes(256 * KIB)) for name in names)
    assert taken == 8
