"""The values of `meta`, declared once: how each is parsed, merged and recovered.

A value in two rows (`key_value.DOUBLED`) must never go down; corruption of one row leaves the
other.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import msgspec
from msgspec.json import Decoder

from agent.contract.ids import parse_place
from agent.contract.utc import parse_utc
from agent.store import key_value
from agent.store.command_results import RESULTS
from agent.store.state_origin import KEY as BORN
from agent.store.state_origin import StateOrigin
from agent.store.table import row_crc
from agent.store.zone_level import KEY as ZONE_LEVELS
from agent.store.zone_level import ZONES

FLOOR, FLOOR_BY, ATTESTED, ROOT = "time_floor", "time_floor_by", "time_vouched", "time_root"
FIX, RTC_APART, HELD = "clock_fix", "rtc_apart", "time_held"
PAUSE = "pause/"
LOCAL_SILENCE, SILENCE_KEY, SILENCES_REPORTED = "local_silence", "silence_key", "silences_told"
LOCKOUT_SINCE = "lockout_since"
MAX_COUNT = 1 << 53
# How a copy's value is merged into the card's. newer: the copy's, which was written later. own:
# never merged. highest: the higher of both, by its reader. clock: see `_is_clock_carried`.
Carry = Literal["newer", "own", "highest", "clock"]


class LastBeat(msgspec.Struct, frozen=True):
    """The last moment at which the agent was certainly running."""

    boot_id: str
    at: str
    mono_ns: int


class _FixRecord(msgspec.Struct, frozen=True):
    """The result of `Clock.dump`."""

    boot_id: str
    raw_s: float
    utc: datetime
    error_s: float
    by: str
    is_on_notice: bool


class LocalMuteRecord(msgspec.Struct, frozen=True):
    """The page's mute switch, while it is on."""

    boot_id: str
    ends_boot_s: float
    until: str


class ReportedSilence(msgspec.Struct, frozen=True):
    """A silence whose start is in the journal."""

    issuer: str
    slot: str


@dataclass(frozen=True)
class KeyValueField:
    """The declaration of one value.

    Args:
        read: parses the text, raises ValueError or MsgspecError; its result orders values.
        carry: see `Carry`.
        is_recovered: read from a broken file.
    """

    read: Callable[[str], object]
    carry: Carry = "newer"
    is_recovered: bool = True


def parse_count(text: str) -> int:
    """Parse a count, 0 to 2^53.

    Raises:
        ValueError: it is not a count.
    """
    number = int(text) if len(text) <= len(str(MAX_COUNT)) else -1
    if not 0 <= number <= MAX_COUNT:
        raise ValueError(f"not a count: {text[:32]!r}")
    return number


def parse_pause(text: str) -> tuple[datetime, datetime]:
    """Parse the start and the end of a pause.

    Raises:
        ValueError, msgspec.MsgspecError: it is not a pause.
    """
    begun, end = msgspec.json.decode(text, type=tuple[str, str])
    return parse_utc(begun), parse_utc(end)


def _parse_epoch(text: str) -> str:
    if len(text) != 16 or bytes.fromhex(text).hex() != text:
        raise ValueError("not an epoch")
    return text


def _parse_on_or_empty(text: str) -> bool:
    if text not in ("", "on"):
        raise ValueError("neither on nor off")
    return bool(text)


def _or_empty(read: Callable[[str], object]) -> Callable[[str], object]:
    return lambda text: read(text) if text else None


def _parse_pause_end(text: str) -> object:
    return parse_pause(text)[1]


FIELDS: Mapping[str, KeyValueField] = {
    "session": KeyValueField(parse_count, carry="highest"),
    "journal_epoch": KeyValueField(_parse_epoch, carry="own", is_recovered=False),
    "journal_beat": KeyValueField(Decoder(LastBeat).decode, carry="own", is_recovered=False),
    BORN: KeyValueField(Decoder(StateOrigin).decode),
    FLOOR: KeyValueField(parse_utc, carry="clock"),
    FLOOR_BY: KeyValueField(str, carry="clock"),
    ATTESTED: KeyValueField(parse_utc, carry="highest"),
    ROOT: KeyValueField(parse_count, carry="highest"),
    FIX: KeyValueField(Decoder(_FixRecord | None).decode, is_recovered=False),
    RTC_APART: KeyValueField(int, is_recovered=False),
    HELD: KeyValueField(str, is_recovered=False),
    key_value.LAST_PLACE: KeyValueField(parse_place),
    LOCAL_SILENCE: KeyValueField(_or_empty(Decoder(LocalMuteRecord).decode)),
    SILENCE_KEY: KeyValueField(_parse_on_or_empty),
    LOCKOUT_SINCE: KeyValueField(_or_empty(parse_utc)),
    key_value.COMMAND_RESULTS: KeyValueField(RESULTS.decode),
    ZONE_LEVELS: KeyValueField(ZONES.decode),
    SILENCES_REPORTED: KeyValueField(Decoder(dict[str, ReportedSilence]).decode),
    "health_short_lives": KeyValueField(parse_count, is_recovered=False),
}
FAMILIES: Mapping[str, KeyValueField] = {
    PAUSE: KeyValueField(_parse_pause_end, carry="highest"),
    "health_": KeyValueField(str, is_recovered=False),
}
UNKNOWN = KeyValueField(str, is_recovered=False)  # of another release


def find(key: str) -> KeyValueField:
    """The declaration of a key."""
    if key in FIELDS:
        return FIELDS[key]
    return next((field for prefix, field in FAMILIES.items() if key.startswith(prefix)), UNKNOWN)


def read(connection: sqlite3.Connection, key: str) -> str | None:
    """A value, if it exists and is not corrupt; of two rows either is enough."""
    for one in (key, key + key_value.AGAIN):
        query = "SELECT CAST(value AS BLOB), crc FROM meta WHERE key=?"
        for raw, crc in connection.execute(query, (one,)):
            text = str(raw, errors="replace")
            if is_sound(one, text, crc):
                return text
    return None


def select_values(rows: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The values of intact rows; of two rows either is enough."""
    sound = dict(rows)
    again = {
        key.removesuffix(key_value.AGAIN): text
        for key, text in sound.items()
        if key.endswith(key_value.AGAIN)
    }
    return again | {key: text for key, text in sound.items() if not key.endswith(key_value.AGAIN)}


def is_sound(key: str, text: str, crc: int | None) -> bool:
    """Is the row not corrupt? A row without a CRC was written by an older release."""
    if crc is not None and crc != row_crc(key, text):
        return False
    try:
        find(key.removesuffix(key_value.AGAIN)).read(text)
    except (ValueError, OverflowError, TypeError, msgspec.MsgspecError):
        return False
    return True


def merge_values(connection: sqlite3.Connection, copy: Mapping[str, str]) -> None:
    """Merge the values of a copy into an intact `meta`, each by its declaration."""
    own = select_values(connection.execute("SELECT key, value FROM meta"))
    for key, text in copy.items():
        if _is_carried(key, own, copy):
            key_value.put(connection, key, text)


def _is_carried(key: str, own: Mapping[str, str], copy: Mapping[str, str]) -> bool:
    field = find(key)
    if field.carry == "own":
        return False
    if field.carry == "clock":
        return _is_clock_carried(own, copy)
    if field.carry == "newer" or key not in own:
        return True
    return bool(_order(field, copy[key]) > _order(field, own[key]))


def _is_clock_carried(own: Mapping[str, str], copy: Mapping[str, str]) -> bool:
    """Does the copy's clock floor win, together with the floor's source? The later one does.

    A copy under a newer root wins with a lower floor too: a new root may lower it.
    """
    if FLOOR not in copy:
        return False
    if FLOOR not in own:
        return True
    if int(copy.get(ROOT, "0")) > int(own.get(ROOT, "0")):
        return True
    return parse_utc(copy[FLOOR]) >= parse_utc(own[FLOOR])


def _order(field: KeyValueField, text: str) -> int:
    value = field.read(text)
    return value if isinstance(value, int) else int(value.timestamp() * 1000)  # type: ignore[attr-defined]  # counts and moments
