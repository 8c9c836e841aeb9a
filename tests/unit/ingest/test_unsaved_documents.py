"""A card that takes nothing any more while the box runs: alarms and cancels count all the same."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest_asyncio

from tests.harness.head_fixture import STATION, WEEK, give_place, with_head_role
from tests.harness.headless_station import HeadlessStation
from tests.harness.signed_documents import (
    AT,
    FIRST,
    PROVINCE,
    SECOND,
    cancel,
    emergency,
    seal,
    station_config,
)

ALARM = seal(emergency(), FIRST, SECOND)
END = seal(cancel(issuer="vn.84.em", **{"class": "emergency"}), FIRST, SECOND)
NEXT = seal(emergency(doc_id="7c" * 16, event_id="8d" * 16, seq=900), FIRST, SECOND)


@pytest_asyncio.fixture
async def box(tmp_path: Path) -> AsyncIterator[HeadlessStation]:
    """It has a place and the time; then its card becomes read-only."""
    made = await HeadlessStation(tmp_path, STATION, with_head_role(), AT).start()
    await give_place(made)
    await refuse(made, writes=True)
    yield made
    await made.stop()


async def refuse(box: HeadlessStation, *, writes: bool) -> None:
    """Not through `Store.run`, whose transactions fail then, as on a real one."""

    def pragma() -> None:
        box.store._connection.execute(f"PRAGMA query_only={int(writes)}")

    await asyncio.wrap_future(box.store._worker.submit(pragma))


async def on_card(box: HeadlessStation) -> set[str]:
    def read() -> set[str]:
        with closing(sqlite3.connect(box.store.path)) as card:
            return {kind for (kind,) in card.execute("SELECT kind FROM documents")}

    return await asyncio.to_thread(read)


async def test_an_alarm_is_in_force_even_if_the_card_takes_no_writes(box: HeadlessStation) -> None:
    assert await box.receive(ALARM, "emergency") == "accepted"
    assert "read" in box.results[-1].detail  # the centre learns that it is not stored
    assert "emergency" in box.kinds
    assert await on_card(box) == {"station-config"}
    assert await box.receive(ALARM, "emergency") == ""  # it comes again, and is known
    await box.intake.restore()
    assert box.kinds.count("emergency") == 1


async def test_a_cancel_ends_an_unsaved_alarm(box: HeadlessStation) -> None:
    await box.receive(ALARM, "emergency")
    assert await box.receive(END, "cancel") == "accepted"
    assert "emergency" not in box.kinds


async def test_a_cancel_ends_what_the_card_holds(box: HeadlessStation) -> None:
    await refuse(box, writes=False)
    await box.receive(ALARM, "emergency")
    await refuse(box, writes=True)
    assert await box.receive(END, "cancel") == "accepted"
    assert "emergency" not in box.kinds


async def test_unsaved_documents_are_written_in_order_when_the_card_takes_writes(
    box: HeadlessStation,
) -> None:
    await box.receive(ALARM, "emergency")
    await box.receive(END, "cancel")
    await refuse(box, writes=False)
    assert await box.receive(NEXT, "emergency") == "accepted"
    assert box.results[-1].detail == ""
    await box.stop()
    box.begins = box.clock.now().at
    await box.start()
    assert [one.document.doc_id for one in box.held if one.document.kind == "emergency"] == [
        "7c" * 16
    ]
    assert await box.receive(ALARM, "emergency") == "E_REPLAY"


async def test_an_expired_unsaved_alarm_is_dropped(box: HeadlessStation) -> None:
    await box.receive(ALARM, "emergency")
    box.pass_time(timedelta(hours=3))
    await box.intake.restore()
    assert "emergency" not in box.kinds


async def test_an_unsaved_document_that_is_not_urgent_has_failed(box: HeadlessStation) -> None:
    later = seal(station_config(**{**WEEK, "seq": 900, "doc_id": "7c" * 16}), PROVINCE)
    assert await box.receive(later, "station-config") == "E_DISK"
    assert box.results[-1].result == "failed"
    assert [one.document.seq for one in box.held] != [900]


async def test_unsaved_documents_are_bounded(box: HeadlessStation) -> None:
    verdicts = [
        await box.receive(
            seal(
                emergency(seq=1000 + n, doc_id=f"{n:032x}", event_id=f"{n + 99:032x}"),
                FIRST, SECOND,
            ),
            "emergency",
        )
        for n in range(17)
    ]  # fmt: skip
    assert verdicts == ["accepted"] * 16 + ["E_DISK"]
