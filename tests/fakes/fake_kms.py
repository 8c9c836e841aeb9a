"""A graphics card in memory: connectors, pictures, CRTCs; it asserts what a kernel would refuse."""

from __future__ import annotations

import errno
import mmap
from collections.abc import Iterable
from dataclasses import replace

from drivers.led.kms_card import Picture
from drivers.led.kms_ioctl import Connector, Mode

FULL_HD = Mode(1920, 1080, 60.0, is_interlaced=False, raw=b"")
XGA = Mode(1024, 768, 60.004, is_interlaced=False, raw=b"")
INTERLACED = Mode(1920, 1080, 60.0, is_interlaced=True, raw=b"")
PADDING = 64  # a pitch is often more than the width


class FakeKms:
    """Takes the place of `KmsCard`; `now_s` moves by a sixtieth with each flip."""

    def __init__(self) -> None:
        self.connectors = {
            name: Connector(
                id_,
                name,
                is_connected=True,
                encoders=(id_ + 100,),
                modes=(XGA, INTERLACED, FULL_HD),
            )
            for id_, name in ((31, "HDMI-A-1"), (32, "HDMI-A-2"))
        }
        self.crtcs = {31: [1, 2], 32: [1]}
        self.on_crtc: dict[int, tuple[int, Mode, Picture]] = {}
        self.has_master = True
        self.has_blanking = True
        self.is_open = False
        self.now_s = 50.0
        self.set_modes = 0
        self.flips = 0

    def open(self) -> None:
        self.is_open = True

    def is_master(self) -> bool:
        return self.has_master

    def list_connectors(self) -> list[Connector]:
        return list(self.connectors.values())

    def probe(self, connector: int) -> Connector:
        return next(one for one in self.connectors.values() if one.id == connector)

    def is_connected(self, connector: int) -> bool:
        return self.probe(connector).is_connected

    def list_crtcs_of(self, connector: Connector) -> list[int]:
        return self.crtcs[connector.id]

    def create_picture(self, width_px: int, height_px: int) -> Picture:
        pitch = width_px * 4 + PADDING
        return Picture(0, mmap.mmap(-1, pitch * height_px), pitch)

    def show(self, crtc: int, connector: int, mode: Mode, picture: Picture) -> None:
        self.set_modes += 1
        self.on_crtc[crtc] = (connector, mode, picture)

    def has_vblank(self, crtc: int) -> bool:
        return self.has_blanking

    def flip(self, crtc: int, picture: Picture) -> None:
        if not self.has_master:
            raise PermissionError(errno.EACCES, "Permission denied")
        connector, mode, shown = self.on_crtc[crtc]
        assert picture is not shown, "the picture that is shown was drawn to"
        self.on_crtc[crtc] = (connector, mode, picture)
        self.flips += 1

    def wait_flips(self, crtcs: Iterable[int]) -> float:
        self.now_s += 1 / 60 if list(crtcs) else 0.0
        return self.now_s

    def close(self) -> None:
        self.is_open = False

    def plug(self, name: str, *, connected: bool) -> None:
        """Plug or pull the cable of a connector."""
        self.connectors[name] = replace(self.connectors[name], is_connected=connected)

    def pixel(self, name: str, x: int, y: int) -> tuple[int, int, int]:
        """Red, green and blue that a connector's screen shows."""
        wanted = self.connectors[name].id
        picture = next(one[2] for one in self.on_crtc.values() if one[0] == wanted)
        at = y * picture.pitch + x * 4
        blue, green, red = picture.memory[at : at + 3]
        return red, green, blue
