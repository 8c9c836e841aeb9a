"""`tramtin-central import --usb`: what boxes wrote onto a stick goes the way of the broker's.

Each file is a report as a box would send it, and is handled by the very handler of the collector:
verified by the key that was enrolled, entered once by (station, epoch, seq), and confirmed only
after the commit. A file leaves the stick when the centre holds what is in it.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import sqlalchemy as sa

from agent.contract.envelope import Envelope
from agent.contract.ids import StationId
from agent.contract.report import Hello, LogBatch, Record
from agent.contract.stick import (
    FOLDER,
    MAX_BUNDLE_BYTES,
    MAX_UP_BYTES,
    MAX_UP_FILES,
    UP,
    UP_FILE,
    UpLine,
)
from agent.errors import ConfigError
from central.collector import report_store
from central.collector.journal_ingest import cursor_of
from central.collector.report_handler import ReportHandler
from central.collector.report_rules import MAX_MESSAGE_BYTES
from central.store.database import Database
from central.store.schema import records, stations

HELLO, BUNDLE, LOG = "hello.json", "bundle.tar.gz", ".log.json"


@dataclass
class BroughtHome:
    """What one station's folder held.

    Args:
        station: its id.
        records: how many are new at the centre.
        upto: nothing is missing up to here, of the journal that came last.
        refused: files that the centre did not take.
        has_hello: a hello was among them.
        bundle: where the support bundle was put.
    """

    station: str
    records: int = 0
    upto: int = 0
    refused: list[str] = field(default_factory=list)
    has_hello: bool = False
    bundle: Path | None = None


def bring_home(
    database: Database, handler: ReportHandler, usb: Path, bundles: Path | None
) -> Iterator[BroughtHome]:
    """Take what each enrolled station has on this stick.

    Args:
        database: of the centre.
        handler: the collector's.
        usb: where the stick is mounted.
        bundles: where support bundles go; None: they stay on the stick.

    Raises:
        ConfigError: E_STICK, it has no folder of ours.
    """
    root = usb / FOLDER
    if not _is_folder(root) or (root / UP).is_symlink():
        raise ConfigError("E_STICK", str(usb), f"no folder {FOLDER}")
    with database.transaction() as connection:
        known = sorted(connection.execute(sa.select(stations.c.station)).scalars())
    for station in known:
        folder = root / UP / station
        if _is_folder(folder):
            yield _take_folder(database, handler, StationId(station), folder, bundles)


def _is_folder(path: Path) -> bool:
    try:
        return stat.S_ISDIR(path.lstat().st_mode)
    except OSError:
        return False


def bring_home_file(database: Database, handler: ReportHandler, file: Path) -> list[BroughtHome]:
    """Take what a phone has downloaded from the page of a box.

    Args:
        database: of the centre.
        handler: the collector's.
        file: lines of `agent.contract.stick.UpLine`.

    Raises:
        ConfigError: E_STICK, it is no such file.
    """
    raw = _read(file, MAX_UP_BYTES)
    try:
        lines = [msgspec.json.decode(one, type=UpLine) for one in (raw or b"").splitlines()]
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise ConfigError("E_STICK", file.name, str(error)[:200]) from error
    if not lines or not all(UP_FILE.match(one.up) for one in lines):
        raise ConfigError("E_STICK", file.name, "no journal of a box")
    found: list[BroughtHome] = []
    for station in sorted({one.station for one in lines}):
        brought = BroughtHome(station)
        before = _count(database, station)
        for one in lines:
            raw_one = one.raw.encode()
            if one.station == station and not _take_report(
                database, handler, brought, one.up, raw_one
            ):
                brought.refused.append(one.up)
        brought.records = _count(database, station) - before
        found.append(brought)
    return found


def _take_folder(
    database: Database,
    handler: ReportHandler,
    station: StationId,
    folder: Path,
    bundles: Path | None,
) -> BroughtHome:
    brought = BroughtHome(station)
    before = _count(database, station)
    names = _list_names(folder)
    # the hello first: it tells the centre of a new journal before its records come
    for name in sorted(names, key=lambda one: (one != HELLO, one)):
        if name == BUNDLE:
            brought.bundle = _take_bundle(folder / name, station, bundles)
            continue
        raw = _read(folder / name, MAX_MESSAGE_BYTES["log" if name.endswith(LOG) else "hello"])
        is_taken = raw is not None and _take_report(database, handler, brought, name, raw)
        if is_taken:
            (folder / name).unlink()
        else:
            brought.refused.append(name)
    brought.records = _count(database, station) - before
    return brought


def _list_names(folder: Path) -> list[str]:
    """The names of ours, at most so many: what else is there is left alone."""
    names: list[str] = []
    with os.scandir(folder) as entries:
        for seen, entry in enumerate(entries):
            if len(names) >= MAX_UP_FILES or seen >= 4 * MAX_UP_FILES:
                break
            if UP_FILE.match(entry.name) and entry.is_file(follow_symlinks=False):
                names.append(entry.name)
    return names


def _take_report(
    database: Database, handler: ReportHandler, brought: BroughtHome, name: str, raw: bytes
) -> bool:
    """Handle one report; True when the centre holds all of it."""
    station = StationId(brought.station)
    if name == HELLO:
        brought.has_hello = bool(handler.receive(station, "hello", raw))
        if brought.has_hello:
            _note_away(database, station, raw)
        return brought.has_hello
    if not handler.receive(station, "log", raw):  # refused: the fault is in the tables
        return False
    epoch, last_seq = _end_of(raw)
    brought.upto = cursor_of(database, station, epoch).upto
    return _holds(database, station, epoch, last_seq)


def _note_away(database: Database, station: StationId, raw: bytes) -> None:
    """A box whose hello came by a stick is not online."""
    payload = msgspec.json.decode(raw, type=Envelope).payload_bytes()
    session = msgspec.json.decode(payload, type=Hello).session
    report_store.note_presence(database, station, online=False, session=session)


def _end_of(raw: bytes) -> tuple[str, int]:
    payload = msgspec.json.decode(raw, type=Envelope).payload_bytes()
    batch = msgspec.json.decode(payload, type=LogBatch)
    last = msgspec.json.decode(batch.records[-1], type=Record).seq if batch.records else 0
    return batch.epoch, last


def _holds(database: Database, station: str, epoch: str, seq: int) -> bool:
    query = sa.select(records.c.seq).where(
        records.c.station == station, records.c.epoch == epoch, records.c.seq == seq
    )
    with database.transaction() as connection:
        return seq == 0 or connection.execute(query).first() is not None


def _count(database: Database, station: str) -> int:
    query = sa.select(sa.func.count()).select_from(records).where(records.c.station == station)
    with database.transaction() as connection:
        return int(connection.execute(query).scalar_one())


def _take_bundle(file: Path, station: str, bundles: Path | None) -> Path | None:
    raw = None if bundles is None else _read(file, MAX_BUNDLE_BYTES)
    if bundles is None or raw is None:
        return None
    bundles.mkdir(parents=True, exist_ok=True)
    taken = bundles / f"{station}.tar.gz"
    taken.write_bytes(raw)
    file.unlink()
    return taken


def _read(file: Path, most_bytes: int) -> bytes | None:
    """A plain file of at most so many bytes; None for anything else."""
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    with os.fdopen(descriptor, "rb") as stream:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_size > most_bytes:
            return None
        return stream.read(most_bytes)
