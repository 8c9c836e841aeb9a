"""The engine of safe mode: speaks as `engine_process` does, and sounds through `aplay`.

`python -m agent.play.sound.safe_engine_process '<json>'`, commands and events on fd 3 (see
`agent.play.ipc`). It loads neither PortAudio nor numpy, whose faults may be what brought safe mode.
Between sounds no `aplay` runs and the device is closed.
"""

from __future__ import annotations

import os
import select
import socket
import subprocess
import sys

import msgspec

from agent.clock import mono_s
from agent.play.ipc import (
    BEAT_S,
    RATE_HZ,
    WORKER_FD,
    EngineBeat,
    EngineCommand,
    Fire,
    Gain,
    Hold,
    Load,
    Ready,
    StartSlot,
    Steer,
    Stop,
    Tap,
    WorkerFault,
)
from agent.play.realtime import take_realtime_priority
from agent.play.sound.aplay_stream import AplayStream, aplay_argv
from agent.play.sound.card_mixer import set_card_mixer
from agent.play.sound.engine_config import EngineConfig, for_card
from agent.play.sound.safe_player import SafePlayer, StreamLost
from agent.play.sound.safe_slot import LivePipeSource, PipeSource
from agent.play.worker_control import WorkerControl
from drivers.interface import SoundCard
from drivers.registry import find_sound_card

OPEN_LIMIT_S = 5.0
STALL_LIMIT_S = 2.0
TEST_FRAMES = RATE_HZ // 50


class DeviceLost(Exception):  # noqa: N818 - names the state
    """The device cannot be used; the first argument is the code."""


class SafeEngine:
    """Commands in, events out, a heartbeat every 500 ms.

    Args:
        config: the card.
        control: the socket to the agent.
    """

    def __init__(self, config: EngineConfig, control: socket.socket) -> None:
        self._config = config
        decoder = msgspec.json.Decoder(EngineCommand)
        self._control = WorkerControl(control, decoder, self._handle)
        self._card = find_sound_card(config.device, config.port)
        self._player = SafePlayer(
            lambda: AplayStream(self._device, config.channels), config.channels
        )
        self._beat_at_s = 0.0
        self._taken: tuple[AplayStream | None, int] = (None, 0)  # frames, and of which stream
        self._taken_at_s = 0.0  # when that last changed

    @property
    def _device(self) -> str:
        return name_device(self._config, self._card)

    def run(self) -> int:
        """Run until the agent closes the socket (exit code 0) or the device fails (1)."""
        mixer_fault = set_card_mixer(self._config)
        try:
            self._check_device()
            self._control.send(Ready(RATE_HZ, TEST_FRAMES, self._config.device))
            if mixer_fault is not None:
                self._control.send(WorkerFault("E_MIXER", mixer_fault, ""))
            self._beat_at_s = mono_s() + BEAT_S
            while self._turn():
                pass
        except DeviceLost as error:
            self._control.send(WorkerFault(*error.args))
            return 1
        finally:
            self._player.close(mono_s())
        return 0

    def _check_device(self) -> None:
        """Open the device once with some silence: a card that cannot be opened is not ready."""
        if self._config.port is not None and self._card is None:
            raise DeviceLost("E_DEVICE", f"no {self._config.device} at {self._config.port}")
        try:
            done = subprocess.run(
                aplay_argv(self._device, self._config.channels),
                input=bytes(TEST_FRAMES * 2 * self._config.channels),
                capture_output=True,
                timeout=OPEN_LIMIT_S,
                check=False,
            )
        except OSError as error:
            raise DeviceLost("E_DEVICE", f"aplay: {error}") from error
        except subprocess.TimeoutExpired as error:
            raise DeviceLost("E_DEVICE_STALLED", f"{self._device}: aplay does not end") from error
        if done.returncode:
            said = done.stderr.decode(errors="replace").strip()
            raise DeviceLost("E_DEVICE", f"{self._device}: {said}")

    def _turn(self) -> bool:
        """One turn of the loop; False when the agent is gone."""
        try:
            pause_s = self._player.step(mono_s())
        except StreamLost as error:
            raise DeviceLost("E_DEVICE_GONE", f"{self._device}: {error}") from error
        self._send_events()
        if mono_s() >= self._beat_at_s:
            self._beat()
        limit_s = max(0.0, min(pause_s, self._beat_at_s - mono_s()))
        readable, _, _ = select.select([self._control], [], [], limit_s)
        return self._control.receive() if readable else True

    def _send_events(self) -> None:
        while self._player.events:
            self._control.send(self._player.events.popleft())

    def _beat(self) -> None:
        now_s = mono_s()
        self._check_progress(now_s)
        if self._card is not None and self._player.stream is None:
            self._check_card()
        self._beat_at_s = now_s + BEAT_S
        self._control.send(EngineBeat(int(now_s * RATE_HZ), now_s, self._player.gaps))

    def _check_progress(self, now_s: float) -> None:
        """A device that takes nothing while there is something to take has stalled."""
        stream = self._player.stream
        taken = (stream, stream.taken if stream is not None else 0)
        if taken != self._taken or stream is None or not stream.is_open:
            self._taken, self._taken_at_s = taken, now_s
        elif now_s - self._taken_at_s >= STALL_LIMIT_S:
            raise DeviceLost("E_DEVICE_STALLED", f"{self._device}: aplay takes no samples")

    def _check_card(self) -> None:
        """Between sounds nothing else tells that the card was pulled, or another one is there."""
        if find_sound_card(self._config.device, self._config.port) != self._card:
            raise DeviceLost("E_DEVICE_GONE", f"{self._config.device}: the card was pulled")

    def _handle(self, command: EngineCommand, fds: list[int]) -> None:
        match for_card(command, self._config):
            case Load() as load if fds:
                kind = LivePipeSource if load.is_live else PipeSource
                self._player.load(load, kind(fds.pop()))
            case Hold(clip) if fds:
                self._player.hold(clip, fds.pop())
            case StartSlot() as start:
                self._player.start(start)
            case Stop() as stop:
                self._player.stop(stop, mono_s())
            case Gain() as gain:
                self._player.gain(gain)
            case Fire() as fire:
                self._player.fire(fire)
            case Steer():
                pass  # its place in time is known to `aplay` alone
            case Tap():
                pass  # `aplay` takes what it plays: there is no moment to compare it by
            case (Load() | Hold()) as lacking:
                about = lacking.id if isinstance(lacking, Load) else lacking.clip
                self._control.send(WorkerFault("E_COMMAND", "no pipe came with it", about))


def name_device(config: EngineConfig, card: SoundCard | None) -> str:
    """ALSA's name of the configured card; that of a sound server's device is its own."""
    return config.device if card is None else f"plughw:{card.index},0"


def main(argv: list[str]) -> int:
    """Run the engine of safe mode; `argv` holds one JSON text, see `EngineConfig`."""
    config = msgspec.json.decode(argv[0], type=EngineConfig)
    take_realtime_priority()  # `aplay` inherits it
    try:
        return SafeEngine(config, socket.socket(fileno=WORKER_FD)).run()
    except (BrokenPipeError, ConnectionResetError):
        return 0  # the agent is gone


if __name__ == "__main__":
    # Not sys.exit: a device that hangs in its own close must not keep the process alive.
    os._exit(main(sys.argv[1:]))
