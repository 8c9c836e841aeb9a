"""An engine whose card is fast: it takes more than 48,000 frames a second, and says nothing.

`python -m tests.harness.fast_engine '<json>' RATE_HZ steered|unsteered`. The sound server takes the
stream at RATE_HZ and plays it in true time; engine and mixer count 48,000 frames a second.
"""

from __future__ import annotations

import math
import os
import socket
import sys

import msgspec

from agent.play.ipc import WORKER_FD
from agent.play.sound import steering
from agent.play.sound.engine_config import EngineConfig
from agent.play.sound.engine_process import Engine
from drivers.audio.portaudio import PortAudioOutput
from drivers.interface import Fill


class FastOutput(PortAudioOutput):
    """A card that takes its frames at another rate than it was opened with."""

    def __init__(self, device: str, true_rate_hz: int) -> None:
        super().__init__(device)
        self._true_rate_hz = true_rate_hz

    def open(self, rate_hz: int, block_frames: int, fill: Fill, channels: int = 1) -> None:
        super().open(self._true_rate_hz, block_frames, fill, channels)


def main(argv: list[str]) -> int:
    config = msgspec.json.decode(argv[0], type=EngineConfig)
    if argv[2] == "unsteered":
        steering.DEAD_S = steering.JUMP_S = math.inf
    control = socket.socket(fileno=WORKER_FD)
    engine = Engine(config, control, lambda: FastOutput(config.device, int(argv[1])))
    try:
        return engine.run()
    except (BrokenPipeError, ConnectionResetError):
        return 0


if __name__ == "__main__":
    os._exit(main(sys.argv[1:]))
