"""A centre's database as it is when stations are configured and a collector runs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from agent.contract.document import StationConfig
from agent.contract.feature import FEATURES
from agent.contract.report import ClockState, Health, Hello, Issue, Medium, OnAir, Outbox
from agent.contract.station_policy import StationPolicy
from central.collector.report_store import note_latest, note_presence
from central.documents.sign import build_header, encode_document, mark_critical, sign_document
from central.publication.document_outbox import keep, mark_sent
from central.store import heartbeat
from central.store.database import Database

STATION = "tv-cl-0007"
GROUP = "xa-29266"
CLOCK = ClockState("SYNCED", 0.02)
QUIET = StationPolicy(quiet_hours=["21:00-05:00"])


def place_station(
    database: Database,
    station: str = STATION,
    *,
    policy: StationPolicy = QUIET,
    place: str = "84/29266",
    groups: tuple[str, ...] = (GROUP,),
    seq: int = 1,
    now: datetime | None = None,
) -> None:
    """Publish a station-config to a station; nobody verifies its signatures here."""
    header = build_header(
        "station-config", issuer="vn.84", class_="config", to=[f"{place}/{station}"],
        slot="chinh", seq=seq, now=now or datetime.now(UTC), lifetime=timedelta(days=30),
    )  # fmt: skip
    payload = encode_document(
        mark_critical(
            StationConfig(
                **header, place=f"{place}/{station}", groups=list(groups), zones=[], policy=policy
            )
        )
    )
    topic = f"tramtin/1/d/{station}/station-config/chinh"
    parcel = keep(database, topic, sign_document(payload, "station-config", []))
    mark_sent(database, [parcel])


def note_collector(db: Path, *, is_connected: bool = True) -> None:
    """A collector has just said that it runs."""
    database = Database.open(db)
    heartbeat.write_heartbeat(database, datetime.now(UTC), is_connected=is_connected)
    database.close()


def prepare_centre(db: Path, *stations: str) -> Path:
    """Stations of one commune's group, and a collector that runs."""
    database = Database.open(db)
    for station in stations or (STATION,):
        place_station(database, station)
    database.close()
    note_collector(db)
    return db


def say_hello(
    database: Database,
    station: str,
    *kinds: str,
    holds: dict[str, tuple[int, int, str]] | None = None,
) -> None:
    """A station of this release is online and has outputs of these kinds, `audio` or `board`."""
    hello = Hello(
        session=1, boot_id="b", epoch="e" * 16, last_seq=0, nonce="n" * 16, place=None,
        holds=holds or {}, authority={}, agent="0", clock=CLOCK, has=list(kinds),
        features=list(FEATURES),
    )  # fmt: skip
    note_latest(database, station, "hello", msgspec.json.encode(hello))
    note_presence(database, station, online=True, session=1)


def report_health(
    database: Database,
    station: str,
    event_id: str,
    *issues: Issue,
    words_missing: list[str] | None = None,
    **outputs: Medium,
) -> None:
    """Store a station's report of an emergency on these outputs, without some recordings."""
    end = "2026-11-30T09:00:00.000Z"
    on_air: dict[str, OnAir | None] = {
        output: OnAir(
            f"Khẩn cấp: {event_id}", "emergency", "", end, ["*"], "vn.84", medium,
            words_missing if medium == "sound" else None,
        )
        for output, medium in outputs.items()
    }  # fmt: skip
    health = Health(
        session=1, at="2026-11-30T08:00:00.000Z", issues=list(issues), on_air=on_air, next={},
        switches={}, clock=CLOCK, disk_free_bytes=0, temperature_c=None, outbox=Outbox(0, 0.0),
    )  # fmt: skip
    note_latest(database, station, "health", msgspec.json.encode(health))
