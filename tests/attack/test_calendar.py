"""Attacks 142 to 144 of the catalogue: what a calendar must not do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest_asyncio

from agent.plan.emergency import list_active_emergencies
from tests.harness.head_fixture import HOUR, STATION, give_place, with_head_role
from tests.harness.headless_station import HeadlessStation
from tests.harness.signed_documents import (
    AT,
    COMMUNE,
    FIRST,
    PROVINCE,
    SECOND,
    emergency,
    make_header,
    seal,
    utc_text,
)


@pytest_asyncio.fixture
async def box(tmp_path: Path) -> AsyncIterator[HeadlessStation]:
    """In its place, its clock right."""
    started = await HeadlessStation(tmp_path, STATION, with_head_role(), AT + HOUR).start()
    await give_place(started)
    yield started
    await started.stop()


def calendar(*rows: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {
        **make_header("calendar", "vn.84", "config"), "slot": "2026", "year": 2026, "sets": [],
        "expires": utc_text(AT + timedelta(days=38)), "days": list(rows), **changes,
    }  # fmt: skip


MOURNING = {
    "from": "2026-11-23", "until": "2026-12-31", "sets": ["quoc-tang"], "title": "Quốc tang",
    "source": "Thông cáo",
}  # fmt: skip


async def test_attack_142_a_mourning_by_a_key_that_signs_playlists_alone(
    box: HeadlessStation,
) -> None:
    forged = calendar(MOURNING, issuer="vn.84.29266")
    assert await box.receive(seal(forged, COMMUNE), "calendar") == "E_SCOPE"
    as_province = calendar(MOURNING)
    assert await box.receive(seal(as_province, COMMUNE), "calendar") == "E_ROLE"
    assert "calendar" not in box.kinds


async def test_attack_143_last_month_s_calendar_sent_again_to_end_a_mourning(
    box: HeadlessStation,
) -> None:
    former, newer = seal(calendar(), PROVINCE), seal(calendar(MOURNING, seq=43), PROVINCE)
    assert [await box.receive(one, "calendar") for one in (former, newer)] == ["accepted"] * 2
    assert await box.receive(former, "calendar") == "E_REPLAY"
    assert await box.receive(seal(calendar(seq=43), PROVINCE), "calendar") == "E_FORK"


async def test_attack_144_a_mourning_that_keeps_an_emergency_from_sounding(
    box: HeadlessStation,
) -> None:
    assert await box.receive(seal(calendar(MOURNING), PROVINCE), "calendar") == "accepted"
    issued = utc_text(AT + HOUR)
    alarm = emergency(issued=issued, not_before=issued, expires=utc_text(AT + 2 * HOUR))
    assert await box.receive(seal(alarm, FIRST, SECOND), "emergency") == "accepted"
    assert len(list_active_emergencies(box.held, box.clock.now().at)) == 1
