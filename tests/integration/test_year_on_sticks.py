"""A year without a link: a stick a month, a battery clock, and a journal that goes home whole."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from central.store.records import list_gaps
from central.store.station_reports import list_faults
from tests.harness.stick_story import BEGIN, DAY, StickBox, StickCentre, move_centre

MONTHS, DAYS = 12, 25
A_DAY = 4  # records
LATE = timedelta(seconds=20)  # what the battery clock loses in a month, 8 parts in a million


@pytest.fixture
def centre(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StickCentre]:
    move_centre(monkeypatch)
    one = StickCentre(tmp_path)
    one.at = BEGIN
    yield one
    one.database.close()


@pytest.fixture
def usb(tmp_path: Path) -> Path:
    stick = tmp_path / "usb"
    stick.mkdir()
    return stick


@pytest.fixture
def box(centre: StickCentre, tmp_path: Path) -> StickBox:
    folder = tmp_path / "box"
    folder.mkdir()
    return StickBox(folder, centre.authority.root.read_bytes(), centre.device.key, None)


def slot_of(month: int) -> str:
    """Every other month in a slot of its own, as an officer would name them."""
    return "tuan" if month % 2 else f"thang-{month}"


def bulletins_of(month: int) -> bytes:
    return f"bulletins of month {month}".encode()


async def live_a_month(box: StickBox, usb: Path, month: int) -> None:
    """The stick comes, the month passes, the carrier comes again for the journal."""
    async with box.running():
        report = await box.visit(usb)
        assert (report.faults, report.refusals) == ([], [])
        assert box.clock.now().quality == "RTC"
        assert box.clock.floor >= BEGIN + month * 30 * DAY
        assert box.has(bulletins_of(month))
        for number in range(DAYS * A_DAY):
            box.pass_time(DAY / A_DAY)
            detail = {"number": month * DAYS * A_DAY + number}
            await box.journal.append("config", detail=detail)  # type: ignore[arg-type] # an int
        report = await box.visit(usb)
        assert report.faults == []
        # the stick still has last month's schedule, whose days are over by now
        assert set(report.refusals) <= {("playlist", "E_EXPIRED")}
        assert f"playlist {slot_of(month)}" in box.holds


def bring_home(centre: StickCentre, usb: Path, month: int) -> None:
    centre.at = BEGIN + month * 30 * DAY + 29 * DAY
    assert [one.refused for one in centre.bring_home(usb)] == [[]]
    numbers = [row["detail"]["number"] for row in centre.rows() if "number" in row["detail"]]
    assert numbers == list(range((month + 1) * DAYS * A_DAY))


def assert_chain_is_whole(centre: StickCentre) -> None:
    with centre.database.transaction() as connection:
        rows = connection.exec_driver_sql("SELECT bytes FROM records ORDER BY seq").fetchall()
    chain = bytes(32)
    for (raw,), row in zip(rows, centre.rows(), strict=True):
        assert row["prev"] == chain.hex()
        chain = hashlib.sha256(chain + raw).digest()


@pytest.mark.long
async def test_a_station_that_never_had_a_link_runs_a_year_on_twelve_sticks(
    centre: StickCentre, box: StickBox, usb: Path
) -> None:
    centre.place()
    for month in range(MONTHS):
        centre.at = BEGIN + month * 30 * DAY
        centre.playlist(bulletins_of(month), slot_of(month))
        centre.export(usb)
        box.rtc = centre.at + (1 + month % 5) * DAY - month * LATE  # the stick is on its way
        await live_a_month(box, usb, month)
        bring_home(centre, usb, month)
    assert_chain_is_whole(centre)
    assert list_gaps(centre.database) == []
    assert list_faults(centre.database) == []
    centre.at = BEGIN + MONTHS * 30 * DAY
    centre.export(usb)
    box.rtc = centre.at + DAY - MONTHS * LATE
    async with box.running():
        await box.visit(usb)
        assert box.journal.acknowledged == len(centre.rows())
        # what ran out long ago is gone, and so are its media
        assert [one for one in box.holds if "thang" in one] == ["playlist thang-10"]
        assert box.has(bulletins_of(10))
        assert not box.has(bulletins_of(8))
