"""A signed calendar on a real database: taken, kept over a restart, replaced, and planned with."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from agent.playout.output_schedule import SoundSchedule
from agent.playout.schedule import Schedule
from tests.harness.head_fixture import HOUR, WEEK, box
from tests.harness.headless_station import HeadlessStation
from tests.harness.signed_documents import (
    AT,
    COMMUNE,
    DIGEST,
    PROVINCE,
    make_header,
    playlist,
    seal,
    utc_text,
)

__all__ = ["box"]
UNTIL = utc_text(AT + timedelta(days=38))


def calendar(seq: int, *rows: dict[str, Any], **changes: Any) -> bytes:
    document = {
        **make_header("calendar", "vn.84", "config"), "expires": UNTIL, "slot": "2026",
        "seq": seq, "year": 2026, "sets": ["tet"], "days": list(rows), **changes,
    }  # fmt: skip
    return seal(document, PROVINCE)


def row(day: str, name: str) -> dict[str, Any]:
    return {"from": day, "until": day, "sets": [name], "title": "Quốc tang", "source": "Thông cáo"}


def music() -> bytes:
    """Every day at 05:00 and not at Tết; AT is Monday, 23 November, 08:00.

    Issued after the box first knew the time, so that it needs no head.
    """
    issued = utc_text(AT + HOUR + timedelta(minutes=5))
    document = playlist(**WEEK, issued=issued, crit=["entries.when.except_days"])
    (entry,) = document["entries"]
    entry |= {"music": True, "body": {"media": [DIGEST]}}
    entry["when"] |= {"weekdays": [1, 2, 3, 4, 5, 6, 7], "except_days": {"sets": ["tet"]}}
    return seal(document, COMMUNE)


def planned(station: HeadlessStation) -> tuple[list[str], list[str]]:
    """The days ahead on which it sounds, and the rules of what is refused."""
    now = station.clock.now()
    schedule = Schedule(None, lambda _: None)
    schedule.update(station.held, now)
    assert schedule.timeline is not None
    ahead = [one for one in schedule.timeline.occurrences if one.start_at > now.at]
    starts = [(one.start_at + timedelta(hours=7)).strftime("%d/%m") for one in ahead]
    refused = [one.rule for one in schedule.timeline.refusals if one.at > now.at]
    return starts, refused


@pytest.mark.asyncio
async def test_a_schedule_waits_for_its_calendar_and_mourning_takes_its_music_off(
    box: HeadlessStation,
) -> None:
    box.pass_time(timedelta(minutes=10))
    assert await box.receive(music(), "playlist") == "accepted"
    assert planned(box) == ([], ["calendar 2026 tet"] * 2)
    assert await box.receive(calendar(1), "calendar") == "accepted"
    assert planned(box) == (["24/11", "25/11"], [])
    mourning = calendar(2, row("2026-11-25", "quoc-tang"))
    assert await box.receive(mourning, "calendar") == "accepted"
    expected = (["24/11"], ["mourning music: Quốc tang"])
    assert planned(box) == expected
    assert await box.receive(calendar(1), "calendar") == "E_REPLAY"
    await box.stop()
    box.begins = box.clock.now().at
    await box.start()
    assert planned(box) == expected
    assert box.kinds.count("calendar") == 1


@pytest.mark.asyncio
async def test_calendars_of_two_slots_count_together(box: HeadlessStation) -> None:
    box.pass_time(timedelta(minutes=10))
    assert await box.receive(music(), "playlist") == "accepted"
    assert await box.receive(calendar(1, row("2026-11-24", "tet")), "calendar") == "accepted"
    other = calendar(1, row("2026-11-25", "quoc-tang"), slot="quoc-tang", sets=[])
    assert await box.receive(other, "calendar") == "accepted"
    assert planned(box) == ([], ["mourning music: Quốc tang"])


@pytest.mark.asyncio
async def test_a_commune_s_key_for_playlists_signs_no_mourning(box: HeadlessStation) -> None:
    forged = {
        **make_header("calendar", "vn.84.29266", "config"), "expires": UNTIL, "year": 2026,
        "sets": [], "days": [row("2026-11-24", "quoc-tang")],
    }  # fmt: skip
    assert await box.receive(seal(forged, COMMUNE), "calendar") == "E_SCOPE"
    assert "calendar" not in box.kinds


@pytest.mark.asyncio
async def test_music_that_is_on_when_a_mourning_is_signed_ends_with_its_reason(
    box: HeadlessStation,
) -> None:
    box.pass_time(timedelta(minutes=10))
    assert await box.receive(music(), "playlist") == "accepted"
    assert await box.receive(calendar(1), "calendar") == "accepted"
    schedule = Schedule(None, lambda _: None)
    schedule.update(box.held, box.clock.now())
    output = SoundSchedule(schedule, ["nga-ba"])
    upcoming = output.upcoming(box.clock.now())
    assert upcoming is not None
    during = replace(box.clock.now(), at=upcoming.start_at + timedelta(seconds=5))
    on_air = output.wanted(during)
    assert on_air is not None
    assert (output.is_entitled(on_air, during), output.why_silenced(on_air, during)) == (True, None)
    mourning = calendar(2, row("2026-11-24", "quoc-tang"), row("2026-11-25", "quoc-tang"))
    assert await box.receive(mourning, "calendar") == "accepted"
    schedule.update(box.held, during)
    assert (output.is_entitled(on_air, during), output.why_silenced(on_air, during)) == (
        False, "mourning",
    )  # fmt: skip
    assert output.wanted(during) is None
