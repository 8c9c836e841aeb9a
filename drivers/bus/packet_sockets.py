"""Packet sockets: opened here, or asked of the process that alone has the right to open them."""

from __future__ import annotations

import socket
from pathlib import Path

OPENER = Path("/run/tramtin-raw-ethernet.sock")
ASK = b"?"
WAIT_S = 10.0


def open_packet_sockets(ethertype: int) -> tuple[socket.socket, socket.socket]:
    """One socket that sends, and one that receives frames of a type.

    Raises:
        PermissionError: this process has no CAP_NET_RAW.
        OSError: the kernel has none.
    """
    sender = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    try:
        receiver = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ethertype))
    except OSError:
        sender.close()
        raise
    return sender, receiver


def ask_packet_sockets(opener: Path = OPENER) -> tuple[socket.socket, socket.socket]:
    """The same two sockets, of the opener; the type of frames is the one that it was given.

    Raises:
        OSError: it does not answer.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as line:
        line.settimeout(WAIT_S)
        line.connect(str(opener))
        line.send(ASK)
        words, fds, _, _ = socket.recv_fds(line, 1024, 2)
    if len(fds) != 2:
        raise OSError(words.decode(errors="replace") or f"{opener}: no answer")
    sender, receiver = (socket.socket(fileno=fd) for fd in fds)
    return sender, receiver
