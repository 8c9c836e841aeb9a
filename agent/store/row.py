"""Rows as they are read from the card, each validated by the declaration of its table."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from agent.contract.envelope import Envelope
from agent.contract.hash_chain import next_hash
from agent.contract.report import Record
from agent.store.authority_files import is_sound_floor
from agent.store.documents import read_row
from agent.store.key_value_types import is_sound as is_sound_word
from agent.store.table import (
    DOCUMENTS,
    JOURNAL,
    META,
    PAST_JOURNAL,
    ROLE_FLOORS,
    Cell,
    Table,
    row_crc,
)


@dataclass(frozen=True)
class StoredRow:
    """One row.

    Args:
        cells: by column; empty when the row is corrupt.
        name: for people, as far as it can be read.
        where: an SQL condition and its arguments that select the row, whatever it contains.
    """

    cells: Mapping[str, Cell]
    name: str
    where: tuple[str, Sequence[Any]]

    @property
    def is_sound(self) -> bool:
        """Is the row not corrupt?"""
        return bool(self.cells)


def read_rows(source: sqlite3.Connection, table: Table) -> Iterator[StoredRow]:
    """All rows of a table, each validated.

    Raises:
        sqlite3.Error: the table cannot be read to its end.
    """
    there = {name for _, name, *_ in source.execute(f"PRAGMA table_info({table.name})")}
    wanted = [*table.columns, *(["crc"] if table.is_guarded else [])]
    lacking = [one for one in wanted if one not in there]
    if any(one not in table.defaults and one != "crc" for one in lacking):
        raise sqlite3.DatabaseError(f"{table.name} has no {lacking[0]}")
    columns = [one for one in wanted if one in there]
    former, source.text_factory = source.text_factory, _Text
    try:
        for values in source.execute(f"SELECT {', '.join(columns)} FROM {table.name}"):  # noqa: S608 - declared names
            yield _validate(table, dict(zip(columns, values, strict=True)))
    finally:
        source.text_factory = former


class _Text(bytes):
    """A text as its bytes: bytes that are not UTF-8 would end the whole query."""


def _validate(table: Table, raw: Mapping[str, Any]) -> StoredRow:
    key = [raw[one] for one in table.key]
    name = "/".join(_show(value) for value in key)
    found = [
        f"CAST({one} AS BLOB) IS ?" if isinstance(value, bytes) else f"{one} IS ?"
        for one, value in zip(table.key, key, strict=True)
    ]
    where = " AND ".join(found), [bytes(one) if isinstance(one, bytes) else one for one in key]
    try:
        cells = _read(table, raw)
    except (
        LookupError,
        TypeError,
        ValueError,
        AttributeError,
        OverflowError,
        msgspec.MsgspecError,
    ):
        cells = {}
    return StoredRow(cells, f"{table.name} {name}"[:120], where)


def _read(table: Table, raw: Mapping[str, Any]) -> dict[str, Cell]:
    """The cells.

    Raises:
        LookupError, TypeError, ValueError, AttributeError, MsgspecError: a cell is corrupt.
    """
    cells: dict[str, Cell] = dict(table.defaults)
    for column, value in raw.items():
        cells[column] = value.decode() if isinstance(value, _Text) else value
    crc = cells.pop("crc", None) if table.is_guarded else None
    for column, read in table.cells.items():
        read(cells[column])
    if crc is not None and crc != row_crc(*(cells[one] for one in table.columns)):
        raise ValueError("a cell does not match the CRC")
    if table.name in _CHECKS:
        _CHECKS[table.name](cells, crc)
    return cells


def _check_document(cells: Mapping[str, Any], _crc: Cell) -> None:
    if cells["withdrawn"] and not cells["envelope"]:
        return  # a withdrawn document has no content
    held = read_row(*(cells[one] for one in _HELD))
    payload = msgspec.json.decode(held.envelope, type=Envelope).payload_bytes()
    if hashlib.sha256(payload).hexdigest() != held.sha256:
        raise ValueError("the envelope does not match its row")


def _check_word(cells: Mapping[str, Any], crc: Any) -> None:
    if not is_sound_word(cells["key"], cells["value"], crc):
        raise ValueError("the value does not match its key")


def _check_role_floor(cells: Mapping[str, Any], _crc: Cell) -> None:
    if not is_sound_floor(cells["role"], cells["version"], cells["keys"], cells["crc"]):
        raise ValueError("the floor does not match its CRC")


def _check_record(cells: Mapping[str, Any], _crc: Cell) -> None:
    record = msgspec.json.decode(cells["bytes"], type=Record)
    epoch = cells.get("epoch", record.epoch)  # the present journal states it only in its records
    if (record.epoch, record.seq) != (epoch, cells["seq"]):
        raise ValueError("the record does not match its row")
    if next_hash(record.prev, cells["bytes"]) != cells["hash"]:
        raise ValueError("the record does not match its hash")


_HELD = ("kind", "sha256", "envelope", "accepted_at", "standing", "accepted_in")
_CHECKS: Mapping[str, Callable[[Mapping[str, Any], Any], None]] = {
    DOCUMENTS.name: _check_document,
    META.name: _check_word,
    ROLE_FLOORS.name: _check_role_floor,
    JOURNAL.name: _check_record,
    PAST_JOURNAL.name: _check_record,
}


def _show(value: object) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)
