"""Build the driver of a sign from its profile."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from drivers.bus.bus_device import build_framing
from drivers.codec.huidu import TCP_PORT
from drivers.content_board.huidu import HuiduSign
from drivers.content_board.huidu_link import Connect, HuiduLink
from drivers.content_board.sign import Sign
from drivers.errors import UnsupportedFeature
from drivers.profile.endpoint import TcpEndpoint, parse_endpoint
from drivers.profile.model import BoardProfile, HuiduSpec, ModbusTextSpec

if TYPE_CHECKING:
    from drivers.content_board.modbus_text import ModbusTextSign

_ADDRESS = re.compile(r"([A-Za-z0-9.-]+)(?::([0-9]{1,5}))?\Z")


class SignOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The line of a sign on Modbus; None: the factory's."""

    unit: int | None = None
    baud: int | None = None
    parity: str | None = None


def find_address(path: str, profile: BoardProfile) -> tuple[str, int] | None:
    """Host and TCP port of a sign; None: it is on a serial line, or has no address."""
    if profile.content is not None and profile.content.modbus_text is not None:
        try:
            endpoint = parse_endpoint(path)
        except ValueError:
            return None
        return (endpoint.host, endpoint.port) if isinstance(endpoint, TcpEndpoint) else None
    found = _ADDRESS.match(path)
    return None if found is None else (found[1], int(found[2] or TCP_PORT))


def build_sign(
    path: str,
    profile: BoardProfile,
    options: SignOptions | None = None,
    connect: Connect | None = None,
) -> Sign:
    """The sign at an address; opens nothing.

    Args:
        path: `192.168.0.50`, or `192.168.0.50:10001`; of a sign on Modbus a serial port, or
            `tcp://192.168.0.60:502`.
        profile: of the sign.
        options: of its line.
        connect: makes connections to its address; without one this process does.

    Raises:
        UnsupportedFeature: no address, or a protocol that no driver here speaks.
    """
    if profile.content is not None and profile.content.modbus_text is not None:
        return build_text_sign(path, profile, profile.content.modbus_text, options, connect)
    spec, link = build_huidu_link(path, profile, connect)
    brightness = spec.brightness.low, spec.brightness.high
    return HuiduSign(path, link, brightness, known_passwords=spec.known_passwords)


def build_huidu_link(
    path: str, profile: BoardProfile, connect: Connect | None = None
) -> tuple[HuiduSpec, HuiduLink]:
    """A Huidu card and the session with it; opens nothing.

    Raises:
        UnsupportedFeature: no address, or another card.
    """
    address = find_address(path, profile)
    if address is None:
        raise UnsupportedFeature(path, "load", "E_ADDRESS: such as 192.168.0.50")
    content = profile.content
    if content is None or content.huidu is None:
        raise UnsupportedFeature(path, "load", f"{profile.model} takes no pictures")
    timeout_s = profile.timings.timeout_ms / 1000
    return content.huidu, HuiduLink(path, address, content.huidu, timeout_s, connect=connect)


def build_text_sign(
    path: str,
    profile: BoardProfile,
    spec: ModbusTextSpec,
    options: SignOptions | None,
    connect: Connect | None = None,
) -> ModbusTextSign:
    """A sign on Modbus; opens nothing.

    Raises:
        UnsupportedFeature: no address.
    """
    from drivers.content_board.modbus_text import ModbusTextSign, build_client

    options = options or SignOptions()
    line = profile.serial
    framing = None if line is None else build_framing(line, options.baud, options.parity)
    try:
        timeout_s = profile.timings.timeout_ms / 1000
        client = build_client(parse_endpoint(path), framing, timeout_s, connect)
    except ValueError as error:
        raise UnsupportedFeature(path, "load", f"E_ADDRESS: {error}") from error
    unit = options.unit
    if unit is None:
        unit = profile.units.factory if profile.units is not None else 1
    return ModbusTextSign(path, client, unit, spec)
