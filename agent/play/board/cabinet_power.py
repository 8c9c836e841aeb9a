"""The power of a wall's cabinets: off behind a face that has long been black, on before it is used.

The relay hangs on the control card's function card and cannot be read back. So its state is what
was last commanded, and after a start nothing is known: it is switched on first. Nothing here keeps
an emergency waiting: the wall is on as soon as an item is, and what the cabinets show while they
start is black.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping, Sequence
from functools import partial
from typing import Any, Protocol

from agent.clock import Clock, Now, mono_s
from agent.play.board.board_output import BoardOutput
from agent.play.board.wall_control import WallControl
from agent.play.item import Item
from agent.settings.cabinets import CabinetPower
from agent.settings.model import ControlCard

log = logging.getLogger(__name__)
STEP_S = 0.5
RETRY_S = 10.0  # until a command that failed is tried again
LEAST_ON_S = 600.0  # power supplies do not like to be switched more often


class Upcoming(Protocol):
    """See `playout.output_schedule.SoundSchedule`."""

    def upcoming(self, now: Now) -> Item | None:
        """The next scheduled item."""

    @property
    def faces(self) -> Mapping[str, Upcoming]:
        """Those of the faces of a board."""


class CabinetSwitch:
    """Switches the cabinets of one wall.

    Args:
        wall: its control card.
        settings: outputs of the relay, and times.
        is_used: is a face of the wall not black, or about to be used within so many seconds?
        mono: monotonic seconds; replaced in tests.
    """

    def __init__(
        self,
        wall: WallControl,
        settings: CabinetPower,
        is_used: Callable[[float], bool],
        mono: Callable[[], float] = mono_s,
    ) -> None:
        self._wall = wall
        self._settings = settings
        self._is_used = is_used
        self._mono = mono
        self._is_on: bool | None = None
        self._on_mono_s = 0.0
        self._used_mono_s = mono()
        self._retry_mono_s = 0.0

    async def run(self) -> None:
        """Live until cancelled; then the cabinets have power: the standby picture needs it."""
        try:
            while True:
                await self.step()
                await asyncio.sleep(STEP_S)
        finally:
            if self._is_on is False:
                await self._switch(on=True)

    async def step(self) -> None:
        """Switch what is to be switched now."""
        now_s = self._mono()
        if self._is_used(self._settings.warm_up_s):
            self._used_mono_s = now_s
        if self._is_on is True:
            is_warm = now_s - self._on_mono_s >= self._settings.warm_up_s
            self._wall.cabinets = "on" if is_warm else "starting"
        off_s = self._settings.off_after_min * 60.0
        is_wanted = now_s - self._used_mono_s < off_s or self._is_on is None
        if self._is_on is is_wanted or now_s < self._retry_mono_s:
            return
        if is_wanted or now_s - self._on_mono_s >= LEAST_ON_S:
            await self._switch(on=is_wanted)

    async def _switch(self, *, on: bool) -> None:
        # Told before: a poll that comes between reads cabinets without power.
        self._wall.cabinets = "starting" if on else "off"
        if not await self._wall.switch_power(self._settings.outputs, on=on):
            self._retry_mono_s = self._mono() + RETRY_S
            return
        log.info("%s: cabinets %s", self._wall.name, "on" if on else "off")
        self._is_on = on
        if on:
            self._on_mono_s = self._mono()


def build_switches(
    cards: Sequence[ControlCard],
    walls: Sequence[WallControl],
    board: BoardOutput,
    rundown: Upcoming,
    clock: Clock,
) -> dict[str, Callable[[], Coroutine[Any, Any, None]]]:
    """What switches the power of a board's cabinets: services by name, none without a relay."""
    return {
        f"cabinets of {wall.name}": CabinetSwitch(
            wall, card.cabinets, partial(_is_used, board, wall.faces or board.faces, rundown, clock)
        ).run
        for card, wall in zip(cards, walls, strict=True)
        if card.cabinets is not None
    }


def _is_used(
    board: BoardOutput, faces: Sequence[str], rundown: Upcoming, clock: Clock, ahead_s: float
) -> bool:
    """Does a face show anything but black, or will it within so many seconds?

    A picture that nobody has told yet counts as one.
    """
    now = clock.now()
    for face in faces:
        light = board.light.of(face)
        if light is None or light.luminance > 0 or board.lanes[face].on_air is not None:
            return True
        upcoming = rundown.faces.get(face, rundown).upcoming(now)
        if upcoming is not None and (upcoming.start_at - now.at).total_seconds() <= ahead_s:
            return True
    return False
