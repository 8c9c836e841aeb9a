"""Tables of the stations' reports, with limits for each station.

A stolen device key may sign reports without end. The limits lie far above what an honest box sends
even after months offline, and far below what would fill a disk.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Literal

import sqlalchemy as sa

from agent.contract.utc import parse_utc
from central.store.database import Database, upsert, utc_now
from central.store.publication_history import record_verdict
from central.store.schema import cursors, faults, intake_of_day, latest, presence, results

RECORDS_A_DAY = 200_000
BYTES_A_DAY = 256 * 1024 * 1024
RESULTS_KEPT = 2_000
FAULTS_KEPT = 200
EPOCHS_KEPT = 64
FIRST_SESSION = 10_000_000  # a box new to the centre may have been in service for years
SESSIONS_AHEAD = 1_000  # and one a second since the last sign: a box does not connect more often
_PRUNE_EVERY = 64

# Run with every report: building a statement costs more than running it.
_STATION: sa.BindParameter[str] = sa.bindparam("station")
_PRESENCE = sa.select(presence).where(presence.c.station == _STATION)
_EPOCHS = sa.select(cursors.c.epoch).where(cursors.c.station == _STATION)
_INTAKE = sa.select(intake_of_day).where(
    intake_of_day.c.station == _STATION, intake_of_day.c.day == sa.bindparam("day")
)

Presence = Literal["noted", "stale", "implausible"]


# Presence and the newest hello and health


def note_presence(database: Database, station: str, *, online: bool, session: int) -> Presence:
    """Store a birth or will.

    Returns:
        `stale`: of an older session, ignored. `implausible`: of a session that the box cannot have
        reached; if stored, it would hide all later presence of the box.
    """
    with database.transaction() as connection:
        known = connection.execute(_PRESENCE, {"station": station}).first()
        if known is not None and session < known.session:
            return "stale"
        if session > _highest_session(known):
            return "implausible"
        _put_presence(connection, station, online=online, session=session)
    return "noted"


def set_session(database: Database, station: str, session: int) -> None:
    """Set online in this session, whatever was stored before: a fresh signed report proves it."""
    with database.transaction() as connection:
        _put_presence(connection, station, online=True, session=session)
        here = (latest.c.station == station, latest.c.channel == "hello")
        connection.execute(sa.delete(latest).where(*here))  # the box sends its hello again


def _highest_session(known: sa.Row[Any] | None) -> int:
    if known is None:
        return FIRST_SESSION
    since = parse_utc(utc_now()) - parse_utc(known.at)
    return int(known.session) + SESSIONS_AHEAD + max(0, since // timedelta(seconds=1))


def _put_presence(connection: sa.Connection, station: str, *, online: bool, session: int) -> None:
    values = {"station": station, "online": online, "session": session, "at": utc_now()}
    upsert(connection, presence, values, ("station",))


def reset_session(database: Database, station: str) -> None:
    """Delete what is compared with a station's session counter: the counter has restarted."""
    with database.transaction() as connection:
        connection.execute(sa.delete(presence).where(presence.c.station == station))
        connection.execute(sa.delete(latest).where(latest.c.station == station))


def note_latest(database: Database, station: str, channel: str, body: bytes) -> None:
    """Keep the newest `hello` or `health`."""
    values = {"station": station, "channel": channel, "at": utc_now(), "body": body}
    with database.transaction() as connection:
        upsert(connection, latest, values, ("station", "channel"))


# Verdicts and faults


def note_result(database: Database, station: str, result: dict[str, Any]) -> None:
    """Keep a station's verdict on a document; of one station the newest `RESULTS_KEPT`."""
    with database.transaction() as connection:
        row = {"station": station, "at": utc_now(), **result}
        key = connection.execute(sa.insert(results), row).inserted_primary_key
        record_verdict(connection, station, row)
        if key is not None and key[0] % _PRUNE_EVERY == 0:
            _prune_results(connection, station)


def _prune_results(connection: sa.Connection, station: str) -> None:
    mine = results.c.station == station
    newest_first = sa.select(results.c.number).where(mine).order_by(results.c.number.desc())
    last = connection.execute(newest_first.offset(RESULTS_KEPT).limit(1)).scalar()
    if last is not None:
        connection.execute(sa.delete(results).where(mine, results.c.number <= last))


def note_fault(
    database: Database, station: str, epoch: str, seq: int, code: str, detail: str
) -> None:
    """Count a fault, one row for equal ones; `E_MORE` counts what has no row of its own."""
    with database.transaction() as connection:
        key, is_new = _fault_key(connection, station, epoch, seq, code)
        changed = {"detail": detail, "at": utc_now()}
        if is_new:
            connection.execute(sa.insert(faults).values({**key, **changed, "times": 1}))
        else:
            here = [faults.c[name] == value for name, value in key.items()]
            connection.execute(
                sa.update(faults).where(*here).values({**changed, "times": faults.c.times + 1})
            )


def _fault_key(
    connection: sa.Connection, station: str, epoch: str, seq: int, code: str
) -> tuple[dict[str, Any], bool]:
    """Return the key under which a fault is counted, and whether its row is new."""
    key = {"station": station, "epoch": epoch, "seq": seq, "code": code}
    if _is_kept(connection, key):
        return key, False
    mine = sa.select(sa.func.count()).select_from(faults).where(faults.c.station == station)
    if (connection.execute(mine).scalar() or 0) < FAULTS_KEPT:
        return key, True
    more = {**key, "epoch": "", "seq": 0, "code": "E_MORE"}
    return more, not _is_kept(connection, more)


def _is_kept(connection: sa.Connection, key: dict[str, Any]) -> bool:
    own = sa.select(faults.c.times).where(*(faults.c[name] == of for name, of in key.items()))
    return connection.execute(own).first() is not None


# Room for journals


def find_exceeded_limit(
    connection: sa.Connection, station: str, epoch: str, count: int, size: int
) -> str | None:
    """Count new records of today; where there is no room, count nothing and return the full limit.

    Args:
        connection: inside the transaction that inserts them.
        station: whose they are.
        epoch: of their journal.
        count: new records.
        size: of their texts together, in bytes.
    """
    if count == 0:
        return None
    epochs = connection.execute(_EPOCHS, {"station": station}).scalars().all()
    if epoch not in epochs and len(epochs) >= EPOCHS_KEPT:
        return f"{len(epochs)} journals of one station already"
    day = utc_now()[:10]
    row = connection.execute(_INTAKE, {"station": station, "day": day}).first()
    records, total = (row.records, row.bytes) if row else (0, 0)
    if records + count > RECORDS_A_DAY or total + size > BYTES_A_DAY:
        return f"{records} records and {total} bytes today; the rest is taken tomorrow"
    if row is None:
        connection.execute(sa.delete(intake_of_day).where(intake_of_day.c.station == station))
    values = {"station": station, "day": day, "records": records + count, "bytes": total + size}
    upsert(connection, intake_of_day, values, ("station", "day"))
    return None
