"""Asks a pixel controller who it is, for `tramtin doctor`: a datagram that lights no lamp."""

from __future__ import annotations

import errno
import socket
import time

from drivers.frame_sink import PortReport
from drivers.led.pixel_stream import BUILDERS, PixelStream
from drivers.profile.model import PixelNetSpec, SinkSpec

WAIT_S = 1.0
MULTICAST = "multicast"
_ASKED = ("ddp", "artnet")  # E1.31 has no question


def report_controller(path: str, sink: SinkSpec, wait_s: float = WAIT_S) -> PortReport:
    """Is there a way to this controller, and does it answer?

    Only a controller whose profile says that it answers is at fault when it does not.

    Args:
        path: its address, or `multicast`.
        sink: of its profile.
        wait_s: time for an answer.
    """
    spec = sink.pixel_net or PixelNetSpec()
    if path == MULTICAST or sink.protocol not in _ASKED:
        return _report_way(path, sink.protocol)
    asking = PixelNetSpec(answers=True)
    stream = BUILDERS[sink.protocol]((1, 1), asking)
    try:
        answer = _ask(path, stream, wait_s)
    except OSError as error:
        return PortReport(path, "", f"E_NO_HOST: {path}: {error}")
    if answer:
        return PortReport(path, f"answers by {sink.protocol}")
    if spec.answers:
        return PortReport(path, "", f"E_SILENT: {path} does not answer")
    return PortReport(path, f"does not answer a question of {sink.protocol}, as many do not")


def _report_way(path: str, protocol: str) -> PortReport:
    if path == MULTICAST:
        return PortReport(path, f"{protocol} has no question to ask")
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
            line.connect((path, 9))
    except OSError as error:
        return PortReport(path, "", f"E_NO_HOST: {path}: {error}")
    return PortReport(path, f"a way is there; {protocol} has no question to ask")


def _ask(path: str, stream: PixelStream, wait_s: float) -> bool:
    """Does it answer within this time?

    Raises:
        OSError: no such host, no way to it, or nobody at its port.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        if stream.is_bound and not _bind(line, stream.port):
            return False  # the agent listens there
        host = socket.gethostbyname(path)
        if not stream.is_bound:  # the kernel then tells of nobody at that port
            line.connect((host, stream.port))
            line.send(stream.ask)
        else:
            line.sendto(stream.ask, (host, stream.port))
        until_mono_s = time.monotonic() + wait_s
        while (left_s := until_mono_s - time.monotonic()) > 0:
            line.settimeout(left_s)
            try:
                datagram, sender = line.recvfrom(2048)
            except TimeoutError:
                break
            if sender[0] == host and stream.is_reply(datagram):
                return True
    return False


def _bind(line: socket.socket, port: int) -> bool:
    try:
        line.bind(("", port))
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return False
        raise
    return True
