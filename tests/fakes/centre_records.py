"""A centre's database as it is when stations are configured and a collector runs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from agent.contract.document import Policy, StationConfig
from central import heartbeat
from central.database import Database
from central.publish import keep, mark_sent
from central.sign import build_header, encode_document, sign_document

STATION = "tv-cl-0007"
GROUP = "xa-29266"
QUIET = Policy(quiet_hours=["21:00-05:00"])


def place_station(
    database: Database,
    station: str = STATION,
    *,
    policy: Policy = QUIET,
    place: str = "84/29266",
    groups: tuple[str, ...] = (GROUP,),
    seq: int = 1,
) -> None:
    """Publish a station-config to a station; nobody verifies its signatures here."""
    header = build_header(
        "station-config", issuer="vn.84", class_="config", to=[f"{place}/{station}"],
        slot="chinh", seq=seq, now=datetime.now(UTC), lifetime=timedelta(days=30),
    )  # fmt: skip
    payload = encode_document(
        StationConfig(
            **header, place=f"{place}/{station}", groups=list(groups), zones=[], policy=policy
        )
    )
    topic = f"tramtin/1/d/{station}/station-config/chinh"
    parcel = keep(database, topic, sign_document(payload, "station-config", []))
    mark_sent(database, [parcel])


def note_collector(db: Path, *, is_connected: bool = True) -> None:
    """A collector has just said that it runs."""
    database = Database.open(db)
    heartbeat.note(database, datetime.now(UTC), is_connected=is_connected)
    database.close()


def prepare_centre(db: Path, *stations: str) -> Path:
    """Stations of one commune's group, and a collector that runs."""
    database = Database.open(db)
    for station in stations or (STATION,):
        place_station(database, station)
    database.close()
    note_collector(db)
    return db
