"""The tables of the box's state, each declared once.

The check at the start (`corruption`), the recovery of a broken file (`recovery`), the merge of a
copy in RAM (`merge`) and the pruning use these declarations. `key_value_types` declares the values
of `meta`.

SQLite does not detect a flipped byte in a row, so guarded tables have a `crc` over all their other
cells. Temporary triggers compute it, so no statement can omit it.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from agent.contract.utc import parse_utc
from agent.store.open_play import parse_open_play

Cell = str | bytes | int | float | None
Reader = Callable[[Cell], object]
# How a row of a copy is merged: by the condition in `wins`; as one set that replaces the other; or
# not at all, because the card keeps its own.
Carry = Literal["rows", "set", "own"]


def text(cell: Cell) -> str:
    """Read a text.

    Raises:
        ValueError: it is something else.
    """
    if not isinstance(cell, str):
        raise ValueError("not a text")  # noqa: TRY004 - one kind of error for all readers
    return cell


def moment(cell: Cell) -> object:
    """Read UTC text."""
    return parse_utc(text(cell))


def whole(cell: Cell) -> int:
    """Read a count.

    Raises:
        ValueError: it is something else.
    """
    if not isinstance(cell, int) or cell < 0:
        raise ValueError("not a count")
    return cell


def floor_seq(cell: Cell) -> int:
    """Read a floor's number, which may be -1: it is lowered by one when its document is lost.

    Raises:
        ValueError: it is something else.
    """
    if not isinstance(cell, int) or cell < -1:
        raise ValueError("not a number")
    return cell


def real(cell: Cell) -> float:
    """Read a number.

    Raises:
        ValueError: it is something else.
    """
    if not isinstance(cell, int | float):
        raise ValueError("not a number")  # noqa: TRY004 - as `text`
    return float(cell)


def blob(cell: Cell) -> bytes:
    """Read bytes.

    Raises:
        ValueError: it is something else.
    """
    if not isinstance(cell, bytes):
        raise ValueError("not bytes")  # noqa: TRY004 - as `text`
    return cell


def open_play(cell: Cell) -> object:
    """Read the stored form of an open play."""
    return parse_open_play(blob(cell))


def nullable(read: Reader) -> Reader:
    """A reader that also accepts NULL."""
    return lambda cell: None if cell is None else read(cell)


@dataclass(frozen=True)
class Table:
    """One table.

    Args:
        name: in the schema.
        key: the columns that name a row.
        cells: every column but `crc`, with its reader.
        carry: see `Carry`.
        wins: SQL; when a merged row replaces the card's row of the same key. Empty: never.
        is_guarded: it has a `crc`, computed by triggers.
        is_recovered: read from a broken file.
        is_floor: it lists what must not be accepted again; losing a row makes the state new.
        expired: SQL; which rows are pruned, with `:now` and `:old` (30 days ago). Empty: none.
        defaults: of columns that an older release did not have.
    """

    name: str
    key: tuple[str, ...]
    cells: Mapping[str, Reader]
    carry: Carry = "rows"
    wins: str = ""
    is_guarded: bool = True
    is_recovered: bool = True
    is_floor: bool = False
    expired: str = ""
    defaults: Mapping[str, Cell] = field(default_factory=dict)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns in their order, without `crc`."""
        return tuple(self.cells)


FLOORS = Table(
    "floors",
    ("issuer", "kind", "slot"),
    {
        "issuer": text,
        "kind": text,
        "slot": text,
        "epoch": whole,
        "seq": floor_seq,
        "sha256": text,
    },
    wins="(excluded.epoch, excluded.seq, excluded.sha256 <> '')"
    " > (floors.epoch, floors.seq, floors.sha256 <> '')",
    is_floor=True,
)
DOCUMENTS = Table(
    "documents",
    ("place",),
    {
        "place": text, "kind": text, "class": text, "doc_id": text, "event_id": nullable(text),
        "sha256": text, "envelope": blob, "accepted_at": moment, "expires": moment,
        "withdrawn": whole, "standing": whole, "accepted_in": nullable(text),
    },
    # by the (epoch, seq) that is signed in it, see `rebuild`
    wins="document_number(excluded.kind, excluded.envelope)"
    " > document_number(documents.kind, documents.envelope)",
    expired="expires < :old AND (place GLOB 'event/*' OR place GLOB 'cancel/*')",
    defaults={"standing": 1, "accepted_in": None},
)  # fmt: skip
EVENTS = Table(
    "events",
    ("event_id",),
    {"event_id": text, "keep_until": moment},
    wins="excluded.keep_until > events.keep_until",
    is_floor=True,
    expired="keep_until < :now",
)
CANCELS = Table(
    "cancels",
    ("target", "class"),
    {"target": text, "class": text, "keep_until": moment},
    wins="excluded.keep_until > cancels.keep_until",
    is_floor=True,
    expired="keep_until < :now",
)
META = Table("meta", ("key",), {"key": text, "value": text}, carry="own", is_recovered=False)
OPEN_PLAY = Table("open_play", ("key",), {"key": whole, "play": open_play}, carry="own")
# Signatures verify these rows (`authority.restore`), so they need no CRC.
ROOTS = Table(
    "authority_roots", ("version",), {"version": whole, "bytes": blob}, is_guarded=False
)  # fmt: skip
FILES = Table(
    "authority_files",
    ("role",),
    {"role": text, "version": whole, "bytes": blob},
    carry="set",
    is_guarded=False,
)
# Its CRC is older than the triggers and has its own form (`store.authority_files`).
ROLE_FLOORS = Table(
    "authority_floors",
    ("role",),
    {"role": text, "version": whole, "keys": text, "crc": nullable(whole)},
    # Other keys reset the floor, and the copy was written later.
    wins="excluded.keys <> authority_floors.keys OR excluded.version > authority_floors.version",
    is_guarded=False,
    defaults={"crc": None},
)
# Chained by hashes; a row is verified when it is read (`evidence.journal_rows`).
# Never merged into the present journal.
JOURNAL = Table(
    "journal",
    ("seq",),
    {
        "seq": whole, "at": moment, "bytes": blob, "hash": text,
        "acknowledged_at": nullable(text),
    },
    carry="own",
    is_guarded=False,
    is_recovered=False,
)  # fmt: skip
PAST_JOURNAL = Table(
    "journal_past",
    ("epoch", "seq"),
    {
        "epoch": text, "seq": whole, "at": text, "bytes": blob, "hash": text,
        "acknowledged_at": nullable(text),
    },
    wins="journal_past.acknowledged_at IS NULL",
    is_guarded=False,
)  # fmt: skip
# A property of the content: measured again when it is lost, the same whoever measured it.
MEDIA_LOUDNESS = Table(
    "media_loudness",
    ("digest",),
    {"digest": text, "lufs": real, "peak_dbtp": real, "is_clipped": whole},
)
TABLES = (
    FLOORS, DOCUMENTS, EVENTS, CANCELS, META, OPEN_PLAY,
    ROOTS, FILES, ROLE_FLOORS, JOURNAL, PAST_JOURNAL, MEDIA_LOUDNESS,
)  # fmt: skip


def row_crc(*cells: Cell) -> int:
    """The CRC over the cells of a row, each with its type and length."""
    crc = 0
    for cell in cells:
        raw = cell if isinstance(cell, bytes) else str(cell).encode()
        crc = zlib.crc32(raw, zlib.crc32(f"{type(cell).__name__} {len(raw)} ".encode(), crc))
    return crc


def guard(connection: sqlite3.Connection) -> None:
    """Create the triggers that compute the `crc` of every row that this connection writes."""
    connection.execute("PRAGMA temp_store=MEMORY")
    connection.create_function("row_crc", -1, row_crc, deterministic=True)
    for table in TABLES:
        if not table.is_guarded:
            continue
        new = ", ".join(f"NEW.{one}" for one in table.columns)
        row = " AND ".join(f"{one}=NEW.{one}" for one in table.key)
        names = ", ".join(table.columns)
        for when in ("INSERT", f"UPDATE OF {names}"):
            connection.execute(
                f"CREATE TEMP TRIGGER {table.name}_{when[:6].lower()} AFTER {when}"  # noqa: S608 - names from above
                f" ON main.{table.name} BEGIN"
                f" UPDATE {table.name} SET crc=row_crc({new}) WHERE {row}; END"
            )
