"""A calendar comes with a hello, before the playlists that need it; to boxes that know the kind."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from agent.contract.document import Calendar, Playlist
from agent.contract.report import Hello
from agent.contract.topic import parse_topic
from central.documents.sign import build_header, encode_document, sign_document
from central.publication.document_outbox import keep, lacking
from central.store.database import Database
from tests.harness.centre_records import STATION, place_station, say_hello

NOW = datetime.now(UTC)


def header(kind: str, class_: str, slot: str) -> dict[str, object]:
    return build_header(
        kind, issuer="vn.84", class_=class_, to=["84/*/*"], slot=slot, seq=1, now=NOW,  # type: ignore[arg-type] - one of the classes
        lifetime=timedelta(days=2),
    )  # fmt: skip


def test_the_calendar_comes_behind_the_place_and_before_the_playlists(tmp_path: Path) -> None:
    database = Database.open(tmp_path / "central.db")
    place_station(database)
    playlist = Playlist(**header("playlist", "routine", "a"), media=[], entries=[])
    year = NOW.year
    calendar = Calendar(**header("calendar", "config", str(year)), year=year, sets=[], days=[])
    for document in (playlist, calendar):
        envelope = sign_document(encode_document(document), document.kind, [])
        keep(database, f"tramtin/1/g/xa-29266/{document.kind}/{document.slot}", envelope)
    say_hello(database, STATION, "audio")
    hello = msgspec.convert(database.hello(STATION), Hello)

    def kinds(of: Hello) -> list[str]:
        return [parse_topic(one.topic).kind for one in lacking(database, STATION, of)]

    assert kinds(hello) == ["station-config", "calendar", "playlist"]
    older = msgspec.structs.replace(hello, features=["entries.advert"])
    assert kinds(older) == ["station-config", "playlist"]
    database.close()
