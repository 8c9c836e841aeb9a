"""Frames go into the pipe by the clock, as far as it has room."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import count
from types import SimpleNamespace
from typing import Any

import pytest

from agent.live.relay.paced_pipe import PacedPipe
from agent.radio.radio_programme import BOX_FRAMES

FRAME_BYTES = 9_600  # 100 ms of s16, 48 kHz, mono


@pytest.fixture
def ends() -> Iterator[tuple[int, int]]:
    read_fd, write_fd = os.pipe()
    os.set_blocking(read_fd, False)
    os.set_blocking(write_fd, False)
    yield read_fd, write_fd
    for fd in (read_fd, write_fd):
        os.close(fd)


def numbered() -> tuple[PacedPipe, list[int]]:
    made: list[int] = []

    def next_frame() -> bytes:
        made.append(len(made))
        return bytes([len(made) % 256]) * FRAME_BYTES

    programme: Any = SimpleNamespace(form=BOX_FRAMES, next_frame=next_frame)
    return PacedPipe(-1, programme), made


def test_nothing_is_written_before_a_second_ahead_of_its_moment(ends: tuple[int, int]) -> None:
    pipe, made = numbered()
    pipe.fd = ends[1]
    pipe.write_due(100.0)
    pipe.begin(102.0)
    pipe.write_due(101.0)
    assert made == []
    pipe.write_due(101.25)
    assert made == [0, 1]


def test_its_moment_may_be_moved_until_a_frame_is_written(ends: tuple[int, int]) -> None:
    pipe, made = numbered()
    pipe.fd = ends[1]
    pipe.begin(102.0)
    pipe.begin(103.0)
    pipe.write_due(102.25)
    pipe.begin(200.0)
    pipe.write_due(102.45)
    assert made == [0, 1, 2, 3]


def test_what_a_full_pipe_does_not_take_waits_and_nothing_is_lost(ends: tuple[int, int]) -> None:
    pipe, made = numbered()
    pipe.fd = ends[1]
    pipe.begin(0.0)
    got = b""
    for second in count(1):
        pipe.write_due(float(second))
        got += os.read(ends[0], 1 << 20)
        if len(made) >= 40:
            break
    pipe.write_due(0.0)
    got += os.read(ends[0], 1 << 20)
    whole = len(got) // FRAME_BYTES
    assert got == b"".join(bytes([n % 256]) * FRAME_BYTES for n in range(1, whole + 2))[: len(got)]
    assert len(made) - whole <= 8  # what a pipe of 64 KiB holds


def test_a_reader_that_is_gone_is_told(ends: tuple[int, int]) -> None:
    pipe, _made = numbered()
    gone, pipe.fd = os.pipe()
    os.set_blocking(pipe.fd, False)
    os.close(gone)
    pipe.begin(0.0)
    with pytest.raises(BrokenPipeError):
        pipe.write_due(0.0)
    os.close(pipe.fd)
