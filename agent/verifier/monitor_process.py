"""The monitor process: hears one output while it plays, and compares.

`python -m agent.verifier.monitor_process '<json>'`, messages on fd 3 (see `agent.play.ipc`). It
reads one input in blocks of 100 ms, and from a socket what the engine plays; once a second it
compares the two and sends a score. Sound stays in its memory for three seconds, and is neither
stored nor sent. It is confined once the input is open, and ends when the agent closes fd 3, or when
the input is gone.
"""

from __future__ import annotations

import math
import os
import socket
import sys

import msgspec
import numpy as np

from agent.clock import mono_s
from agent.play.ipc import (
    BEAT_S,
    RATE_HZ,
    TAP_HEADER,
    WORKER_FD,
    Compared,
    MonitorBeat,
    MonitorCommand,
    MonitorReady,
    WorkerFault,
)
from agent.play.worker_control import MESSAGE_BYTES, WorkerControl
from agent.sandbox.profile import confine_capture
from agent.verifier.envelope_track import FRAME, FRAME_S, EnvelopeTrack
from agent.verifier.monitor_config import MonitorConfig
from agent.verifier.sound_match import (
    LAGS,
    Match,
    choose_match,
    match_envelopes,
    match_tone,
    measure_db,
)
from drivers.errors import DriverError
from drivers.interface import AudioInput

BLOCK = 5 * FRAME  # to wake for each frame costs more than all that is computed
BLOCK_S = 5 * FRAME_S
CHECK_BLOCKS = 10  # once a second
TONE_BLOCKS = 2  # a tone is looked for five times a second
PLAYED_TOLERANCE_S = 0.005
HEARD_TOLERANCE_S = 0.1  # a capture gives its blocks unevenly
QUIETEST_DBFS = -96.0
FULL_SCALE = 32_768


class MonitorProcess:
    """One thread: a block from the input, what the engine and the agent sent, a check if it is due.

    Args:
        config: the input.
        control: the socket to the agent.
        device: the input; opened by `run`.
    """

    def __init__(self, config: MonitorConfig, control: socket.socket, device: AudioInput) -> None:
        self._config = config
        decoder = msgspec.json.Decoder(MonitorCommand)
        self._control = WorkerControl(control, decoder, self._add_reference)
        self._device = device
        self._tap: int | None = None
        self._played = EnvelopeTrack(PLAYED_TOLERANCE_S)
        self._heard = EnvelopeTrack(HEARD_TOLERANCE_S)
        self._blocks = 0
        self._peak = 0.0
        self._tones: list[Match] = []
        self._beat_at_s = 0.0

    def run(self) -> int:
        """Run until the agent closes the socket (exit code 0) or the input fails (1)."""
        try:
            self._device.open(RATE_HZ, BLOCK)
            confine_capture()
            self._device.read()  # an input that opens and gives nothing is not ready
            self._control.send(MonitorReady(self._config.device))
            self._beat_at_s = mono_s() + BEAT_S
            while self._turn():
                pass
        except DriverError as error:
            self._control.send(WorkerFault("E_INPUT_LOST", str(error)))
            return 1
        return 0

    def _turn(self) -> bool:
        """One block; False when the agent is gone."""
        block = self._device.read()
        self._hear(mono_s() - BLOCK_S, block)
        self._read_tap()
        if not self._control.receive_waiting():
            return False
        self._blocks += 1
        if self._blocks % TONE_BLOCKS == 0:
            self._look_for_tone()
        if self._blocks % CHECK_BLOCKS == 0:
            self._check()
        if mono_s() >= self._beat_at_s:
            self._beat_at_s = mono_s() + BEAT_S
            self._control.send(MonitorBeat(self._blocks, _dbfs(self._peak)))
            self._peak = 0.0
        return True

    def _hear(self, moment_s: float, block: bytes) -> None:
        samples = np.frombuffer(block, dtype="<i2").astype(np.float64)
        self._peak = max(self._peak, float(np.abs(samples).max(initial=0.0)))
        self._heard.add(moment_s, samples)

    def _read_tap(self) -> None:
        while self._tap is not None:
            try:
                packet = os.read(self._tap, MESSAGE_BYTES)
            except BlockingIOError:
                return
            if not packet:  # the engine has ended
                os.close(self._tap)
                self._tap = None
                return
            moment_s, channels = TAP_HEADER.unpack_from(packet)
            samples = np.frombuffer(packet, dtype="<i2", offset=TAP_HEADER.size)
            mono = samples.reshape(-1, channels).mean(axis=1)
            self._played.add(moment_s, mono)

    @property
    def _end(self) -> int:
        """The newest frame for which everything was heard, at every delay."""
        return self._heard.last - LAGS[-1]

    def _look_for_tone(self) -> None:
        match = match_tone(self._played, self._heard, self._end)
        if match is not None:
            self._tones.append(match)

    def _check(self) -> None:
        match = choose_match(match_envelopes(self._played, self._heard, self._end), self._tones)
        self._tones.clear()
        if match is not None:
            lag_ms, score = round(match.lag_s * 1000), round(match.score, 3)
            played_db, heard_db = (
                measure_db(one, self._end) for one in (self._played, self._heard)
            )
            self._control.send(
                Compared(match.is_found, score, lag_ms, match.by_tone, played_db, heard_db)
            )

    def _add_reference(self, _command: MonitorCommand, fds: list[int]) -> None:
        while fds:
            os.set_blocking(fds[-1], False)
            former, self._tap = self._tap, fds.pop()
            if former is not None:
                os.close(former)


def _dbfs(peak: float) -> float:
    return round(20 * math.log10(peak / FULL_SCALE), 1) if peak else QUIETEST_DBFS


def main(argv: list[str]) -> int:
    """Run a monitor; `argv` holds one JSON text, see `MonitorConfig`."""
    from drivers.registry import load_audio_input

    config = msgspec.json.decode(argv[0], type=MonitorConfig)
    control = socket.socket(fileno=WORKER_FD)
    try:
        return MonitorProcess(config, control, load_audio_input(config.driver, config.device)).run()
    except (BrokenPipeError, ConnectionResetError):
        return 0  # the agent is gone


if __name__ == "__main__":
    # Not sys.exit: a device that hangs in its own close must not keep the process alive.
    os._exit(main(sys.argv[1:]))
