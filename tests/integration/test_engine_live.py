"""The engine's own thread and a device that takes blocks as time passes: small ones for a voice."""

from __future__ import annotations

import gc
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator

import msgspec
import pytest

from agent.play.ipc import Ended, EngineCommand, EngineEvent, Load, Started, StartSlot, Stop
from agent.play.sound.engine_config import EngineConfig
from agent.play.sound.engine_process import Engine
from drivers.interface import Fill

RATE = 48_000
LARGE, SMALL = 1_920, 240
PATIENCE_S = 60


class ThreadedOutput:
    """A device that asks for a block whenever one has been played."""

    def __init__(self, opened: list[int]) -> None:
        self.device = "loa"
        self.underflows = 0
        self._opened = opened
        self._is_closed = threading.Event()
        self._thread: threading.Thread | None = None

    def preferred_block(self) -> int:
        return LARGE

    def open(self, rate_hz: int, block_frames: int, fill: Fill, channels: int = 1) -> None:
        self._opened.append(block_frames)
        work = lambda: self._run(block_frames / rate_hz, lambda: fill(block_frames, 0.05))  # noqa: E731 - once
        self._thread = threading.Thread(target=work, daemon=True)
        self._thread.start()

    def _run(self, block_s: float, ask: Callable[[], bytes]) -> None:
        while not self._is_closed.is_set():
            ask()
            time.sleep(block_s)

    def is_running(self) -> bool:
        return not self._is_closed.is_set()

    def retire(self) -> None:
        """Plays on."""

    def close(self) -> None:
        self._is_closed.set()
        if self._thread is not None:
            self._thread.join()


class Bench:
    """An engine in a thread, and the agent's end of its socket."""

    def __init__(self) -> None:
        self.opened: list[int] = []
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._socket = ours
        ours.settimeout(PATIENCE_S)
        engine = Engine(EngineConfig("fake", "loa"), theirs, lambda: ThreadedOutput(self.opened))
        self._thread = threading.Thread(target=engine.run, daemon=True)
        self._thread.start()
        self._theirs = theirs

    def send(self, command: EngineCommand, fd: int | None = None) -> None:
        fds = [] if fd is None else [fd]
        socket.send_fds(self._socket, [msgspec.json.encode(command)], fds)

    def hear(self, kind: type[Started | Ended], slot: str) -> None:
        """Read events up to one of a slot."""
        decoder = msgspec.json.Decoder(EngineEvent)
        while True:
            event = decoder.decode(self._socket.recv(65_536))
            if isinstance(event, kind) and event.id == slot:
                return

    def drain_until(self, condition: Callable[[], bool]) -> None:
        """Read events, of which there is one each 500 ms, until a condition holds."""
        limit_s = time.monotonic() + PATIENCE_S
        while not condition():
            assert time.monotonic() < limit_s
            self._socket.recv(65_536)

    def close(self) -> None:
        self._socket.close()
        self._thread.join()
        self._theirs.close()
        gc.unfreeze()  # an engine does without in a process of its own
        gc.enable()


@pytest.fixture
def bench() -> Iterator[Bench]:
    bench = Bench()
    yield bench
    bench.close()


def test_blocks_are_small_while_somebody_speaks_and_large_again_afterwards(bench: Bench) -> None:
    music = os.memfd_create("music")
    os.write(music, bytes(RATE * 2 * 3))
    os.lseek(music, 0, os.SEEK_SET)
    bench.send(Load("music", 1), music)
    bench.send(StartSlot("music", 0.0))
    bench.hear(Started, "music")
    assert bench.opened == [LARGE]
    voice, mouth = os.pipe()
    bench.send(Load("voice", 3, is_live=True), voice)
    os.close(voice)
    os.write(mouth, bytes(9_600))
    bench.send(StartSlot("voice", 0.0))
    bench.hear(Started, "voice")
    assert bench.opened == [LARGE, SMALL]
    bench.send(Stop("voice"))
    bench.hear(Ended, "voice")
    os.close(mouth)
    bench.drain_until(lambda: len(bench.opened) == 3)
    assert bench.opened == [LARGE, SMALL, LARGE]
    os.close(music)


def test_what_waits_for_another_moment_does_not_put_off_the_small_blocks(bench: Bench) -> None:
    voice, mouth = os.pipe()
    bench.send(Load("voice", 3, is_live=True), voice)
    os.close(voice)
    song = os.memfd_create("song")
    bench.send(Load("song", 1), song)
    os.close(song)
    bench.send(StartSlot("voice", time.monotonic() + 0.3))
    bench.send(StartSlot("song", 1e12))
    bench.drain_until(lambda: SMALL in bench.opened)
    os.write(mouth, bytes(9_600))
    bench.hear(Started, "voice")
    os.close(mouth)
    bench.hear(Ended, "voice")
