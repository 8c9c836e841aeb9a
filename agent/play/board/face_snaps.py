"""Small pictures of what the faces of a board show, asked of the board process."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from agent.errors import PlayError
from agent.play.ipc import Snap, Snapped

SNAP_S = 2.0


class FaceSnaps:
    """Asks for one picture of a face at a time; further callers get the same answer.

    Args:
        send: to the board process.
    """

    def __init__(self, send: Callable[[Snap], None]) -> None:
        self._send = send
        self._asked: dict[str, asyncio.Future[Snapped]] = {}

    async def ask(self, face: str, known: str) -> Snapped | None:
        """The picture; None when the board does not answer. See `BoardOutput.snap`."""
        asked = self._asked.get(face)
        try:
            if asked is None:
                self._send(Snap(face, known=known))
                asked = self._asked[face] = asyncio.get_running_loop().create_future()
            async with asyncio.timeout(SNAP_S):
                return await asyncio.shield(asked)
        except (PlayError, TimeoutError):
            return None
        finally:
            self._asked.pop(face, None)

    def answer(self, event: Snapped) -> None:
        """The board's answer."""
        if (asked := self._asked.get(event.face)) is not None and not asked.done():
            asked.set_result(event)
