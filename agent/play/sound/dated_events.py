"""Events of the mixer, which happen at frames, with the moments at which those frames sound. Pure.

A fresh stream does not know for some blocks when a frame of it sounds: what happens there waits.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from agent.play.ipc import Ended, Started, WorkerFault
from agent.play.sound.frame_clock import FrameClock

MixerEvent = Started | Ended | WorkerFault


class DatedEvents:
    """What a mixer tells; the control thread takes it from `ready`.

    Args:
        clock: of the stream.
    """

    def __init__(self, clock: FrameClock) -> None:
        self.ready: deque[MixerEvent] = deque()
        self._clock = clock
        self._undated: deque[tuple[int, Callable[[float], MixerEvent]]] = deque()

    def add(self, frame: int, event: Callable[[float], MixerEvent]) -> None:
        """Tell what happens at a frame, once the clock knows its moment."""
        self._undated.append((frame, event))
        if self._clock.ready:
            self.date(0.0)

    def date(self, now_s: float, *, is_over: bool = False) -> None:
        """Tell what the clock knows by now.

        Args:
            now_s: the moment of this block.
            is_over: the clock will know no more: what is left happens now.
        """
        while self._undated and (self._clock.ready or is_over):
            frame, event = self._undated.popleft()
            self.ready.append(event(self._clock.mono_of(frame) if self._clock.ready else now_s))
