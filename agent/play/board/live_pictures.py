"""Where what arrives at a capture card comes into what a board shows; a board without one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from agent.play.board.board_session import BoardSession
from agent.play.board.face_tests import SendCommand
from agent.play.ipc import WorkerFault
from agent.play.item import Item


class LivePictures(Protocol):
    """The capture cards of one board. With each look at the plan: `place` every face, `settle`."""

    def place(self, face: str, item: Item | None) -> Item | None:
        """What a face wants: with the live picture that its item grants, while there is one."""

    def settle(self) -> None:
        """All faces are placed: read the cards that one of them wants, and no others."""

    def give(self, session: BoardSession) -> None:
        """The board process has the command of a session: give it the pictures, if it wants any.

        Raises:
            PlayError: the board process is gone.
        """

    def take_failed(self, fault: WorkerFault) -> bool:
        """Is the fault the end of a live picture? Then its item goes on with its own picture."""

    async def stop(self) -> None:
        """Read no card any more."""


MakePictures = Callable[[SendCommand, Callable[[], None]], LivePictures]


class NoPictures:
    """The `LivePictures` of a board without capture cards."""

    def __init__(self, _send: SendCommand, _changed: Callable[[], None]) -> None:
        pass

    def place(self, _face: str, item: Item | None) -> Item | None:
        """See `LivePictures.place`."""
        return item

    def settle(self) -> None:
        """See `LivePictures.settle`."""

    def give(self, session: BoardSession) -> None:
        """See `LivePictures.give`."""

    def take_failed(self, _fault: WorkerFault) -> bool:
        """See `LivePictures.take_failed`."""
        return False

    async def stop(self) -> None:
        """See `LivePictures.stop`."""
