"""A simulated sign with letters of its own on Modbus, TCP or RTU: functions 3, 6 and 16.

Run as

    python -m drivers.sim.sim_text_sign PROFILE ADDRESS:PORT PICTURE.png

It keeps in PICTURE.png what the sign says. Its registers are the profile's; any other address is
Modbus exception 2. `drivers.sim.sim_serial_bus` has one on a serial line.
"""

from __future__ import annotations

import socketserver
import struct
import sys
import threading
from pathlib import Path

from drivers.codec.character_line import decode_line
from drivers.profile.load import load_profile
from drivers.profile.model import BoardProfile, ModbusTextSpec
from drivers.sim.sim_modbus_device import compute_crc

READ, WRITE_ONE, WRITE = 3, 6, 16
NO_FUNCTION, NO_ADDRESS = 1, 2
_HEAD = struct.Struct(">HHHB")


class SimTextSign:
    """The registers of a sign.

    Args:
        spec: its map.

    Attributes:
        registers: of its map.
        stuck: registers that report success and keep what they have.
    """

    def __init__(self, spec: ModbusTextSpec) -> None:
        self._spec = spec
        self.stuck: set[int] = set()
        self.registers: dict[int, int] = {}
        for line in spec.lines:
            span = range(line.first, line.first - (-line.chars // spec.per_register))
            self.registers |= dict.fromkeys(span, 0)
        if spec.brightness is not None:
            self.registers[spec.brightness.register] = spec.brightness.high

    @property
    def lines(self) -> list[str]:
        """What the sign says."""
        spec, said = self._spec, []
        for line in spec.lines:
            span = range(line.first, line.first - (-line.chars // spec.per_register))
            values = [self.registers[at] for at in span]
            said.append(decode_line(values, spec.encoding, spec.per_register, spec.first_char))
        return said

    def answer(self, request: bytes) -> bytes:
        """The answer to a request, both without address and head."""
        function, address, second = struct.unpack_from(">BHH", request)
        if function == READ:
            return self._read(address, second)
        values = [second] if function == WRITE_ONE else []
        if function == WRITE:
            values = list(struct.unpack_from(f">{second}H", request, 6))
        if not values:
            return bytes([function | 0x80, NO_FUNCTION])
        if any(address + n not in self.registers for n in range(len(values))):
            return bytes([function | 0x80, NO_ADDRESS])
        written = {address + n: value for n, value in enumerate(values)}
        self.registers |= {at: value for at, value in written.items() if at not in self.stuck}
        return struct.pack(">BHH", function, address, second)

    def _read(self, address: int, count: int) -> bytes:
        if any(address + n not in self.registers for n in range(count)):
            return bytes([READ | 0x80, NO_ADDRESS])
        values = [self.registers[address + n] for n in range(count)]
        return struct.pack(f">BB{count}H", READ, 2 * count, *values)


class SerialTextSign:
    """The sign on a serial line, for `SimSerialBus`.

    Frames: MODBUS over Serial Line V1.02, section 2.5.

    Args:
        sign: the sign.
        unit: its address.
    """

    def __init__(self, sign: SimTextSign, unit: int) -> None:
        self.sign = sign
        self.unit = unit

    def answer(self, frame: bytes) -> bytes:
        """The answer to one frame; empty if it is not for this sign, or broken."""
        body, crc = frame[:-2], frame[-2:]
        if len(body) < 6 or compute_crc(body) != crc or body[0] != self.unit:
            return b""
        answer = bytes([self.unit]) + self.sign.answer(body[1:])
        return answer + compute_crc(answer)


class _Connection(socketserver.StreamRequestHandler):
    """Requests of Modbus TCP, one after another."""

    server: TextSignServer

    def handle(self) -> None:
        """Serve until the other side ends."""
        while len(head := self.rfile.read(_HEAD.size)) == _HEAD.size:
            number, protocol, length, unit = _HEAD.unpack(head)
            request = self.rfile.read(length - 1)
            if len(request) < 5:
                return
            with self.server.lock:
                answer = self.server.sign.answer(request)
            self.wfile.write(_HEAD.pack(number, protocol, len(answer) + 1, unit) + answer)
            self.server.draw()


class TextSignServer(socketserver.ThreadingTCPServer):
    """The sign at an address.

    Args:
        sign: the sign.
        address: host and port; port 0 takes a free one.
        picture: a PNG file of what it says; None for none.
    """

    allow_reuse_address = True
    daemon_threads = True

    def __init__(
        self, sign: SimTextSign, address: tuple[str, int], picture: Path | None = None
    ) -> None:
        super().__init__(address, _Connection)
        self.sign = sign
        self.lock = threading.Lock()
        self._picture = picture

    def draw(self) -> None:
        """Write the picture."""
        if self._picture is None:
            return
        from PIL import Image, ImageDraw

        lines = self.sign.lines
        image = Image.new("RGB", (8 * max(map(len, [*lines, " " * 16])), 16 * len(lines)))
        ImageDraw.Draw(image).multiline_text((2, 2), "\n".join(lines), fill="#ff8000")
        fresh = self._picture.with_name(f".{self._picture.name}")
        image.save(fresh, "PNG")
        fresh.replace(self._picture)


def main(argv: list[str]) -> None:
    """Serve until interrupted."""
    name, where, picture = argv
    profile = load_profile(name)
    content = profile.content if isinstance(profile, BoardProfile) else None
    if content is None or content.modbus_text is None:
        raise SystemExit(f"{name} is no sign with letters")
    host, _, port = where.partition(":")
    sign = SimTextSign(content.modbus_text)
    with TextSignServer(sign, (host, int(port or 502)), Path(picture)) as server:
        server.serve_forever()


if __name__ == "__main__":
    main(sys.argv[1:])
