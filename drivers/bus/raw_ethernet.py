"""Frames on one network interface, without IP: sent in bursts, received by their EtherType.

Opened once, before the process is confined; everything later goes through the open sockets, also
the question whether there is a cable, and how fast the line is. The interface is named in each
frame's address, so that an adapter that was pulled and put back needs no new socket. Where a
service hands the sockets over (`packet_opener`), this process needs no right; else CAP_NET_RAW.
"""

from __future__ import annotations

import array
import errno
import fcntl
import os
import socket
import struct
from pathlib import Path

from drivers.bus.burst import MOST_IN_CALL, Burst
from drivers.bus.packet_sockets import OPENER, ask_packet_sockets, open_packet_sockets
from drivers.errors import DeviceUnreachable

_SIOCGIFFLAGS, _SIOCGIFINDEX, _SIOCETHTOOL = 0x8913, 0x8933, 0x8946
_ETHTOOL_GSET = 1
_IFF_RUNNING = 0x40
_SEND_BYTES = 4 * 1024 * 1024
LINK_ADDRESS_BYTES = 20  # struct sockaddr_ll
_UNKNOWN_SPEED = (0xFFFF, 0xFFFFFFFF)
# the last one: systemd's RestrictAddressFamilies
_NO_RIGHT = (errno.EPERM, errno.EACCES, errno.EAFNOSUPPORT)
_GONE = (errno.ENXIO, errno.ENODEV, errno.ENETDOWN)


class RawEthernet:
    """One interface, from `open` to `close`.

    Args:
        interface: its name, such as `eth1`.
        ethertype: of frames to receive.
        opener: the socket of the service that hands sockets over, where there is one.
    """

    def __init__(self, interface: str, ethertype: int, opener: Path = OPENER) -> None:
        self.interface = interface
        self._ethertype = ethertype
        self._opener = opener
        self._socket: socket.socket | None = None
        self._receiver: socket.socket | None = None

    def open(self) -> None:
        """Open the sockets.

        Raises:
            DeviceUnreachable: no such interface, or no right to send raw frames.
        """
        try:
            socket.if_nametoindex(self.interface)
            self._socket, self._receiver = self._take_sockets()
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BYTES)
            self._socket.settimeout(0)
            self._receiver.settimeout(0)
        except OSError as error:
            self.close()
            detail = f"E_NO_CARD: {error}"
            if error.errno in _NO_RIGHT:
                detail = "E_RIGHT: needs CAP_NET_RAW: enable tramtin-raw-ethernet.socket"
            raise DeviceUnreachable(self.interface, "open", detail) from error

    def _take_sockets(self) -> tuple[socket.socket, socket.socket]:
        if self._opener.exists():
            return ask_packet_sockets(self._opener)
        return open_packet_sockets(self._ethertype)

    def find_fault(self, least_mbit: int) -> str:
        """Why frames would not arrive: no interface, no cable, a slow line; empty if none.

        Args:
            least_mbit: the speed that the other side needs.
        """
        try:
            flags: int = struct.unpack("16xH6x", self._ask(_SIOCGIFFLAGS))[0]
        except OSError:
            return f"E_NO_CARD: {self.interface} is gone"
        if not flags & _IFF_RUNNING:
            return f"E_LINK: {self.interface}: no cable, or the card is off"
        speed_mbit = self._read_speed()
        if speed_mbit is not None and speed_mbit < least_mbit:
            return f"E_SPEED: {self.interface}: {speed_mbit} Mbit/s, needs {least_mbit}"
        return ""

    def send(self, burst: Burst, limit_s: float) -> int:
        """Send a burst; returns how many of its frames went out.

        Fewer than all when the interface is gone or took no more for `limit_s`.

        Raises:
            DeviceUnreachable: the kernel refuses them for another reason.
        """
        index = self._find_index()
        if self._socket is None or index is None:
            return 0
        # struct sockaddr_ll: the interface alone counts
        burst.address.raw = struct.pack("=HHiHBB8s", socket.AF_PACKET, 0, index, 0, 0, 6, b"")
        sent, code = burst.send(self._socket, limit_s)
        if code not in (0, errno.EAGAIN, *_GONE):
            raise DeviceUnreachable(self.interface, "send", os.strerror(code))
        return sent

    def receive(self) -> list[bytes]:
        """The frames of our EtherType that have come to this interface since the last call."""
        frames: list[bytes] = []
        if self._receiver is None:
            return frames
        for _ in range(MOST_IN_CALL):
            try:
                frame, address = self._receiver.recvfrom(2048)
            except BlockingIOError:
                return frames
            except OSError:  # an interface went down: its error is told once
                continue
            if address[0] == self.interface:
                frames.append(frame)
        return frames

    def close(self) -> None:
        """Close the sockets."""
        for one in (self._socket, self._receiver):
            if one is not None:
                one.close()
        self._socket = self._receiver = None

    def _find_index(self) -> int | None:
        try:
            return int(struct.unpack("16xi4x", self._ask(_SIOCGIFINDEX))[0])
        except OSError:
            return None

    def _read_speed(self) -> int | None:
        """Mbit/s; None where the driver does not tell."""
        if self._socket is None:
            return None
        # struct ethtool_cmd, 44 bytes: cmd, supported, advertising, speed, …, speed_hi at 28
        command = array.array("B", struct.pack("=I40x", _ETHTOOL_GSET))
        request = struct.pack("16sP", self.interface.encode(), command.buffer_info()[0])
        try:
            fcntl.ioctl(self._socket, _SIOCETHTOOL, request.ljust(40, b"\0"))
        except OSError:
            return None
        raw = command.tobytes()
        low, high = struct.unpack_from("=H", raw, 12)[0], struct.unpack_from("=H", raw, 28)[0]
        return None if low == _UNKNOWN_SPEED[0] else low | high << 16

    def _ask(self, request: int) -> bytes:
        if self._socket is None:
            raise OSError(errno.EBADF, "not open")
        answer = fcntl.ioctl(self._socket, request, struct.pack("16s24x", self.interface.encode()))
        return answer[:24]
