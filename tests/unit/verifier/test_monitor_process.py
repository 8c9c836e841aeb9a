"""The monitor's process: blocks and packets in, scores out; its clock moves with the blocks."""

from __future__ import annotations

import itertools
import os
import socket
import sys
import wave
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import Any

import msgspec
import numpy as np
import pytest

import agent.play.sound
from agent.play.ipc import (
    TAP_HEADER,
    AddReference,
    Compared,
    MonitorBeat,
    MonitorEvent,
    MonitorReady,
    WorkerFault,
)
from agent.verifier import monitor_process
from agent.verifier.envelope_track import FRAME, RATE_HZ, Samples
from agent.verifier.monitor_config import MonitorConfig
from agent.verifier.monitor_process import BLOCK, BLOCK_S, MonitorProcess
from drivers.errors import DeviceUnreachable

SPOKEN = Path(agent.play.sound.__file__).with_name("spoken") / "khan-cap.wav"
BEGIN_S = 700.0
DELAY = 7  # frames of 20 ms between what is played and what is heard


def speech(seconds: float) -> Samples:
    with wave.open(str(SPOKEN), "rb") as file:
        one = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").astype(np.float64)
        one = np.repeat(one, RATE_HZ // file.getframerate())
    return np.resize(one, round(seconds * RATE_HZ))


class Scene:
    """An engine that plays, an input that hears it later, and the agent's end of the socket."""

    def __init__(
        self, monkeypatch: pytest.MonkeyPatch, played: Samples, heard: Samples, channels: int = 1
    ) -> None:
        self.device = "micro"
        self._played, self._channels = played, channels
        self._heard = np.concatenate((np.zeros(DELAY * FRAME), heard))[: len(heard)]
        self._blocks = 0
        self.agent, self.control = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        engine, reader = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._engine = engine
        socket.send_fds(self.agent, [msgspec.json.encode(AddReference())], [reader.fileno()])
        reader.close()
        monkeypatch.setattr(monitor_process, "mono_s", lambda: BEGIN_S + self._blocks * BLOCK_S)
        monkeypatch.setattr(monitor_process, "confine_capture", lambda: None)
        self.agent.settimeout(10)

    def open(self, rate_hz: int, block_frames: int) -> None:
        assert (rate_hz, block_frames) == (RATE_HZ, BLOCK)

    def read(self) -> bytes:
        at = self._blocks * BLOCK
        if at + BLOCK > len(self._heard):
            raise DeviceUnreachable("micro", "read", "pulled")
        for first in range(at, at + BLOCK, FRAME):
            block = self._played[first : first + FRAME]
            if block.any():
                samples = np.repeat(block, self._channels).astype("<i2").tobytes()
                header = TAP_HEADER.pack(BEGIN_S + first / RATE_HZ, self._channels)
                self._engine.send(header + samples)
        self._blocks += 1
        return self._heard[at : at + BLOCK].astype("<i2").tobytes()

    def close(self) -> None:
        for one in (self.agent, self.control, self._engine):
            one.close()

    def run(self) -> list[Any]:
        """Run to the end of what is heard; every event."""
        any_: Any = self
        assert MonitorProcess(MonitorConfig("portaudio", "micro"), self.control, any_).run() == 1
        self.control.close()
        decoder = msgspec.json.Decoder(MonitorEvent)
        messages = itertools.takewhile(bool, (self.agent.recv(4096) for _ in itertools.count()))
        events = [decoder.decode(one) for one in messages]
        self.close()
        return events


@pytest.mark.parametrize("channels", [1, 2])
def test_what_plays_is_found_where_it_is_heard(
    monkeypatch: pytest.MonkeyPatch, channels: int
) -> None:
    sound = speech(9)
    events = Scene(monkeypatch, sound, sound * 0.05, channels).run()
    assert events[0] == MonitorReady("micro")
    assert events[-1] == WorkerFault("E_INPUT_LOST", "micro: read: pulled")
    checks = [one for one in events if isinstance(one, Compared)]
    assert len(checks) >= 3
    assert all(one.is_found for one in checks)
    assert abs(checks[-1].lag_ms - DELAY * 20) <= 40
    peaks = [one.peak_dbfs for one in events if isinstance(one, MonitorBeat)]
    assert -60 < max(peaks) < -20


def test_what_plays_into_a_dead_line_is_not_found(monkeypatch: pytest.MonkeyPatch) -> None:
    sound = speech(9)
    events = Scene(monkeypatch, sound, np.zeros(len(sound))).run()
    checks = [one.is_found for one in events if isinstance(one, Compared)]
    assert len(checks) >= 3
    assert not any(checks)
    assert {one.peak_dbfs for one in events if isinstance(one, MonitorBeat)} == {-96.0}


def test_a_chime_of_pure_tones_is_found_by_its_tones(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(3)
    tone = np.sin(2 * np.pi * 880 * np.arange(6 * RATE_HZ) / RATE_HZ) * 3000
    noise = rng.standard_normal(len(tone)) * 300
    events = Scene(monkeypatch, tone, tone * 0.02 + noise).run()
    checks = [one for one in events if isinstance(one, Compared)]
    assert checks
    assert all(one.is_found and one.by_tone for one in checks[1:])


def test_nothing_is_said_while_nothing_plays(monkeypatch: pytest.MonkeyPatch) -> None:
    sound = speech(7)
    events = Scene(monkeypatch, np.zeros(len(sound)), sound).run()
    assert not [one for one in events if isinstance(one, Compared)]


def test_it_ends_when_the_agent_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = Scene(monkeypatch, speech(2), speech(2))
    scene.agent.close()
    any_: Any = scene
    with pytest.raises((BrokenPipeError, ConnectionResetError)):
        MonitorProcess(MonitorConfig("portaudio", "micro"), scene.control, any_).run()
    scene.close()


@pytest.fixture
def written() -> Iterator[list[str]]:
    """Every file that this process opens for writing, or makes in memory, during the test."""
    found: list[str] = []
    is_over = Event()

    def watch(event: str, args: tuple[Any, ...]) -> None:
        if is_over.is_set():  # a hook stays for good
            return
        if event == "open" and args[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            found.append(str(args[0]))
        elif event in ("os.rename", "os.link", "socket.connect", "subprocess.Popen"):
            found.append(event)

    sys.addaudithook(watch)
    yield found
    is_over.set()


def test_what_it_hears_is_never_written_nor_sent(
    monkeypatch: pytest.MonkeyPatch, written: list[str]
) -> None:
    sound = speech(9)
    events = Scene(monkeypatch, sound, sound * 0.05).run()
    assert written == []
    sent = [msgspec.json.encode(one) for one in events]
    assert max(map(len, sent)) < 200  # a frame of sound has 1,920 bytes
