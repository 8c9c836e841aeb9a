"""All buses of this process, by port: drivers that name the same port share one bus.

This table is global state of the process, as the port itself is: two owners of one serial port
would corrupt each other's frames.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, cast

from drivers.bus.shared_bus import Port, SharedBus
from drivers.errors import UnsupportedFeature
from drivers.profile.endpoint import SerialEndpoint, TcpEndpoint, parse_endpoint

P = TypeVar("P", bound=Port)
_lines: dict[SerialEndpoint | TcpEndpoint, tuple[str, SharedBus[Any]]] = {}


def share_bus(
    port: str, protocol: str, name: str, open_port: Callable[[], Awaitable[P]]
) -> SharedBus[P]:
    """The bus of that port, created at its first use.

    Args:
        port: as the settings write it.
        protocol: protocol and framing; all devices on the bus must have the same.
        name: the requesting device, for errors.
        open_port: see `SharedBus`.

    Raises:
        UnsupportedFeature: no port, or it is already used with another protocol or framing.
    """
    try:
        endpoint = parse_endpoint(port)
    except ValueError as error:
        raise UnsupportedFeature(name, "load", str(error)) from error
    if endpoint not in _lines:
        _lines[endpoint] = (protocol, SharedBus(port, open_port))
    known, line = _lines[endpoint]
    if known != protocol:
        detail = f"{port} is already used as {known}, this device wants {protocol}: set them alike"
        raise UnsupportedFeature(name, "load", detail)
    return cast("SharedBus[P]", line)


def has_buses() -> bool:
    """Is any port shared in this process?"""
    return bool(_lines)


def close_buses() -> None:
    """Close all ports and clear the table; for the end of the process."""
    for _, line in _lines.values():
        line.close()
    _lines.clear()
