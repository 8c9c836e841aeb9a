"""The faces of an opened board: what each shows, and since when."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agent.clock import mono_s
from agent.play.ipc import Snap, Snapped, Test

if TYPE_CHECKING:
    from drivers.interface import FrameSink


@dataclass(frozen=True)
class _Frame:
    """What a face shows: its pixels, their hash, and since when."""

    pixels: bytes
    digest: str
    changed_mono_s: float


class BoardFaces:
    """Sends frames to the faces of one board.

    Args:
        sizes: (width_px, height_px) of each face.
        sink: the board, opened.

    Attributes:
        frames: the number sent.
    """

    def __init__(self, sizes: Mapping[str, tuple[int, int]], sink: FrameSink) -> None:
        self.sizes = dict(sizes)
        self.frames = 0
        self._sink = sink
        self._last: dict[str, _Frame] = {}

    def send(self, face: str, frame: bytes) -> str:
        """Put a frame on a face; returns its SHA-256.

        Raises:
            DriverError: the board is gone.
        """
        self._sink.send(face, frame)
        self.frames += 1
        digest = hashlib.sha256(frame).hexdigest()
        if face not in self._last or self._last[face].digest != digest:
            self._last[face] = _Frame(frame, digest, mono_s())
        return digest

    def black(self, face: str) -> None:
        """Show black on a face.

        Raises:
            DriverError: the board is gone.
        """
        width_px, height_px = self.sizes[face]
        self.send(face, bytes(width_px * height_px * 3))

    def test(self, test: Test, faces: Iterable[str]) -> None:
        """Show a test pattern on these faces.

        Raises:
            DriverError: the board is gone.
        """
        from agent.play.board.test_pattern import draw_pattern

        for face in faces:
            self.send(face, draw_pattern(test.pattern, self.sizes[face]).tobytes())

    def snap(self, snap: Snap) -> Snapped:
        """A small picture of what a face shows."""
        from agent.play.board.thumbnail import draw_thumbnail

        frame, png = self._last[snap.face], b""
        if frame.digest != snap.known:
            png = draw_thumbnail(frame.pixels, self.sizes[snap.face], snap.side_px)
        return Snapped(snap.face, frame.digest, frame.changed_mono_s, png)
