"""The capture process: one microphone or line-in, read for as long as somebody speaks.

`python -m agent.play.capture.capture_process '<json>'`, messages on fd 3 (see `agent.play.ipc`).
The agent sends the write ends of pipes, one for each slot that is to sound; each block that the
device gives goes into all of them. Nothing is kept. A pipe that is full loses the block, one whose
reader is gone is closed. The process is confined once the device is open, and ends when the agent
closes fd 3, when the device is gone, or by the agent's hand when it beats no more.
"""

from __future__ import annotations

import math
import os
import socket
import sys

import msgspec

from agent.clock import mono_s
from agent.play.capture.capture_config import CaptureConfig
from agent.play.ipc import (
    BEAT_S,
    RATE_HZ,
    WORKER_FD,
    CaptureBeat,
    CaptureCommand,
    CaptureReady,
    WorkerFault,
)
from agent.play.realtime import take_realtime_priority
from agent.play.worker_control import WorkerControl
from agent.sandbox.profile import confine_capture
from drivers.errors import DriverError
from drivers.interface import AudioInput

FULL_SCALE = 32_768
QUIETEST_DBFS = -96.0


class Capture:
    """One thread: a block from the device, then what the agent has sent, then a beat if it is due.

    Args:
        config: the device.
        control: the socket to the agent.
        device: the input; opened by `run`.
    """

    def __init__(self, config: CaptureConfig, control: socket.socket, device: AudioInput) -> None:
        self._config = config
        decoder = msgspec.json.Decoder(CaptureCommand)
        self._control = WorkerControl(control, decoder, self._add_pipes)
        self._device = device
        self._pipes: list[int] = []
        self._peak = 0
        self._blocks = 0

    def run(self) -> int:
        """Run until the agent closes the socket (exit code 0) or the device fails (1)."""
        try:
            self._device.open(RATE_HZ, self._config.block)
            confine_capture()
            self._device.read()  # a device that opens and gives nothing is not ready
            self._control.send(CaptureReady(self._config.device))
            return self._serve()
        except DriverError as error:
            self._control.send(WorkerFault("E_INPUT_LOST", str(error)))
            return 1

    def _serve(self) -> int:
        beat_at_s = mono_s() + BEAT_S
        while True:
            self._pass_on(self._device.read())
            if not self._control.receive_waiting():
                return 0
            if mono_s() >= beat_at_s:
                beat_at_s = mono_s() + BEAT_S
                self._control.send(CaptureBeat(self._blocks, _dbfs(self._peak)))
                self._peak = 0

    def _pass_on(self, block: bytes) -> None:
        self._blocks += 1
        self._peak = max(self._peak, _find_peak(memoryview(block).cast("h")))
        for pipe in list(self._pipes):
            try:
                os.write(pipe, block)
            except BlockingIOError:
                pass  # the engine does not read: this moment is over
            except OSError:
                self._pipes.remove(pipe)
                os.close(pipe)

    def _add_pipes(self, _command: CaptureCommand, fds: list[int]) -> None:
        while fds:
            os.set_blocking(fds[-1], False)
            self._pipes.append(fds.pop())


def _find_peak(samples: memoryview) -> int:
    highest, lowest = max(samples), min(samples)
    return int(max(highest, -lowest))


def _dbfs(peak: int) -> float:
    """The level of a peak, in decibels below full scale, to a tenth."""
    return round(20 * math.log10(peak / FULL_SCALE), 1) if peak else QUIETEST_DBFS


def main(argv: list[str]) -> int:
    """Run a capture; `argv` holds one JSON text, see `CaptureConfig`."""
    from drivers.registry import load_audio_input

    config = msgspec.json.decode(argv[0], type=CaptureConfig)
    take_realtime_priority()  # a block that is read late is lost
    control = socket.socket(fileno=WORKER_FD)
    capture = Capture(config, control, load_audio_input(config.driver, config.device))
    try:
        return capture.run()
    except (BrokenPipeError, ConnectionResetError):
        return 0  # the agent is gone


if __name__ == "__main__":
    # Not sys.exit: a device that hangs in its own close must not keep the process alive.
    os._exit(main(sys.argv[1:]))
