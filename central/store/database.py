"""The centre's database: SQLite (WAL) or PostgreSQL, through SQLAlchemy Core.

Records are keyed (station, epoch, seq) and stored as the exact bytes that the station hashed. Each
method is one transaction and may be called from any thread.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from agent.contract.utc import encode_utc, parse_utc
from central.store.migration import lock, prepare
from central.store.schema import (
    device_certificates,
    latest,
    presence,
    records,
    results,
    stations,
)

# Run with every message: building a statement costs more than running it.
_CERTIFICATE = sa.select(stations.c.keyid, stations.c.certificate, stations.c.revoked_at).where(
    stations.c.station == sa.bindparam("station")
)
_REVOKED_STATIONS = sa.select(stations.c.station).where(stations.c.revoked_at.is_not(None))
_LATEST = sa.select(latest.c.body).where(
    latest.c.station == sa.bindparam("station"), latest.c.channel == sa.bindparam("channel")
)


class PinnedKey(NamedTuple):
    """The key under which a station's reports count, its certificate in PEM, is it revoked?"""

    keyid: str
    certificate: str
    is_revoked: bool


def utc_now() -> str:
    """The centre's own wall clock, as text."""
    return encode_utc(datetime.now(UTC))


def upsert(
    connection: sa.Connection, table: sa.Table, values: dict[str, Any], keys: tuple[str, ...]
) -> None:
    """Insert, or replace the row with the same key."""
    update, insert = _upsert_statements(table, tuple(values), keys)
    bound = {f"new_{name}": value for name, value in values.items()}
    if connection.execute(update, bound).rowcount:
        return
    try:
        with connection.begin_nested():
            connection.execute(insert, bound)
    except sa.exc.IntegrityError:  # another process was first; not possible on SQLite
        connection.execute(update, bound)


@lru_cache(maxsize=64)
def _upsert_statements(
    table: sa.Table, names: tuple[str, ...], keys: tuple[str, ...]
) -> tuple[sa.Update, sa.Insert]:
    """Cached: building a statement costs more than running it."""
    new = {name: sa.bindparam(f"new_{name}", type_=table.c[name].type) for name in names}
    update = sa.update(table).where(*(table.c[name] == new[name] for name in keys))
    changed = {name: new[name] for name in names if name not in keys}
    return update.values(changed), sa.insert(table).values(new)


class Database:
    """The centre's tables, and the queries that answering a station needs; others have modules.

    Raises:
        ConfigError: E_VERSION, a newer release wrote it.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._local = threading.local()
        try:
            prepare(engine)
        except BaseException:
            engine.dispose()
            raise

    @classmethod
    def open(cls, path: Path) -> Database:
        """Open or create a SQLite file; one of an earlier release is migrated.

        Raises:
            ConfigError: E_VERSION, a newer release wrote it.
        """
        engine = sa.create_engine(f"sqlite:///{path}")

        @sa.event.listens_for(engine, "connect")
        def _set(connection: Any, _: object) -> None:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("PRAGMA busy_timeout=10000")
            connection.execute("PRAGMA foreign_keys=ON")

        return cls(engine)

    @classmethod
    def connect(cls, url: str) -> Database:
        """Use a database server, `postgresql+psycopg://user@host/name`.

        Raises:
            ConfigError: E_VERSION, a newer release wrote it.
        """
        return cls(sa.create_engine(url))

    def close(self) -> None:
        """Close the file."""
        self._engine.dispose()

    @contextmanager
    def transaction(self) -> Iterator[sa.Connection]:
        """One transaction, committed when the block ends well; inside `together` a part of it."""
        current: sa.Connection | None = getattr(self._local, "connection", None)
        if current is not None:
            yield current
            return
        with self._engine.begin() as connection:
            yield connection

    @contextmanager
    def together(self) -> Iterator[None]:
        """Join all reads and writes of this thread in the block in one transaction."""
        with self._engine.connect() as connection:
            lock(connection)
            self._local.connection = connection
            try:
                yield
                connection.commit()
            finally:
                self._local.connection = None

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Inside `together`: writes in the block are rolled back when it fails."""
        connection: sa.Connection = self._local.connection
        with connection.begin_nested():
            yield

    # Stations

    def enrol(self, station: str, certificate: Path) -> None:
        """Pin a station's device certificate (PEM): its reports count only under that key."""
        pem = certificate.read_bytes()
        public = x509.load_pem_x509_certificate(pem).public_key()
        der = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        values = {
            "station": station,
            "certificate": pem.decode(),
            "keyid": hashlib.sha256(der).hexdigest(),
        }
        with self.transaction() as connection:
            query = sa.select(stations.c.keyid).where(stations.c.station == station)
            former = connection.execute(query).scalar()
            upsert(connection, stations, values, ("station",))
            if former not in (None, values["keyid"]):  # reports of the former key are void
                for table in (presence, latest):
                    connection.execute(sa.delete(table).where(table.c.station == station))

    def enrol_folder(self, folder: Path) -> int:
        """Pin every `<station>.pem` of a folder; how many there were.

        A station that was enrolled by code, or revoked, keeps what is known of it: an old file
        must not bring the key of a former box back.
        """
        with self.transaction() as connection:
            by_code = connection.execute(sa.select(device_certificates.c.station)).scalars()
            kept = set(by_code) | set(connection.execute(_REVOKED_STATIONS).scalars())
        files = [file for file in sorted(folder.glob("*.pem")) if file.stem not in kept]
        for file in files:
            self.enrol(file.stem, file)
        return len(files)

    def certificate(self, station: str) -> PinnedKey | None:
        """The key that is pinned for a station."""
        row = self._first(_CERTIFICATE, station=station)
        if row is None:
            return None
        return PinnedKey(row.keyid, row.certificate, row.revoked_at is not None)

    # Queries

    def health(self) -> dict[str, dict[str, Any]]:
        """Station → its latest health."""
        return self._latest("health")

    def hellos(self) -> dict[str, dict[str, Any]]:
        """Station → its latest hello."""
        return self._latest("hello")

    def hello(self, station: str) -> dict[str, Any] | None:
        """A station's latest hello."""
        return self._latest_of(station, "hello")

    def health_of(self, station: str) -> dict[str, Any] | None:
        """A station's latest health."""
        return self._latest_of(station, "health")

    def has_accepted(self, station: str, kind: str) -> bool:
        """Return whether the station reported, by result or hello, a document of this kind."""
        hello = self.hello(station)
        if hello is not None and any(held.split("/")[1] == kind for held in hello["holds"]):
            return True
        query = sa.select(results.c.number).where(
            results.c.station == station, results.c.kind == kind, results.c.result == "accepted"
        )
        return self._first(query.limit(1)) is not None

    def is_drained(self, station: str) -> bool:
        """Return whether the station reports, after its last record, an empty outbox."""
        health = self.health_of(station)
        if health is None or health["outbox"]["rows"] > 0:
            return False
        query = sa.select(records.c.at).where(records.c.station == station)
        last = self._first(query.order_by(records.c.number.desc()).limit(1))
        return last is None or parse_utc(health["at"]) >= parse_utc(last.at)

    def _latest(self, channel: str) -> dict[str, dict[str, Any]]:
        query = sa.select(latest.c.station, latest.c.body).where(latest.c.channel == channel)
        return {row.station: msgspec.json.decode(row.body) for row in self._all(query)}

    def _latest_of(self, station: str, channel: str) -> dict[str, Any] | None:
        row = self._first(_LATEST, station=station, channel=channel)
        return None if row is None else msgspec.json.decode(row.body)

    def _all(self, query: sa.Select[Any]) -> list[sa.Row[Any]]:
        with self._reading() as connection:
            return list(connection.execute(query))

    def _first(self, query: sa.Select[Any], **bound: str) -> sa.Row[Any] | None:
        with self._reading() as connection:
            return connection.execute(query, bound).first()

    @contextmanager
    def _reading(self) -> Iterator[sa.Connection]:
        current: sa.Connection | None = getattr(self._local, "connection", None)
        if current is not None:
            yield current
            return
        with self._engine.connect() as connection:
            yield connection
