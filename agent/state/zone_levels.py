"""The level of each zone: its trim and its mute, as signed commands have set them.

`control` writes it, everybody reads it. Neither trim nor mute concerns an emergency or a local key:
whoever plays those does not ask.
"""

from __future__ import annotations

import contextlib
import logging
import sqlite3
from collections.abc import Callable, Collection, Mapping
from datetime import datetime

from agent.clock import Now
from agent.errors import StoreError
from agent.signals import Signal
from agent.store.database import Store
from agent.store.zone_level import (
    AS_CALIBRATED,
    FULL_PCT,
    ZoneLevel,
    load_zone_levels,
    save_zone_levels,
)

log = logging.getLogger(__name__)


class ZoneLevels:
    """The levels of this box, also after a restart. Call `load` once before anything else.

    Args:
        store: keeps them.
        zones: of this box; what is stored of others, which the settings no longer have, is dropped.

    Attributes:
        changed: emitted when a command has changed one; not when one ends by itself, which every
            query sees.
    """

    def __init__(self, store: Store, zones: Collection[str]) -> None:
        self.changed = Signal[[]]()
        self._store = store
        self._zones = frozenset(zones)
        self._levels: dict[str, ZoneLevel] = {}

    async def load(self) -> None:
        """Read what a former run has stored.

        Raises:
            StoreError: the database cannot be read.
        """
        stored = await self._store.run(load_zone_levels)
        self._levels = {zone: level for zone, level in stored.items() if zone in self._zones}
        if gone := stored.keys() - self._levels.keys():
            log.info("no such zone any more, its level is dropped: %s", ", ".join(sorted(gone)))
            with contextlib.suppress(StoreError):  # a card that takes no writes: at the next start
                await self._store.run(save_zone_levels, self._levels)

    def trim_db(self, zone: str, now: Now) -> int:
        """How far a zone plays below its calibrated level: -40 to 0 dB."""
        return self._levels.get(zone, AS_CALIBRATED).trim_at(now.at)

    def dim_pct(self, faces: Collection[str], now: Now) -> int:
        """The brightness in percent that a board with these faces has at most."""
        return min((self.of(face, now).dim_pct for face in faces), default=FULL_PCT)

    def is_muted(self, zone: str, now: Now) -> bool:
        """Does nothing but an emergency sound on this zone?"""
        return self.muted_until(zone, now) is not None

    def muted_until(self, zone: str, now: Now) -> datetime | None:
        """When the mute of a zone ends, aware UTC; None: it is not muted.

        While the box does not know the time, a mute lasts: how much of it has passed is unknown.
        """
        return self.of(zone, now).muted_until

    def in_force(self, now: Now) -> dict[str, ZoneLevel]:
        """The zones whose level differs from the calibrated one, by name."""
        levels = {zone: self.of(zone, now) for zone in sorted(self._levels)}
        return {zone: level for zone, level in levels.items() if level != AS_CALIBRATED}

    async def update(
        self,
        changes: Mapping[str, ZoneLevel],
        now: Now,
        record: Callable[[sqlite3.Connection], None],
    ) -> None:
        """Replace the level of some zones; it counts once it is durable.

        Args:
            changes: the new level of each zone.
            now: what is over by then is dropped.
            record: writes in the same transaction, so that neither stands without the other.

        Raises:
            StoreError: the card took nothing; nothing has changed.
        """
        levels = {**self.in_force(now), **changes}
        await self._store.run(_save, levels, record)
        self._levels = levels
        self.changed.emit()

    def of(self, zone: str, now: Now) -> ZoneLevel:
        """The level of a zone that is in force."""
        level = self._levels.get(zone, AS_CALIBRATED)
        return level.at(now.at) if now.is_trusted else level


def _save(
    connection: sqlite3.Connection,
    levels: Mapping[str, ZoneLevel],
    record: Callable[[sqlite3.Connection], None],
) -> None:
    save_zone_levels(connection, levels)
    record(connection)
