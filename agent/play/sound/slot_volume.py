"""The volume of one item in the engine, from its loading to its end.

`Volumes` decides it; this follows the decision while the item waits or sounds: a cap may begin at
the hour in the middle of an item. A change glides, because a step within one block is a jolt.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace

from agent.clock import Now
from agent.contract.volume import FULL_VOLUME, Volume
from agent.errors import PlayError
from agent.play.ipc import Channels
from agent.play.item import Item, Volumes
from agent.play.task_end import end_task

GLIDE_STEP_DB, GLIDE_STEP_S = 1.0, 0.1
ALL = -1  # instead of a channel, where all of them have one volume


@dataclass(frozen=True)
class SlotLevel:
    """How loud a slot is: its gain, and what each channel differs from it, in dB."""

    gain_db: float
    channels: Channels = field(default_factory=dict)


class SlotVolume:
    """Decides the volume anew whenever it is asked to.

    Args:
        item: what sounds.
        zones: on which it sounds.
        volumes: the rule.
        set_level: changes the level in the engine.
        by_channel: the zones that each channel of the device feeds, so that each has its own
            volume; empty: all have one.
    """

    def __init__(
        self,
        item: Item,
        zones: Collection[str],
        volumes: Volumes,
        set_level: Callable[[SlotLevel], None],
        by_channel: Mapping[int, tuple[str, ...]],
    ) -> None:
        self._item = item
        self._zones = tuple(zones)
        self._volumes = volumes
        self._set_level = set_level
        self._by_channel = by_channel or {ALL: self._zones}
        self._first = self._now = FULL_VOLUME
        self._cap: str | None = None
        self._wanted_db: dict[int, float] = {}
        self._sent_db: dict[int, float] = {}
        self._gliding: asyncio.Task[None] | None = None

    def drop(self, zones: Collection[str]) -> None:
        """It sounds on these zones no longer: theirs is not the volume of the others."""
        left = tuple(zone for zone in self._zones if zone not in zones)
        if not left:
            return  # it ends, at the volume that it has
        self._zones = left
        kept = {
            channel: tuple(zone for zone in those if zone not in zones) or those
            for channel, those in self._by_channel.items()
        }
        self._by_channel = {ALL: left} if ALL in kept else kept

    def begin(self, now: Now) -> SlotLevel:
        """Decide for the slot's start; the level to load it with."""
        self._first = self._now = self._decide(now)
        self._sent_db = self._wanted_db
        return _level_of(self._sent_db)

    def refresh(self, now: Now, *, is_sounding: bool) -> None:
        """Decide anew; a slot that does not sound yet takes the new volume at once."""
        former_db = self._wanted_db
        self._now = self._decide(now)
        has_changed = self._wanted_db != former_db
        if not is_sounding:
            self._first = self._now
            if has_changed:
                self._apply(self._wanted_db)
        elif has_changed and (self._gliding is None or self._gliding.done()):
            self._gliding = asyncio.create_task(self._glide(), name="volume")

    @property
    def recorded(self) -> Volume:
        """The volume at the start, with the last cap that lowered the sound."""
        return replace(self._first, cap=self._cap)

    @property
    def gain_end_db(self) -> float | None:
        """The volume now, if it is not that of the start any more."""
        return self._now.gain_db if self._now.gain_db != self._first.gain_db else None

    async def close(self) -> None:
        """End a change that is under way."""
        if self._gliding is not None:
            await end_task(self._gliding)

    def _decide(self, now: Now) -> Volume:
        volume = self._volumes.volume_of(self._item, self._zones, now)
        self._cap = volume.cap or self._cap
        self._wanted_db = {
            channel: volume.gain_db
            if zones == self._zones
            else self._volumes.volume_of(self._item, zones, now).gain_db
            for channel, zones in self._by_channel.items()
        }
        return volume

    async def _glide(self) -> None:
        while self._sent_db != self._wanted_db:
            self._apply(
                {
                    channel: _step_towards(wanted_db, self._sent_db[channel])
                    for channel, wanted_db in self._wanted_db.items()
                }
            )
            await asyncio.sleep(GLIDE_STEP_S)

    def _apply(self, level_db: dict[int, float]) -> None:
        self._sent_db = level_db
        with contextlib.suppress(PlayError):  # the supervisor reports a lost engine
            self._set_level(_level_of(level_db))


def _step_towards(wanted_db: float, now_db: float) -> float:
    if abs(wanted_db - now_db) <= GLIDE_STEP_DB:
        return wanted_db
    return now_db + (GLIDE_STEP_DB if wanted_db > now_db else -GLIDE_STEP_DB)


def _level_of(level_db: Mapping[int, float]) -> SlotLevel:
    highest_db = max(level_db.values())
    if ALL in level_db:
        return SlotLevel(highest_db)
    return SlotLevel(highest_db, {one: db - highest_db for one, db in level_db.items()})
