"""A week of 1,700 stations, and a year of 14: read from the centre's database, planned, written."""

from __future__ import annotations

import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from agent.contract.document import (
    Body,
    Entry,
    EntryStart,
    Medium,
    Playlist,
    StationConfig,
    StationPolicy,
    When,
)
from agent.contract.topic import build_group_topic, build_station_topic
from central.documents.sign import build_header, encode_document, sign_document
from central.publication.document_outbox import keep
from central.publication.recipients import list_known_configs
from central.publication.rehearsal_summary import write_rehearsals
from central.publication.station_rehearsal import rehearse_stations
from central.store.database import Database

NOW = datetime.now(UTC).replace(microsecond=0)
DIGEST = "ab" * 32
COMMUNES, STATIONS_EACH = 124, 14  # a province of today: 1,736 stations
ITEMS = 20  # starts a day at each station
YEAR_STATIONS = 14


def put(database: Database, topic: str, document: StationConfig | Playlist) -> None:
    payload = encode_document(document)
    keep(database, topic, sign_document(payload, document.kind, []))


def put_station(database: Database, commune: int, number: int, policy: StationPolicy) -> None:
    station, group = f"tv-{commune:03d}-{number:02d}", f"xa-{commune}"
    place = f"84/{commune}/{station}"
    header = build_header(
        "station-config", issuer="vn.84", class_="config", to=[place], slot="chinh", seq=1,
        now=NOW, lifetime=timedelta(days=370),
    )  # fmt: skip
    config = StationConfig(**header, place=place, groups=[group], zones=[], policy=policy)
    put(database, build_station_topic(station, "station-config", "chinh"), config)


def put_playlists(database: Database, commune: int, weeks: int) -> None:
    """A playlist lives 45 days at most: a year has several, one slot each."""
    for week in range(weeks):
        from_at = NOW + timedelta(days=42 * week - 1)
        header = build_header(
            "playlist", issuer=f"vn.84.{commune}", class_="routine", to=[f"84/{commune}/*"],
            slot=f"lich-{week}", seq=week + 1, now=from_at, lifetime=timedelta(days=43),
        )  # fmt: skip
        first, last = str(from_at.date()), str((from_at + timedelta(days=41)).date())
        entries = [make_entry(index, first, last) for index in range(ITEMS)]
        medium = Medium(DIGEST, 480_000, "audio/mpeg", 600_000, ["https://media.example.vn/a"])
        document = Playlist(**header, media=[medium], entries=entries)
        put(database, build_group_topic(f"xa-{commune}", "playlist", f"lich-{week}"), document)


def make_entry(index: int, first: str, last: str) -> Entry:
    minute = 5 * 60 + index * 45
    when = When([f"{minute // 60:02d}:{minute % 60:02d}:00"], [1, 2, 3, 4, 5, 6, 7], first, last)
    return Entry(
        f"e{index}", f"Mục {index}", "vi", ["*"], when, EntryStart("at"), Body(media=[DIGEST])
    )


def measure(database: Database, days: int) -> tuple[float, int]:
    began = time.perf_counter()
    configs = list_known_configs(database, NOW.strftime("%Y-%m-%dT%H:%M:%SZ"))
    found = rehearse_stations(database, configs, NOW, NOW + timedelta(days=days))
    write_rehearsals(found, "csv", NOW, "vi")
    took_s = time.perf_counter() - began
    return took_s, sum(len(one.rehearsal.events) * len(one.stations) for one in found)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        province = Database.open(Path(folder) / "province.db")
        for commune in range(COMMUNES):
            policy = StationPolicy(["21:00-05:00"], sessions_per_day=20 + commune)
            for number in range(STATIONS_EACH):
                put_station(province, commune, number, policy)
            put_playlists(province, commune, 1)
        week_s, events = measure(province, 7)
        province.close()
        year = Database.open(Path(folder) / "year.db")
        for number in range(YEAR_STATIONS):
            put_station(
                year, number, 0, StationPolicy(["21:00-05:00"], sessions_per_day=20 + number)
            )
            put_playlists(year, number, 9)
        year_s, year_events = measure(year, 365)
        year.close()
    print(f"BENCH name=rehearse_week_1700_stations_s value={week_s:.2f} unit=s target=20")
    print(f"BENCH name=rehearse_week_events value={events} unit=events")
    print(f"BENCH name=rehearse_year_14_stations_s value={year_s:.2f} unit=s target=10")
    print(f"BENCH name=rehearse_year_events value={year_events} unit=events")


if __name__ == "__main__":
    main()
