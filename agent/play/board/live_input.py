"""Live pictures: a wall's card shows another of its inputs while a signed item for it is on.

The item is on the board as any other, with the scene that boards without such a card show; only the
card's input follows it. So an emergency, a withdrawal or the item's end bring the box's own picture
back, and whatever else changes the input is foreign (`wall_control`).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from msgspec import UNSET

from agent.play.board.board_output import BoardOutput
from agent.play.board.wall_control import WallControl
from agent.play.item import Item

log = logging.getLogger(__name__)
STEP_S = 0.25


class LiveInput:
    """The inputs of one board's control cards.

    Args:
        board: what its faces show.
        walls: its control cards.
    """

    def __init__(self, board: BoardOutput, walls: Sequence[WallControl]) -> None:
        self._board = board
        self._walls = [wall for wall in walls if wall.card.source is not None]
        # card → the item whose input brought none, and whether the card misses a signal there
        self._without_picture: dict[str, tuple[str, bool]] = {}

    async def run(self) -> None:
        """Live until cancelled; then every card shows the box's own picture."""
        try:
            while self._walls:
                await self.step()
                await asyncio.sleep(STEP_S)
        finally:
            for wall in self._walls:
                await wall.grant(None)

    async def step(self) -> None:
        """Give each card the input that is granted now."""
        for wall in self._walls:
            await wall.grant(self._find_granted(wall))

    def _find_granted(self, wall: WallControl) -> str | None:
        """The input of the item that all faces of a card show; a card has one input for them all.

        None: the box's own picture.
        """
        faces = wall.faces or tuple(self._board.lanes)
        items = {one.key: one for one in map(self._on_air, faces) if one is not None}
        if len(items) != 1 or any(self._on_air(face) is None for face in faces):
            return None
        (item,) = items.values()
        name = item.scene.input if item.scene is not None else UNSET
        if not isinstance(name, str) or name not in wall.card.inputs:
            return None
        return None if self._is_without_picture(wall, item, name) else name

    def _is_without_picture(self, wall: WallControl, item: Item, name: str) -> bool:
        """Has this input brought no picture for the item? The box shows its own then.

        It stays so until the item's end, or until the card, which has missed it there, says that a
        signal has come.
        """
        signals = () if wall.reading is None else wall.reading.signals
        if wall.lacks_picture:
            self._without_picture[wall.name] = (item.key, name not in signals)
        key, is_missed = self._without_picture.get(wall.name, ("", False))
        if is_missed and name in signals:
            del self._without_picture[wall.name]
            return False
        return key == item.key

    def _on_air(self, face: str) -> Item | None:
        return self._board.lanes[face].on_air
