"""What faces of boards were sent last, as small pictures for the centre.

It is the frame that this box handed to the board, never what a camera sees of the street.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from agent.clock import Clock, mono_s
from agent.contract.report import FacePicture
from agent.contract.utc import encode_utc
from agent.control.operations import OperationRefusedError
from agent.errors import AgentError
from agent.play.ipc import Snapped

LEAST_S = 60.0  # between two commands: pictures now and then, no film


class Pictured(Protocol):
    """See `play.board.board_output.BoardOutput`."""

    @property
    def faces(self) -> list[str]:
        """Its faces' names."""
        ...

    async def snap(self, face: str, known: str = "") -> Snapped | None:
        """A small picture of what a face shows; None when the board does not answer."""
        ...


class Screenshots:
    """Takes the pictures that signed commands ask for.

    Args:
        boards: of this box.
        clock: the only source of time.
        mono: monotonic seconds; replaced in tests.
    """

    def __init__(
        self, boards: Sequence[Pictured], clock: Clock, mono: Callable[[], float] = mono_s
    ) -> None:
        self._boards = boards
        self._clock = clock
        self._mono = mono
        self._taken_mono_s: float | None = None

    async def take(self, faces: Sequence[str]) -> list[FacePicture]:
        """A picture of each face.

        Raises:
            OperationRefusedError: E_UNKNOWN, a face is not here; E_RATE, the last ones were taken
                less than a minute ago.
            AgentError: E_NOT_READY, a board gives none.
        """
        boards = {face: board for board in self._boards for face in board.faces}
        for face in faces:
            if face not in boards:
                raise OperationRefusedError("E_UNKNOWN", face, "no such face here")
        now_mono_s = self._mono()
        if self._taken_mono_s is not None and now_mono_s < self._taken_mono_s + LEAST_S:
            raise OperationRefusedError("E_RATE", "screenshot", f"one in {LEAST_S:g} s")
        self._taken_mono_s = now_mono_s
        found = []
        for face in faces:
            snapped = await boards[face].snap(face)
            if snapped is not None and not snapped.png:
                # somebody who has that picture asked at the same time, and got the same answer
                snapped = await boards[face].snap(face)
            if snapped is None or not snapped.png:
                raise AgentError("E_NOT_READY", face, "its board gives no picture")
            at = encode_utc(self._clock.now().at)
            found.append(FacePicture(face, at, snapped.token, snapped.png))
        return found
