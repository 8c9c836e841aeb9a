"""The setting `port`: a serial port's path, or `tcp://host:port`."""

from __future__ import annotations

import re
from dataclasses import dataclass

TCP_PORT = 502  # registered for Modbus TCP
_TCP = re.compile(r"tcp://(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+)(?::([0-9]{1,5}))?\Z")


@dataclass(frozen=True)
class SerialEndpoint:
    """A serial port; the path should be a stable one, below /dev/serial/by-path or by-id."""

    path: str


@dataclass(frozen=True)
class TcpEndpoint:
    """A Modbus TCP device, or a gateway to a serial line."""

    host: str
    port: int


def parse_endpoint(text: str) -> SerialEndpoint | TcpEndpoint:
    """Read a setting `port`.

    Raises:
        ValueError: neither of the two forms.
    """
    if text.startswith("/"):
        return SerialEndpoint(text)
    found = _TCP.match(text)
    port = int(found[2] or TCP_PORT) if found else 0
    if found is None or not 1 <= port <= 65_535:
        raise ValueError(f"{text!r} is neither /dev/serial/by-path/… nor tcp://192.168.1.200:502")
    return TcpEndpoint(found[1].strip("[]"), port)
