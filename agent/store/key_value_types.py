"""The words of `meta`, declared once: what each is, how it is read, what comes back with a copy.

A word in two rows (`meta.DOUBLED`) must never go down: a card that has turned one of them has not
turned the other.
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
from agent.store.state_origin import KEY as BORN
from agent.store.state_origin import StateOrigin
from agent.store.table import row_crc

FLOOR, FLOOR_BY, VOUCHED, ROOT = "time_floor", "time_floor_by", "time_vouched", "time_root"
FIX, RTC_APART, HELD = "clock_fix", "rtc_apart", "time_held"
PAUSE = "pause/"
LOCAL_SILENCE, SILENCE_KEY, SILENCES_TOLD = "local_silence", "silence_key", "silences_told"
MAX_COUNT = 1 << 53
# newer: the copy's, which is the later life. own: each life has its own. highest: by its reader.
# clock: all of them together, see `carry_words`.
Carry = Literal["newer", "own", "highest", "clock"]


class LastBeat(msgspec.Struct, frozen=True):
    """The last moment at which the agent was surely alive."""

    boot_id: str
    at: str
    mono_ns: int


class _FixRecord(msgspec.Struct, frozen=True):
    """As `Clock.dump` tells it."""

    boot_id: str
    raw_s: float
    utc: datetime
    error_s: float
    by: str
    is_on_notice: bool


class LocalMuteRecord(msgspec.Struct, frozen=True):
    """The page's silence switch, while it is on."""

    boot_id: str
    ends_boot_s: float
    until: str


class ReportedSilence(msgspec.Struct, frozen=True):
    """A silence whose beginning is in the journal."""

    issuer: str
    slot: str


@dataclass(frozen=True)
class KeyValueField:
    """One word.

    Args:
        read: raises ValueError or MsgspecError where the text cannot be one; the result orders it.
        carry: see `Carry`.
        is_salvaged: saved from a broken file.
    """

    read: Callable[[str], object]
    carry: Carry = "newer"
    is_salvaged: bool = True


def parse_count(word: str) -> int:
    """A number that counts something.

    Raises:
        ValueError: it is none.
    """
    number = int(word) if len(word) <= len(str(MAX_COUNT)) else -1
    if not 0 <= number <= MAX_COUNT:
        raise ValueError(f"not a count: {word[:32]!r}")
    return number


def parse_pause(text: str) -> tuple[datetime, datetime]:
    """Beginning and end of a pause.

    Raises:
        ValueError, msgspec.MsgspecError: it is none.
    """
    begun, end = msgspec.json.decode(text, type=tuple[str, str])
    return parse_utc(begun), parse_utc(end)


def _parse_epoch(word: str) -> str:
    if len(word) != 16 or bytes.fromhex(word).hex() != word:
        raise ValueError("not an epoch")
    return word


def _parse_switch(word: str) -> bool:
    if word not in ("", "on"):
        raise ValueError("neither on nor off")
    return bool(word)


def _or_empty(read: Callable[[str], object]) -> Callable[[str], object]:
    return lambda word: read(word) if word else None


def _last_of_pause(word: str) -> object:
    return parse_pause(word)[1]


WORDS: Mapping[str, KeyValueField] = {
    "session": KeyValueField(parse_count, carry="highest"),
    "journal_epoch": KeyValueField(_parse_epoch, carry="own", is_salvaged=False),
    "journal_beat": KeyValueField(Decoder(LastBeat).decode, carry="own", is_salvaged=False),
    BORN: KeyValueField(Decoder(StateOrigin).decode),
    FLOOR: KeyValueField(parse_utc, carry="clock"),
    FLOOR_BY: KeyValueField(str, carry="clock"),
    VOUCHED: KeyValueField(parse_utc, carry="highest"),
    ROOT: KeyValueField(parse_count, carry="highest"),
    FIX: KeyValueField(Decoder(_FixRecord | None).decode, is_salvaged=False),
    RTC_APART: KeyValueField(int, is_salvaged=False),
    HELD: KeyValueField(str, is_salvaged=False),
    key_value.LAST_PLACE: KeyValueField(parse_place),
    LOCAL_SILENCE: KeyValueField(_or_empty(Decoder(LocalMuteRecord).decode)),
    SILENCE_KEY: KeyValueField(_parse_switch),
    SILENCES_TOLD: KeyValueField(Decoder(dict[str, ReportedSilence]).decode),
    "health_short_lives": KeyValueField(parse_count, is_salvaged=False),
}
FAMILIES: Mapping[str, KeyValueField] = {
    PAUSE: KeyValueField(_last_of_pause, carry="highest"),
    "health_": KeyValueField(str, is_salvaged=False),
}
UNKNOWN = KeyValueField(str, is_salvaged=False)  # of a release that is gone


def find(key: str) -> KeyValueField:
    """The declaration of a word."""
    if key in WORDS:
        return WORDS[key]
    return next((word for prefix, word in FAMILIES.items() if key.startswith(prefix)), UNKNOWN)


def read(connection: sqlite3.Connection, key: str) -> str | None:
    """A word, if it is there and sound; of two rows either serves."""
    for one in (key, key + key_value.AGAIN):
        query = "SELECT CAST(value AS BLOB), crc FROM meta WHERE key=?"
        for raw, crc in connection.execute(query, (one,)):
            text = str(raw, errors="replace")
            if is_sound(one, text, crc):
                return text
    return None


def of_rows(rows: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The words of sound rows; of two rows either serves."""
    sound = dict(rows)
    again = {
        key.removesuffix(key_value.AGAIN): text
        for key, text in sound.items()
        if key.endswith(key_value.AGAIN)
    }
    return again | {key: text for key, text in sound.items() if not key.endswith(key_value.AGAIN)}


def is_sound(key: str, text: str, crc: int | None) -> bool:
    """Is a row as it was written? One without a sum is of an older release."""
    if crc is not None and crc != row_crc(key, text):
        return False
    try:
        find(key.removesuffix(key_value.AGAIN)).read(text)
    except (ValueError, OverflowError, TypeError, msgspec.MsgspecError):
        return False
    return True


def carry_words(connection: sqlite3.Connection, copy: Mapping[str, str]) -> None:
    """Words of a copy onto a sound `meta`; nothing that must not go down does."""
    own = of_rows(connection.execute("SELECT key, value FROM meta"))
    for key, text in copy.items():
        if _is_carried(key, own, copy):
            key_value.put(connection, key, text)


def _is_carried(key: str, own: Mapping[str, str], copy: Mapping[str, str]) -> bool:
    word = find(key)
    if word.carry == "own":
        return False
    if word.carry == "clock":
        return _is_clock_carried(own, copy)
    if word.carry == "newer" or key not in own:
        return True
    return bool(_order(word, copy[key]) > _order(word, own[key]))


def _is_clock_carried(own: Mapping[str, str], copy: Mapping[str, str]) -> bool:
    """The later floor, whose word it is along with it.

    A copy under a newer root may have a lower one: the root had it forgotten.
    """
    if FLOOR not in copy:
        return False
    if FLOOR not in own:
        return True
    if int(copy.get(ROOT, "0")) > int(own.get(ROOT, "0")):
        return True
    return parse_utc(copy[FLOOR]) >= parse_utc(own[FLOOR])


def _order(word: KeyValueField, text: str) -> int:
    value = word.read(text)
    return value if isinstance(value, int) else int(value.timestamp() * 1000)  # type: ignore[attr-defined]  # counts and moments
