"""What `publish` foresees of the boxes' budgets."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from agent.contract.document import Body, Cancel, Entry, EntryStart, Medium, Playlist, When
from agent.contract.issuer_budget import OF_ISSUER
from central.__main__ import main
from central.documents.sign import build_header, encode_document, sign_document
from central.publication.budget_forecast import find_excesses
from central.publication.document_outbox import keep
from central.publication.recipients import find_recipients
from central.publication.refusal_forecast import Objection
from central.store.database import Database
from tests.harness.centre_records import GROUP, STATION, prepare_centre

NOW = datetime.now(UTC)
DAYS = timedelta(days=7)
EVERY_MINUTE = [f"{n // 60:02d}:{n % 60:02d}:00" for n in range(1440)]


def make_playlist(slot: str, entries: int = 0, **more: Any) -> Playlist:
    given: dict[str, Any] = {
        "issuer": "vn.84", "class_": "routine", "to": ["84/29266/*"], "slot": slot, "seq": 1,
        "now": NOW, "lifetime": DAYS, **more,
    }  # fmt: skip
    when = When(EVERY_MINUTE, [1, 2, 3, 4, 5, 6, 7], "2020-01-01", "2099-12-31")
    medium = Medium("a" * 64, 1, "audio/ogg", 900, [])
    return Playlist(
        **build_header("playlist", **given),
        media=[medium],
        entries=[
            Entry(f"e{n}", "t", "vi", ["*"], when, EntryStart("at"), Body(media=["a" * 64]))
            for n in range(entries)
        ],
    )


def seal(document: Any) -> bytes:
    return sign_document(encode_document(document), document.kind, [])


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database.open(prepare_centre(tmp_path / "central.db", STATION, "tv-cl-0021"))
    yield opened
    opened.close()


def publish(database: Database, document: Any, target: str = f"g/{GROUP}") -> None:
    keep(database, f"tramtin/1/{target}/{document.kind}/{document.slot}", seal(document))


def ask(database: Database, document: Any) -> list[Objection]:
    recipients = find_recipients(database, NOW.isoformat(), station=None, group=GROUP)
    return find_excesses(database, recipients, document, len(seal(document)), NOW)


def test_what_fits_is_not_objected_to(database: Database) -> None:
    publish(database, make_playlist("a", 1))
    assert ask(database, make_playlist("b", 1)) == []


def test_the_starts_of_all_slots_add_up_at_the_stations_that_have_them(database: Database) -> None:
    publish(database, make_playlist("a", 2), f"d/{STATION}")
    (objection,) = ask(database, make_playlist("b", 1))
    assert (objection.code, objection.stations) == ("E_BUDGET", (STATION,))
    assert objection.what == "starts 4320 4000"
    # the newer document of the slot takes the older one's room
    assert ask(database, make_playlist("a", 2, seq=2)) == []


def test_what_is_withdrawn_or_of_a_former_epoch_takes_no_room(database: Database) -> None:
    thief = make_playlist("a", 2)
    publish(database, thief)
    assert ask(database, make_playlist("b", 1))
    assert ask(database, make_playlist("b", 1, epoch=2)) == []
    given: dict[str, Any] = {
        "issuer": "vn.84", "class_": "routine", "to": ["84/29266/*"], "slot": "huy", "seq": 1,
        "now": NOW, "lifetime": DAYS,
    }  # fmt: skip
    publish(database, Cancel(**build_header("cancel", **given), cancels=thief.doc_id))
    assert ask(database, make_playlist("b", 1)) == []


def test_a_new_slot_too_many_is_named(database: Database) -> None:
    limit = OF_ISSUER["playlist"].slots
    for number in range(limit):
        publish(database, make_playlist(f"s{number}"))
    (objection,) = ask(database, make_playlist("one-more"))
    assert objection.what == f"slots {limit + 1} {limit}"
    assert ask(database, make_playlist("s3", seq=2)) == []


def test_publish_refuses_it_by_name(database: Database, tmp_path: Path) -> None:
    publish(database, make_playlist("a", 2))
    file = tmp_path / "b.signed"
    file.write_bytes(seal(make_playlist("b", 1)))
    words = ["publish", str(file), "--db", str(tmp_path / "central.db"), "--group", GROUP]
    result = CliRunner().invoke(main, [*words, "--lang", "en"])
    assert result.exit_code != 0
    assert "E_BUDGET" in result.output
    assert "4320 starts of this issuer on one day, at most 4000" in result.output
    assert "4320 lần phát" in CliRunner().invoke(main, words).output
