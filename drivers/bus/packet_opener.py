"""Opens packet sockets for the process that drives an LED wall, and does nothing else.

`python -m drivers.bus.packet_opener ETHERTYPE`, started by systemd when somebody connects to its
socket (`tramtin-raw-ethernet.socket`). It alone has CAP_NET_RAW, so the agent and its helpers have
no right at all. It reads no frame, and ends when nobody asks for a while.
"""

from __future__ import annotations

import select
import socket
import sys

from drivers.bus.packet_sockets import open_packet_sockets

LISTENING_FD = 3  # sd_listen_fds(3)
IDLE_S = 10.0
ASKED_S = 5.0


def serve(listening: socket.socket, ethertype: int, idle_s: float = IDLE_S) -> None:
    """Hand over sockets until nobody has asked for so long.

    Args:
        listening: the socket at which to ask.
        ethertype: the only type of frames that the handed sockets receive.
        idle_s: when to end.
    """
    while select.select([listening], [], [], idle_s)[0]:
        asked, _ = listening.accept()
        with asked:
            asked.settimeout(ASKED_S)
            try:
                _answer(asked, ethertype)
            except OSError as error:
                sys.stderr.write(f"packet_opener: {error}\n")


def _answer(asked: socket.socket, ethertype: int) -> None:
    if not asked.recv(1):
        return
    try:
        made = open_packet_sockets(ethertype)
    except OSError as error:
        asked.send(str(error).encode())
        return
    sender, receiver = made
    with sender, receiver:
        socket.send_fds(asked, [b"!"], [sender.fileno(), receiver.fileno()])


if __name__ == "__main__":
    with socket.socket(fileno=LISTENING_FD) as _listening:
        serve(_listening, int(sys.argv[1], 16))
