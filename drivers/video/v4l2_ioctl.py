"""Questions to a video device of Linux.

Source: linux/videodev2.h; VIDIOC_QUERYCAP, VIDIOC_G_INPUT, VIDIOC_ENUMINPUT and VIDIOC_G_FMT of the
kernel's "Video for Linux API" (userspace-api/media/v4l).
"""

from __future__ import annotations

import errno
import fcntl
import struct
from dataclasses import dataclass

_READ, _WRITE = 2 << 30, 1 << 30
_IS_64_BIT = struct.calcsize("P") == 8
_CAPABILITY, _INPUT_BYTES = struct.Struct("16s32s32sIII12x"), 80
_FORMAT_AT = 8 if _IS_64_BIT else 4
_FORMAT_BYTES = 200 + _FORMAT_AT
_QUERYCAP = _READ | _CAPABILITY.size << 16 | ord("V") << 8 | 0
_G_FMT = _READ | _WRITE | _FORMAT_BYTES << 16 | ord("V") << 8 | 4
_ENUMINPUT = _READ | _WRITE | _INPUT_BYTES << 16 | ord("V") << 8 | 26
_G_INPUT = _READ | 4 << 16 | ord("V") << 8 | 38
_CAPTURE, _STREAMING, _OF_DEVICE = 0x0000_0001, 0x0400_0000, 0x8000_0000
_TYPE_CAPTURE = 1
_SILENT = (errno.ENOTTY, errno.EINVAL, errno.ENODATA)  # no such question, or no input to ask about
_STATUS_AT = 56
# V4L2_IN_ST_NO_POWER, _NO_SIGNAL, _NO_H_LOCK, _NO_SYNC, _NO_CARRIER
_DEAD = 0x0000_0001 | 0x0000_0002 | 0x0000_0100 | 0x0001_0000 | 0x0004_0000


@dataclass(frozen=True)
class Capability:
    """What a video device is: its name, and whether it captures pictures one after the other."""

    card: str
    is_capture: bool


def query_capability(fd: int) -> Capability:
    """Ask what it is.

    Raises:
        OSError: it is no video device, or it is gone.
    """
    data = bytearray(_CAPABILITY.size)
    fcntl.ioctl(fd, _QUERYCAP, data)
    _, card, _, _, whole, device = _CAPABILITY.unpack(data)
    can = device if whole & _OF_DEVICE else whole
    is_capture = can & (_CAPTURE | _STREAMING) == _CAPTURE | _STREAMING
    return Capability(card.split(b"\0")[0].decode(errors="replace"), is_capture)


def query_signal(fd: int) -> bool | None:
    """Does a picture arrive at its present input? None: it does not say.

    USB cards report no status: a status of zero from one of them means nothing, but is a signal
    here.

    Raises:
        OSError: it is gone.
    """
    number = bytearray(4)
    try:
        fcntl.ioctl(fd, _G_INPUT, number)
        data = bytearray(_INPUT_BYTES)
        data[:4] = number
        fcntl.ioctl(fd, _ENUMINPUT, data)
    except OSError as error:
        if error.errno in _SILENT:
            return None
        raise
    (status,) = struct.unpack_from("=I", data, _STATUS_AT)
    return not status & _DEAD


def query_size(fd: int) -> tuple[int, int] | None:
    """(width_px, height_px) of the pictures that it is set to; None: it does not say."""
    data = bytearray(_FORMAT_BYTES)
    struct.pack_into("=I", data, 0, _TYPE_CAPTURE)
    try:
        fcntl.ioctl(fd, _G_FMT, data)
    except OSError:
        return None
    width, height = struct.unpack_from("=II", data, _FORMAT_AT)
    return width, height
