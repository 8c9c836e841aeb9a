"""The copy of what is played: whole packets, never waiting, and nobody has to take it."""

from __future__ import annotations

import os
import socket

import pytest

from agent.play.ipc import TAP_HEADER
from agent.play.sound.sample_tap import SampleTap

BLOCK = b"\x01\x02" * 1920


@pytest.fixture
def ends() -> tuple[socket.socket, socket.socket]:
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


def test_a_packet_has_its_moment_and_the_samples(
    ends: tuple[socket.socket, socket.socket],
) -> None:
    ours, theirs = ends
    tap = SampleTap()
    assert not tap.is_open
    tap.open(ours.detach())
    tap.write(12.5, 2, BLOCK)
    with theirs:
        packet = theirs.recv(65_536)
    assert TAP_HEADER.unpack_from(packet) == (12.5, 2)
    assert packet[TAP_HEADER.size :] == BLOCK


def test_a_reader_that_is_behind_loses_packets_and_delays_nobody(
    ends: tuple[socket.socket, socket.socket],
) -> None:
    ours, theirs = ends
    tap = SampleTap()
    tap.open(ours.detach())
    for _ in range(1000):
        tap.write(1.0, 1, BLOCK)
    with theirs:
        assert len(theirs.recv(65_536)) == TAP_HEADER.size + len(BLOCK)
    assert tap.is_open


def test_it_closes_when_the_reader_has_ended(ends: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = ends
    fd = ours.detach()
    tap = SampleTap()
    tap.open(fd)
    theirs.close()
    tap.write(1.0, 1, BLOCK)
    assert not tap.is_open
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(fd)
