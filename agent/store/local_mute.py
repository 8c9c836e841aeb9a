"""The local mute switch: on for four hours at most, whatever the clock or the power does.

Its end is counted on BOOTTIME, so that a stepped clock neither shortens nor prolongs it. After a
reboot the remaining time follows from the stored end and the box's clock.
"""

from __future__ import annotations

import sqlite3
from datetime import timedelta

import msgspec

from agent.clock import Clock, boot_s
from agent.contract.utc import encode_utc, parse_utc
from agent.store import key_value
from agent.store.database import Store
from agent.store.key_value_types import LOCAL_SILENCE, LocalMuteRecord

LIMIT_S = 4 * 3600.0


class LocalMute:
    """The switch. Call `load` once before anything else.

    Args:
        store: stores its state.
        clock: gives the remaining time after a reboot.
        boot_id: of this boot.
    """

    def __init__(self, store: Store, clock: Clock, boot_id: str) -> None:
        self._store = store
        self._clock = clock
        self._boot_id = boot_id
        self._ends_boot_s = 0.0

    @property
    def left_s(self) -> float:
        """Seconds until it switches off by itself; 0 while it is off."""
        return max(0.0, self._ends_boot_s - boot_s())

    @property
    def is_on(self) -> bool:
        """Is everything but emergencies muted?"""
        return self.left_s > 0

    async def load(self) -> None:
        """Restore the state of the former run.

        Raises:
            StoreError: the database cannot be read.
        """
        text = await self._store.run(key_value.get, LOCAL_SILENCE)
        if not text:
            return
        kept = msgspec.json.decode(text, type=LocalMuteRecord)
        if kept.boot_id == self._boot_id:
            self._ends_boot_s = kept.ends_boot_s
        else:
            left_s = (parse_utc(kept.until) - self._clock.now().at).total_seconds()
            self._ends_boot_s = boot_s() + min(left_s, LIMIT_S)

    async def begin(self) -> None:
        """Switch on at once; if it is on, restart the four hours.

        Raises:
            StoreError: the disk refused; the switch stays on until the next restart only.
        """
        self._ends_boot_s = boot_s() + LIMIT_S
        await self._store.run(self._put)

    async def end(self) -> None:
        """Switch off at once.

        Raises:
            StoreError: the disk refused; the switch is on again after the next restart.
        """
        self._ends_boot_s = 0.0
        await self._store.run(self._put)

    def _put(self, connection: sqlite3.Connection) -> None:
        until = encode_utc(self._clock.now().at + timedelta(seconds=self.left_s))
        kept = LocalMuteRecord(self._boot_id, self._ends_boot_s, until)
        key_value.put(
            connection, LOCAL_SILENCE, msgspec.json.encode(kept).decode() if self.is_on else ""
        )
