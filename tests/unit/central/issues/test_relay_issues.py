"""A relay that does not send its radio is an issue of the centre until it does."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from agent.radio.radio import Trouble
from agent.radio.radio_programme import State
from central.__main__ import main
from central.issues.relay import relay_issues
from central.live.relay.status import RelayStatus, begin_row, keep_status
from central.store.database import Database
from central.store.relays import RelayRow, list_relays, write_relay

NOW = datetime(2026, 11, 30, 22, 30, tzinfo=UTC)
URL = "https://radio.example.vn:8443/vov1.mp3?token=bi-mat"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database.open(tmp_path / "central.db")
    yield database
    database.close()


def row(**changes: object) -> RelayRow:
    known = {
        "relay": "a1", "title": "Tiếp âm", "source": "radio.example.vn/vov1.mp3",
        "target": "xa-29266", "state": "programme", "reason": "", "since": NOW,
        "ends": NOW + timedelta(minutes=30), "at": NOW,
    }  # fmt: skip
    return RelayRow(**{**known, **changes})  # type: ignore[arg-type]  # by name


def kinds(database: Database, after_s: float = 1.0) -> list[str]:
    return [one["kind"] for one in relay_issues(database, NOW + timedelta(seconds=after_s))]


@pytest.mark.parametrize("state", ["lost", "stalled", "blank"])
def test_a_radio_that_is_not_heard_is_an_issue_until_it_is_back(
    database: Database, state: str
) -> None:
    write_relay(database, row(state=state, reason="HTTP 404"))
    (found,) = relay_issues(database, NOW + timedelta(seconds=1))
    assert (found["kind"], found["station"]) == (f"relay_{state}", "centre")
    assert (found["subject"], found["hint"]) == (
        "Tiếp âm xa-29266",
        "radio.example.vn/vov1.mp3 HTTP 404",
    )
    assert {len(found[name]) for name in ("text", "repair")} == {2}
    write_relay(database, row())
    assert kinds(database) == []


def test_a_gateway_without_a_sign_of_life_is_an_issue_until_its_end_by_plan(
    database: Database,
) -> None:
    write_relay(database, row())
    assert kinds(database, 11) == []
    assert kinds(database, 13) == ["relay_gone"]
    assert kinds(database, 1801) == []


def test_another_gateway_for_the_same_radio_ends_the_issue_of_the_one_that_is_gone(
    database: Database,
) -> None:
    write_relay(database, row(state="lost"))
    later = NOW + timedelta(seconds=20)
    write_relay(database, row(relay="b2", at=later, since=later))
    assert [one.relay for one in list_relays(database)] == ["b2"]
    write_relay(database, row(relay="c3", source="vov2.example.vn/", at=later))
    assert [one.relay for one in list_relays(database)] == ["b2", "c3"]


def test_what_is_lost_ends_with_the_first_sound_and_a_gap_that_nobody_hears_counts(
    database: Database,
) -> None:
    status = RelayStatus(database, row())

    def told() -> tuple[str, str, datetime]:
        return status.row.state, status.row.reason, status.row.since

    def connection(trouble: Trouble | None, second: int) -> tuple[str, str, datetime]:
        status.note_connection(trouble, "HTTP 404", at(second))
        return told()

    def sent(state: State, second: int) -> tuple[str, str, datetime]:
        status.note_sent(state, at(second))
        return told()

    def at(second: int) -> datetime:
        return NOW + timedelta(seconds=second)

    assert connection("lost", 1) == ("lost", "HTTP 404", at(1))
    assert connection("lost", 2) == ("lost", "HTTP 404", at(1))
    assert connection(None, 3) == ("programme", "", at(3))  # the buffer had not run out
    assert connection("stalled", 4) == ("stalled", "HTTP 404", at(4))
    assert sent("lost", 5) == ("stalled", "HTTP 404", at(4))
    assert connection(None, 6) == ("stalled", "", at(4))  # connected, and the buffer fills
    assert sent("radio", 7) == ("programme", "", at(7))
    assert sent("blank", 8) == ("blank", "", at(8))


async def test_the_status_is_written_at_once_and_gone_at_the_end(database: Database) -> None:
    begun = begin_row("Tiếp âm", URL, "xa-29266", timedelta(minutes=30))
    async with keep_status(database, begun) as status:
        status.note_connection("lost", "HTTP 404", datetime.now(UTC))
        while [one.state for one in list_relays(database)] != ["lost"]:  # noqa: ASYNC110 - a row
            await asyncio.sleep(0)
        (found,) = relay_issues(database, datetime.now(UTC))
        assert found["hint"] == "radio.example.vn/vov1.mp3 HTTP 404"
    assert list_relays(database) == []


def test_it_is_shown_among_the_issues_of_all_stations(
    tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    now = datetime.now(UTC)
    write_relay(database, row(state="blank", since=now, at=now, ends=now + timedelta(minutes=5)))
    words = ["show", "issues", "--db", str(tmp_path / "central.db"), "--lang"]
    vi, en = (CliRunner().invoke(main, [*words, lang]).output for lang in ("vi", "en"))
    assert "im lặng 15 giây" in vi
    assert "silent for 15 seconds" in en
