"""The faces of a board that show nothing of the plan: the standby picture of each, or black."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from agent.play.board.board_faces import BoardFaces
from agent.play.board.standby_pictures import DrawnPicture, StandbyPictures
from agent.play.ipc import BoardEvent, ShowScene


class RestingFaces:
    """Knows which faces are at rest, and keeps what they show then up to date.

    Args:
        faces: those of the board; all begin at rest.
        standby: their standby pictures.
        send: tells the agent.
    """

    def __init__(
        self, faces: BoardFaces, standby: StandbyPictures, send: Callable[[BoardEvent], None]
    ) -> None:
        self._faces = faces
        self._standby = standby
        self._send = send
        self._resting = set(faces.sizes)

    @property
    def due_mono_s(self) -> float:
        """When `check` has something to do at the latest."""
        return self._standby.due_mono_s

    @property
    def has_picture(self) -> bool:
        """Has any face a standby picture now?"""
        return any(self._standby.frame(face) is not None for face in self._faces.sizes)

    def list_open(self) -> list[int]:
        """The descriptors that are readable once a standby picture is drawn."""
        return [] if self._standby.fd is None else [self._standby.fd]

    def list_others(self) -> set[str]:
        """The faces that are not at rest."""
        return self._faces.sizes.keys() - self._resting

    def put(self, faces: Iterable[str]) -> None:
        """Put faces at rest, in one slot.

        Raises:
            DriverError: the board is gone.
        """
        frames = {face: self._standby.frame(face) for face in faces}
        self._resting |= frames.keys()
        if frames:
            self._faces.rest(frames)

    def leave(self, faces: Iterable[str]) -> None:
        """These faces show something else now."""
        self._resting.difference_update(faces)

    def replace(self, pictures: Iterable[ShowScene]) -> None:
        """Want these standby pictures from now on.

        Raises:
            DriverError: the board is gone.
        """
        self.put(self._standby.replace(pictures) & self._resting)

    def handle_answer(self) -> None:
        """Handle what has come of a drawing: a picture is shown at once where nothing else is.

        Raises:
            DriverError: the board is gone.
        """
        self._keep(self._standby.take_answer())

    def check(self) -> None:
        """A drawing that takes too long has failed; pictures whose time is over go.

        Raises:
            DriverError: the board is gone.
        """
        failed, over = self._standby.check()
        self._keep(failed)
        self.put(over & self._resting)

    def close(self) -> None:
        """End the renderer."""
        self._standby.close()

    def _keep(self, drawn: DrawnPicture | None) -> None:
        if drawn is None:
            return
        for event in drawn.list_events():
            self._send(event)
        self.put(drawn.frames.keys() & self._resting)
