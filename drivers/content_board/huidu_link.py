"""One session with a Huidu card: its own TCP connection, one request at a time.

The connection is lost at the first thing that is wrong with it, and a new one begins with the
handshake: nothing of an answer that came late can be taken for another's.
"""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Callable
from functools import partial
from typing import TypeVar
from xml.etree.ElementTree import Element

from drivers.codec import huidu, huidu_xml
from drivers.codec.huidu import HuiduDecoder, HuiduPacket, XmlAssembler
from drivers.codec.huidu_xml import Reply
from drivers.errors import (
    DeviceFault,
    DeviceProtocolError,
    DeviceTimeout,
    DeviceUnreachable,
    UnsupportedFeature,
)
from drivers.profile.model import HuiduSpec

CONNECT_S = 3.0
FILE_END_S = 20.0  # the card writes its flash
BUSY_S = 10.0
BUSY_PAUSE_S = 0.25
HEARTBEAT_S = 1.0
MOST_WAIT_S = 0.5
_RECEIVE_BYTES = 64 * 1024
Connect = Callable[[], socket.socket]
A = TypeVar("A")
B = TypeVar("B")
Lost = DeviceProtocolError | DeviceUnreachable | DeviceTimeout | DeviceFault


class UploadAbandonedError(Exception):
    """Somebody wants another picture; the card keeps what it has of this one."""


class HuiduLink:
    """The session with one card.

    Args:
        name: for errors.
        address: host and TCP port.
        spec: what differs between cards.
        timeout_s: longest time until an answer.
        connect: makes the connection; without one this process does.
        now: CLOCK_MONOTONIC seconds.
        sleep: waits for so many seconds.
    """

    def __init__(
        self,
        name: str,
        address: tuple[str, int],
        spec: HuiduSpec,
        timeout_s: float,
        *,
        connect: Connect | None = None,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._name = name
        self._connect = connect or partial(socket.create_connection, address, CONNECT_S)
        self._spec = spec
        self._timeout_s = timeout_s
        self._now = now
        self._sleep = sleep
        self._socket: socket.socket | None = None
        self._guid = ""
        self._heartbeat_mono_s = 0.0

    @property
    def is_open(self) -> bool:
        """Is there a session?"""
        return self._socket is not None

    def open(self) -> None:
        """Connect, and agree on version and session.

        Raises:
            DeviceUnreachable: nobody answers at this address.
            DriverError: as `ask`.
        """
        self.close()
        try:
            self._socket = self._connect()
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as error:
            raise DeviceUnreachable(self._name, "connect", f"E_NO_HOST: {error}") from error
        self._decoder, self._packets, self._guid = HuiduDecoder(), list[HuiduPacket](), ""
        self._send("version", huidu.build_version_ask(self._spec.tcp_version))
        self._parse("version", huidu.parse_version, self._wait("version", huidu.VERSION_ANSWER))
        reply = self._exchange("GetIFVersion", huidu_xml.build_if_version(), huidu_xml.NO_GUID)
        self._guid = reply.guid
        if not self._guid:
            raise self._lose("GetIFVersion", "a session without a guid")

    def close(self) -> None:
        """End the session."""
        if self._socket is not None:
            self._socket.close()
        self._socket = None

    def ask(self, method: str, inner: str = "") -> Element:
        """The values of a reply. A card that is not ready is asked again for ten seconds.

        Raises:
            DeviceUnreachable: the connection is gone.
            DeviceTimeout: no answer, or half of one.
            DeviceProtocolError: what came is no answer to this request.
            DeviceFault: the card says that it could not do it.
            UnsupportedFeature: the card does not know the request.
        """
        until_mono_s = self._now() + BUSY_S
        while True:
            reply = self._exchange(method, inner, self._guid)
            if reply.result not in huidu_xml.BUSY or self._now() > until_mono_s:
                break
            self._sleep(BUSY_PAUSE_S)
        if reply.result == huidu_xml.UNSUPPORTED:
            raise UnsupportedFeature(self._name, method, "this card does not know it")
        if reply.result != huidu_xml.SUCCESS:
            raise DeviceFault(self._name, method, f"the card says {reply.result or 'nothing'}")
        return reply.out

    def send_file(self, name: str, data: bytes, md5_hex: str, is_stale: Callable[[], bool]) -> None:
        """Bring a picture onto the card, from where an earlier attempt ended.

        Args:
            name: of the file on the card, ASCII.
            data: its content.
            md5_hex: of the content.
            is_stale: is the file of no use any more? Asked between its pieces.

        Raises:
            UploadAbandonedError: it is of no use any more.
            DriverError: as `ask`.
        """
        kind = huidu.TEMPORARY_IMAGE if self._spec.files == "memory" else huidu.IMAGE
        self._send(name, huidu.build_file_start(md5_hex, len(data), kind, name))
        body = self._wait(name, huidu.FILE_START_ANSWER)
        status, held_bytes = self._parse(name, huidu.parse_file_start_answer, body)
        is_abandoned = False
        if status == 0 and held_bytes <= len(data):
            is_abandoned = self._send_content(name, data[held_bytes:], is_stale)
        # also after a refusal: until the end, the card takes no XML
        self._send(name, HuiduPacket(huidu.FILE_END_ASK))
        end = self._parse(
            name, huidu.parse_status, self._wait(name, huidu.FILE_END_ANSWER, FILE_END_S)
        )
        if is_abandoned:
            raise UploadAbandonedError(name)
        if held_bytes > len(data):
            detail = f"the card holds {held_bytes} bytes of a file of {len(data)}"
            raise DeviceProtocolError(self._name, name, detail)
        for code in (status, end):
            if code:
                detail = f"E_UPLOAD: the card says {huidu.describe_status(code)}"
                raise DeviceFault(self._name, name, detail)

    def _send_content(self, name: str, data: bytes, is_stale: Callable[[], bool]) -> bool:
        """Send the pieces of a file; True when it became of no use meanwhile."""
        room = self._spec.packet_bytes - 4
        for begin in range(0, len(data), room):
            if begin and is_stale():
                return True
            self._send(name, HuiduPacket(huidu.FILE_CONTENT, data[begin : begin + room]))
        return False

    def _exchange(self, method: str, inner: str, guid: str) -> Reply:
        request = huidu_xml.build_request(guid, method, inner)
        for packet in huidu.build_xml(request, self._spec.packet_bytes):
            self._send(method, packet)
        text, pieces = None, XmlAssembler()
        while text is None:
            text = self._parse(method, pieces.add, self._wait(method, huidu.XML_ANSWER))
        reply = self._parse(method, huidu_xml.parse_reply, text)
        if reply.method != method:
            raise self._lose(method, f"an answer to {reply.method!r}")
        if self._guid and reply.guid != self._guid:
            raise self._lose(method, "an answer of another session")
        return reply

    def _send(self, operation: str, packet: HuiduPacket) -> None:
        try:
            self._require().sendall(huidu.encode_packet(packet))
        except OSError as error:
            raise self._lose(operation, str(error), DeviceUnreachable) from error

    def _wait(self, operation: str, command: int, limit_s: float | None = None) -> bytes:
        """The body of the next packet with this command; heartbeats are answered meanwhile."""
        limit_s = limit_s or self._timeout_s
        until_mono_s = self._now() + limit_s
        while True:
            while self._packets:
                packet = self._packets.pop(0)
                if packet.command == command:
                    return packet.body
                self._handle_other(operation, packet)
            if not self._receive(operation, until_mono_s):
                detail = f"no answer in {limit_s:g} s"
                raise self._lose(operation, detail, DeviceTimeout)

    def _receive(self, operation: str, until_mono_s: float) -> bool:
        """Take what comes; False when the time is over."""
        wait_s = until_mono_s - self._now()
        if wait_s <= 0:
            return False
        line = self._require()
        try:
            if not select.select([line], [], [], min(wait_s, MOST_WAIT_S))[0]:
                return True
            data = line.recv(_RECEIVE_BYTES)
        except OSError as error:
            raise self._lose(operation, str(error), DeviceUnreachable) from error
        if not data:
            raise self._lose(operation, "the card closed the connection", DeviceUnreachable)
        self._packets += self._parse(operation, self._decoder.feed, data)
        return True

    def _handle_other(self, operation: str, packet: HuiduPacket) -> None:
        if packet.command == huidu.ERROR:
            code = self._parse(operation, huidu.parse_status, packet.body)
            detail = f"the card says {huidu.describe_status(code)}"
            raise self._lose(operation, detail, DeviceFault)
        is_beat = packet.command in (huidu.HEARTBEAT_ASK, huidu.HEARTBEAT_ANSWER)
        is_due = self._now() - self._heartbeat_mono_s >= HEARTBEAT_S
        if is_beat and is_due and self._spec.heartbeat == "answered":
            self._heartbeat_mono_s = self._now()
            self._send(operation, HuiduPacket(huidu.HEARTBEAT_ASK))
        # everything else is of no request of ours: GPS reports, contents that are confirmed

    def _parse(self, operation: str, parse: Callable[[A], B], raw: A) -> B:
        try:
            return parse(raw)
        except ValueError as error:
            raise self._lose(operation, str(error)) from error

    def _require(self) -> socket.socket:
        if self._socket is None:
            raise DeviceUnreachable(self._name, "send", "no session")
        return self._socket

    def _lose(self, operation: str, detail: str, kind: type[Lost] = DeviceProtocolError) -> Lost:
        """End the session, whose state is unknown from now on; the error to raise."""
        self.close()
        return kind(self._name, operation, detail)
