"""What the signs of a board say that they show: an intrusion is an issue, our own word a proof."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from agent.clock import mono_s
from agent.play.face_state import SignState
from agent.play.speaker_line import FaultSink
from agent.signals import Signal

SETTLE_S = 0.5  # by then the record of a picture that the sign has just taken is open


class SignWords:
    """The last word of each face of one board.

    Args:
        on_fault: begins or ends `board_foreign` and `board_password` of a face.
        mono: monotonic seconds; replaced in tests.

    Attributes:
        confirmed: emitted with a face and the programme that its sign says it plays, once for each
            time that it was read back.
    """

    def __init__(self, on_fault: FaultSink, mono: Callable[[], float] = mono_s) -> None:
        self.confirmed = Signal[[str, str]]()
        self._on_fault = on_fault
        self._mono = mono
        self._told: dict[tuple[str, str], str] = {}
        self._read_mono_s: dict[str, float] = {}

    def take(self, signs: Mapping[str, SignState]) -> None:
        """The board process says what its signs have said; of other boards nothing."""
        for face, sign in signs.items():
            self._tell("board_foreign", face, sign.foreign)
            self._tell("board_password", face, sign.weakness)
            read_mono_s = sign.read_mono_s
            is_new = read_mono_s > self._read_mono_s.get(face, 0.0)
            if is_new and self._mono() >= read_mono_s + SETTLE_S:
                self._read_mono_s[face] = read_mono_s
                self.confirmed.emit(face, sign.program)

    def _tell(self, kind: str, face: str, found: str) -> None:
        if found != self._told.get((kind, face), ""):
            self._told[kind, face] = found
            self._on_fault(kind, face, found or None)
