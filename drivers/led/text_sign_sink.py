"""A sign with letters of its own, as a board that takes frames: it shows what they say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from drivers.frame_sink import Frame
from drivers.led.sign_sink import SignSink
from drivers.profile.model import BoardProfile


class TextSignSink(SignSink):
    """A `FrameSink` and `TextSink` in front of such a sign.

    Args:
        path: address of the sign: a serial port, or `tcp://192.168.0.60:502`.
        profile: of the sign.
        options: of its line.
    """

    def __init__(self, path: str, profile: BoardProfile, **options: int | str) -> None:
        super().__init__(path, profile, **options)
        self._announced: dict[str, tuple[str, ...]] = {}
        self._said: dict[str, tuple[str, ...]] = {}

    def announce(self, texts: Mapping[str, Sequence[str]]) -> None:
        """See `TextSink.announce`."""
        self._announced |= {face: tuple(said) for face, said in texts.items()}

    def _take_texts(self, frames: Mapping[str, Frame]) -> list[str]:
        for face, frame in frames.items():
            is_black = not any(frame.pixels)
            self._said[face] = () if is_black else self._announced.pop(face, ())
        return [text for face in self._raster.faces for text in self._said.get(face, ())]
