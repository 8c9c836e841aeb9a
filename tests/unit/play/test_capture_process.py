"""The capture process passes blocks on, keeps nothing, and reports what it hears."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pytest

from agent.play.capture import capture_process
from agent.play.capture.capture_config import CaptureConfig
from agent.play.capture.capture_process import Capture
from agent.play.ipc import AddPipe, CaptureBeat, CaptureEvent, CaptureReady, WorkerFault
from drivers.errors import DeviceUnreachable

BLOCK = b"\x00\x20" * 240 + b"\x00\xe0" * 240  # 8192 and -8192: a quarter of full scale
QUARTER_DBFS = -12.0  # 20 log10(8192 / 32768) = -12.04


@dataclass
class FakeInput:
    """Gives as many blocks as it is told, then is gone."""

    blocks: int
    device: str = "micro"
    on_read: Callable[[int], None] = lambda _n: None
    refuses: bool = False
    given: int = 0
    opened: list[tuple[int, int]] = field(default_factory=list)

    def open(self, rate_hz: int, block_frames: int) -> None:
        if self.refuses:
            raise DeviceUnreachable(self.device, "find", "inputs here: none")
        self.opened.append((rate_hz, block_frames))

    def read(self) -> bytes:
        assert self.opened
        self.on_read(self.given)
        self.given += 1
        if self.given > self.blocks:
            raise DeviceUnreachable(self.device, "read", "it was unplugged")
        return BLOCK

    def close(self) -> None:
        pass


@dataclass
class Bench:
    ours: socket.socket
    theirs: socket.socket

    def run(self, device: FakeInput) -> int:
        return Capture(CaptureConfig("any", "micro"), self.theirs, device).run()

    def events(self) -> list[CaptureEvent]:
        self.ours.settimeout(0)
        found: list[CaptureEvent] = []
        decoder: Any = msgspec.json.Decoder(CaptureEvent)
        while True:
            try:
                found.append(decoder.decode(self.ours.recv(4096)))
            except BlockingIOError:
                return found

    def add_pipe(self) -> int:
        read_fd, write_fd = os.pipe()
        socket.send_fds(self.ours, [msgspec.json.encode(AddPipe())], [write_fd])
        os.close(write_fd)
        os.set_blocking(read_fd, False)
        return read_fd


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    monkeypatch.setattr(capture_process, "confine_capture", lambda: None)
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, theirs:
        yield Bench(ours, theirs)


def test_every_pipe_gets_what_is_captured_after_it_was_added(bench: Bench) -> None:
    pipes: list[int] = []

    def on_read(number: int) -> None:
        if number in (3, 5):
            pipes.append(bench.add_pipe())

    assert bench.run(FakeInput(8, on_read=on_read)) == 1
    first, second = (os.read(pipe, 65_536) for pipe in pipes)
    for pipe in pipes:
        os.close(pipe)
    # Added while block 3 (5) was read: the process takes it behind that block.
    assert first == BLOCK * 4
    assert second == BLOCK * 2


def test_it_says_when_the_input_gives_sound_and_when_it_is_gone(bench: Bench) -> None:
    bench.run(FakeInput(3))
    ready, lost = bench.events()
    assert ready == CaptureReady("micro")
    assert isinstance(lost, WorkerFault)
    assert (lost.code, lost.id) == ("E_INPUT_LOST", None)
    assert "it was unplugged" in lost.detail


def test_an_input_that_is_not_there_is_no_ready_one(bench: Bench) -> None:
    assert bench.run(FakeInput(1, refuses=True)) == 1
    (lost,) = bench.events()
    assert isinstance(lost, WorkerFault)
    assert lost.code == "E_INPUT_LOST"


def test_a_beat_tells_the_highest_peak(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capture_process, "BEAT_S", 0.0)
    bench.run(FakeInput(3))
    beats = [one for one in bench.events() if isinstance(one, CaptureBeat)]
    assert [one.peak_dbfs for one in beats] == [QUARTER_DBFS] * len(beats)
    assert beats[-1].blocks == 2  # the first block only showed that the input is alive


def test_it_ends_with_the_agent(bench: Bench) -> None:
    device = FakeInput(10_000, on_read=lambda number: bench.ours.close() if number == 4 else None)
    # it sees the end of the socket, or cannot send any more; `main` ends with 0 in both cases
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        assert bench.run(device) == 0
    assert device.given <= 6


def test_a_pipe_that_nobody_reads_loses_blocks_and_stops_nothing(bench: Bench) -> None:
    pipes: list[int] = []

    def on_read(number: int) -> None:
        if number == 1:
            pipes.append(bench.add_pipe())
        if number == 2:
            pipes.append(bench.add_pipe())
            os.close(pipes[-1])  # its reader is gone

    assert bench.run(FakeInput(200, on_read=on_read)) == 1
    got = len(os.read(pipes[0], 1 << 20))
    os.close(pipes[0])
    assert 0 < got < 200 * len(BLOCK)
    assert got % len(BLOCK) == 0  # whole blocks
