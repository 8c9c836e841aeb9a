"""Plays in columns: written with their records, queried by reports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa

from agent.contract.utc import encode_utc, parse_utc
from central.store.database import Database
from central.store.schema import documents, plays

LONGEST_MS = 86_400_000  # a day: a stolen key may sign any number


class SpokenHour(NamedTuple):
    """The speech that began at a station within an hour.

    Args:
        station: its id.
        hour: `2026-11-24T05`, UTC.
        lang: of the items; None: not known.
        medium: `sound`; None: an older box did not say whether it was sound.
        heard: was it proved? None: not known.
        total_ms: together.
    """

    station: str
    hour: str
    lang: str | None
    medium: str | None
    heard: bool | None
    total_ms: int


Key = tuple[str, str, int]  # station, epoch, seq of a record
_TEXTS = {
    "output": "output", "medium": "medium", "doc_id": "doc_id", "doc_sha256": "doc_sha256",
    "item": "entry", "title": "title", "issuer": "issuer", "editor": "editor",
    "approver": "approver", "class": "class", "level": "level", "lang": "lang",
    "result": "result", "reason": "reason", "proof": "proof", "started_by": "started_by",
    "source": "source", "ref": "ref", "cap": "cap", "clock_source": "clock_source",
    "card": "card",
}  # fmt: skip
_MOMENTS = {
    "planned_start": "planned_start", "planned_end": "planned_end", "started_at": "start",
    "ended_at": "end",
}  # fmt: skip
_LISTS = ("zones", "words_missing")
_VALUES = (
    "duration_ms", "underruns", "gain_db", "gain_end_db", "est_dba", "field", "essential", "advert",
    "clock_error_ms", "safe_mode", "music",
)  # fmt: skip

_SLOTS = sa.select(documents.c.sha256, documents.c.slot).where(
    documents.c.sha256.in_(sa.bindparam("digests", expanding=True))
)
_INSERT = sa.insert(plays)


def insert_plays(connection: sa.Connection, found: Sequence[tuple[Key, Mapping[str, Any]]]) -> None:
    """Insert plays beside their records, in the same transaction.

    Args:
        connection: of that transaction; the records are inserted already.
        found: key of each record and its member `play`, as decoded.
    """
    if not found:
        return
    slots = _slots(connection, {str(play.get("doc_sha256")) for _, play in found})
    connection.execute(_INSERT, [_row(key, play, slots) for key, play in found])


def count_plays(database: Database) -> list[dict[str, Any]]:
    """How often each item had each result; in the order in which an item first arrived.

    Members: `doc_id`, `item`, `title`, `medium`, `output`, `lang`, `result`, `heard`,
    `words_missing` (a list of languages), `count`.
    """
    members = [
        plays.c[name]
        for name in (
            "doc_id", "item", "title", "medium", "output", "lang", "result", "heard",
            "words_missing",
        )
    ]  # fmt: skip
    query = sa.select(*members, sa.func.count().label("count")).group_by(*members)
    with database.transaction() as connection:
        rows = connection.execute(query.order_by(sa.func.min(plays.c.number))).mappings().all()
    return [{**row, "words_missing": decode_list(row["words_missing"])} for row in rows]


def sum_speech(database: Database) -> list[SpokenHour]:
    """How long items of programmes sounded: by station, hour of UTC, language, and what is known.

    Music, adverts, filler and chimes are no speech; emergencies and who speaks at the box are no
    programme.
    """
    hour = sa.func.substr(plays.c.started_at, 1, 13).label("hour")
    members = (plays.c.station, plays.c.lang, plays.c.medium, plays.c.heard)
    is_programme = (
        plays.c.result.in_(("full", "cut"))
        & plays.c.started_at.is_not(None)
        & plays.c["class"].in_(("routine", "priority"))
        & sa.func.coalesce(plays.c.level, "").not_in(("filler", "local_voice", "local_key"))
        & (sa.func.coalesce(plays.c.medium, "sound") != "picture")
        & plays.c.duration_ms.between(0, LONGEST_MS)
        & plays.c.music.is_not(sa.true())
        & plays.c.advert.is_not(sa.true())
    )
    total = sa.func.sum(plays.c.duration_ms).label("total_ms")
    # by its name: PostgreSQL takes the same call with other bound values for another one
    query = sa.select(*members, hour, total).where(is_programme).group_by(*members, "hour")
    with database.transaction() as connection:
        return [
            SpokenHour(row.station, row.hour, row.lang, row.medium, row.heard, int(row.total_ms))
            for row in connection.execute(query)
        ]


def decode_list(text: str | None) -> list[str]:
    """A column of several texts: `zones`, `words_missing`."""
    return [] if text is None else msgspec.json.decode(text, type=list[str])


def _slots(connection: sa.Connection, digests: Iterable[str]) -> dict[str, str]:
    """Return the slots of published documents; documents from elsewhere have none here."""
    rows = connection.execute(_SLOTS, {"digests": sorted(digests)})
    return {row.sha256: row.slot for row in rows}


def _row(key: Key, play: Mapping[str, Any], slots: Mapping[str, str]) -> dict[str, Any]:
    """Build the row. A stolen key may sign any text: what is not a time is left out."""
    row: dict[str, Any] = dict(zip(("station", "epoch", "seq"), key, strict=True))
    row |= {name: _text(play.get(member)) for name, member in _TEXTS.items()}
    row |= {name: _moment(play.get(member)) for name, member in _MOMENTS.items()}
    row |= {name: _list(play.get(name)) for name in _LISTS}
    row |= {name: play.get(name) for name in _VALUES}
    row["slot"] = slots.get(str(play.get("doc_sha256")))
    return row


def _text(value: str | None) -> str | None:
    """PostgreSQL's texts hold no NUL."""
    return None if value is None else value.replace("\0", "\ufffd")


def _moment(value: str | None) -> str | None:
    try:
        return None if value is None else encode_utc(parse_utc(value))
    except (ValueError, OverflowError):
        return None


def _list(value: Sequence[str] | None) -> str | None:
    return None if value is None else msgspec.json.encode([_text(one) for one in value]).decode()
