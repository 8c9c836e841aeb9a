"""The faces of an opened board: what each shows, and since when."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agent.clock import mono_s
from agent.play.ipc import Snap, Snapped, Test
from drivers.frame_sink import Frame

if TYPE_CHECKING:
    from drivers.frame_sink import FrameSink


@dataclass(frozen=True)
class _Shown:
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
        late: slots that a frame came too late for.
    """

    def __init__(self, sizes: Mapping[str, tuple[int, int]], sink: FrameSink) -> None:
        self.sizes = dict(sizes)
        self.frames = 0
        self.late = 0
        self._sink = sink
        self._last: dict[str, _Shown] = {}

    def send(self, frames: Mapping[str, bytes]) -> dict[str, str]:
        """Put frames on their faces, all in one slot; returns the SHA-256 of each.

        Raises:
            DriverError: the board is gone.
        """
        self.late += self._sink.present({face: Frame(one) for face, one in frames.items()}).late
        self.frames += len(frames)
        digests = {face: hashlib.sha256(frame).hexdigest() for face, frame in frames.items()}
        for face, digest in digests.items():
            if face not in self._last or self._last[face].digest != digest:
                self._last[face] = _Shown(frames[face], digest, mono_s())
        return digests

    def find_faults(self) -> dict[str, str]:
        """The faces that the board cannot show now, with a coded reason.

        Raises:
            DriverError: the board is gone.
        """
        return dict(self._sink.find_faults())

    def black(self, *faces: str) -> None:
        """Show black on faces.

        Raises:
            DriverError: the board is gone.
        """
        self.send({face: bytes(self.sizes[face][0] * self.sizes[face][1] * 3) for face in faces})

    def test(self, test: Test, faces: Iterable[str]) -> None:
        """Show a test pattern on these faces.

        Raises:
            DriverError: the board is gone.
        """
        from agent.play.board.test_pattern import draw_pattern

        self.send({f: draw_pattern(test.pattern, self.sizes[f]).tobytes() for f in faces})

    def snap(self, snap: Snap) -> Snapped:
        """A small picture of what a face shows."""
        from agent.play.board.thumbnail import draw_thumbnail

        frame, png = self._last[snap.face], b""
        if frame.digest != snap.known:
            png = draw_thumbnail(frame.pixels, self.sizes[snap.face], snap.side_px)
        return Snapped(snap.face, frame.digest, frame.changed_mono_s, png)
