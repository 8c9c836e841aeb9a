"""Requests to a NovaStar card over its shared bus: one in flight, each with its own number.

The card behind a serial line, its USB adapter or TCP 5200 is a device on a `SharedBus`: a silent
card is asked once more, then polled with growing pauses. A reply counts when number, addresses and
register are those of the request.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Protocol, TypeVar

from drivers.bus.bus_device import build_bus_user, build_framing
from drivers.bus.bus_registry import share_bus
from drivers.bus.serial_port import open_serial
from drivers.bus.shared_bus import BusUser, SharedBus
from drivers.bus.tcp_port import open_tcp_port
from drivers.codec.novastar import (
    ACKS,
    EVERY_BOARD,
    RECEIVER,
    Packet,
    PacketDecoder,
    encode_packet,
    is_reply_to,
)
from drivers.errors import DeviceProtocolError, DeviceTimeout, UnsupportedFeature
from drivers.profile.endpoint import SerialEndpoint, TcpEndpoint, parse_endpoint
from drivers.profile.model import BoardProfile

TCP_PORT = 5200
DAMAGED = (2, 3)
NO_DEVICE, UNKNOWN = 1, 4
T = TypeVar("T")
_HAS_PORT = re.compile(r"tcp://.*[^:]:[0-9]+\Z")


class PacketPort(Protocol):
    """An open serial port or connection."""

    heard: bytes

    def is_open(self) -> bool:
        """Is it open?"""

    def send(self, frame: bytes) -> None:
        """Send a frame and discard earlier input."""

    async def wait_for(self, parse: Callable[[bytes], T | None]) -> T:
        """Wait until `parse` finds something in the input since the last frame."""

    def close(self) -> None:
        """Close it."""


class NovaStarLink:
    """One card; built by `build_link`."""

    def __init__(self, bus: SharedBus[PacketPort], user: BusUser) -> None:
        self._bus = bus
        self._user = user
        self._serial = 0

    def next_serial(self) -> int:
        """The number of the next request, 0 to 255."""
        self._serial = (self._serial + 1) % 256
        return self._serial

    async def poll(self, operation: str, request: Packet) -> bytes:
        """The data of the reply; refused while a silent card's back-off lasts.

        Raises:
            DriverError: as `command`.
        """
        hearing = _Hearing(request)
        return await self._judge(operation, hearing, self._bus.poll)

    async def command(self, operation: str, request: Packet) -> bytes:
        """The data of the reply, empty for a write; also asks a silent card.

        Raises:
            DeviceUnreachable: no such port or address, or it is gone.
            DeviceTimeout: no answer, or the receiving card behind it does not answer.
            DeviceProtocolError: bytes came that are no answer to this request.
            UnsupportedFeature: the card does not know the command.
        """
        hearing = _Hearing(request)
        return await self._judge(operation, hearing, self._bus.command)

    async def _judge(
        self, operation: str, hearing: _Hearing, send: Callable[..., Awaitable[Packet]]
    ) -> bytes:
        async def exchange(port: PacketPort) -> Packet:
            port.send(encode_packet(hearing.request))
            reply = await port.wait_for(hearing.find_reply)
            if reply.ack in DAMAGED:
                raise DeviceProtocolError(self._user.name, operation, ACKS[reply.ack])
            return reply

        try:
            reply = await send(self._user_of(hearing.request), operation, exchange)
        except DeviceProtocolError as error:
            if not hearing.why:
                raise
            detail = f"{error.detail}; {hearing.why}"
            raise DeviceProtocolError(self._user.name, operation, detail) from error
        return self._check(operation, hearing.request, reply)

    def _user_of(self, request: Packet) -> BusUser:
        """A receiving card that is silent has a back-off of its own; the others are still asked."""
        if request.device != RECEIVER or request.board == EVERY_BOARD:
            return self._user
        return replace(self._user, key=(self._user.key, request.port, request.board))

    def _check(self, operation: str, request: Packet, reply: Packet) -> bytes:
        name = self._user.name
        if reply.ack == NO_DEVICE:
            raise DeviceTimeout(name, operation, ACKS[NO_DEVICE])
        if reply.ack == UNKNOWN:
            raise UnsupportedFeature(name, operation, ACKS[UNKNOWN])
        if reply.ack:
            raise DeviceProtocolError(name, operation, f"ack {reply.ack} is none of the manual's")
        if not request.is_write and len(reply.data) != request.length:
            detail = f"{len(reply.data)} bytes came, {request.length} were asked for"
            raise DeviceProtocolError(name, operation, detail)
        return reply.data


class _Hearing:
    """What comes after a request, and why none of it is the answer."""

    def __init__(self, request: Packet) -> None:
        self.request = request
        self.why = ""

    def find_reply(self, heard: bytes) -> Packet | None:
        decoder = PacketDecoder()
        packets = decoder.feed(heard)
        for packet in packets:
            if is_reply_to(packet, self.request):
                return packet
        if packets:
            self.why = f"it answers request {packets[-1].serial}, ours is {self.request.serial}"
        elif decoder.damaged:
            self.why = "its checksum is wrong"
        elif decoder.has_part:
            self.why = "its end has not come"
        return None


def build_link(
    profile: BoardProfile, name: str, port: str, baud: int | None, timeout_ms: int, key: int
) -> NovaStarLink:
    """The card at a port; opens nothing.

    Args:
        profile: its line and timings.
        name: its name in the settings.
        port: a serial port's path, or `tcp://host`, with `:5200` where it is not named.
        baud: of the serial line; the factory's without.
        timeout_ms: longest time until an answer.
        key: place of the card in its chain, from 0.

    Raises:
        UnsupportedFeature: no port, or it is already used with another protocol or framing.
    """
    if port.startswith("tcp://") and not _HAS_PORT.match(port):
        port = f"{port}:{TCP_PORT}"
    endpoint = _parse(name, port)
    framing = None
    if isinstance(endpoint, SerialEndpoint):
        if profile.serial is None:
            raise UnsupportedFeature(name, "load", f"{port}: this model has no serial line")
        framing = build_framing(profile.serial, baud, None)

    async def open_port() -> PacketPort:
        if isinstance(endpoint, TcpEndpoint):
            return await open_tcp_port(endpoint.host, endpoint.port)
        if framing is None:
            raise AssertionError("unreachable: a serial endpoint has a framing")
        return await open_serial(endpoint.path, framing)

    bus: SharedBus[PacketPort] = share_bus(port, f"novastar {framing or ''}", name, open_port)
    return NovaStarLink(bus, build_bus_user(profile, name, ("novastar", key), timeout_ms))


def _parse(name: str, port: str) -> SerialEndpoint | TcpEndpoint:
    try:
        return parse_endpoint(port)
    except ValueError as error:
        raise UnsupportedFeature(name, "load", str(error)) from error
