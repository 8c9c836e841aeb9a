"""The light of what a board shows, as its process has read it of the frames that it sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from agent.clock import mono_s
from agent.contract.report import SensorReading
from agent.play.face_state import FaceLight
from agent.signals import Signal

OLD_S = 3.0  # without a word for so long nobody knows what is shown


class ShownLight:
    """What each face of one board gives now.

    Args:
        sizes: (width_px, height_px) of each face.
        mono: monotonic seconds; replaced in tests.

    Attributes:
        read: emitted after each word of the board process.
    """

    def __init__(
        self, sizes: Mapping[str, tuple[int, int]], mono: Callable[[], float] = mono_s
    ) -> None:
        self.read = Signal[[]]()
        self._areas = {face: width_px * height_px for face, (width_px, height_px) in sizes.items()}
        self._faces: dict[str, FaceLight] = {}
        self._mono = mono
        self._read_mono_s = 0.0

    def take(self, faces: Mapping[str, FaceLight]) -> None:
        """The board process has read its faces."""
        self._faces, self._read_mono_s = dict(faces), self._mono()
        self.read.emit()

    def of(self, face: str) -> FaceLight | None:
        """The light of a face; None: not known."""
        return self._faces.get(face) if self._is_fresh else None

    @property
    def level(self) -> float | None:
        """Mean level of all faces by their areas, white being 1; None: not known."""
        if not self._is_fresh or not self._faces.keys() >= self._areas.keys():
            return None
        parts = [(self._faces[face].level, area) for face, area in self._areas.items()]
        return sum(level * area for level, area in parts) / sum(self._areas.values())

    def readings(self, name: str) -> dict[str, SensorReading]:
        """The level as a reading of the board, in percent of white; none while it is not known."""
        if (level := self.level) is None:
            return {}
        pct, age_s = round(100 * level, 1), round(self._mono() - self._read_mono_s, 1)
        return {f"{name}.picture_level": SensorReading("picture_level", pct, "%", age_s)}

    @property
    def _is_fresh(self) -> bool:
        return bool(self._faces) and self._mono() - self._read_mono_s <= OLD_S
