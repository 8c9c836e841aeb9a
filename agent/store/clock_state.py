"""The clock's state across a restart or a power cut: its floor, the floor's source, its fix.

Stored as values of `meta`, so that the doctor can read them as well.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping
from datetime import datetime

from agent.clock import Clock, boot_s
from agent.contract.utc import encode_utc, parse_utc
from agent.store import key_value, key_value_types

FLOOR, FLOOR_BY, ATTESTED, ROOT = (
    key_value_types.FLOOR,
    key_value_types.FLOOR_BY,
    key_value_types.ATTESTED,
    key_value_types.ROOT,
)
FIX, RTC_APART, HELD = key_value_types.FIX, key_value_types.RTC_APART, key_value_types.HELD
KEYS = (FLOOR, FLOOR_BY, ATTESTED, ROOT, FIX, RTC_APART)


def load(connection: sqlite3.Connection) -> dict[str, str]:
    """The stored values; a corrupt one counts as lost."""
    found = {key: key_value_types.read(connection, key) for key in KEYS}
    return {key: text for key, text in found.items() if text is not None}


def build_clock(
    values: Mapping[str, str],
    rtc: datetime | None,
    boot_id: str,
    boot: Callable[[], float] = boot_s,
    paced: Callable[[], float] | None = None,
) -> Clock:
    """Build a clock from the stored state.

    Args:
        values: from `load`; other keys are ignored.
        rtc: the battery clock's reading.
        boot_id: of this boot; a fix of another boot is ignored.
        boot: returns seconds since boot; replaced in tests.
        paced: see `Clock`.
    """
    floor, attested = values.get(FLOOR), values.get(ATTESTED)
    clock = Clock(
        parse_utc(floor) if floor else None,
        rtc,
        boot,
        by=values.get(FLOOR_BY, "") if floor else "",
        attested=parse_utc(attested) if attested else None,
        rtc_apart_s=float(values.get(RTC_APART, "0")),
        paced=paced,
    )
    if fix := values.get(FIX):
        clock.restore(json.loads(fix), boot_id)
    return clock


def save(connection: sqlite3.Connection, described: Mapping[str, str]) -> None:
    """Store the values of `describe`; this never lowers the floor."""
    values = dict(described)
    former = load(connection).get(FLOOR)
    if former is not None and parse_utc(former) > parse_utc(values[FLOOR]):
        del values[FLOOR], values[FLOOR_BY]
    for key, text in values.items():
        key_value.put(connection, key, text)


def save_lowered(connection: sqlite3.Connection, described: Mapping[str, str]) -> None:
    """As `save`, after the root has lowered the floor: only here does the stored floor go back."""
    for key, text in described.items():
        key_value.put(connection, key, text)


def describe(clock: Clock, boot_id: str, root: int) -> dict[str, str]:
    """The clock's state as values.

    Args:
        clock: to be described.
        boot_id: of this boot.
        root: version of the root under which its time was last set.
    """
    return {
        FLOOR: encode_utc(clock.floor),
        FLOOR_BY: clock.floor_by,
        ATTESTED: encode_utc(clock.attested),
        ROOT: str(root),
        FIX: json.dumps(clock.dump(boot_id)),
        RTC_APART: f"{clock.rtc_apart_s:.0f}",
        HELD: "" if clock.held_at is None else f"{clock.held_at:%Y-%m-%d}",
    }
