"""The audio engine: a separate process, so that nothing shares a GIL with the sound.

`python -m agent.play.sound.engine_process '<json>'`, commands and events on fd 3 (see
`agent.play.ipc`). When the device stalls or is gone, it reports a fault and exits;
when the agent dies, fd 3 ends and it exits too.
"""

from __future__ import annotations

import contextlib
import gc
import os
import select
import socket
import sys

import msgspec

from agent.clock import mono_s
from agent.play.decode.pcm import Clip, Ring
from agent.play.ipc import (
    BEAT_S,
    RATE_HZ,
    WORKER_FD,
    EngineBeat,
    EngineCommand,
    EngineEvent,
    Fire,
    Gain,
    Hold,
    Load,
    Ready,
    StartSlot,
    Stop,
    WorkerFault,
)
from agent.play.sound.card_mixer import set_card_mixer
from agent.play.sound.engine_config import EngineConfig, at_card_level
from agent.play.sound.mixer import Mixer
from drivers.errors import DriverError
from drivers.interface import AudioOutput

MESSAGE_BYTES = 65_536
SWITCH_INTERVAL_S = 0.0005
NICE = -11
OPEN_LIMIT_S = 5.0


class Engine:
    """The control thread: commands in, events out, a heartbeat every 500 ms.

    Args:
        config: device and block.
        control: the socket to the agent.
        output: the sound path; opened by `run`.
    """

    def __init__(self, config: EngineConfig, control: socket.socket, output: AudioOutput) -> None:
        self._config = config
        self._control = control
        self._output = output
        self._mixer = Mixer(RATE_HZ)
        self._clips: dict[str, Clip] = {}
        self._wake = os.eventfd(0, os.EFD_NONBLOCK)
        self._decoder = msgspec.json.Decoder(EngineCommand)
        self._beat_at_s = 0.0
        self._beat_frames = 0

    def run(self) -> int:
        """Run until the agent closes the socket (exit code 0) or the device fails (1)."""
        mixer_fault = set_card_mixer(self._config)
        try:
            self._output.open(RATE_HZ, self._config.block, self._fill)
        except DriverError as error:
            self._send(WorkerFault("E_DEVICE", str(error)))
            return 1
        if not self._wait_flowing():
            self._send(
                WorkerFault("E_DEVICE_STALLED", f"{self._config.device}: opened, but nothing flows")
            )
            return 1
        gc.collect()
        gc.freeze()
        gc.disable()
        self._send(Ready(RATE_HZ, self._config.block, self._config.device))
        if mixer_fault is not None:
            self._send(WorkerFault("E_MIXER", mixer_fault, ""))
        self._beat_at_s = mono_s() + BEAT_S
        return self._serve()

    def _fill(self, frames: int, lead_s: float) -> bytes:
        block = self._mixer.fill(frames, mono_s(), lead_s)
        if self._mixer.events:
            os.eventfd_write(self._wake, 1)
        return block

    def _wait_flowing(self) -> bool:
        limit_s = mono_s() + OPEN_LIMIT_S
        while not self._mixer.clock.ready and mono_s() < limit_s:
            select.select([], [], [], 0.005)
        return self._mixer.clock.ready

    def _serve(self) -> int:
        while True:
            left_s = max(0.0, self._beat_at_s - mono_s())
            control = self._control.fileno()
            readable, _, _ = select.select([control, self._wake], [], [], left_s)
            if control in readable and not self._receive():
                return 0
            if self._wake in readable:
                os.eventfd_read(self._wake)
            while self._mixer.events:
                self._send(self._mixer.events.popleft())
            if mono_s() >= self._beat_at_s and not self._beat():
                return 1

    def _beat(self) -> bool:
        """Report that sound flows; False, after a fault, when it does not."""
        frames = self._mixer.frames
        if not self._output.is_running():
            self._send(
                WorkerFault("E_DEVICE_GONE", f"{self._config.device}: the stream has stopped")
            )
            return False
        if frames == self._beat_frames:
            self._send(
                WorkerFault("E_DEVICE_STALLED", f"{self._config.device}: no callback for 500 ms")
            )
            return False
        self._beat_frames = frames
        now_s = mono_s()
        self._beat_at_s = now_s + BEAT_S
        underruns = self._mixer.gaps + int(getattr(self._output, "underflows", 0))
        self._send(EngineBeat(frames, now_s, underruns))
        return True

    def _receive(self) -> bool:
        """Receive one command; False when the agent is gone."""
        data, fds, _, _ = socket.recv_fds(self._control, MESSAGE_BYTES, 1)
        if not data:
            return False
        try:
            self._handle(self._decoder.decode(data), fds)
        except msgspec.DecodeError as error:
            self._send(WorkerFault("E_COMMAND", str(error), ""))
        finally:
            for fd in fds:
                os.close(fd)
        return True

    def _handle(self, command: EngineCommand, fds: list[int]) -> None:
        match at_card_level(command, self._config.gain_db):
            case Load() as command if fds:
                self._mixer.load(command, _open_ring(command, fds.pop()))
            case Hold() as command if fds:
                self._clips[command.clip] = Clip(fds.pop())
            case StartSlot() as command:
                self._mixer.start(command)
            case Stop() as command:
                self._mixer.stop(command)
            case Gain() as command:
                self._mixer.gain(command)
            case Fire() as command:
                self._mixer.fire(command, self._clips)
            case (Load() | Hold()) as command:
                about = command.id if isinstance(command, Load) else command.clip
                self._send(WorkerFault("E_COMMAND", "no pipe came with it", about))

    def _send(self, event: EngineEvent) -> None:
        self._control.send(msgspec.json.encode(event))


def _open_ring(command: Load, fd: int) -> Ring:
    if not command.is_live:
        return Ring(fd, RATE_HZ)
    from agent.play.decode.live_ring import LiveRing  # only where somebody speaks

    return LiveRing(fd, RATE_HZ)


def main(argv: list[str]) -> int:
    """Run an engine; `argv` holds one JSON text, see `EngineConfig`."""
    from drivers.registry import load_audio_output

    sys.setswitchinterval(SWITCH_INTERVAL_S)
    config = msgspec.json.decode(argv[0], type=EngineConfig)
    control = socket.socket(fileno=WORKER_FD)
    _raise_priority()
    engine = Engine(config, control, load_audio_output(config.driver, config.device, config.port))
    try:
        return engine.run()
    except (BrokenPipeError, ConnectionResetError):
        return 0  # the agent is gone


def _raise_priority() -> None:
    """Run ahead of decoders and of the agent, where the unit allows it (LimitNICE)."""
    with contextlib.suppress(PermissionError):
        os.setpriority(os.PRIO_PROCESS, 0, NICE)


if __name__ == "__main__":
    # Not sys.exit: a device that hangs in its own close must not keep the process alive.
    os._exit(main(sys.argv[1:]))
