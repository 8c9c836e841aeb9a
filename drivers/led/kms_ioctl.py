"""The system calls of Linux's mode setting (KMS): layouts and numbers of `drm.h`, `drm_mode.h`.

Each function is one call on a descriptor of `/dev/dri/card*`; errors are the kernel's OSError. The
older calls SETCRTC and PAGE_FLIP serve, which every driver of a screen understands.
"""

from __future__ import annotations

import array
import fcntl
import struct
from dataclasses import dataclass

_READ, _WRITE = 2, 1
CAP_DUMB_BUFFER = 0x1
# as the kernel names them below /sys/class/drm, by number
CONNECTOR_TYPES = (
    "Unknown", "VGA", "DVI-I", "DVI-D", "DVI-A", "Composite", "SVIDEO", "LVDS", "Component", "DIN",
    "DP", "HDMI-A", "HDMI-B", "TV", "eDP", "Virtual", "DSI", "DPI", "Writeback", "SPI", "USB",
)  # fmt: skip
CONNECTED = 1
_INTERLACED = 1 << 4
_FLIP_EVENT = 1
_CURSOR_BO = 1
_EVENT_FLIP_COMPLETE = 2

_MODE = "IHHHHHHHHHHIII32s"
_MODE_BYTES = struct.calcsize("=" + _MODE)
_CAP = struct.Struct("=QQ")
_RESOURCES = struct.Struct("=QQQQIIIIIIII")
_CRTC = struct.Struct("=QIIIIIII" + _MODE)
_CURSOR = struct.Struct("=IIiiIII")
_ENCODER = struct.Struct("=IIIII")
_CONNECTOR = struct.Struct("=QQQQIIIIIIIIIIII")
_FB = struct.Struct("=IIIIIII")
_FLIP = struct.Struct("=IIIIQ")
_CREATE_DUMB = struct.Struct("=IIIIIIQ")
_MAP_DUMB = struct.Struct("=IIQ")
_SEQUENCE = struct.Struct("=IIQq")
_EVENT = struct.Struct("=II")
_VBLANK = struct.Struct("=QIIII")


@dataclass(frozen=True)
class Mode:
    """One mode of a screen.

    Args:
        width_px: visible width.
        height_px: visible height.
        refresh_hz: exact, from its pixel clock.
        is_interlaced: does it show every second row only?
        raw: as the kernel has it.
    """

    width_px: int
    height_px: int
    refresh_hz: float
    is_interlaced: bool
    raw: bytes

    def __str__(self) -> str:
        interlaced = "i" if self.is_interlaced else ""
        return f"{self.width_px}x{self.height_px}{interlaced}@{round(self.refresh_hz)}"


@dataclass(frozen=True)
class Connector:
    """One socket for a screen; `modes` are those of the connected screen."""

    id: int
    name: str
    is_connected: bool
    encoders: tuple[int, ...]
    modes: tuple[Mode, ...]


@dataclass(frozen=True)
class Dumb:
    """Memory for a picture: `pitch` bytes a row, `size` bytes in all."""

    handle: int
    pitch: int
    size: int


def _call(fd: int, number: int, layout: struct.Struct, *values: object) -> tuple[int, ...]:
    data = bytearray(layout.pack(*values))
    request = (_READ | _WRITE) << 30 | layout.size << 16 | ord("d") << 8 | number
    fcntl.ioctl(fd, request, data)
    return layout.unpack(data)


def become_master(fd: int) -> None:
    """Take the right to set modes; it costs nothing where this descriptor has it."""
    fcntl.ioctl(fd, ord("d") << 8 | 0x1E)


def read_capability(fd: int, capability: int) -> int:
    """A capability's value."""
    return _call(fd, 0x0C, _CAP, capability, 0)[1]


def list_resources(fd: int) -> tuple[list[int], list[int]]:
    """The ids of all CRTCs, in the order that `read_possible_crtcs` means, and of connectors."""
    counts = _call(fd, 0xA0, _RESOURCES, *[0] * 12)[4:8]
    crtcs, connectors = array.array("I", [0] * counts[1]), array.array("I", [0] * counts[2])
    _call(
        fd, 0xA0, _RESOURCES, 0, _address(crtcs), _address(connectors), 0,
        0, len(crtcs), len(connectors), 0, 0, 0, 0, 0,
    )  # fmt: skip
    return list(crtcs), list(connectors)


def probe_connector(fd: int, connector: int) -> Connector:
    """Ask the screen itself what it is; takes up to some 100 ms."""
    first = _call(fd, 0xA7, _CONNECTOR, 0, 0, 0, 0, 0, 0, 0, 0, connector, *[0] * 7)
    modes = bytearray(max(1, first[4]) * _MODE_BYTES)
    held = array.array("B", modes)
    encoders = array.array("I", [0] * first[6])
    found = _call(
        fd, 0xA7, _CONNECTOR, _address(encoders), _address(held), 0, 0,
        max(1, first[4]), 0, len(encoders), 0, connector, *[0] * 7,
    )  # fmt: skip
    name = f"{_type_name(found[9])}-{found[10]}"
    count = min(found[4], first[4])
    raw = held.tobytes()
    parts = [raw[at : at + _MODE_BYTES] for at in range(0, count * _MODE_BYTES, _MODE_BYTES)]
    return Connector(
        found[8], name, found[11] == CONNECTED, tuple(encoders), tuple(map(_parse_mode, parts))
    )


def is_connected(fd: int, connector: int) -> bool:
    """What the kernel knows, without asking the screen: room for one mode means that."""
    held = array.array("B", bytes(_MODE_BYTES))
    found = _call(
        fd, 0xA7, _CONNECTOR, 0, _address(held), 0, 0, 1, 0, 0, 0, connector, *[0] * 7
    )  # fmt: skip
    return found[11] == CONNECTED


def read_possible_crtcs(fd: int, encoder: int) -> int:
    """A bit for each CRTC that may feed this encoder."""
    return _call(fd, 0xA6, _ENCODER, encoder, 0, 0, 0, 0)[3]


def create_dumb(fd: int, width_px: int, height_px: int) -> Dumb:
    """Allocate memory for a picture of 32 bits a pixel; it is black."""
    made = _call(fd, 0xB2, _CREATE_DUMB, height_px, width_px, 32, 0, 0, 0, 0)
    return Dumb(made[4], made[5], made[6])


def find_map_offset(fd: int, handle: int) -> int:
    """Where in the card's file this memory is, for `mmap`."""
    return _call(fd, 0xB3, _MAP_DUMB, handle, 0, 0)[2]


def add_framebuffer(fd: int, dumb: Dumb, width_px: int, height_px: int) -> int:
    """Make memory showable as XRGB8888; returns the framebuffer's id."""
    return _call(fd, 0xAE, _FB, 0, width_px, height_px, dumb.pitch, 32, 24, dumb.handle)[0]


def set_crtc(fd: int, crtc: int, framebuffer: int, connector: int, mode: Mode) -> None:
    """Set a mode on a connector and show a framebuffer; takes up to some 100 ms."""
    ids = array.array("I", [connector])
    _call(
        fd, 0xA2, _CRTC, _address(ids), 1, crtc, framebuffer, 0, 0, 0, 1,
        *struct.unpack("=" + _MODE, mode.raw),
    )  # fmt: skip


def hide_cursor(fd: int, crtc: int) -> None:
    """Show no pointer that an earlier program left."""
    _call(fd, 0xA3, _CURSOR, _CURSOR_BO, crtc, 0, 0, 0, 0, 0)


def flip(fd: int, crtc: int, framebuffer: int) -> None:
    """Show another framebuffer from the next vertical blanking on; an event tells when."""
    _call(fd, 0xB0, _FLIP, crtc, framebuffer, _FLIP_EVENT, 0, crtc)


def has_vblank(fd: int, crtc: int) -> bool:
    """Does this CRTC have a vertical blanking that can be waited for? A virtual one has none."""
    try:
        _call(fd, 0x3B, _SEQUENCE, crtc, 0, 0, 0)
    except OSError:
        return False
    return True


def parse_flips(data: bytes) -> dict[int, float]:
    """CRTC → moment of its flip (CLOCK_MONOTONIC seconds), from what was read of the card."""
    flips, at = {}, 0
    while at + _EVENT.size <= len(data):
        kind, length = _EVENT.unpack_from(data, at)
        if kind == _EVENT_FLIP_COMPLETE:
            crtc, seconds, microseconds, _, _ = _VBLANK.unpack_from(data, at + _EVENT.size)
            flips[crtc] = seconds + microseconds / 1e6
        at += max(length, _EVENT.size)
    return flips


def _parse_mode(raw: bytes) -> Mode:
    values = struct.unpack("=" + _MODE, raw)
    clock_khz, width_px, htotal, height_px, vtotal = (values[n] for n in (0, 1, 4, 6, 9))
    vscan, refresh_hz, flags = values[10], values[11], values[12]
    if htotal and vtotal:
        refresh_hz = clock_khz * 1000 / (htotal * vtotal * max(1, vscan))
        refresh_hz *= 2 if flags & _INTERLACED else 1
    return Mode(width_px, height_px, float(refresh_hz), bool(flags & _INTERLACED), raw)


def _type_name(number: int) -> str:
    return CONNECTOR_TYPES[number] if number < len(CONNECTOR_TYPES) else "Unknown"


def _address(numbers: array.array[int]) -> int:
    return numbers.buffer_info()[0]
