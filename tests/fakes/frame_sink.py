"""A board that keeps the last frame of each face."""

from __future__ import annotations

from collections.abc import Mapping

from agent.clock import mono_s
from drivers.frame_sink import FacePlace, Frame, Presented


class FakeSink:
    """Receives frames; `faults` is what it reports."""

    period_s = 0.04
    shows_motion = True

    def __init__(self) -> None:
        self.frames: dict[str, bytes] = {}
        self.faults: dict[str, str] = {}
        self.late = 0

    def open(self, faces: Mapping[str, FacePlace]) -> None:
        return

    def present(self, frames: Mapping[str, Frame], slot: int | None = None) -> Presented:
        self.frames |= {face: bytes(frame.pixels) for face, frame in frames.items()}
        return Presented(slot or 0, mono_s(), self.late)

    def find_faults(self) -> Mapping[str, str]:
        return dict(self.faults)

    def set_brightness(self, pct: int) -> None:
        return

    def close(self) -> None:
        return
