"""The authority's files come into force, and only they, and only forward."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from agent.contract.ids import parse_place
from agent.store.authority_files import read
from agent.store.database import Store
from agent.trust.authority import Grade
from tests.fakes.fake_publisher import AT, FakePublisher, sign_json
from tests.harness.authority_harness import HERE, AuthorityHarness, start_authority

ROOT = "1.root.json"
HOUR = timedelta(hours=1)


@pytest.fixture
def tree() -> FakePublisher:
    return FakePublisher()


def grade(harness: AuthorityHarness) -> Grade:
    return harness.in_force.grade(harness.now())


async def test_a_new_box_knows_no_signers(tmp_path: Path, tree: FakePublisher) -> None:
    async with start_authority(tmp_path, tree.wire[ROOT], AT) as harness:
        assert harness.versions == {"root": 1}
        assert grade(harness) is Grade.EXPIRED
        assert not harness.in_force.knows_signers(harness.now())


async def test_from_nothing_to_its_own_province_and_no_other(
    tmp_path: Path, tree: FakePublisher
) -> None:
    async with start_authority(tmp_path, tree.wire[ROOT], AT) as harness:
        await harness.follow(tree)
        expected = {"root": 1, "timestamp": 1, "snapshot": 1, "targets": 1, "vn.84": 1}
        assert harness.versions == expected
        assert grade(harness) is Grade.FRESH
        assert [name for name, _ in harness.heard] == [
            "timestamp.json", "1.snapshot.json", "1.targets.json", "1.vn.84.json"
        ]  # fmt: skip
        assert not harness.faults


async def test_a_box_without_a_place_stops_at_targets(tmp_path: Path, tree: FakePublisher) -> None:
    async with start_authority(tmp_path, tree.wire[ROOT], AT, place=None) as harness:
        await harness.follow(tree)
        assert set(harness.versions) == {"root", "timestamp", "snapshot", "targets"}
        assert "1.vn.84.json" not in dict(harness.heard)
        harness.feed.set_place(HERE)
        await harness.settle()
        assert "vn.84" in harness.versions
        assert harness.changes[-1] is True  # what was turned away is asked for soon


async def test_a_provisional_place_requests_files_until_a_verified_one_is_known(
    tmp_path: Path, tree: FakePublisher
) -> None:
    async with start_authority(tmp_path, tree.wire[ROOT], AT, place=None) as harness:
        await harness.follow(tree)
        harness.feed.set_provisional_place(parse_place("82/1/tv-cl-0007"))
        await harness.settle()
        assert "vn.82" in harness.versions
        harness.feed.set_place(HERE)
        await harness.settle()
        assert "vn.84" in harness.versions
        assert "vn.82" not in harness.versions
        harness.feed.set_provisional_place(parse_place("82/1/tv-cl-0007"))
        await harness.settle()
        assert "vn.82" not in harness.versions


async def test_the_accepted_authority_is_restored_after_a_restart_without_a_link(
    tmp_path: Path, tree: FakePublisher
) -> None:
    async with start_authority(tmp_path, tree.wire[ROOT], AT) as harness:
        await harness.follow(tree)
        versions = harness.versions
    async with start_authority(tmp_path, tree.wire[ROOT], AT + HOUR) as again:
        assert again.versions == versions
        assert grade(again) is Grade.FRESH


async def test_the_hourly_timestamp_keeps_it_fresh_and_emits_no_change(
    tmp_path: Path, tree: FakePublisher
) -> None:
    async with start_authority(tmp_path, tree.wire[ROOT], AT) as harness:
        await harness.follow(tree)
        count = len(harness.changes)
        harness.at = tree.at = AT + 40 * HOUR
        tree.tick()
        await harness.follow(tree)
        assert harness.versions["timestamp"] == 2
        assert len(harness.changes) == count
        harness.at = AT + 80 * HOUR
        assert grade(harness) is Grade.FRESH


async def test_after_two_days_offline_the_first_timestamp_is_an_improvement(
    tmp_path: Path, tree: FakePublisher
) -> None:
    async with start_authority(tmp_path, tree.wire[ROOT], AT) as harness:
        await harness.follow(tree)
        harness.at = tree.at = AT + 49 * HOUR
        assert grade(harness) is Grade.AGED
        tree.tick()
        await harness.follow(tree)
        assert grade(harness) is Grade.FRESH
        assert harness.changes[-1] is True


async def test_a_change_in_the_own_province_is_emitted_and_one_elsewhere_is_not(
    tmp_path: Path, tree: FakePublisher
) -> None:
    async with start_authority(tmp_path, tree.wire[ROOT], AT) as harness:
        await harness.follow(tree)
        count = len(harness.changes)
        tree.revoke("vn.84.29266")
        tree.publish()
        await harness.follow(tree)
        assert harness.changes[count:] == [False]
        assert "vn.84.29266" not in {role.name for role in roles(harness)}


def roles(harness: AuthorityHarness) -> list[object]:
    return list(harness.in_force.current.roles.values())  # type: ignore[attr-defined] # a tree here


async def test_the_same_bytes_again_start_no_pass_and_no_download(
    tmp_path: Path, tree: FakePublisher
) -> None:
    async with start_authority(tmp_path, tree.wire[ROOT], AT) as harness:
        await harness.follow(tree)
        heard = len(harness.heard)
        await harness.follow(tree)
        assert [name for name, _ in harness.heard[heard:]] == ["timestamp.json"]


async def test_a_refusal_is_an_issue_that_ends_with_the_next_good_set(
    tmp_path: Path, tree: FakePublisher
) -> None:
    async with start_authority(tmp_path, tree.wire[ROOT], AT) as harness:
        await harness.follow(tree)
        good = tree.tick()
        tree.spoil("timestamp.json", lambda raw: raw.replace(b'"version": 2', b'"version": 3'))
        await harness.follow(tree)
        assert harness.versions["timestamp"] == 1
        assert "authority_refused" in harness.faults
        await harness.publish({"timestamp.json": good})
        await harness.settle()
        assert harness.versions["timestamp"] == 2
        assert not harness.faults


async def test_a_root_is_stored_even_if_the_rest_is_withheld_and_nothing_new_is_accepted_meanwhile(
    tmp_path: Path, tree: FakePublisher
) -> None:
    async with start_authority(tmp_path, tree.wire[ROOT], AT) as harness:
        await harness.follow(tree)
        tree.rotate("targets")
        tree.publish()
        await harness.publish({"2.root.json": tree.wire["2.root.json"]})
        await harness.settle()
        assert harness.versions["root"] == 2
        assert harness.versions["targets"] == 1  # its roles are still known, for what is held
        assert grade(harness) is Grade.EXPIRED
    async with start_authority(tmp_path, tree.wire[ROOT], AT) as again:
        assert again.versions["root"] == 2
        assert grade(again) is Grade.EXPIRED
        await again.follow(tree)
        assert again.versions["targets"] == 2
        assert grade(again) is Grade.FRESH
        assert again.changes == [True]


def sign_by_strangers(tree: FakePublisher) -> None:
    tree.wire["2.root.json"] = sign_json(
        {**tree.root, "version": 2}, FakePublisher().signers("root")
    )


def sign_by_too_few(tree: FakePublisher) -> None:
    tree.wire["2.root.json"] = sign_json({**tree.root, "version": 2}, tree.signers("root")[:1])


def cut_short(tree: FakePublisher) -> None:
    tree.wire["2.root.json"] = tree.wire[ROOT][:-1]


@pytest.mark.parametrize("attack", [sign_by_strangers, sign_by_too_few, cut_short])
async def test_a_refused_root_leaves_all_in_force_and_files_that_came_with_it_are_verified(
    tmp_path: Path, tree: FakePublisher, attack: Callable[[FakePublisher], None]
) -> None:
    async with start_authority(tmp_path, tree.wire[ROOT], AT) as harness:
        await harness.follow(tree)
        versions, was = harness.versions, harness.in_force.current
        kept, count = await harness.store.run(read), len(harness.changes)
        attack(tree)
        await harness.follow(tree)
        assert harness.in_force.current is was
        assert (await harness.store.run(read), len(harness.changes)) == (kept, count)
        assert "authority_refused" in harness.faults
        tree.tick()
        attack(tree)
        running = asyncio.create_task(harness.feed.run())
        await harness.publish({name: tree.wire[name] for name in ("2.root.json", "timestamp.json")})
        async with asyncio.timeout(60):
            while harness.in_force.current is was:  # noqa: ASYNC110 - a thread is between
                await asyncio.sleep(0.01)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        assert harness.versions == {**versions, "timestamp": 2}
        assert grade(harness) is Grade.FRESH


async def test_a_root_that_breaks_our_rules_ends_the_chain(
    tmp_path: Path, tree: FakePublisher
) -> None:
    async with start_authority(tmp_path, tree.wire[ROOT], AT) as harness:
        await harness.follow(tree)
        holders = tree.root["x-holders"]
        first = next(iter(holders.values()))
        tree.root["x-holders"] = dict.fromkeys(holders, first)
        tree.publish()
        await harness.follow(tree)
        assert harness.versions["root"] == 1
        assert "holder" in harness.faults["authority_refused"]


async def test_a_demonstration_root_is_refused_after_a_true_one(tmp_path: Path) -> None:
    tree = FakePublisher()
    del tree.root["x-demo"]
    tree.publish()
    tree.root["x-demo"] = True
    async with start_authority(tmp_path, tree.wire["2.root.json"], AT) as harness:
        await harness.follow(tree)
        assert harness.versions["root"] == 2
        tree.publish()
        await harness.follow(tree)
        assert harness.versions["root"] == 2
        assert "demo" in harness.faults["authority_refused"]


async def test_another_installed_root_starts_another_chain(tmp_path: Path) -> None:
    former, other = FakePublisher(), FakePublisher()
    for _ in range(3):
        former.publish()
    async with start_authority(tmp_path, former.wire[ROOT], AT) as harness:
        await harness.follow(former)
        assert harness.versions["targets"] == 4
    async with start_authority(tmp_path, other.wire[ROOT], AT) as again:
        assert again.versions == {"root": 1}
        await again.follow(other)
        assert again.versions["targets"] == 1


async def test_a_newer_root_of_the_same_chain_may_be_installed(
    tmp_path: Path, tree: FakePublisher
) -> None:
    async with start_authority(tmp_path, tree.wire[ROOT], AT) as harness:
        tree.rotate("root")
        tree.publish()
        await harness.follow(tree)
        versions = harness.versions
        assert versions["root"] == 2
    async with start_authority(tmp_path, tree.wire["2.root.json"], AT) as again:
        assert again.versions == versions


async def test_a_newer_root_that_comes_with_an_upgrade_keeps_files_and_floors(
    tmp_path: Path, tree: FakePublisher
) -> None:
    old = dict(tree.wire)
    for _ in range(2):
        tree.rotate("root")
        tree.publish()
        async with start_authority(tmp_path, old[ROOT], AT) as harness:
            if "3.root.json" not in tree.wire:
                await harness.follow(tree)
                assert harness.versions["root"] == harness.versions["targets"] == 2
    async with start_authority(tmp_path, tree.wire["3.root.json"], AT) as again:
        assert again.versions == {**dict.fromkeys(again.versions, 2), "root": 3}
        assert grade(again) is Grade.FRESH
        await again.publish({name: raw for name, raw in old.items() if name != ROOT})
        await again.settle()
        assert again.versions["targets"] == 2
        assert "authority_refused" in again.faults
    async with start_authority(tmp_path, old[ROOT], AT) as back:
        assert back.versions == {**dict.fromkeys(back.versions, 2), "root": 3}
        assert not back.faults


async def test_new_online_keys_with_an_upgraded_root_keep_the_floors_below_them(
    tmp_path: Path, tree: FakePublisher
) -> None:
    """Nothing is known until files under it come; no older ones may come then."""
    async with start_authority(tmp_path, tree.wire[ROOT], AT) as harness:
        tree.publish()
        await harness.follow(tree)
        before = (await harness.store.run(read)).floors
    for name in ("timestamp", "snapshot", "targets"):
        tree.rotate(name)
    tree.publish()
    async with start_authority(tmp_path, tree.wire["2.root.json"], AT) as again:
        assert again.versions == {"root": 2}
        assert not again.faults
        assert (await again.store.run(read)).floors == before
        await again.follow(tree)
        assert (again.versions["targets"], again.faults) == (3, {})


async def test_an_expired_timestamp_keeps_held_documents_and_accepts_nothing_new(
    tmp_path: Path, tree: FakePublisher
) -> None:
    async with start_authority(tmp_path, tree.wire[ROOT], AT) as harness:
        await harness.follow(tree)
        harness.at = AT + timedelta(days=31)
        harness.feed.recheck()
        await harness.settle()
        assert grade(harness) is Grade.EXPIRED
        assert harness.versions["vn.84"] == 1
        tree.at = harness.at
        for name in ("targets", "snapshot"):
            file = getattr(tree, name)
            file["expires"] = "2027-06-01T00:00:00Z"
        tree.publish()
        await harness.follow(tree)
        assert grade(harness) is Grade.FRESH


async def test_if_the_card_takes_no_writes_the_former_authority_stays_and_the_pass_is_retried(
    tmp_path: Path, tree: FakePublisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    from agent.authority import updater
    from agent.errors import StoreError

    async with start_authority(tmp_path, tree.wire[ROOT], AT) as harness:
        await harness.follow(tree)
        tree.publish()
        real = Store.run

        async def refuse(self: Store, deed: object, *args: object) -> object:
            if deed is updater.accept:
                raise StoreError("E_DISK", "state.db", "full")
            return await real(self, deed, *args)  # type: ignore[arg-type] # passed on

        with monkeypatch.context() as broken:
            broken.setattr(Store, "run", refuse)
            await harness.follow(tree)
            assert harness.versions["targets"] == 1
            assert "full" in harness.faults["authority_refused"]
        await harness.settle()
        assert harness.versions["targets"] == 2


async def test_unknown_content_of_the_files_is_an_issue_while_they_are_in_force(
    tmp_path: Path, tree: FakePublisher
) -> None:
    async with start_authority(tmp_path, tree.wire[ROOT], AT) as harness:
        tree.targets["x-note"] = "a"
        tree.delegation("vn.84.29266").update({"x-days": [1], "x-crit": ["x-days"]})
        tree.publish()
        await harness.follow(tree)
        count = harness.faults["authority_newer"]
        assert "ignored: targets x-note" in count
        assert "vn.84.29266 x-days" in count
        del tree.targets["x-note"], tree.delegation("vn.84.29266")["x-crit"]
        del tree.delegation("vn.84.29266")["x-days"]
        tree.publish()
        await harness.follow(tree)
        assert "authority_newer" not in harness.faults


async def test_the_files_of_a_new_place_are_requested_at_once_despite_a_pause(
    tmp_path: Path, tree: FakePublisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with start_authority(tmp_path, tree.wire[ROOT], AT, place=None) as harness:
        await harness.follow(tree)
        assert "vn.84" not in harness.versions
        resting, rest = asyncio.Event(), harness.feed._pause

        async def pause(limit_s: float) -> None:
            resting.set()
            await rest(limit_s)

        monkeypatch.setattr(harness.feed, "_pause", pause)
        monkeypatch.setattr(harness.feed, "_pause_s", 3600.0)
        running = asyncio.create_task(harness.feed.run())
        harness.feed.recheck()  # a signed time has come: this pass finds nothing new
        await resting.wait()
        harness.feed.set_place(HERE)
        async with asyncio.timeout(60):
            while "vn.84" not in harness.versions:  # noqa: ASYNC110 - a thread is between
                await asyncio.sleep(0.01)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_a_pause_does_not_hold_up_a_file_that_is_waited_for(
    tmp_path: Path, tree: FakePublisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new box: its config comes before the first file, and that pass finds nothing."""
    async with start_authority(tmp_path, tree.wire[ROOT], AT, place=None) as harness:
        rests, is_resting, rest = [], asyncio.Event(), harness.feed._pause

        async def pause(limit_s: float) -> None:
            rests.append(limit_s)
            is_resting.set()
            await rest(limit_s)

        monkeypatch.setattr(harness.feed, "_pause", pause)
        monkeypatch.setattr(harness.feed, "_pause_s", 3600.0)
        running = asyncio.create_task(harness.feed.run())
        harness.feed.set_provisional_place(HERE)
        await is_resting.wait()
        await harness.publish(tree.wire)
        async with asyncio.timeout(60):
            while "vn.84" not in harness.versions:  # noqa: ASYNC110 - a thread is between
                await asyncio.sleep(0.01)
        is_resting.clear()
        await harness.feed.on_file("timestamp.json", b"rubbish")
        await is_resting.wait()  # a second one of that name waits
        is_resting.clear()
        await harness.feed.on_file("timestamp.json", b"more rubbish")
        for _ in range(20):
            await asyncio.sleep(0)
        assert not is_resting.is_set()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_the_boxes_own_clock_brings_no_pause(
    tmp_path: Path, tree: FakePublisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with start_authority(tmp_path, tree.wire[ROOT], AT) as harness:
        await harness.follow(tree)
        harness.feed._is_due.clear()
        harness.feed._is_by_message = False
        passes: asyncio.Queue[bool] = asyncio.Queue()
        refresh = harness.feed.refresh

        async def count() -> bool:
            has_changed = await refresh()
            passes.put_nowait(has_changed)
            return has_changed

        monkeypatch.setattr(harness.feed, "refresh", count)
        monkeypatch.setattr(harness.feed, "_pause_s", 3600.0)
        running = asyncio.create_task(harness.feed.run())
        for _ in range(3):
            harness.feed.recheck()
            async with asyncio.timeout(60):
                assert not await passes.get()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
