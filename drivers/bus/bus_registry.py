"""All lines of this process, by port: drivers that name the same port share its owner.

This table is the one place for state of the process as a whole, as the port itself is: two owners
of one serial port would talk into each other's frames.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, cast

from drivers.bus.shared_bus import Port, SharedBus
from drivers.errors import UnsupportedFeature
from drivers.profile.endpoint import SerialEndpoint, TcpEndpoint, parse_endpoint

P = TypeVar("P", bound=Port)
_lines: dict[SerialEndpoint | TcpEndpoint, tuple[str, SharedBus[Any]]] = {}


def share_line(
    port: str, speech: str, name: str, open_port: Callable[[], Awaitable[P]]
) -> SharedBus[P]:
    """The line of that port, made at its first mention.

    Args:
        port: as the settings write it.
        speech: protocol and framing; all who share the line must have the same.
        name: who asks, for errors.
        open_port: see `SharedBus`.

    Raises:
        UnsupportedFeature: no port, or it is already used with another speech.
    """
    try:
        endpoint = parse_endpoint(port)
    except ValueError as error:
        raise UnsupportedFeature(name, "load", str(error)) from error
    if endpoint not in _lines:
        _lines[endpoint] = (speech, SharedBus(port, open_port))
    known, line = _lines[endpoint]
    if known != speech:
        detail = f"{port} is already used as {known}, this device wants {speech}: set them alike"
        raise UnsupportedFeature(name, "load", detail)
    return cast("SharedBus[P]", line)


def has_lines() -> bool:
    """Is any port shared in this process?"""
    return bool(_lines)


def close_lines() -> None:
    """Let go of all ports and forget who shared them; for the end of the process."""
    for _, line in _lines.values():
        line.close()
    _lines.clear()
