"""A display of DDP that keeps one pixel of each picture: the last one, and when it came.

Datagrams that end no picture are left in the kernel, so that this reader is never behind. Read from
3waylabs' specification, not with the code under test.
"""

from __future__ import annotations

import ctypes
import socket
import struct
import threading
import time
from dataclasses import dataclass

_SO_ATTACH_FILTER = 26  # asm-generic/socket.h
_HEAD_BYTES = 10
_INSTRUCTION = struct.Struct("=HBBI")  # struct sock_filter: code, jump if true, if false, operand
# linux/filter.h; a UDP socket's filter sees the UDP header first: 8 bytes
_PUSHED_ONLY = (
    (0x30, 0, 0, 8),  # load the first byte of the datagram
    (0x45, 0, 1, 0x01),  # has it the push flag?
    (0x06, 0, 0, 0xFFFF),  # take all of it
    (0x06, 0, 0, 0),  # take none of it
)


class _Program(ctypes.Structure):
    """struct sock_fprog."""

    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


@dataclass(frozen=True)
class ShownPixel:
    """The last pixel of a picture: red, green, blue; `mono_s` is when its datagram was here."""

    mono_s: float
    colour: tuple[int, int, int]


class PixelWall(threading.Thread):
    """Hears pictures on 127.0.0.1 until it is closed.

    Attributes:
        address: to be sent to, `127.0.0.1:port`.
        shown: all pictures, in the order in which they came.
    """

    def __init__(self) -> None:
        super().__init__(name="wall", daemon=True)
        self.shown: list[ShownPixel] = []
        self._line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._line.bind(("127.0.0.1", 0))
        code = b"".join(_INSTRUCTION.pack(*one) for one in _PUSHED_ONLY)
        self._code = ctypes.create_string_buffer(code)
        program = _Program(len(_PUSHED_ONLY), ctypes.addressof(self._code))
        self._line.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, bytes(program))
        self._line.settimeout(0.1)
        self._is_over = threading.Event()
        self.address = f"127.0.0.1:{self._line.getsockname()[1]}"

    def run(self) -> None:
        """Live until `close`."""
        while not self._is_over.is_set():
            try:
                datagram = self._line.recv(2048)
            except TimeoutError:
                continue
            red, green, blue = datagram[_HEAD_BYTES:][-3:]
            self.shown.append(ShownPixel(time.monotonic(), (red, green, blue)))

    def close(self) -> None:
        """Hear no more."""
        self._is_over.set()
        self.join()
        self._line.close()

    def find(
        self, after_mono_s: float, colour: tuple[int, int, int], *, is_it: bool
    ) -> ShownPixel | None:
        """The first picture after a moment whose last pixel has this colour, or another one."""
        later = (one for one in list(self.shown) if one.mono_s > after_mono_s)
        return next((one for one in later if (one.colour == colour) is is_it), None)
