"""A new box between its first connection and its first station-config, behind a real broker."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from agent.evidence import refusal_log
from agent.trust.authority import Grade
from tests.fakes.fake_publisher import AT, FakePublisher
from tests.harness.link_station import (
    STATION,
    Address,
    address,
    authority,
    broker,
    connected_as,
    identities,
)
from tests.harness.signed_documents import playlist, station_config
from tests.harness.tuf_harness import PROVINCE, Box, Centre, box, issued, settle

__all__ = ["address", "authority", "broker", "identities"]
DISTRICT = "vn.84.d1"
SUCCESSOR, ITS_DISTRICT = "vn.86", "vn.86.d1"
MERGED = ["config/86/*/*", "config/84/*/*", "authority/86/*/*"]
CONFIG = issued(station_config(), AT, 24 * 300, slot="station")


@pytest.fixture
async def centre(address: Callable[[str], Address]) -> AsyncIterator[Centre]:
    """A country whose stations are set up by a district: a role below the province's."""
    tree = FakePublisher()
    tree.delegate(DISTRICT, kinds=["station-config"], paths=["config/84/29266/*"], ttl_s=10**8)
    tree.publish()
    async with connected_as(address("centre")) as client:
        yield Centre(client, tree)


@pytest.fixture
async def newcomer(
    tmp_path: Path,
    address: Callable[[str], Address],
    centre: Centre,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Box]:
    monkeypatch.setattr(refusal_log, "BURST", 10_000)
    async with box(tmp_path / "state", address(STATION), centre.tree.wire["1.root.json"]) as made:
        yield made


async def test_before_any_file_came_nothing_is_judged_and_nothing_on_record(
    newcomer: Box, centre: Centre
) -> None:
    await centre.send(issued(playlist(), AT))
    await centre.publish()
    await newcomer.until(lambda: "targets" in newcomer.versions)
    assert newcomer.results == []
    assert [one for one in await newcomer.journal() if one["kind"] == "refusal"] == []
    await newcomer.until(lambda: newcomer.greetings == 1)


async def test_a_first_config_by_a_role_below_the_province_is_taken_the_second_time(
    newcomer: Box, centre: Centre
) -> None:
    await centre.publish()
    await newcomer.until(lambda: "targets" in newcomer.versions)
    assert PROVINCE not in newcomer.versions
    await centre.send({**CONFIG, "issuer": DISTRICT})
    await newcomer.until(lambda: PROVINCE in newcomer.versions)
    assert newcomer.codes("station-config") == ["E_ROLE"]
    assert newcomer.in_force == []
    await newcomer.until(lambda: newcomer.greetings == 2)  # the centre sends it again
    await centre.send({**CONFIG, "issuer": DISTRICT})
    await newcomer.until(lambda: newcomer.kinds == ["station-config"])


async def test_a_forged_config_pulls_files_and_gains_nothing(newcomer: Box, centre: Centre) -> None:
    await centre.publish()
    await newcomer.until(lambda: "targets" in newcomer.versions)
    there = {"place": f"82/1/{STATION}", "to": [f"82/1/{STATION}"]}
    await centre.send({**CONFIG, **there, "issuer": "vn.82"}, issuer="vn.84.99999")
    await newcomer.until(lambda: "vn.82" in newcomer.versions)
    assert newcomer.in_force == []
    await centre.send(CONFIG)
    await newcomer.until(lambda: PROVINCE in newcomer.versions)
    assert newcomer.kinds == ["station-config"]
    assert "vn.82" not in newcomer.versions


async def test_a_config_whose_role_is_removed_takes_the_place_with_it(
    newcomer: Box, centre: Centre
) -> None:
    await centre.publish()
    await newcomer.until(lambda: "targets" in newcomer.versions)
    await centre.send({**CONFIG, "issuer": DISTRICT})
    await newcomer.until(lambda: PROVINCE in newcomer.versions)
    await centre.send({**CONFIG, "issuer": DISTRICT})
    await centre.send(issued(playlist(), AT, 24 * 40))
    await newcomer.until(lambda: newcomer.kinds == ["playlist", "station-config"])
    centre.tree.revoke(DISTRICT)
    centre.tree.publish()
    await centre.publish()
    await newcomer.until(lambda: newcomer.in_force == [])
    await centre.send(CONFIG)
    await newcomer.until(lambda: newcomer.kinds == ["playlist", "station-config"])
    assert newcomer.grade is Grade.FRESH


async def settle_by_district(newcomer: Box, centre: Centre) -> None:
    """A box at its place by the district's config, which it took the second time."""
    await centre.publish()
    await newcomer.until(lambda: "targets" in newcomer.versions)
    await centre.send({**CONFIG, "issuer": DISTRICT})
    await newcomer.until(lambda: newcomer.greetings == 2)
    await centre.send({**CONFIG, "issuer": DISTRICT})
    await newcomer.until(lambda: newcomer.kinds == ["station-config"])


async def test_a_box_whose_province_has_ended_is_led_to_the_new_one_without_a_restart(
    newcomer: Box, centre: Centre
) -> None:
    """It was off while the provinces merged: the role that moves it stands in a file to pull."""
    await settle_by_district(newcomer, centre)
    tree = centre.tree
    tree.revoke(PROVINCE)
    tree.delegate(SUCCESSOR, paths=MERGED, ttl_s=10**8)
    paths = ["config/86/29266/*", "config/84/29266/*"]
    tree.delegate(ITS_DISTRICT, kinds=["station-config"], paths=paths, ttl_s=10**8)
    tree.publish()
    await centre.publish()
    await newcomer.until(lambda: newcomer.in_force == [])
    assert SUCCESSOR not in newcomer.versions
    moved = {**CONFIG, "issuer": ITS_DISTRICT, "place": f"86/29266/{STATION}"}
    assert moved["to"] == [f"84/29266/{STATION}"]
    greetings = newcomer.greetings
    await centre.send(moved)
    await newcomer.until(lambda: SUCCESSOR in newcomer.versions)
    await newcomer.until(lambda: newcomer.greetings > greetings)  # the centre sends it again
    await centre.send(moved)
    await newcomer.until(lambda: newcomer.kinds == ["station-config"])
    assert str(newcomer.place) == f"86/29266/{STATION}"


async def test_a_lost_place_comes_back_with_the_right_of_the_config_that_gave_it(
    newcomer: Box, centre: Centre
) -> None:
    """The centre does not send again what the box says it holds: its files must still be pulled."""
    await settle_by_district(newcomer, centre)
    delegation = centre.tree.delegation(DISTRICT)
    centre.tree.revoke(DISTRICT)
    centre.tree.publish()
    await centre.publish()
    await newcomer.until(lambda: newcomer.in_force == [])
    centre.tree.file(PROVINCE)["delegations"]["roles"].append(delegation)
    centre.tree.publish()
    await centre.publish()
    await newcomer.until(lambda: newcomer.kinds == ["station-config"])


async def test_a_box_that_lost_its_place_is_not_for_any_other_district_to_claim(
    newcomer: Box, centre: Centre
) -> None:
    """Whoever has the broker and one key from anywhere gets nothing by it; its province does."""
    await settle_by_district(newcomer, centre)
    tree = centre.tree
    elsewhere = {"issuer": "vn.82.d1", "place": f"82/10/{STATION}", "to": [f"82/10/{STATION}"]}
    paths = ["config/82/10/*"]
    tree.delegate("vn.82.d1", kinds=["station-config"], paths=paths, ttl_s=10**8)
    tree.revoke(DISTRICT)
    tree.publish()
    await centre.publish()
    await newcomer.until(lambda: newcomer.in_force == [])
    await centre.send({**CONFIG, **elsewhere})  # E_ROLE: its file is pulled first
    await newcomer.until(lambda: "vn.82" in newcomer.versions)
    await centre.send({**CONFIG, **elsewhere})
    await newcomer.until(lambda: newcomer.codes("station-config")[-1] == "E_SCOPE")
    assert newcomer.in_force == []
    await centre.send({**CONFIG, "seq": 2})
    await newcomer.until(lambda: newcomer.kinds == ["station-config"])
    assert str(newcomer.place) == f"84/29266/{STATION}"


async def test_a_card_that_lost_a_root_and_a_file_plays_on_and_heals_over_the_link(
    tmp_path: Path, address: Callable[[str], Address]
) -> None:
    tree, folder = FakePublisher(), tmp_path / "state"
    for name in ("root", "timestamp", "snapshot", "targets"):
        tree.rotate(name)
    tree.publish()
    first, held = tree.wire["1.root.json"], ["playlist", "station-config"]
    async with connected_as(address("centre")) as client:
        async with box(folder, address(STATION), first) as made:
            await settle(made, Centre(client, tree))
            before = dict(made.versions)
            for damage in (
                "UPDATE authority_roots SET bytes=x'00' WHERE version=2",
                "UPDATE authority_files SET bytes=x'00' WHERE role='vn.84'",
            ):
                await made.store.run(lambda connection, what=damage: connection.execute(what))
        async with box(folder, address(STATION), first) as again:
            assert (again.versions, again.kinds) == ({"root": 1}, held)
            await again.until(lambda: again.versions == before)
            await again.until(lambda: not again.issues.all())
            assert again.kinds == held
            assert again.grade is Grade.FRESH
