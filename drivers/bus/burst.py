"""Many datagrams in one system call, prepared once: sendmmsg(2)."""

from __future__ import annotations

import ctypes
import errno
import select
import socket
import time
from collections.abc import Sequence

MOST_IN_CALL = 1024  # UIO_MAXIOV
ADDRESS_BYTES = 28  # the longest that is used: struct sockaddr_in6
_FULL = (errno.EAGAIN, errno.ENOBUFS)
_PAUSE_S = 0.0002
_ROOM_S = 0.005
_LIBC = ctypes.CDLL(None, use_errno=True)


class _Iovec(ctypes.Structure):
    _fields_ = (("base", ctypes.c_void_p), ("length", ctypes.c_size_t))


class _Header(ctypes.Structure):
    """struct msghdr."""

    _fields_ = (
        ("name", ctypes.c_void_p),
        ("name_length", ctypes.c_uint32),
        ("parts", ctypes.POINTER(_Iovec)),
        ("part_count", ctypes.c_size_t),
        ("control", ctypes.c_void_p),
        ("control_length", ctypes.c_size_t),
        ("flags", ctypes.c_int),
    )


class _Datagram(ctypes.Structure):
    """struct mmsghdr."""

    _fields_ = (("header", _Header), ("sent", ctypes.c_uint))


class Burst:
    """Datagrams of which each is a head and a piece of a common buffer.

    Args:
        buffer: keeps its place in memory; what it holds when the burst is sent, is sent.
        pieces: of each datagram: its head, and where its piece begins and how long it is.
        addresses: of each datagram, as the kernel has them; none: `address` for all.

    Attributes:
        count: of datagrams.
        address: where all go to, as the kernel has it; may be set before each sending.
        heads: the heads, one after another; may be written before each sending.
    """

    def __init__(
        self,
        buffer: bytearray,
        pieces: Sequence[tuple[bytes, int, int]],
        addresses: Sequence[bytes] = (),
        address_bytes: int = 0,
    ) -> None:
        self.count = len(pieces)
        self.address = ctypes.create_string_buffer(ADDRESS_BYTES)
        self._heads = ctypes.create_string_buffer(b"".join(head for head, _, _ in pieces))
        self.heads = memoryview(self._heads).cast("B")
        self._buffer = (ctypes.c_char * len(buffer)).from_buffer(buffer)
        self._addresses = [ctypes.create_string_buffer(one, len(one)) for one in addresses]
        self._parts = (_Iovec * (2 * len(pieces)))()
        self._messages = (_Datagram * len(pieces))()
        head_at, body_at = ctypes.addressof(self._heads), ctypes.addressof(self._buffer)
        for n, (head, begin, length) in enumerate(pieces):
            self._parts[2 * n] = _Iovec(head_at, len(head))
            self._parts[2 * n + 1] = _Iovec(body_at + begin, length)
            message = self._messages[n].header
            message.name, message.name_length = self._find_address(n, address_bytes)
            message.parts = ctypes.pointer(self._parts[2 * n])
            message.part_count = 2 if length else 1
            head_at += len(head)

    def _find_address(self, n: int, address_bytes: int) -> tuple[int | None, int]:
        if self._addresses:
            return ctypes.addressof(self._addresses[n]), len(self._addresses[n])
        return (ctypes.addressof(self.address), address_bytes) if address_bytes else (None, 0)

    def send(self, line: socket.socket, limit_s: float) -> tuple[int, int]:
        """Send all; returns how many went out, and the error that ended it, 0 for none.

        Args:
            line: the socket, without blocking.
            limit_s: how long to wait for room in the kernel's queues; EAGAIN afterwards.
        """
        sent, until_mono_s = 0, time.monotonic() + limit_s
        size = ctypes.sizeof(_Datagram)
        while sent < self.count:
            at = ctypes.addressof(self._messages) + sent * size
            count = min(MOST_IN_CALL, self.count - sent)
            done = _LIBC.sendmmsg(line.fileno(), ctypes.c_void_p(at), count, 0)
            if done > 0:
                sent += done
                continue
            code = ctypes.get_errno()
            if code not in _FULL:
                return sent, code
            if time.monotonic() > until_mono_s:
                return sent, errno.EAGAIN
            if code == errno.EAGAIN:
                select.select([], [line], [], _ROOM_S)
            else:
                time.sleep(_PAUSE_S)  # the interface's own queue is full: nothing tells of its end
        return sent, 0
