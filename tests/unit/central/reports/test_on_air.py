"""`show on-air` and `show next`: what stations say of now and next, with the reason."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from agent.contract.report import ClockState, Health, OnAir, Outbox, Why
from central.collector.report_store import note_latest
from central.reports.play_totals import list_next, list_on_air
from central.reports.table_text import render_cell
from central.store.database import Database
from tests.harness.centre_records import STATION
from texts.catalogue import Lang

MORNING = OnAir(
    "Bản tin sáng", "scheduled", "2026-11-30T22:00:00Z", "2026-11-30T22:10:00Z", ["*"], "vn.84",
    "sound",
)  # fmt: skip


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database.open(tmp_path / "central.db")
    yield opened
    opened.close()


def report(database: Database, on_air: OnAir | None, why: Why | None) -> None:
    health = Health(
        session=1, at="2026-11-30T22:05:00.000Z", issues=[], on_air={"loa": on_air},
        next={"loa": MORNING}, switches={}, clock=ClockState("SYNCED", 0.02), disk_free_bytes=0,
        temperature_c=None, outbox=Outbox(0, 0.0), why={"loa": why} if why else msgspec.UNSET,
    )  # fmt: skip
    note_latest(database, STATION, "health", msgspec.json.encode(health))


def say(database: Database, lang: Lang = "vi") -> list[str]:
    return [
        line for r in list_on_air(database) for line in render_cell(r, "on_air", lang).split("\n")
    ]


def test_what_is_on_says_what_gave_way(database: Database) -> None:
    report(database, MORNING, Why(rule="level", over="Nhắc", losers=3))
    lines = say(database)
    assert lines[:3] == ["Bản tin sáng", "Loa (loa), thông thường", "đến: 05:10 01/12/2026"]
    assert lines[3] == "thắng “Nhắc”: hạng cao hơn (và 2 mục nữa)"


def test_a_start_that_is_refused_is_seen_at_the_centre_while_it_would_be_on(
    database: Database,
) -> None:
    report(database, None, Why(refused=("Bản tin đêm", "E_HOURS", "quiet_hours 21:00-05:00")))
    assert "NOTHING plays" in say(database, "en")
    assert "“Bản tin đêm” is refused: in quiet hours 21:00-05:00 (E_HOURS)" in say(database, "en")


def test_an_idle_output_and_an_older_box_have_no_row(database: Database) -> None:
    report(database, None, None)
    assert list_on_air(database) == []


def test_the_next_start_says_what_will_give_way(database: Database) -> None:
    report(database, None, Why(next_rule="start", next_over="Nhắc"))
    (row,) = list_next(database)
    assert (row["station"], row["start"]) == (STATION, "2026-11-30T22:00:00Z")
    assert render_cell(row, "start", "vi") == "05:00 01/12/2026"
    said = render_cell(row, "next", "vi").split("\n")
    assert said == [
        "Bản tin sáng", "Loa (loa), thông thường", "thắng “Nhắc”: cùng hạng, bắt đầu sau",
    ]  # fmt: skip
