"""The audio engine: a separate process, so that nothing shares a GIL with the sound.

`python -m agent.play.sound.engine_process '<json>'`, commands and events on fd 3 (see
`agent.play.ipc`). When the device stalls or is gone, it reports a fault and exits;
when the agent dies, fd 3 ends and it exits too.
"""

from __future__ import annotations

import gc
import math
import os
import select
import socket
import sys
from collections.abc import Callable

import msgspec

from agent.clock import mono_s
from agent.play.decode.pcm import Clip, Ring
from agent.play.ipc import (
    BEAT_S,
    RATE_HZ,
    WORKER_FD,
    Ended,
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
from agent.play.sound.card_mixer import set_card_mixer
from agent.play.sound.engine_config import EngineConfig, for_card
from agent.play.sound.engine_streams import Stream, Streams
from agent.play.sound.mixer import Mixer
from agent.play.sound.sample_tap import SampleTap
from agent.play.worker_control import WorkerControl
from drivers.errors import DriverError
from drivers.interface import AudioOutput, SoundCard
from drivers.registry import find_sound_card

SWITCH_INTERVAL_S = 0.0005
OPEN_LIMIT_S = 5.0
LIVE_FRAMES = 240  # 5 ms: while somebody speaks, the device's buffer holds 15 ms
SOON_S = 0.1
FADING_S = 0.05  # how often a replaced stream is looked at
QUIET_S = 1.0


class Engine:
    """The control thread: commands in, events out, a heartbeat every 500 ms.

    Args:
        config: device, channels and block.
        control: the socket to the agent.
        load_output: makes the sound path, not opened yet; called again for each fresh stream.
    """

    def __init__(
        self,
        config: EngineConfig,
        control: socket.socket,
        load_output: Callable[[], AudioOutput],
    ) -> None:
        self._config = config
        decoder = msgspec.json.Decoder(EngineCommand)
        self._control = WorkerControl(control, decoder, self._handle)
        self._load_output = load_output
        self._streams = Streams(self._make_stream, RATE_HZ, config.channels)
        self._block = 0
        self._clips: dict[str, Clip] = {}
        self._live: dict[str, int] = {}  # slots of somebody who speaks now, and their levels
        self._live_due_s = math.inf
        self._tap = SampleTap()
        self._wake = os.eventfd(0, os.EFD_NONBLOCK)
        self._beat_at_s = 0.0
        self._card: SoundCard | None = None  # None: the device is no card that the kernel lists

    def run(self) -> int:
        """Run until the agent closes the socket (exit code 0) or the device fails (1)."""
        self._card = self._find_card()
        mixer_fault = set_card_mixer(self._config)
        try:
            self._block = self._config.block or self._load_output().preferred_block()
            self._streams.open(self._block)
        except DriverError as error:
            self._control.send(WorkerFault("E_DEVICE", str(error)))
            return 1
        if not self._wait_flowing():
            self._control.send(
                WorkerFault("E_DEVICE_STALLED", f"{self._config.device}: opened, but nothing flows")
            )
            return 1
        gc.collect()
        gc.freeze()
        gc.disable()
        self._control.send(Ready(RATE_HZ, self._block, self._config.device))
        if mixer_fault is not None:
            self._control.send(WorkerFault("E_MIXER", mixer_fault, ""))
        self._beat_at_s = mono_s() + BEAT_S
        return self._serve()

    def _make_stream(self, block: int) -> Stream:
        mixer = Mixer(RATE_HZ, self._config.channels)
        return Stream(
            self._load_output(), mixer, block, lambda: os.eventfd_write(self._wake, 1), self._tap
        )

    def _wait_flowing(self) -> bool:
        limit_s = mono_s() + OPEN_LIMIT_S
        clock = self._streams.current.mixer.clock
        while not clock.ready and mono_s() < limit_s:
            select.select([], [], [], 0.005)
        return clock.ready

    def _serve(self) -> int:
        while True:
            left_s = max(0.0, min(self._beat_at_s, self._live_due_s) - mono_s())
            if self._streams.is_fading:
                left_s = min(left_s, FADING_S)
            control = self._control.fileno()
            readable, _, _ = select.select([control, self._wake], [], [], left_s)
            if control in readable and not self._control.receive():
                return 0
            if self._wake in readable:
                os.eventfd_read(self._wake)
            self._renew_for_live()
            self._streams.close_faded()
            self._pass_events()
            if mono_s() >= self._beat_at_s and not self._beat():
                return 1

    def _pass_events(self) -> None:
        while (event := self._streams.take_event()) is not None:
            if isinstance(event, Ended | WorkerFault) and event.id is not None:
                self._live.pop(event.id, None)
            self._control.send(event)

    def _beat(self) -> bool:
        """Report that sound flows; False, after a fault, when it does not."""
        stream = self._streams.current
        frames = stream.mixer.frames
        if not stream.output.is_running():
            self._control.send(
                WorkerFault("E_DEVICE_GONE", f"{self._config.device}: the stream has stopped")
            )
            return False
        if frames == stream.beat_frames:
            self._control.send(self._describe_stall())
            return False
        stream.beat_frames = frames
        now_s = mono_s()
        self._beat_at_s = now_s + BEAT_S
        streams = self._streams
        self._control.send(EngineBeat(streams.frames, now_s, streams.underruns, streams.starved))
        self._end_live()
        return True

    def _end_live(self) -> None:
        """Nobody speaks any more, and nothing sounds or is about to: large blocks again."""
        stream = self._streams.current
        is_small = stream.block < self._block and not self._live and not self._streams.is_fading
        is_quiet = stream.mixer.sounding_level is None
        if is_small and is_quiet and stream.mixer.next_start_s - mono_s() > QUIET_S:
            self._streams.renew(self._block)

    def _describe_stall(self) -> WorkerFault:
        """A card that was pulled is no fault of the engine."""
        device = self._config.device
        if self._card is not None and self._find_card() != self._card:
            return WorkerFault("E_DEVICE_GONE", f"{device}: the card was pulled")
        return WorkerFault("E_DEVICE_STALLED", f"{device}: no callback for 500 ms")

    def _find_card(self) -> SoundCard | None:
        return find_sound_card(self._config.device, self._config.port)

    def _handle(self, command: EngineCommand, fds: list[int]) -> None:
        entry = self._streams.first_mixer
        match for_card(command, self._config):
            case Load() as command if fds:
                if command.is_live:
                    self._live[command.id] = command.level
                self._streams.current.mixer.load(command, _open_ring(command, fds.pop()))
            case Hold() as command if fds:
                self._clips[command.clip] = Clip(fds.pop())
            case StartSlot() as command:
                entry.start(command)
                self._plan_live(command)
            case Stop() | Gain() | Steer() as command:
                _change(entry, command)
            case Fire() as command:
                self._fire(command)
            case Tap() if fds:
                self._tap.open(fds.pop())
            case (Load() | Hold()) as command:
                about = command.id if isinstance(command, Load) else command.clip
                self._control.send(WorkerFault("E_COMMAND", "no pipe came with it", about))

    def _fire(self, command: Fire) -> None:
        def prepare(mixer: Mixer) -> None:
            mixer.fire(command, self._clips)

        if command.is_live:
            self._live[command.id] = command.level
        block = LIVE_FRAMES if command.is_live else self._block
        if command.clip not in self._clips or not self._streams.renew_for(
            command.level, block, prepare
        ):
            prepare(self._streams.current.mixer)

    def _plan_live(self, command: StartSlot) -> None:
        """Remember when somebody begins to speak; the chime before it begins at that moment too."""
        if command.id in self._live:
            self._live_due_s = command.at_mono_s - SOON_S

    def _renew_for_live(self) -> None:
        """Small blocks from then on, so that the horn follows the mouth."""
        if mono_s() < self._live_due_s:
            return
        self._live_due_s = math.inf
        level = max(self._live.values(), default=None)
        if level is not None:
            self._streams.renew_for(level, LIVE_FRAMES, lambda _mixer: None)


def _change(mixer: Mixer, command: Stop | Gain | Steer) -> None:
    match command:
        case Stop():
            mixer.stop(command)
        case Gain():
            mixer.gain(command)
        case Steer():
            mixer.steer(command)


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
    take_realtime_priority()
    engine = Engine(
        config, control, lambda: load_audio_output(config.driver, config.device, config.port)
    )
    try:
        return engine.run()
    except (BrokenPipeError, ConnectionResetError):
        return 0  # the agent is gone


if __name__ == "__main__":
    # Not sys.exit: a device that hangs in its own close must not keep the process alive.
    os._exit(main(sys.argv[1:]))
