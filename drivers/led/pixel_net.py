"""A board behind a pixel controller on the network: DDP, E1.31 (sACN) or Art-Net 4, by UDP.

The controller shows what it was sent last, and most say nothing. So the present picture is sent
again about twice a second, as E1.31 and Art-Net ask of senders. What the kernel says of the way
there is a fault, and so is a controller that its profile calls talkative and that does not answer.

Everything is opened in `open`; a connected socket needs no other after a cable was out.
"""

from __future__ import annotations

import errno
import os
import re
import socket
import struct
import time
from collections.abc import Iterator, Mapping

from drivers.bus.burst import Burst
from drivers.codec import e131
from drivers.errors import DeviceUnreachable, UnsupportedFeature
from drivers.frame_sink import FacePlace, Frame, Presented
from drivers.led.pixel_raster import PixelRaster
from drivers.led.pixel_stream import BUILDERS, PixelStream
from drivers.led.place_rules import find_raster_faults
from drivers.led.slot_clock import SlotClock
from drivers.profile.model import BoardProfile, PixelNetSpec

REFRESH_S = 0.4
ASK_S = 2.0
SILENT_ASKS = 3
HEALED_S = 2.0  # without an error of the kernel
OVER_S = 0.022
ENDS = 3  # E1.31 section 6.2.6
MOST_REPLIES = 100
MULTICAST = "multicast"
_SEND_BYTES = 4 * 1024 * 1024
_IN_V4 = 16  # struct sockaddr_in
_ADDRESS = re.compile(r"([A-Za-z0-9.-]+)(?::([0-9]{1,5}))?\Z")
_NO_WAY = (
    errno.ECONNREFUSED,
    errno.EHOSTUNREACH,
    errno.ENETUNREACH,
    errno.ENETDOWN,
    errno.EHOSTDOWN,
    errno.ENODEV,
    errno.EADDRNOTAVAIL,
    errno.EPERM,  # a firewall
)


class PixelNetBoard:
    """A `FrameSink` that sends datagrams.

    Args:
        path: the controller's address, `192.168.0.50` or `192.168.0.50:4048`; `multicast` for the
            groups of E1.31.
        profile: of the controller.
        rate_hz: frames a second.
        source: the address of this box's interface there; without, the kernel's routes decide.

    Attributes:
        period_s: of a frame.
        shows_motion: yes.
    """

    shows_motion = True

    def __init__(self, path: str, profile: BoardProfile, rate_hz: float, source: str = "") -> None:
        sink = profile.sink
        if sink is None or sink.pixel_net is None:
            raise UnsupportedFeature(path, "load", f"{profile.model} is no pixel network")
        self.period_s = 1 / rate_hz
        self._path = path
        self._spec: PixelNetSpec = sink.pixel_net
        self._build = BUILDERS[sink.protocol]
        self._max_px = sink.max_px
        self._source = source
        self._number = 0
        self._error, self._error_mono_s = "", 0.0
        self._asked, self._ask_mono_s = 0, 0.0
        if _ADDRESS.match(path) is None:
            raise UnsupportedFeature(path, "load", "E_ADDRESS: such as 192.168.0.50")
        if path == MULTICAST and sink.protocol != "e131":
            raise UnsupportedFeature(path, "load", "E_ADDRESS: only E1.31 has groups")

    def open(self, faces: Mapping[str, FacePlace]) -> None:
        """Open the socket and turn the faces black. Call once, first.

        Raises:
            DeviceUnreachable: no such address, or no network.
            UnsupportedFeature: faces that overlap, or are more than the controller takes.
        """
        faults = [str(fault) for fault in find_raster_faults(faces)]
        self._raster = PixelRaster(faces, self._spec)
        width_px, height_px = self._raster.size
        if self._max_px is not None and width_px * height_px > self._max_px:
            faults.append(f"E_SIZE: {width_px}x{height_px}, at most {self._max_px} pixels")
        if faults:
            raise UnsupportedFeature(self._path, "open", "; ".join(faults))
        self._stream = self._build_stream()
        self._line = self._open_line()
        # many nodes answer to everybody, which a connected socket does not hear
        self._listener = self._open_listener() if self._stream.is_bound else None
        groups = [self._find_address(one) for one in self._stream.universes]
        is_grouped = self._path == MULTICAST
        wire = self._raster.wire
        self._burst = Burst(wire, self._stream.pieces, groups if is_grouped else ())
        show = [(self._stream.show, 0, 0)] if self._stream.show else []
        group = [self._find_address(self._stream.show_universe)] if show and is_grouped else []
        self._show = Burst(bytearray(1), show, group)
        self._clock = SlotClock(self.period_s)
        self.present({})

    def present(self, frames: Mapping[str, Frame], slot: int | None = None) -> Presented:
        """Send frames and have them shown in one slot; see `FrameSink`.

        Raises:
            ValueError: unknown face or wrong length.
            DeviceUnreachable: the kernel refuses the datagrams.
        """
        for name, frame in frames.items():
            self._raster.draw(name, frame.pixels)
        due = self._clock.choose(slot)
        self._clock.wait(due)
        self._send()
        return self._clock.mark(due, slot)

    def find_faults(self) -> Mapping[str, str]:
        """Why the faces cannot be shown; sends the picture again. See `FrameSink`.

        Raises:
            DeviceUnreachable: the kernel refuses the datagrams.
        """
        if time.monotonic() - self._sent_mono_s > REFRESH_S:
            self.present({})
        if time.monotonic() - self._error_mono_s > HEALED_S:
            self._error = ""
        fault = self._error or self._ask()
        return dict.fromkeys(self._raster.faces, fault) if fault else {}

    def set_brightness(self, pct: int) -> None:
        """Dim the pixels, 0 to 100 percent: these protocols have no brightness.

        Raises:
            ValueError: outside 0 to 100.
        """
        if not 0 <= pct <= 100:
            raise ValueError(f"{pct} % is no brightness")
        self._raster.set_level(round(255 * pct / 100))

    def close(self) -> None:
        """Turn the faces black, end the stream and close the socket.

        Raises:
            DeviceUnreachable: the kernel refuses the datagrams.
        """
        try:
            self._raster.clear()
            self.present({})
            if self._stream.options_at is not None:
                begin, step = self._stream.options_at, self._stream.head_bytes
                self._burst.heads[begin::step] = bytes([self._stream.end]) * self._burst.count
                for _ in range(ENDS):
                    self._send()
        finally:
            self._line.close()
            if self._listener is not None:
                self._listener.close()

    def _build_stream(self) -> PixelStream:
        try:
            stream = self._build(self._raster.size, self._spec)
        except ValueError as error:  # more universes than there are
            raise UnsupportedFeature(self._path, "open", f"E_SIZE: {error}") from error
        self._raster.add_tail(stream.tail_bytes)
        return stream

    def _open_line(self) -> socket.socket:
        found = _ADDRESS.match(self._path)
        if found is None:
            raise AssertionError("unreachable: the path was matched before")
        self._udp_port = int(found[2] or self._stream.port)
        line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BYTES)
            line.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            line.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            line.bind((self._source, self._stream.port if self._stream.is_bound else 0))
            if self._path != MULTICAST:
                line.connect((found[1], self._udp_port))
            elif self._source:
                interface = socket.inet_aton(self._source)
                line.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, interface)
            line.settimeout(0)
        except OSError as error:
            line.close()
            raise DeviceUnreachable(self._path, "open", f"E_NO_HOST: {error}") from error
        return line

    def _open_listener(self) -> socket.socket:
        listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(("", self._stream.port))
            listener.settimeout(0)
        except OSError as error:
            listener.close()
            self._line.close()
            raise DeviceUnreachable(self._path, "open", f"E_NO_HOST: {error}") from error
        return listener

    def _find_address(self, universe: int) -> bytes:
        """The group of a universe as struct sockaddr_in."""
        group = socket.inet_aton(e131.find_group(universe))
        return (
            struct.pack("=H", socket.AF_INET) + struct.pack(">H", self._udp_port) + group + bytes(8)
        )

    def _send(self) -> None:
        self._sent_mono_s = time.monotonic()
        self._count()
        limit_s = self.period_s + OVER_S
        for burst in (self._burst, self._show):
            _, code = burst.send(self._line, limit_s)
            if code == errno.ECONNREFUSED:  # what the network says of the picture before
                self._note(code)
                _, code = burst.send(self._line, limit_s)
            if code:
                self._note(code)
                return

    def _note(self, code: int) -> None:
        if code == errno.EAGAIN:
            return  # the line is slow: what is late is counted
        if code not in _NO_WAY:
            raise DeviceUnreachable(self._path, "send", os.strerror(code))
        self._error = f"E_NO_HOST: {self._path}: {os.strerror(code)}"
        self._error_mono_s = time.monotonic()

    def _count(self) -> None:
        """Write the sequence numbers of the next picture into all heads."""
        stream, count = self._stream, self._burst.count
        low, high = stream.sequence
        span = high - low + 1
        step = slice(stream.sequence_at, None, stream.head_bytes)
        if stream.is_counted:
            numbers = bytes(low + (self._number + n) % span for n in range(span))
            self._burst.heads[step] = (numbers * (count // span + 1))[:count]
            self._number = (self._number + count) % span
            return
        number = low + self._number
        self._burst.heads[step] = bytes([number]) * count
        if stream.show_sequence_at is not None and self._show.count:
            self._show.heads[stream.show_sequence_at] = number
        self._number = (self._number + 1) % span

    def _ask(self) -> str:
        """Read answers, ask again; why the controller is taken for dead, empty if it is not."""
        if not self._stream.ask:
            return ""
        if any(map(self._stream.is_reply, self._receive())):
            self._asked = 0
        if time.monotonic() - self._ask_mono_s > ASK_S:
            self._ask_mono_s = time.monotonic()
            self._asked += 1
            try:
                self._line.send(self._stream.ask)
            except OSError as error:
                self._note(error.errno or errno.EHOSTUNREACH)
        silent = self._asked > SILENT_ASKS
        return f"E_SILENT: {self._path} does not answer" if silent else ""

    def _receive(self) -> Iterator[bytes]:
        """What the controller has said since the last call."""
        peer = self._line.getpeername()[0]
        for line in [self._line, *([self._listener] if self._listener else [])]:
            for _ in range(MOST_REPLIES):
                try:
                    datagram, sender = line.recvfrom(2048)
                except OSError:
                    break  # no more has come, or the network's error, which sending tells too
                if sender[0] == peer:
                    yield datagram
