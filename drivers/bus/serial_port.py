"""A serial port for raw bytes, for devices with their own command table."""

from __future__ import annotations

import asyncio
import errno
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import serial

T = TypeVar("T")
PARITIES = {"none": "N", "even": "E", "odd": "O"}
MAX_HEARD_BYTES = 4096


@dataclass(frozen=True, kw_only=True)
class Framing:
    """The framing of characters on a line; all devices on it must use the same."""

    baud: int
    bits: int = 8
    parity: str = "none"
    stop_bits: int = 1

    def __str__(self) -> str:
        return f"{self.baud} {self.bits}{PARITIES[self.parity]}{self.stop_bits}"


class SerialPort:
    """An open port, held exclusively; built by `open_serial`."""

    def __init__(self, device: serial.Serial) -> None:
        self._device = device
        self._fd = device.fileno()
        self._loop = asyncio.get_running_loop()
        self._news = asyncio.Event()
        self._is_open = True
        self.heard = b""
        self._loop.add_reader(self._fd, self._on_readable)

    def is_open(self) -> bool:
        """Is the port open?"""
        return self._is_open

    def send(self, frame: bytes) -> None:
        """Write a frame and discard earlier input.

        Raises:
            OSError: the port is gone, or does not accept the frame.
        """
        if not self._is_open:
            raise OSError(errno.ENODEV, "closed")
        self.heard = b""
        if os.write(self._fd, frame) != len(frame):
            raise OSError(errno.EIO, "the port does not accept a whole frame")

    async def expect(self, pattern: re.Pattern[bytes]) -> re.Match[bytes]:
        """Wait until the input since the last frame matches the pattern; without a timeout.

        Raises:
            OSError: the port is gone.
        """
        return await self.wait_for(pattern.search)

    async def wait_for(self, parse: Callable[[bytes], T | None]) -> T:
        """Wait until `parse` finds something in the input since the last frame; no timeout.

        Raises:
            OSError: the port is gone.
        """
        while True:
            found = parse(self.heard)
            if found is not None:
                return found
            if not self._is_open:
                raise OSError(errno.ENODEV, "gone")
            self._news.clear()
            await self._news.wait()

    def close(self) -> None:
        """Close the port."""
        if not self._is_open:
            return
        self._is_open = False
        if not self._loop.is_closed():
            self._loop.remove_reader(self._fd)
        self._device.close()
        self._news.set()

    def _on_readable(self) -> None:
        try:
            data = os.read(self._fd, 1024)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:  # a tty that hangs up reads as empty or as an error
            self.close()
            return
        self.heard = (self.heard + data)[-MAX_HEARD_BYTES:]
        self._news.set()


async def open_serial(path: str, framing: Framing) -> SerialPort:
    """Open a port exclusively.

    Raises:
        OSError: missing, no permission, or in use.
    """
    device = await asyncio.to_thread(_open, path, framing)
    return SerialPort(device)


def _open(path: str, framing: Framing) -> serial.Serial:
    try:
        return serial.Serial(
            path,
            baudrate=framing.baud,
            bytesize=framing.bits,
            parity=PARITIES[framing.parity],
            stopbits=framing.stop_bits,
            timeout=0,
            exclusive=True,
        )
    except serial.SerialException as error:
        # pyserial keeps the errno of open() and of flock(), and drops others
        raise OSError(error.errno or errno.EIO, str(error)) from error
