"""The technician's pictures on the faces of one board, one test at a time."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Protocol

from agent.errors import PlayError
from agent.play.commissioning_test import FaceTest
from agent.play.ipc import Blank, BoardCommand
from agent.play.item import Item

log = logging.getLogger(__name__)


class SendCommand(Protocol):
    """A command to the board process."""

    def __call__(self, command: BoardCommand, fd: int | None = None) -> None:
        """Send it; the descriptor, if any, is passed along and closed.

        Raises:
            PlayError: the board process is gone.
        """


class FaceTests:
    """The tests of one board's faces.

    Args:
        output: the board's name.
        send: a command to the board process, which reports its own loss.

    Attributes:
        current: what is shown.
    """

    def __init__(self, output: str, send: SendCommand) -> None:
        self.current: FaceTest | None = None
        self._output = output
        self._send = send

    def begin(
        self, operation: str, face: str, commands: Sequence[BoardCommand], over: Item | None
    ) -> None:
        """Show pictures on one face, in place of the item that it wants."""
        self.current = FaceTest(operation, face, commands, over.key if over else None)

    def forget(self) -> None:
        """The board shows none any more."""
        self.current = None

    def covers(self, face: str, wanted: Item | None) -> bool:
        """Has a test the face? Only an item that was not wanted when it began ends it."""
        test = self.current
        if test is None or test.face != face:
            return False
        is_new = wanted is not None and wanted.key != test.over_key
        try:
            if not test.is_over and not is_new:
                for command in test.take_due():
                    self._send(command)
                return True
            self.current = None
            self._send(Blank([face]))
        except PlayError as error:
            log.warning("%s: %s", self._output, error)  # the supervisor reports its loss
        return False
