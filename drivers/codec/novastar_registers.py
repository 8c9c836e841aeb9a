"""What stands in NovaStar's registers.

Source: "RS232 Protocol for Nova M3 Control System V1.9", the section at each constant; the VX4S's
and the PRO HD's own registers stand in their profiles. The registers that store to flash
(0x01000011) and that reset to the factory's state (0x01000002) are left out on purpose.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

# of the sending card
MODEL = 0x0000_0002  # 3.7.2, two bytes
SENDER_FIRMWARE = 0x0410_0004  # 3.6, four bytes
VIDEO_PRESENT = 0x0200_0017  # 3.1.2, 1 with a signal
LIGHT = 0x0200_000F  # 3.8.4, two bytes in units of 2 lux, the highest bit: valid
REDUNDANCY = 0x0200_001E  # 3.10.1, two bits an output, binary 10: it runs as backup
CABINET_WIDTH = 0x0210_0006  # 3.16, two bytes each
CABINET_HEIGHT = 0x0210_0008
INPUT_STATUS = 0x0200_004D  # 3.18, one bit an input
# of each receiving card
ALIVE = 0x0000_0000  # 3.9, model and firmware
MONITORING = 0x0A00_0000  # 3.1.1
MONITORING_BYTES = 0x100
BRIGHTNESS = 0x0200_0001  # 3.3, 0 to 255
BLACK = 0x0200_0100  # 3.12.2, FF black
TEST = 0x0200_0101  # 3.12.1
FREEZE = 0x0200_0102  # 3.12.2, FF freeze
DISPLAY_BYTES = 3  # these three are neighbours
# of the function card
POWER = 0x0500_0010  # 3.2, eight of them; 0 on, 1 off

ON, OFF = 0xFF, 0x00
TESTS: Mapping[str, int] = {
    "red": 2,
    "green": 3,
    "blue": 4,
    "white": 5,
    "horizontal": 6,
    "vertical": 7,
    "oblique": 8,
    "grey": 9,
}
VIDEO = 0  # of TEST: the picture
LUX_STEP = 2
FAN_STEP_RPM = 50


@dataclass(frozen=True, kw_only=True)
class Monitoring:
    """What a receiving card and its monitor card measure; None: no such sensor."""

    temperature_c: float | None
    humidity_pct: int | None
    voltage_v: float | None
    fans_rpm: tuple[int, ...]
    has_smoke: bool


def decode_monitoring(block: bytes) -> Monitoring:
    """The block at `MONITORING`; the monitor card's part counts only where one is fitted.

    Raises:
        ValueError: it is shorter than the manual says.
    """
    if len(block) < MONITORING_BYTES:
        raise ValueError(f"{len(block)} bytes of monitoring, not {MONITORING_BYTES}")
    has_card = block[0x20] == ON
    temperature_c = _temperature_c(block[0], block[1])
    if temperature_c is None and has_card:
        temperature_c = _temperature_c(block[0x27], block[0x28])
    humidity_pct = _valid(block[0x29]) if has_card else None
    voltage = _valid(block[3])
    fans = [_valid(block[at]) for at in range(0x2B, 0x2F)] if has_card else []
    return Monitoring(
        temperature_c=temperature_c,
        humidity_pct=_valid(block[2]) if humidity_pct is None else humidity_pct,
        voltage_v=None if voltage is None else voltage / 10,
        fans_rpm=tuple(value * FAN_STEP_RPM for value in fans if value is not None),
        has_smoke=has_card and bool(block[0x2A] & 1),
    )


def decode_lux(data: bytes) -> int | None:
    """The light sensor's value; None while it is not valid.

    Raises:
        ValueError: not two bytes.
    """
    raw = decode_u16(data)
    return (raw & 0x7FFF) * LUX_STEP if raw & 0x8000 else None


def decode_backups(data: bytes, outputs: int) -> tuple[int, ...]:
    """The outputs that run as backup of another, from 1.

    Raises:
        ValueError: no byte.
    """
    if not data:
        raise ValueError("no byte of redundancy")
    return tuple(n + 1 for n in range(min(outputs, 4)) if data[0] >> 2 * n & 0b11 == 0b10)


def decode_firmware(data: bytes) -> str:
    """A version as the maker writes it, `4.3.0.0`."""
    return ".".join(map(str, data))


def decode_model(data: bytes) -> str:
    """A model number as it is read, `01 11`."""
    return data.hex(" ").upper()


def decode_u16(data: bytes) -> int:
    """A number of two bytes, the low one first.

    Raises:
        ValueError: not two bytes.
    """
    if len(data) != 2:
        raise ValueError(f"{len(data)} bytes, not two")
    return int.from_bytes(data, "little")


def to_level(pct: int) -> int:
    """Percent of brightness as the card counts, 0 to 255."""
    return round(pct * 255 / 100)


def to_pct(level: int) -> int:
    """The card's brightness in percent."""
    return round(level * 100 / 255)


def _valid(byte: int) -> int | None:
    """The low seven bits, if the highest says that they hold."""
    return byte & 0x7F if byte & 0x80 else None


def _temperature_c(flags: int, value: int) -> float | None:
    if not flags & 0x80:
        return None
    return (-value if flags & 1 else value) / 2
