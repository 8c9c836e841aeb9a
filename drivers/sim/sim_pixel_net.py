"""A simulated pixel controller: DDP, E1.31 or Art-Net 4 by UDP, with a picture of its lamps.

It has what matters of a controller: the last picture stays when nothing comes, universes wait for
the synchronization that their data name (Art-Net: for the next ArtSync once one was heard), a
stream that ends leaves black, questions are answered. Run as

    python -m drivers.sim.sim_pixel_net PROFILE ADDRESS WIDTH HEIGHT PICTURE.png [STATE]

ADDRESS is its own, such as 127.0.0.2. STATE is a JSON file that an operator edits meanwhile:

    {"power_cuts": 0, "fault": null}

`fault` is `silent` (it does not answer) or null.
"""

from __future__ import annotations

import select
import socket
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from drivers.codec import artnet, ddp, e131
from drivers.profile.load import load_profile
from drivers.profile.model import BoardProfile, PixelNetSpec
from drivers.sim.state_file import read_state

FAULTS = ("silent",)
PICTURE_S = 0.2
PORTS = {"ddp": ddp.PORT, "e131": e131.PORT, "artnet": artnet.PORT}


class SimPixelNet:
    """One controller.

    Args:
        protocol: `ddp`, `e131` or `artnet`.
        size: width and height of its lamps, row after row from the upper left.
        spec: its mapping of universes; the order of colours and rows is not undone.

    Attributes:
        fault: one of `FAULTS`, or None.
        shown: the bytes of the picture that is shown.
        pictures: how often one was shown.
    """

    def __init__(self, protocol: str, size: tuple[int, int], spec: PixelNetSpec) -> None:
        self.size = size
        self.fault: str | None = None
        self._spec = spec
        self._protocol = protocol
        self.cut_power()

    def cut_power(self) -> None:
        """Start again: black, nothing heard."""
        self.shown = bytes(self.size[0] * self.size[1] * 3)
        self.pictures = 0
        self._next = bytearray(self.shown)
        self._is_synced = False

    def handle(self, datagram: bytes) -> bytes | None:
        """Take one datagram; returns the answer, if there is one."""
        handlers: dict[str, Callable[[bytes], bytes | None]] = {
            "ddp": self._handle_ddp,
            "e131": self._handle_e131,
            "artnet": self._handle_artnet,
        }
        answer = handlers[self._protocol](datagram)
        return None if self.fault == "silent" else answer

    def _handle_ddp(self, datagram: bytes) -> bytes | None:
        if ddp.is_status_query(datagram):
            return ddp.build_status_reply(b'{"status":{"man":"Tramtin","mod":"simulated"}}')
        found = ddp.parse_data(datagram)
        if found is not None:
            begin, data, is_last = found
            self._write(begin, data)
            if is_last:
                self._show()
        return None

    def _handle_e131(self, datagram: bytes) -> bytes | None:
        if e131.parse_sync(datagram) == self._spec.sync_universe and self._spec.sync_universe:
            self._show()
        found = e131.parse_data(datagram)
        if found is not None:
            universe, sync, options, data = found
            if options & e131.TERMINATED:
                self._next[:] = bytes(len(self._next))
            else:
                self._write_universe(universe, data)
            if not sync or options & e131.TERMINATED:
                self._show()
        return None

    def _handle_artnet(self, datagram: bytes) -> bytes | None:
        if artnet.is_poll(datagram):
            return artnet.build_poll_reply(bytes([127, 0, 0, 2]), "simulated node")
        if artnet.is_sync(datagram):
            self._is_synced = True
            self._show()
        found = artnet.parse_data(datagram)
        if found is not None:
            self._write_universe(*found)
            if not self._is_synced:
                self._show()
        return None

    def _write_universe(self, universe: int, data: bytes) -> None:
        """Put a universe where the mapping has it."""
        spec, (width_px, height_px) = self._spec, self.size
        row_px = width_px if spec.row_begins_universe else width_px * height_px
        in_row = -(-row_px // spec.pixels_per_universe)
        row, place = divmod(universe - spec.first_universe, in_row)
        if row < 0 or row * row_px >= width_px * height_px:
            return
        pixels = min(spec.pixels_per_universe, row_px - place * spec.pixels_per_universe)
        begin = row * row_px + place * spec.pixels_per_universe
        self._write(begin * 3, data[: pixels * 3])

    def _write(self, begin: int, data: bytes) -> None:
        data = data[: max(0, len(self._next) - begin)]
        self._next[begin : begin + len(data)] = data

    def _show(self) -> None:
        self.shown = bytes(self._next)
        self.pictures += 1


def run(
    profile: BoardProfile, address: str, lamps: SimPixelNet, picture: Path, state: Path | None
) -> None:
    """Listen until interrupted.

    Raises:
        OSError: no such address, or another program has the port.
    """
    applied: Mapping[str, object] = {}
    protocol = profile.sink.protocol if profile.sink else ""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 * 1024 * 1024)
        line.bind((address, PORTS[protocol]))
        due_s = 0.0
        while True:
            if select.select([line], [], [], PICTURE_S)[0]:
                datagram, sender = line.recvfrom(2048)
                answer = lamps.handle(datagram)
                if answer is not None:
                    line.sendto(answer, sender)
            if time.monotonic() >= due_s:
                due_s = time.monotonic() + PICTURE_S
                found = read_state(state, FAULTS) if state is not None else {}
                if found and found != applied:
                    lamps.fault = found.get("fault")
                    if found.get("power_cuts", 0) != applied.get("power_cuts", 0):
                        lamps.cut_power()
                    applied = found
                write_picture(lamps, picture)


def write_picture(lamps: SimPixelNet, path: Path) -> None:
    """What the lamps show now, as a PNG file that appears whole."""
    from PIL import Image

    fresh = path.with_name(f".{path.name}")
    Image.frombytes("RGB", lamps.size, lamps.shown).save(fresh, "PNG", compress_level=1)
    fresh.replace(path)


def main(argv: list[str]) -> None:
    """Run the controller that the command line describes."""
    name, address, width, height, picture = argv[:5]
    profile = load_profile(name)
    if not isinstance(profile, BoardProfile) or profile.sink is None:
        raise SystemExit(f"{name} takes no frames")
    spec = profile.sink.pixel_net
    if spec is None:
        raise SystemExit(f"{name} is no pixel network")
    lamps = SimPixelNet(profile.sink.protocol, (int(width), int(height)), spec)
    run(profile, address, lamps, Path(picture), Path(argv[5]) if len(argv) > 5 else None)


if __name__ == "__main__":
    main(sys.argv[1:])
