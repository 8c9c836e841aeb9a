"""Attacks 65 and 66 over a real broker and a real agent: the thief has broker and time key."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from agent.contract.utc import encode_utc
from central.collector.report_handler import ReportHandler
from central.publication.document_outbox import OutgoingMessage
from central.testbed.testbed import until
from tests.harness.station_harness import StationTestbed, site

__all__ = ["site"]
YEARS = timedelta(days=5 * 365)
CHANGELOG = Path(__file__).resolve().parents[2] / "CHANGELOG.md"


class _Ahead(datetime):
    """The clock of the thief."""

    @classmethod
    def now(cls, tz: Any = None) -> datetime:
        return datetime.now(tz) + YEARS


def _details(site: StationTestbed, kind: str) -> list[dict[str, Any]]:
    return [one["detail"] for one in site.collected() if one["kind"] == kind]


def _floor_on_card(site: StationTestbed) -> str:
    with closing(sqlite3.connect(f"file:{site.state_db}?mode=ro", uri=True)) as db:
        return str(db.execute("SELECT value FROM meta WHERE key='time_floor'").fetchone()[0])


async def test_attacks_065_and_066_an_old_answer_and_one_of_five_years_ahead(
    site: StationTestbed, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered: list[OutgoingMessage] = []
    answer = ReportHandler._time_reply

    def tapped(self: ReportHandler, station: str, nonce: str) -> OutgoingMessage:
        answered.append(answer(self, station, nonce))
        return answered[-1]

    monkeypatch.setattr(ReportHandler, "_time_reply", tapped)
    monkeypatch.setattr("central.collector.report_handler.datetime", _Ahead)
    await site.place()
    # 66: it waits, and the box says so.
    list_faults = lambda: [one["what"] for one in _details(site, "fault")]  # noqa: E731 - asked again
    await until(lambda: "time_jump_held" in list_faults(), "the jump told")
    # 65: truly signed, for this very box; but one of these questions has been answered.
    for old in answered:
        await site.testbed.collector.send(old.topic, old.envelope, retain=False)
    await until(lambda: bool(_details(site, "refusal")), "the refusal on record")
    refusals = _details(site, "refusal")
    assert {(one["code"], one["kind"]) for one in refusals} == {("E_TIME", "time")}
    assert _details(site, "clock_fix") == []
    assert {one["clock"]["quality"] for one in site.collected()} == {"FLOOR"}
    # the agent is a process of its own, to which the day of the release counts
    released = re.search(
        r"^## \S+, (\d+ \w+ \d{4})$", CHANGELOG.read_text(encoding="utf-8"), re.MULTILINE
    )
    assert released is not None
    day = datetime.strptime(released[1], "%d %B %Y").replace(tzinfo=UTC)
    assert _floor_on_card(site) == encode_utc(day)
