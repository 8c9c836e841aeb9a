"""The volume of one item in the engine, from its loading to its end.

`Volumes` decides it; this follows the decision while the item waits or sounds: a cap may begin at
the hour in the middle of an item. A change glides, because a step within one block is a jolt.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Collection
from dataclasses import replace

from agent.clock import Now
from agent.contract.volume import FULL_VOLUME, Volume
from agent.errors import PlayError
from agent.play.item import Item, Volumes
from agent.play.task_end import end_task

GLIDE_STEP_DB, GLIDE_STEP_S = 1.0, 0.1


class SlotVolume:
    """Decides the volume anew whenever it is asked to.

    Args:
        item: what sounds.
        zones: on which it sounds.
        volumes: the rule.
        set_gain: changes the gain in the engine, in dB.
    """

    def __init__(
        self,
        item: Item,
        zones: Collection[str],
        volumes: Volumes,
        set_gain: Callable[[float], None],
    ) -> None:
        self._item = item
        self._zones = tuple(zones)
        self._volumes = volumes
        self._set_gain = set_gain
        self._first = self._now = FULL_VOLUME
        self._cap: str | None = None
        self._sent_db = 0.0
        self._gliding: asyncio.Task[None] | None = None

    def begin(self, now: Now) -> float:
        """Decide for the slot's start; the gain to load it with, in dB."""
        self._first = self._now = self._decide(now)
        self._sent_db = self._now.gain_db
        return self._sent_db

    def refresh(self, now: Now, *, is_sounding: bool) -> None:
        """Decide anew; a slot that does not sound yet takes the new volume at once."""
        volume = self._decide(now)
        has_changed = volume.gain_db != self._now.gain_db
        self._now = volume
        if not is_sounding:
            self._first = volume
            if has_changed:
                self._apply(volume.gain_db)
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
        return volume

    async def _glide(self) -> None:
        while (rest_db := self._now.gain_db - self._sent_db) != 0.0:
            step_db = max(-GLIDE_STEP_DB, min(GLIDE_STEP_DB, rest_db))
            is_last = step_db == rest_db
            self._apply(self._now.gain_db if is_last else self._sent_db + step_db)
            await asyncio.sleep(GLIDE_STEP_S)

    def _apply(self, gain_db: float) -> None:
        self._sent_db = gain_db
        with contextlib.suppress(PlayError):  # the supervisor reports a lost engine
            self._set_gain(gain_db)
