"""A simulated Modbus RTU device from its profile, with frames encoded here.

Frames: MODBUS over Serial Line V1.02, section 2.5; functions: Modbus Application Protocol V1.1b3,
section 6. The client is an external library, so each of the two verifies the other.
"""

from __future__ import annotations

import struct

from drivers.interface import Measure
from drivers.profile.model import Bits, Profile, ReadingSpec, RelayProfile

REQUEST_BYTES = 8  # functions 1 to 6
_TABLES = {1: "coil", 2: "discrete", 3: "holding", 4: "input", 5: "coil", 6: "holding"}
_ILLEGAL_FUNCTION, _ILLEGAL_ADDRESS, _ILLEGAL_VALUE = 1, 2, 3
_FORMATS = {"u16": ">H", "s16": ">h", "u32": ">I", "s32": ">i", "f32": ">f"}


def compute_crc(data: bytes) -> bytes:
    """CRC-16 of a frame, low byte first."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ 0xA001 if crc & 1 else crc >> 1
    return crc.to_bytes(2, "little")


class SimModbusDevice:
    """A relay board with contacts that can stick, or a meter with values that can be set.

    Args:
        profile: any device on Modbus.
        unit: its address.
    """

    def __init__(self, profile: Profile, unit: int) -> None:
        self.unit = unit
        self.contacts: dict[int, bool] = {}
        self.inputs: dict[int, bool] = {}
        self.stuck: dict[int, bool] = {}
        self._relay = profile if isinstance(profile, RelayProfile) else None
        self._words: dict[tuple[str, int], int] = {}
        self._readings: dict[Measure, ReadingSpec] = {}
        if not isinstance(profile, RelayProfile) and hasattr(profile, "readings"):
            self._readings = profile.readings
        if self._relay is not None:
            self.contacts = dict.fromkeys(range(self._relay.channels), False)
            count = self._relay.inputs.count if self._relay.inputs else 0
            self.inputs = dict.fromkeys(range(count), False)

    def measure(self, measure: Measure, value: float) -> None:
        """Set the value that the device measures."""
        reading = self._readings[measure]
        raw = (value - reading.offset) / reading.scale
        packed = struct.pack(_FORMATS[reading.type], raw if reading.type == "f32" else round(raw))
        words = struct.unpack(f">{len(packed) // 2}H", packed)
        ordered = words if reading.word_order == "big" else words[::-1]
        for offset, word in enumerate(ordered):
            self._words[str(reading.table), int(reading.address or 0) + offset] = word

    def answer(self, frame: bytes) -> bytes:
        """The answer to one request; empty if it is for another unit or not a frame."""
        if len(frame) != REQUEST_BYTES or compute_crc(frame[:-2]) != frame[-2:]:
            return b""
        unit, function, address, value = struct.unpack(">BBHH", frame[:-2])
        if unit != self.unit:
            return b""
        table = _TABLES.get(function)
        if table is None:
            return self._refuse(function, _ILLEGAL_FUNCTION)
        if function in (5, 6):
            code = self._write(table, address, value)
            return self._refuse(function, code) if code else frame
        return self._read(function, table, address, value)

    def _read(self, function: int, table: str, address: int, count: int) -> bytes:
        values = [self._value(table, address + offset) for offset in range(count)]
        if not values or None in values:
            return self._refuse(function, _ILLEGAL_ADDRESS)
        numbers = [int(value or 0) for value in values]
        if table in ("coil", "discrete"):
            bits = sum(bit << place for place, bit in enumerate(numbers))
            data = bits.to_bytes((count + 7) // 8, "little")
        else:
            data = struct.pack(f">{count}H", *numbers)
        return self._seal(bytes([self.unit, function, len(data)]) + data)

    def _value(self, table: str, address: int) -> int | None:
        relay = self._relay
        if relay is not None and relay.registers is not None:
            read = relay.registers.read
            if read is not None and read.table == table and address - read.first in self.contacts:
                return _word(read, closed=self.contacts[address - read.first])
            inputs = relay.inputs
            if inputs is not None and inputs.table == table:
                state = self.inputs.get(address - inputs.first)
                return None if state is None else int(state)
        return self._words.get((table, address))

    def _write(self, table: str, address: int, value: int) -> int:
        """0, or the exception code."""
        registers = self._relay.registers if self._relay is not None else None
        if registers is None or registers.write.table != table:
            return _ILLEGAL_FUNCTION
        channel = address - registers.write.first
        if channel not in self.contacts:
            return _ILLEGAL_ADDRESS
        for closed in (True, False):
            word = _word(registers.write, closed=closed)
            if value == (word * 0xFF00 if table == "coil" else word):
                self.contacts[channel] = self.stuck.get(channel, closed)
                return 0
        return _ILLEGAL_VALUE

    def _refuse(self, function: int, code: int) -> bytes:
        return self._seal(bytes([self.unit, function | 0x80, code]))

    @staticmethod
    def _seal(data: bytes) -> bytes:
        return data + compute_crc(data)


def _word(bits: Bits, *, closed: bool) -> int:
    word = bits.on if closed else bits.off
    return int(closed) if word is None else word
