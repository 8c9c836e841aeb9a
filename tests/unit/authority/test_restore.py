"""Restoring a stored authority with corrupt rows, or rows that a stricter release refuses."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from agent.authority.tuf_client import role_files, run_pass
from agent.errors import TrustError
from agent.store.authority_files import Floor, StoredAuthority, accept, read, store_roots
from agent.trust.authority import Grade
from tests.fakes.fake_publisher import AT, FakePublisher
from tests.harness.authority_harness import HERE, AuthorityHarness, start_authority

FIRST = "1.root.json"
WHOLE = {"root": 3, "timestamp": 3, "snapshot": 3, "targets": 3, "vn.84": 3}
ROOT_BYTES = "UPDATE authority_roots SET bytes={} WHERE version={}"
FILE_BYTES = "UPDATE authority_files SET bytes={} WHERE role='{}'"
FLOOR_TURNED = "UPDATE authority_floors SET version=version+1024 WHERE role='{}'"
FLIPPED = "CAST(replace(CAST(bytes AS TEXT), '\"signed\"', '\"sIgned\"') AS BLOB)"
FORGED = 'CAST(replace(CAST(bytes AS TEXT), \'"expires": "20\', \'"expires": "30\') AS BLOB)'


@pytest.fixture
def tree() -> FakePublisher:
    """Three roots, each with new keys for all of the top level."""
    made = FakePublisher()
    for _ in range(2):
        for name in ("root", "timestamp", "snapshot", "targets"):
            made.rotate(name)
        made.publish()
    return made


async def fill(folder: Path, tree: FakePublisher) -> None:
    async with start_authority(folder, tree.wire[FIRST], AT) as harness:
        await harness.follow(tree)
        assert harness.versions == WHOLE


async def damage(harness: AuthorityHarness, *statements: str) -> None:
    def strike(connection: object) -> None:
        for statement in statements:
            connection.execute(statement)  # type: ignore[attr-defined] # sqlite3's

    await harness.store.run(strike)


async def floors(harness: AuthorityHarness) -> Mapping[str, Floor]:
    return (await harness.store.run(read)).floors


DAMAGES = {
    "newest root": [ROOT_BYTES.format(FLIPPED, 3)],
    "middle root": [ROOT_BYTES.format(FORGED, 2)],
    "installed root": [ROOT_BYTES.format(FLIPPED, 1)],
    "all roots": [ROOT_BYTES.format("x'00'", "version")],
    "a root's number": ["UPDATE authority_roots SET version=259 WHERE version=3"],
    "a root's type": [ROOT_BYTES.format("'{'", 3)],
    "roots gone": ["DELETE FROM authority_roots"],
    "timestamp": [FILE_BYTES.format(FORGED, "timestamp")],
    "snapshot": [FILE_BYTES.format("x'7b00'", "snapshot")],
    "targets": [FILE_BYTES.format(FLIPPED, "targets")],
    "a role's file": [FILE_BYTES.format(FORGED, "vn.84")],
    "a role's type": [FILE_BYTES.format("17", "vn.84")],
    "a role's name": ["UPDATE authority_files SET role='vn.94' WHERE role='vn.84'"],
    "a name in no alphabet": [
        "UPDATE authority_files SET role=CAST(x'76ee2e3834' AS TEXT) WHERE role='vn.84'"
    ],
    "a floor's name": [
        "INSERT INTO authority_floors VALUES (CAST(x'76ee2e3834' AS TEXT), 3, 'k', NULL)"
    ],
    "files gone": ["DELETE FROM authority_files"],
    "everything": [
        ROOT_BYTES.format(FLIPPED, "version"),
        "UPDATE authority_files SET bytes=x'00'",
    ],
}
HARMLESS = {"installed root", "a floor's name"}  # the first is a file too, the second has no effect


@pytest.mark.parametrize("what", DAMAGES)
async def test_a_corrupt_row_stops_nothing_lowers_no_floor_and_is_repaired_by_new_files(
    tmp_path: Path, tree: FakePublisher, what: str
) -> None:
    await fill(tmp_path, tree)
    async with start_authority(tmp_path, tree.wire[FIRST], AT) as harness:
        before = await floors(harness)
        await damage(harness, *DAMAGES[what])
    async with start_authority(tmp_path, tree.wire[FIRST], AT) as harness:
        assert before.items() <= (await floors(harness)).items()
        if what in HARMLESS:
            assert (dict(harness.versions), harness.faults) == (WHOLE, {})
        else:
            assert harness.faults.keys() == {"authority_damaged"}
            assert harness.in_force.grade(harness.now()) is Grade.EXPIRED
        await harness.follow(tree)
        assert (dict(harness.versions), harness.faults) == (WHOLE, {})
        assert before.items() <= (await floors(harness)).items()
    async with start_authority(tmp_path, tree.wire[FIRST], AT) as again:
        assert (dict(again.versions), again.faults) == (WHOLE, {})
        assert again.in_force.grade(again.now()) is Grade.FRESH


@pytest.mark.parametrize("what", ["timestamp", "a role's file", "a role's name"])
async def test_only_corrupt_files_are_requested_again(
    tmp_path: Path, tree: FakePublisher, what: str
) -> None:
    await fill(tmp_path, tree)
    async with start_authority(tmp_path, tree.wire[FIRST], AT) as harness:
        await damage(harness, *DAMAGES[what])
    async with start_authority(tmp_path, tree.wire[FIRST], AT) as harness:
        await harness.follow(tree)
        rotten = set() if what == "timestamp" else {"3.vn.84.json"}
        assert {name for name, _ in harness.heard} == {"timestamp.json", *rotten}


@pytest.mark.parametrize("role", ["root", "timestamp", "snapshot", "targets", "vn.84"])
async def test_a_floor_corrupted_upwards_locks_no_box_out(
    tmp_path: Path, tree: FakePublisher, role: str
) -> None:
    await fill(tmp_path, tree)
    async with start_authority(tmp_path, tree.wire[FIRST], AT) as harness:
        before = await floors(harness)
        await damage(harness, FLOOR_TURNED.format(role))
    async with start_authority(tmp_path, tree.wire[FIRST], AT) as harness:
        assert (dict(harness.versions), harness.faults) == (WHOLE, {})
        tree.publish()
        await harness.follow(tree)
        assert not harness.faults
        after = await floors(harness)
        assert after.keys() == before.keys()
        assert all(0 <= after[one].version - before[one].version <= 1 for one in before)


async def test_roots_that_return_one_by_one_are_stored_below_the_floor(
    tmp_path: Path, tree: FakePublisher
) -> None:
    await fill(tmp_path, tree)
    async with start_authority(tmp_path, tree.wire[FIRST], AT) as harness:
        await damage(harness, "DELETE FROM authority_roots WHERE version > 1")
    async with start_authority(tmp_path, tree.wire[FIRST], AT) as harness:
        for version in (2, 3):
            name = f"{version}.root.json"
            await harness.publish({name: tree.wire[name]})
            await harness.settle()
            assert harness.versions["root"] == version
            assert (await floors(harness))["root"] == Floor(3, "")
        assert dict(harness.versions) == WHOLE
        await harness.follow(tree)
        assert not harness.faults


async def test_a_lost_root_does_not_restore_the_rights_of_the_one_before(
    tmp_path: Path, tree: FakePublisher
) -> None:
    """The ministry has taken new keys; the card loses that root; the old keys sign on."""
    await fill(tmp_path, tree)
    stolen = {name: tree.wire[name] for name in tree.wire}
    tree.rotate("targets")
    tree.publish()
    async with start_authority(tmp_path, tree.wire[FIRST], AT) as harness:
        await harness.publish({"4.root.json": tree.wire["4.root.json"]})
        await harness.settle()
        await damage(harness, ROOT_BYTES.format(FLIPPED, 4))
    async with start_authority(tmp_path, tree.wire[FIRST], AT) as harness:
        assert harness.in_force.grade(harness.now()) is Grade.EXPIRED
        await harness.publish(stolen)
        await harness.settle()
        assert harness.in_force.grade(harness.now()) is Grade.EXPIRED
        assert harness.versions["targets"] == 3  # for what is held
        assert "authority_damaged" in harness.faults
        await harness.follow(tree)
        assert (harness.versions["root"], harness.versions["targets"]) == (4, 4)
        assert not harness.faults


async def by_a_laxer_release(harness: AuthorityHarness, tree: FakePublisher) -> None:
    """All that the library accepts, without our own rules."""
    target = f"authority/{HERE}"
    done = await asyncio.to_thread(
        run_pass, tree.wire[FIRST], StoredAuthority(), tree.wire, target, AT
    )
    assert done.files is not None
    await harness.store.run(store_roots, done.roots)
    await harness.store.run(accept, max(done.roots), role_files(done.files))


def break_role(tree: FakePublisher) -> Callable[[], None]:
    tree.roles["vn.84"] |= {"x-unheard-of": 1, "x-crit": ["x-unheard-of"]}

    def mend() -> None:
        for name in ("x-unheard-of", "x-crit"):
            del tree.roles["vn.84"][name]

    return mend


def break_root(tree: FakePublisher) -> Callable[[], None]:
    good = dict(tree.root["x-holders"])
    tree.root["x-holders"] = dict.fromkeys(good, "one and the same")
    return lambda: tree.root.update({"x-holders": good})


async def test_a_role_file_that_a_stricter_release_refuses_is_replaced_by_the_centre(
    tmp_path: Path,
) -> None:
    tree = FakePublisher()
    mend = break_role(tree)
    tree.publish()
    async with start_authority(tmp_path, tree.wire[FIRST], AT) as harness:
        await by_a_laxer_release(harness, tree)
    async with start_authority(tmp_path, tree.wire[FIRST], AT) as harness:
        assert harness.versions == {"root": 1}
        assert "vn.84" in harness.faults["authority_damaged"]
        await harness.follow(tree)
        assert harness.versions == {"root": 1}
        assert "vn.84" in harness.faults["authority_refused"]
        mend()
        tree.publish()
        await harness.follow(tree)
        assert (harness.versions["vn.84"], harness.faults) == (3, {})


async def test_a_root_that_a_stricter_release_refuses_leaves_the_one_before(
    tmp_path: Path,
) -> None:
    """That such a root ends the chain is its price; that the agent cannot start is not."""
    tree = FakePublisher()
    break_root(tree)
    tree.publish()
    async with start_authority(tmp_path, tree.wire[FIRST], AT) as harness:
        await by_a_laxer_release(harness, tree)
    async with start_authority(tmp_path, tree.wire[FIRST], AT) as harness:
        assert harness.versions["root"] == 1
        assert "root 2" in harness.faults["authority_damaged"]
        assert harness.in_force.grade(harness.now()) is Grade.EXPIRED
        assert harness.versions["vn.84"] == 2  # for what is held
        with pytest.raises(TrustError):
            await harness.store.run(accept, 1, {})
        await harness.follow(tree)
        assert "holder" in harness.faults["authority_refused"]
        assert harness.versions["vn.84"] == 2


async def test_the_box_starts_even_if_the_card_cannot_delete_corrupt_rows(
    tmp_path: Path, tree: FakePublisher
) -> None:
    await fill(tmp_path, tree)
    async with start_authority(tmp_path, tree.wire[FIRST], AT) as harness:
        await damage(harness, *DAMAGES["newest root"])
        await damage(
            harness,
            "CREATE TRIGGER no BEFORE DELETE ON authority_roots"
            " BEGIN SELECT RAISE(FAIL, 'no'); END",
        )
    async with start_authority(tmp_path, tree.wire[FIRST], AT) as harness:
        assert harness.versions["root"] == 2
        assert harness.faults.keys() == {"authority_damaged"}


@pytest.mark.parametrize("what", ["newest root", "middle root", "all roots"])
async def test_files_that_come_before_their_root_are_requested_again(
    tmp_path: Path, tree: FakePublisher, what: str
) -> None:
    """A broker sends what it retains in any order."""
    await fill(tmp_path, tree)
    async with start_authority(tmp_path, tree.wire[FIRST], AT) as harness:
        await damage(harness, *DAMAGES[what])
    async with start_authority(tmp_path, tree.wire[FIRST], AT) as harness:
        await harness.follow(tree, without=("2.root.json", "3.root.json"))
        assert "authority_refused" in harness.faults
        for name in ("3.root.json", "2.root.json"):
            await harness.publish({name: tree.wire[name]})
            await harness.settle()
        assert (dict(harness.versions), harness.faults) == (WHOLE, {})
