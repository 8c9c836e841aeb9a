"""`tramtin-central export --usb`: from the database to a stick for some stations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from agent.contract.stick import MAX_FILE_BYTES, StickMedium
from agent.errors import ConfigError
from central.publication.document_outbox import stations_of
from central.stick.online_answers import OnlineAnswers
from central.stick.station_file import StationParcel, build_station_file, collect_parcel
from central.stick.stick_writer import Progress, StickWriter, find_media
from central.store.database import Database
from central.store.schema import stations as enrolled


@dataclass
class Filled:
    """What was put onto a stick.

    Args:
        parcels: by station, in order.
        media: written or found there, with their lengths.
        missing: digests of media that no folder has.
    """

    parcels: list[StationParcel] = field(default_factory=list)
    media: list[StickMedium] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    @property
    def without_place(self) -> list[str]:
        """Stations for which no station-config was published: they can take nothing else."""
        return [one.station for one in self.parcels if not one.is_placed]


def choose_stations(database: Database, named: Sequence[str]) -> list[str]:
    """The stations that were named, or of the groups that were named; none: all that are enrolled.

    Args:
        database: of the centre.
        named: ids, or `g/<group>`.

    Raises:
        ConfigError: E_STATION, no box is enrolled under a name.
    """
    with database.transaction() as connection:
        known = set(connection.execute(sa.select(enrolled.c.station)).scalars())
        groups = {one for one in named if one.startswith("g/")}
        chosen = stations_of(connection, groups) & known if groups else set()
    single = {one for one in named if not one.startswith("g/")}
    if unknown := sorted(single - known):
        raise ConfigError("E_STATION", ", ".join(unknown), "no box is enrolled under this name")
    chosen |= single
    if groups and not chosen:
        raise ConfigError("E_STATION", ", ".join(sorted(groups)), "no station is in this group")
    return sorted(chosen or known)


def fill_stick(
    database: Database,
    usb: Path,
    stations: Sequence[str],
    *,
    answers: OnlineAnswers,
    media_folders: Sequence[Path],
    days: int,
    progress: Progress,
) -> Filled:
    """Fill a stick: media first, then each station's file, so that a file never promises too much.

    Args:
        database: of the centre.
        usb: where the stick is mounted.
        stations: for which.
        answers: sign time, heads and receipts.
        media_folders: of the centre, where media are under their digests.
        days: documents that begin later are left out.
        progress: bytes done and to do, of one medium.

    Raises:
        ConfigError: E_STICK, E_STICK_FULL, E_MEDIA.
        TrustError: a document or an answer cannot be made.
    """
    now = datetime.now(UTC)
    writer, filled = StickWriter(usb), Filled()
    until = now + timedelta(days=days)
    files: dict[str, bytes] = {}
    for station in stations:
        parcel = collect_parcel(database, station, answers, until)
        filled.parcels.append(parcel)
        files[station] = build_station_file(parcel, now)
        if len(files[station]) > MAX_FILE_BYTES:
            raise ConfigError("E_SIZE", station, f"{len(files[station])} bytes for one station")
    wanted = {one.sha256: one for parcel in filled.parcels for one in parcel.media}
    found = find_media(list(wanted.values()), media_folders)
    filled.missing = found.missing
    filled.media = [wanted[digest] for digest in found.paths]
    writer.drop_media_beside(filled.media)
    writer.check_room(filled.media, sum(map(len, files.values())))
    for medium in filled.media:
        writer.put_medium(medium, found.paths[medium.sha256], progress)
    for station, content in files.items():
        writer.put_station_file(station, content)
    return filled
