"""Sound that is written as it happens: held a little, played late, kept short."""

from __future__ import annotations

import os
import struct
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from agent.play.decode.live_ring import LiveRing

RATE_HZ = 48_000
MS = RATE_HZ // 1000
BLOCK = 10 * MS


@dataclass
class Bench:
    """A ring and the pipe into it; the samples count up from 0."""

    ring: LiveRing
    write_fd: int
    written: int = 0
    closed: bool = False

    def write(self, frames: int) -> None:
        values = (n % 30_000 for n in range(self.written, self.written + frames))
        os.write(self.write_fd, struct.pack(f"<{frames}h", *values))
        self.written += frames
        wait(lambda: self.ring._written >= 2 * self.written)

    def end(self) -> None:
        os.close(self.write_fd)
        self.closed = True
        wait(lambda: self.ring._ended)


def first(samples: bytes) -> int:
    """The first sample."""
    return int.from_bytes(samples[:2], "little", signed=True)


def wait(condition: object) -> None:
    """The ring's thread has taken what is in the pipe."""
    limit = time.monotonic() + 60
    while not condition():  # type: ignore[operator] # a plain function
        assert time.monotonic() < limit
        time.sleep(0)


@pytest.fixture
def bench() -> Iterator[Bench]:
    read_fd, write_fd = os.pipe()
    bench = Bench(LiveRing(read_fd, RATE_HZ), write_fd)
    yield bench
    bench.ring.close()
    if not bench.closed:
        os.close(write_fd)


def test_nothing_is_read_before_twenty_milliseconds_are_held(bench: Bench) -> None:
    bench.write(BLOCK)
    assert bench.ring.available == 0
    bench.write(BLOCK)
    assert bench.ring.available == 2 * BLOCK


def test_the_end_frees_what_is_held(bench: Bench) -> None:
    bench.write(BLOCK)
    bench.end()
    assert len(bench.ring.read(2 * BLOCK)) == 2 * BLOCK
    assert bench.ring.finished


def test_what_was_captured_before_the_first_sample_is_not_played(bench: Bench) -> None:
    for _ in range(30):
        bench.write(BLOCK)
    assert first(bench.ring.read(BLOCK)) == 30 * BLOCK - 2 * BLOCK
    assert first(bench.ring.read(BLOCK)) == 30 * BLOCK - BLOCK


def test_sound_that_comes_late_is_played_and_not_skipped(bench: Bench) -> None:
    bench.write(2 * BLOCK)
    assert [len(bench.ring.read(BLOCK)) for _ in range(3)] == [2 * BLOCK, 2 * BLOCK, 0]
    bench.write(3 * BLOCK)
    assert first(bench.ring.read(BLOCK)) == 2 * BLOCK


def test_what_piles_up_for_a_second_is_dropped(bench: Bench) -> None:
    bench.write(2 * BLOCK)
    bench.ring.read(BLOCK)
    bench.write(6 * BLOCK)  # 60 ms more than is needed, from a stall that is over
    for _ in range(210):  # the window in which it comes, and a whole one
        bench.ring.read(BLOCK)
        bench.write(BLOCK)
    assert bench.ring.available <= 40 * MS


def test_a_long_backlog_is_dropped_at_once(bench: Bench) -> None:
    bench.write(2 * BLOCK)
    bench.ring.read(BLOCK)
    for _ in range(50):
        bench.write(BLOCK)
    bench.ring.read(BLOCK)
    assert bench.ring.available <= 2 * BLOCK
