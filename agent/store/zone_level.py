"""The level that signed commands have given to a zone: its trim and its mute, in one row.

A face of a board is a zone too: its mute is that it is blank, its trim that it is dimmed.

One row of `meta` holds all zones. A zone without a command is not in it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec

from agent.store import key_value

KEY = "zone_levels"
LONGEST_MUTE = timedelta(days=7)
CORRECTION = timedelta(hours=1)  # by which the clock may be set back without ending a mute
QUIETEST_DB = -40
FULL_PCT = 100


class ZoneLevel(msgspec.Struct, frozen=True, omit_defaults=True):
    """The trim and the mute of one zone.

    Args:
        trim_db: below the calibrated level, -40 to 0; until it is changed.
        passing_db: in its place until `passing_until`, aware UTC.
        passing_until: see `passing_db`.
        muted_until: aware UTC; None: not muted.
        dim_pct: the brightness that a face has at most.
        dim_until: until then; None: until it is changed.
    """

    trim_db: int = 0
    passing_db: int = 0
    passing_until: datetime | None = None
    muted_until: datetime | None = None
    dim_pct: int = FULL_PCT
    dim_until: datetime | None = None

    def trim_at(self, at: datetime) -> int:
        """The trim in dB that counts at a moment."""
        is_passing = self.passing_until is not None and at < self.passing_until
        return self.passing_db if is_passing else self.trim_db

    def muted_at(self, at: datetime) -> datetime | None:
        """The end of the mute that counts at a moment.

        A mute with more than seven days left is over: the clock went back behind its beginning.
        """
        latest_at = at + LONGEST_MUTE + CORRECTION
        end_at = self.muted_until
        return end_at if end_at is not None and at < end_at <= latest_at else None

    def at(self, at: datetime) -> ZoneLevel:
        """The same without what is over at a moment."""
        is_passing = self.passing_until is not None and at < self.passing_until
        return ZoneLevel(
            self.trim_db,
            self.passing_db if is_passing else 0,
            self.passing_until if is_passing else None,
            self.muted_at(at),
            self.dim_at(at),
            self.dim_until if self.dim_at(at) < FULL_PCT else None,
        )

    def dim_at(self, at: datetime) -> int:
        """The highest brightness in percent that counts at a moment."""
        is_over = self.dim_until is not None and at >= self.dim_until
        return FULL_PCT if is_over else self.dim_pct


ZONES = msgspec.json.Decoder(dict[str, ZoneLevel])
AS_CALIBRATED = ZoneLevel()


def load_zone_levels(connection: sqlite3.Connection) -> dict[str, ZoneLevel]:
    """The level of each zone that has one."""
    text = key_value.get(connection, KEY)
    return ZONES.decode(text) if text else {}


def save_zone_levels(connection: sqlite3.Connection, levels: Mapping[str, ZoneLevel]) -> None:
    """Store the levels that differ from the calibrated one, inside the caller's transaction."""
    kept = {zone: level for zone, level in levels.items() if level != AS_CALIBRATED}
    key_value.put(connection, KEY, msgspec.json.encode(kept).decode())
