"""What the clock must know after a restart or a power cut: its floor, whose word it is, its fix.

Kept as words of `meta`, so that the doctor reads them as well.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping
from datetime import datetime

from agent.clock import Clock, boot_s
from agent.contract.utc import encode_utc, parse_utc
from agent.store import key_value, key_value_types

FLOOR, FLOOR_BY, VOUCHED, ROOT = (
    key_value_types.FLOOR,
    key_value_types.FLOOR_BY,
    key_value_types.VOUCHED,
    key_value_types.ROOT,
)
FIX, RTC_APART, HELD = key_value_types.FIX, key_value_types.RTC_APART, key_value_types.HELD
WORDS = (FLOOR, FLOOR_BY, VOUCHED, ROOT, FIX, RTC_APART)


def load(connection: sqlite3.Connection) -> dict[str, str]:
    """The words that there are; one that the card has changed is as good as lost."""
    found = {key: key_value_types.read(connection, key) for key in WORDS}
    return {key: text for key, text in found.items() if text is not None}


def build_clock(
    words: Mapping[str, str],
    rtc: datetime | None,
    boot_id: str,
    boot: Callable[[], float] = boot_s,
) -> Clock:
    """A clock that knows what the former one knew.

    Args:
        words: of `load`; others are let be.
        rtc: the battery clock's reading.
        boot_id: of this boot; a fix of another one means nothing.
        boot: seconds since boot; replaced in tests.
    """
    floor, attested = words.get(FLOOR), words.get(VOUCHED)
    clock = Clock(
        parse_utc(floor) if floor else None,
        rtc,
        boot,
        by=words.get(FLOOR_BY, "") if floor else "",
        attested=parse_utc(attested) if attested else None,
        rtc_apart_s=float(words.get(RTC_APART, "0")),
    )
    if fix := words.get(FIX):
        clock.restore(json.loads(fix), boot_id)
    return clock


def keep(connection: sqlite3.Connection, clock_words: Mapping[str, str]) -> None:
    """Write down what `describe` told; a floor never goes back by this."""
    words = dict(clock_words)
    former = load(connection).get(FLOOR)
    if former is not None and parse_utc(former) > parse_utc(words[FLOOR]):
        del words[FLOOR], words[FLOOR_BY]
    for key, text in words.items():
        key_value.put(connection, key, text)


def lower(connection: sqlite3.Connection, clock_words: Mapping[str, str]) -> None:
    """As `keep`, after the root had the floor forgotten: the only way in which it goes back."""
    for key, text in clock_words.items():
        key_value.put(connection, key, text)


def describe(clock: Clock, boot_id: str, root: int) -> dict[str, str]:
    """The clock in words.

    Args:
        clock: of now.
        boot_id: of this boot.
        root: version of the root under which its time was last taken.
    """
    return {
        FLOOR: encode_utc(clock.floor),
        FLOOR_BY: clock.floor_by,
        VOUCHED: encode_utc(clock.attested),
        ROOT: str(root),
        FIX: json.dumps(clock.dump(boot_id)),
        RTC_APART: f"{clock.rtc_apart_s:.0f}",
        HELD: "" if clock.held_at is None else f"{clock.held_at:%Y-%m-%d}",
    }
