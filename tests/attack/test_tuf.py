"""Attacks 45 and 50 to 60 of the catalogue, through a real broker that delivers what it likes.

Whatever the broker holds back, replays or mixes, what was in force stays; what a stolen key signs
goes no further than that key; and what is held back is at least seen, because the authority ages.
"""

from __future__ import annotations

import copy
import json
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path

import pytest

from agent.evidence import refusal_log
from agent.trust.authority import Grade
from tests.fakes.fake_publisher import AT, FakePublisher, sign_json
from tests.harness.link_station import STATION, Address, connected_as
from tests.harness.signed_documents import emergency, playlist
from tests.harness.tuf_harness import COMMUNE, PROVINCE, Box, Centre, box, issued, settle

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
LAST = 2**31 - 1


@pytest.fixture(autouse=True)
def _every_refusal_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refusal_log, "BURST", 10_000)


@pytest.fixture
def tree() -> FakePublisher:
    """Files that outlive all that these tests do, but for the timestamp."""
    made = FakePublisher()
    for signed in (made.targets, made.snapshot, *made.roles.values()):
        signed["expires"] = "2029-01-01T00:00:00Z"
    made.publish()
    return made


@pytest.fixture
async def centre(address: Callable[[str], Address], tree: FakePublisher) -> AsyncIterator[Centre]:
    async with connected_as(address("centre")) as client:
        yield Centre(client, tree)


@pytest.fixture
async def victim(
    tmp_path: Path, address: Callable[[str], Address], centre: Centre
) -> AsyncIterator[Box]:
    async with box(tmp_path / "state", address(STATION), centre.tree.wire["1.root.json"]) as made:
        await settle(made, centre)
        yield made


async def test_attack_045_documents_of_a_removed_role_stop_with_the_refresh(
    victim: Box, centre: Centre
) -> None:
    centre.tree.revoke(COMMUNE)
    centre.tree.publish()
    await centre.publish()
    await victim.until(lambda: victim.kinds == ["station-config"])
    await victim.until(lambda: victim.codes("playlist") == [None, "E_ROLE"])
    (record,) = [one for one in await victim.journal() if one["kind"] == "refusal"]
    assert record["detail"]["code"] == "E_ROLE"
    assert record["detail"]["subject"] == playlist()["doc_id"]


async def test_attack_050_a_root_signed_only_by_its_new_keys(victim: Box, centre: Centre) -> None:
    tree = centre.tree
    tree.rotate("root")
    tree.publish()
    tree.wire["2.root.json"] = sign_json(tree.root, tree.signers("root"))
    await centre.publish()
    await victim.refused("root")
    assert victim.versions["root"] == 1


async def test_attack_051_a_root_signed_only_by_the_old_keys(victim: Box, centre: Centre) -> None:
    tree = centre.tree
    old = tree.signers("root")
    tree.rotate("root")
    tree.publish()
    tree.wire["2.root.json"] = sign_json(tree.root, old)
    await centre.publish()
    await victim.refused("root")
    assert victim.versions["root"] == 1


async def test_attack_052_a_root_that_skips_a_version(victim: Box, centre: Centre) -> None:
    tree = centre.tree
    both = tree.signers("root")
    third = sign_json({**copy.deepcopy(tree.root), "version": 3}, both)
    await centre.publish({"2.root.json": third, "3.root.json": third})
    await victim.refused("version")
    assert victim.versions["root"] == 1


async def test_attack_053_a_chain_of_forty_roots_after_a_year_offline(
    tmp_path: Path, address: Callable[[str], Address], centre: Centre
) -> None:
    tree = centre.tree
    for _ in range(40):
        tree.rotate("root")
        tree.publish()
    tree.at = AT + 365 * DAY
    tree.root["expires"] = "2029-01-01T00:00:00Z"
    tree.publish()
    root = tree.wire["1.root.json"]
    async with box(tmp_path / "state", address(STATION), root, AT + 365 * DAY) as made:
        await centre.publish()
        await made.until(lambda: made.versions["root"] == 42)
        await made.until(lambda: made.versions.get("targets") == tree.targets["version"])
        assert made.grade is Grade.FRESH
        assert not made.fault


def roll_back_timestamp(tree: FakePublisher, old: dict[str, bytes]) -> None:
    tree.wire["timestamp.json"] = old["timestamp.json"]


def roll_back_snapshot(tree: FakePublisher, old: dict[str, bytes]) -> None:
    """The timestamp's key is stolen too."""
    former = json.loads(old["timestamp.json"])["signed"]["meta"]
    tree.timestamp |= {"version": tree.timestamp["version"] + 1, "meta": former}
    tree.wire["timestamp.json"] = sign_json(tree.timestamp, tree.signers("timestamp"))


def roll_back_role(tree: FakePublisher, old: dict[str, bytes]) -> None:
    """The snapshot's key is stolen as well."""
    name = f"{json.loads(old['timestamp.json'])['signed']['meta']['snapshot.json']['version']}"
    rows = json.loads(old[f"{name}.snapshot.json"])["signed"]["meta"]
    tree.snapshot["version"] += 1
    tree.snapshot["meta"] = {**tree.snapshot["meta"], "vn.84.json": rows["vn.84.json"]}
    tree.sign_snapshot()
    tree.tick()


ROLLBACKS = [roll_back_timestamp, roll_back_snapshot, roll_back_role]


@pytest.mark.parametrize("attack", ROLLBACKS)
async def test_attack_054_an_older_timestamp_snapshot_or_role_file(
    victim: Box, centre: Centre, attack: Callable[[FakePublisher, dict[str, bytes]], None]
) -> None:
    tree = centre.tree
    old = dict(tree.wire)
    tree.publish()
    await centre.publish()
    await victim.until(lambda: victim.versions["vn.84"] == 3)
    attack(tree, old)
    await centre.publish()
    await victim.refused("")
    assert victim.versions["vn.84"] == 3
    assert victim.kinds == ["playlist", "station-config"]


@pytest.mark.parametrize("attack", ROLLBACKS)
async def test_attack_055_the_same_after_the_files_on_the_card_were_lost(
    tmp_path: Path,
    address: Callable[[str], Address],
    centre: Centre,
    attack: Callable[[FakePublisher, dict[str, bytes]], None],
) -> None:
    tree, folder = centre.tree, tmp_path / "state"
    root = tree.wire["1.root.json"]
    old = dict(tree.wire)
    async with box(folder, address(STATION), root) as made:
        await settle(made, centre)
        tree.publish()
        await centre.publish()
        await made.until(lambda: made.versions["vn.84"] == 3)
        await made.store.run(lambda connection: connection.execute("DELETE FROM authority_files"))
    attack(tree, old)
    await centre.publish()
    async with box(folder, address(STATION), root) as again:
        await again.refused("after")
        assert again.versions == {"root": 1}
        assert again.kinds == ["playlist", "station-config"]  # what is held plays on


async def test_attack_056_a_row_is_taken_out_of_the_snapshot(victim: Box, centre: Centre) -> None:
    tree = centre.tree
    tree.snapshot["version"] += 1
    del tree.snapshot["meta"]["vn.82.json"]
    tree.sign_snapshot()
    tree.tick()
    await centre.publish()
    await victim.refused("vn.82")
    assert victim.versions["snapshot"] == 2


@pytest.mark.parametrize("version", [2, 3])
async def test_attack_057_a_role_file_that_is_not_the_one_listed(
    victim: Box, centre: Centre, version: int
) -> None:
    """The province's own keys have signed it, but never for this listing."""
    tree = centre.tree
    tree.publish()
    other = {**copy.deepcopy(tree.roles[PROVINCE]), "version": version}
    other["expires"] = "2028-01-01T00:00:00Z"
    tree.wire["3.vn.84.json"] = sign_json(other, tree.signers(PROVINCE))
    await centre.publish()
    await victim.refused("")
    assert victim.versions["vn.84"] == 2
    assert victim.versions["targets"] == 2


@pytest.mark.parametrize("name", ["timestamp", "snapshot", "root"])
async def test_attack_058_what_has_expired_lets_nothing_new_in_and_takes_nothing_away(
    tmp_path: Path, address: Callable[[str], Address], centre: Centre, name: str
) -> None:
    tree, at = centre.tree, AT + 20 * DAY
    getattr(tree, name)["expires"] = "2026-12-10T00:00:00Z"
    if name == "timestamp":
        at = AT + 31 * DAY
    first = tree.wire["1.root.json"]
    if name == "root":
        first = tree.wire["1.root.json"] = sign_json(tree.root, tree.signers("root"))
    tree.publish()
    async with box(tmp_path / "state", address(STATION), first) as victim:
        await settle(victim, centre)
        victim.set_time(at)
        assert victim.grade is Grade.EXPIRED
        if name != "timestamp":
            tree.at = at
            tree.tick()
            await centre.publish()
            await victim.refused("expired")
        await centre.send(issued(playlist(), at, seq=43))
        await victim.until(lambda: victim.codes("playlist") == [None, "E_STALE"])
        assert victim.kinds == ["playlist", "station-config"]


async def test_attack_059_the_last_version_number_then_new_keys(
    victim: Box, centre: Centre
) -> None:
    tree = centre.tree
    tree.snapshot["version"] = LAST
    tree.sign_snapshot()
    tree.timestamp["version"] = LAST - 1
    tree.tick()
    await centre.publish()
    await victim.until(lambda: victim.versions["timestamp"] == LAST)
    assert victim.versions["snapshot"] == LAST
    # The ministry makes new keys for both and counts from where it was.
    tree.rotate("timestamp")
    tree.rotate("snapshot")
    tree.snapshot["version"], tree.timestamp["version"] = 2, 2
    tree.publish()
    await centre.publish()
    await victim.until(lambda: victim.versions["timestamp"] == 3)
    assert victim.versions == {
        "root": 2, "timestamp": 3, "snapshot": 3, "targets": 3, PROVINCE: 3,
    }  # fmt: skip
    assert victim.kinds == ["playlist", "station-config"]


async def test_attack_060_a_revoked_role_comes_back_with_the_old_files(
    victim: Box, centre: Centre
) -> None:
    tree = centre.tree
    old = dict(tree.wire)
    stolen = tree.signers(COMMUNE)
    tree.revoke(COMMUNE)
    tree.publish()
    await centre.publish()
    await victim.until(lambda: victim.kinds == ["station-config"])
    await centre.publish(old)
    await victim.refused("timestamp")
    tree.keys[COMMUNE] = stolen
    await centre.send(issued(playlist(), AT, seq=43))
    await victim.until(lambda: victim.codes("playlist")[-1:] == ["E_ROLE"])
    assert victim.kinds == ["station-config"]


async def test_attack_060_a_revocation_that_is_held_back_is_bounded_by_age(
    victim: Box, centre: Centre
) -> None:
    """A box that hears nothing cannot know; but it trusts less and less."""
    at = AT + 49 * HOUR
    victim.set_time(at)
    assert victim.grade is Grade.AGED
    await centre.send(issued(emergency(), at, 1))
    await victim.until(lambda: victim.codes("emergency") == ["E_STALE"])
    await centre.send(issued(playlist(), at, seq=43))
    await victim.until(lambda: victim.codes("playlist") == [None, None])
    at = AT + 31 * DAY
    victim.set_time(at)
    assert victim.grade is Grade.EXPIRED
    await centre.send(issued(playlist(), at, seq=44))
    await victim.until(lambda: victim.codes("playlist") == [None, None, "E_STALE"])
