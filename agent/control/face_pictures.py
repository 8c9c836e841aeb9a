"""What each face of the boards shows, queried when the status is read."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from agent.control.output_status import Outputs, list_boards
from agent.play.ipc import Snapped


class FacePictures:
    """The last picture of each face.

    Args:
        outputs: by name.
    """

    def __init__(self, outputs: Outputs) -> None:
        self._boards = list_boards(outputs)
        self._pictures: dict[str, Snapped] = {}

    @property
    def by_face(self) -> Mapping[str, Snapped]:
        """The pictures as `refresh` found them."""
        return self._pictures

    async def refresh(self) -> None:
        """Ask every board. One that does not answer has no picture: an old one would mislead."""
        faces = [(board, face) for board in self._boards for face in board.faces]
        known = [self._pictures.get(face) for _, face in faces]
        answers = await asyncio.gather(
            *(
                board.snap(face, former.token if former else "")
                for (board, face), former in zip(faces, known, strict=True)
            )
        )
        for (_, face), former, answer in zip(faces, known, answers, strict=True):
            if answer is None:
                self._pictures.pop(face, None)
            elif answer.png or former is None:
                self._pictures[face] = answer

    async def thumbnail(self, face: str) -> bytes | None:
        """The last picture of a face, as PNG; None when its board gives none."""
        if face not in self._pictures:
            await self.refresh()
        snapped = self._pictures.get(face)
        return snapped.png if snapped is not None and snapped.png else None
