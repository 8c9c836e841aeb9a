"""Batches as they arrive at the centre: once each, in the chain, or flagged."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.contract.report import LogBatch
from central.collector.journal_ingest import Cursor, JournalIngestError, commit_batch, cursor_of
from central.collector.report_store import note_presence
from central.store.database import Database
from central.store.records import list_gaps, read_records
from tests.harness.journal_chain import EPOCH, STATION, chain


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    one = Database.open(tmp_path / "central.db")
    yield one
    one.close()


def take(database: Database, texts: list[str]) -> Cursor:
    return commit_batch(database, STATION, LogBatch(EPOCH, texts))


def test_the_cursor_follows_what_is_whole_and_twice_is_once(database: Database) -> None:
    texts, hashes = chain(5)
    assert take(database, texts[:3]) == Cursor(3, hashes[2])
    assert take(database, texts[:3]) == Cursor(3, hashes[2])
    assert take(database, texts[1:5]) == Cursor(5, hashes[4])
    assert read_records(database, STATION) == [text.encode() for text in texts]


def test_an_edited_record_is_not_kept(database: Database) -> None:
    texts, hashes = chain(4)
    take(database, texts[:2])
    edited = texts[2].replace('"word": "x"', '"word": "y"')
    with pytest.raises(JournalIngestError, match="E_CHAIN"):
        take(database, [edited, texts[3]])
    assert cursor_of(database, STATION, EPOCH) == Cursor(2, hashes[1])
    assert len(read_records(database, STATION)) == 2


def test_a_second_history_under_the_same_keys_is_a_fork(database: Database) -> None:
    take(database, chain(3)[0])
    with pytest.raises(JournalIngestError, match="E_FORK"):
        take(database, chain(4, word="other")[0])


def test_a_history_that_does_not_follow_is_refused(database: Database) -> None:
    take(database, chain(2)[0])
    with pytest.raises(JournalIngestError, match="E_CHAIN"):
        take(database, chain(4, word="other")[0][2:])


def test_a_first_record_that_names_a_past_is_refused(database: Database) -> None:
    texts, _ = chain(1)
    with pytest.raises(JournalIngestError, match="E_CHAIN"):
        take(database, [texts[0].replace("0" * 64, "1" * 64)])


def test_another_stations_record_is_refused(database: Database) -> None:
    with pytest.raises(JournalIngestError, match="E_RECORD"):
        take(database, chain(1, station="tv-cl-0008")[0])


def test_a_hole_is_not_acknowledged_but_visible_and_closes_when_filled(database: Database) -> None:
    texts, hashes = chain(6)
    take(database, texts[:2])
    assert take(database, texts[4:]) == Cursor(2, hashes[1])
    assert list_gaps(database) == [{"station": STATION, "epoch": EPOCH, "first": 3, "last": 4}]
    assert take(database, texts[2:4]) == Cursor(6, hashes[5])
    assert list_gaps(database) == []


def test_a_station_that_has_nothing_older_is_acknowledged_and_the_hole_stays_visible(
    database: Database,
) -> None:
    texts, hashes = chain(6)
    take(database, texts[4:])
    assert take(database, texts[4:]) == Cursor(6, hashes[5])
    assert list_gaps(database) == [{"station": STATION, "epoch": EPOCH, "first": 1, "last": 4}]


def test_a_filling_batch_must_fit_what_follows_it(database: Database) -> None:
    texts, _ = chain(4)
    take(database, texts[2:])
    with pytest.raises(JournalIngestError, match="E_CHAIN"):
        take(database, chain(2, word="other")[0])


def test_a_will_of_an_older_session_is_ignored(database: Database) -> None:
    assert note_presence(database, STATION, online=True, session=17) == "noted"
    assert note_presence(database, STATION, online=False, session=16) == "stale"
    assert note_presence(database, STATION, online=False, session=17) == "noted"
