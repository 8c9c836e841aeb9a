"""A box that never had a link: what a stick brings, what it takes, and what it cannot do."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.errors import StoreError
from tests.harness.stick_story import BEGIN, DAY, StickBox, StickCentre, move_centre


@pytest.fixture
def centre(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StickCentre]:
    move_centre(monkeypatch)
    one = StickCentre(tmp_path)
    one.at = BEGIN
    yield one
    one.database.close()


@pytest.fixture
def station_file(usb: Path) -> Path:
    return usb / "tramtin" / "stations" / "tv-cl-0007.jsonl"


@pytest.fixture
def usb(tmp_path: Path) -> Path:
    stick = tmp_path / "usb"
    stick.mkdir()
    return stick


@pytest.fixture
def box(centre: StickCentre, tmp_path: Path) -> StickBox:
    folder = tmp_path / "box"
    folder.mkdir()
    root = centre.authority.root.read_bytes()
    return StickBox(folder, root, centre.device.key, rtc=BEGIN + DAY)


def read(file: Path) -> bytes:
    return file.read_bytes()


def write(file: Path, content: bytes) -> None:
    file.write_bytes(content)


def names(folder: Path) -> set[str]:
    return {one.name for one in folder.iterdir()}


async def test_a_box_from_the_crate_is_placed_and_has_its_schedule_by_one_stick(
    centre: StickCentre, box: StickBox, usb: Path
) -> None:
    centre.place()
    centre.playlist(b"sound")
    centre.export(usb)
    async with box.running():
        report = await box.visit(usb)
        assert (report.faults, report.refusals) == ([], [])
        assert box.holds == ["head head", "playlist tuan", "station-config chinh"]
        assert box.has(b"sound")
        assert (report.tally.accepted, report.tally.media, report.tally.lacking) == (2, 1, 0)
        assert box.clock.now().quality == "RTC"
        assert box.clock.floor == BEGIN
    async with box.running():  # and it outlives the mains
        assert box.holds == ["head head", "playlist tuan", "station-config chinh"]


async def test_the_same_stick_twice_changes_nothing(
    centre: StickCentre, box: StickBox, usb: Path
) -> None:
    centre.place()
    centre.playlist(b"sound")
    centre.export(usb)
    async with box.running():
        await box.visit(usb)
        again = await box.visit(usb)
        assert (again.faults, again.refusals) == ([], [])
        assert (again.tally.accepted, again.tally.held, again.tally.media) == (0, 2, 0)


@pytest.mark.long
async def test_an_older_stick_after_a_newer_one_takes_nothing_back(
    centre: StickCentre, box: StickBox, usb: Path, tmp_path: Path
) -> None:
    older = tmp_path / "older"
    older.mkdir()
    centre.place()
    centre.playlist(b"old")
    centre.export(older)
    centre.at += DAY
    centre.playlist(b"new")
    centre.export(usb)
    async with box.running():
        await box.visit(usb)
        report = await box.visit(older)
        assert ("playlist", "E_REPLAY") in report.refusals
        assert box.has(b"new")
        assert not box.has(b"old")
        assert box.clock.floor == BEGIN + DAY


async def test_a_stick_that_is_pulled_has_brought_what_was_whole_and_the_next_visit_goes_on(
    centre: StickCentre, box: StickBox, usb: Path, station_file: Path
) -> None:
    content = bytes(range(256)) * 8192
    centre.place()
    centre.playlist(content)
    filled = centre.export(usb)
    medium = usb / "tramtin" / "media" / filled.media[0].sha256
    whole, file = read(medium), read(station_file)
    async with box.running():
        write(station_file, file[: -len(file.splitlines()[-1]) - 400])
        write(medium, whole[: 1 << 20])
        report = await box.visit(usb)
        assert [code for code, _ in report.faults] == ["E_STICK_CUT"]
        assert "station-config chinh" in box.holds
        write(station_file, file)
        report = await box.visit(usb)
        assert [code for code, _ in report.faults] == ["E_SIZE"]
        assert not box.has(content)
        write(medium, bytes(1 << 20) + whole[1 << 20 :])  # what is here is not read again
        report = await box.visit(usb)
        assert report.faults == []
        assert box.has(content)


@pytest.mark.long
async def test_a_medium_that_is_not_what_was_signed_is_not_kept(
    centre: StickCentre, box: StickBox, usb: Path
) -> None:
    centre.place()
    centre.playlist(b"sound")
    filled = centre.export(usb)
    write(usb / "tramtin" / "media" / filled.media[0].sha256, b"noise")
    async with box.running():
        report = await box.visit(usb)
        assert [code for code, _ in report.faults] == ["E_MEDIA"]
        assert not box.has(b"noise")
        assert report.tally.lacking == 1


async def test_the_journal_goes_home_and_is_confirmed_by_the_next_stick(
    centre: StickCentre, box: StickBox, usb: Path
) -> None:
    centre.place()
    centre.export(usb)
    async with box.running():
        for number in range(250):
            await box.journal.append("config", detail={"number": number})
        report = await box.visit(usb, with_bundle=True)
        assert report.records > 2
        assert report.has_bundle
        own = list(await box.own_rows())
        assert [one["detail"]["do"] for one in own if one["kind"] == "command"] == ["stick"]
        brought = centre.bring_home(usb)
        assert [(one.records, one.refused) for one in brought] == [(len(own), [])]
        assert centre.rows() == own
        assert read(centre.folder / "bundles" / "tv-cl-0007.tar.gz") == b"a bundle"
        assert centre.bring_home(usb)[0].records == 0
        centre.export(usb)
        await box.visit(usb)
        assert box.journal.acknowledged == len(own)
        assert len(names(usb / "tramtin" / "up" / "tv-cl-0007")) == 2  # a hello, what came since


async def test_a_stick_of_another_tree_changes_nothing(
    centre: StickCentre, box: StickBox, usb: Path, tmp_path: Path
) -> None:
    centre.place()
    centre.playlist(b"sound")
    centre.export(usb)
    foreign_usb, foreign_folder = tmp_path / "foreign", tmp_path / "other"
    foreign_usb.mkdir()
    foreign_folder.mkdir()
    foreign = StickCentre(foreign_folder)
    foreign.place()
    foreign.playlist(b"foreign")
    foreign.export(foreign_usb)
    foreign.database.close()
    async with box.running():
        await box.visit(usb)
        before = box.holds, dict(box.in_force.versions), box.clock.floor
        report = await box.visit(foreign_usb)
        assert {code for _, code in report.refusals} == {"E_ROLE"}
        assert (box.holds, dict(box.in_force.versions), box.clock.floor) == before
        assert not box.has(b"foreign")


async def test_a_new_box_takes_no_former_schedule_without_a_head_nor_by_an_old_one(
    centre: StickCentre, box: StickBox, usb: Path
) -> None:
    centre.place()
    centre.playlist(b"sound")
    centre.export(usb, "time", "receipt")
    async with box.running():
        assert (await box.visit(usb)).refusals == [("playlist", "waits")]
    centre.export(usb)
    box.rtc = BEGIN + 15 * DAY
    async with box.running():
        assert (await box.visit(usb)).refusals == [("playlist", "waits")]
    centre.at = BEGIN + 15 * DAY
    centre.export(usb)
    async with box.running():
        assert (await box.visit(usb)).refusals == []


@pytest.mark.long
async def test_what_is_signed_after_the_first_visit_needs_no_head(
    centre: StickCentre, box: StickBox, usb: Path
) -> None:
    centre.place()
    centre.export(usb)
    async with box.running():
        await box.visit(usb)
        centre.at += 10 * DAY
        centre.playlist(b"sound")
        centre.export(usb, "time", "receipt")
        box.pass_time(13 * DAY)
        assert (await box.visit(usb)).refusals == []
        assert box.has(b"sound")


@pytest.mark.long
async def test_a_stick_that_was_filled_more_than_thirty_days_ago_brings_nothing_new(
    centre: StickCentre, box: StickBox, usb: Path
) -> None:
    centre.place()
    centre.playlist(b"sound")
    centre.export(usb)
    box.rtc = BEGIN + 31 * DAY
    async with box.running():
        report = await box.visit(usb)
        assert box.holds == []
        assert {code for _, code in report.refusals} == {"waits"}


@pytest.mark.long
async def test_a_box_without_any_clock_holds_what_comes_and_waits_with_schedules(
    centre: StickCentre, box: StickBox, usb: Path
) -> None:
    centre.place()
    centre.playlist(b"sound")
    centre.export(usb)
    box.rtc = None
    async with box.running():
        report = await box.visit(usb)
        assert report.refusals == [("playlist", "waits")]
        assert box.clock.now().quality == "FLOOR"
        assert box.clock.floor == BEGIN


async def test_a_card_without_room_takes_the_documents_and_says_what_it_lacks(
    centre: StickCentre, box: StickBox, usb: Path
) -> None:
    centre.place()
    centre.playlist(b"sound")
    centre.export(usb)
    async with box.running():
        full = os.statvfs_result((4096, 4096, 1000, 5, 5, 100, 50, 50, 0, 255))
        box.media._statvfs = lambda _file: full
        report = await box.visit(usb)
        assert [code for code, _ in report.faults] == ["E_DISK"]
        assert "playlist tuan" in box.holds
        assert (report.tally.accepted, report.tally.lacking) == (2, 1)
        assert report.records > 0


@pytest.mark.long
async def test_two_visits_at_once_are_one_after_the_other(
    centre: StickCentre, box: StickBox, usb: Path
) -> None:
    centre.place()
    centre.export(usb)
    async with box.running():
        async with box.server.turn:
            with pytest.raises(StoreError, match="E_BUSY"):
                await box.visit(usb)
        assert (await box.visit(usb)).faults == []
