"""The simulated Huidu card at an address: its sockets, its state file, its picture.

Run as

    python -m drivers.sim.sim_huidu_port ADDRESS WIDTH HEIGHT PICTURE.png [STATE]

ADDRESS is its own, such as 127.0.0.2 or 127.0.0.1:20001. STATE is a JSON file that an operator
edits meanwhile:

    {"foreign": 0, "power_cuts": 0, "fault": null, "hotspot": ["A3-0001", "88888888"]}

A higher number of `foreign` has somebody put a picture of theirs on the sign, one of `power_cuts`
ends all sessions. `hotspot` is name and password of the card's own Wi-Fi; null: it has none.
`fault` is one of `FAULTS` of `drivers.sim.sim_huidu`.
"""

from __future__ import annotations

import selectors
import socket
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from drivers.codec import huidu
from drivers.sim.sim_huidu import FAULTS, VERSION, CardSession, SimHuidu
from drivers.sim.state_file import read_state

PICTURE_S = 0.2


class CardLines:
    """The card's sockets.

    Args:
        card: the card.
        address: its host and port; port 0 takes a free one.
    """

    def __init__(self, card: SimHuidu, address: tuple[str, int]) -> None:
        self._card = card
        self._selector = selectors.DefaultSelector()
        self._listener = socket.create_server(address)
        self.address: tuple[str, int] = self._listener.getsockname()
        self._search = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._search.bind(self.address)
        self._selector.register(self._listener, selectors.EVENT_READ, None)
        self._selector.register(self._search, selectors.EVENT_READ, None)

    def wait(self, wait_s: float) -> None:
        """Wait for something to serve, for at most so long."""
        self._selector.select(wait_s)

    def step(self, wait_s: float) -> None:
        """Serve what has come."""
        for key, _ in self._selector.select(wait_s):
            if key.fileobj is self._listener:
                line, _ = self._listener.accept()
                self._selector.register(line, selectors.EVENT_READ, self._card.connect())
            elif key.fileobj is self._search:
                datagram, sender = self._search.recvfrom(64)
                if datagram[4:] == huidu.SEARCH_ASK.to_bytes(2, "little"):
                    self._search.sendto(huidu.build_search_answer(VERSION, "A3-0001"), sender)
            elif isinstance(key.fileobj, socket.socket):
                self._serve(key.fileobj, key.data)

    def drop(self) -> None:
        """End all sessions."""
        for key in list(self._selector.get_map().values()):
            if key.data is not None and isinstance(key.fileobj, socket.socket):
                self._end(key.fileobj)

    def close(self) -> None:
        """Close everything."""
        self.drop()
        self._selector.close()
        self._listener.close()
        self._search.close()

    def _serve(self, line: socket.socket, session: CardSession) -> None:
        try:
            data = line.recv(64 * 1024)
            answers = self._card.handle(session, data) if data else b""
            if answers:
                line.sendall(answers)
        except (OSError, ValueError):
            data = b""
        if not data:
            self._end(line)

    def _end(self, line: socket.socket) -> None:
        self._selector.unregister(line)
        line.close()


def run(card: SimHuidu, address: tuple[str, int], picture: Path, state: Path | None) -> None:
    """Serve until interrupted.

    Raises:
        OSError: no such address, or another program has the port.
    """
    lines, due_s = CardLines(card, address), 0.0
    applied: Mapping[str, object] = {}
    drawn: object = None
    while True:
        lines.step(PICTURE_S)
        if time.monotonic() < due_s:
            continue
        due_s = time.monotonic() + PICTURE_S
        found = read_state(state, FAULTS) if state is not None else {}
        if found and found != applied:
            card.fault = found.get("fault")
            ssid, password = found.get("hotspot") or ("", "")
            card.hotspot = (ssid, password) if ssid else None
            if found.get("foreign", 0) != applied.get("foreign", 0):
                card.add_foreign()
            if found.get("power_cuts", 0) != applied.get("power_cuts", 0):
                lines.drop()
            applied = found
        if card.looks != drawn:
            write_picture(card, picture)
            drawn = card.looks


def write_picture(card: SimHuidu, path: Path) -> None:
    """What the sign shows now, as a PNG file that appears whole."""
    from PIL import Image

    fresh = path.with_name(f".{path.name}")
    Image.frombytes("RGB", card.size, card.draw()).save(fresh, "PNG", compress_level=1)
    fresh.replace(path)


if __name__ == "__main__":
    where, width, height, file = sys.argv[1:5]
    host, _, port = where.partition(":")
    run(
        SimHuidu((int(width), int(height))),
        (host, int(port or huidu.TCP_PORT)),
        Path(file),
        Path(sys.argv[5]) if len(sys.argv) > 5 else None,
    )
