"""One graphics card whose screens this process sets: connectors, modes, pictures in memory, flips.

Opening the card's file first makes its owner master; nobody else can set modes until it is closed,
and the kernel's text console writes to a picture that is not shown.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import select
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from drivers.errors import DeviceBusy, DeviceTimeout, DeviceUnreachable, UnsupportedFeature
from drivers.led import kms_ioctl
from drivers.led.kms_ioctl import Connector, Mode

FLIP_LIMIT_S = 1.0
_EVENT_BYTES = 4096


@dataclass(frozen=True)
class Picture:
    """A picture that the card can show, XRGB8888: bytes blue, green, red, unused.

    Args:
        framebuffer: its id.
        memory: `pitch` bytes a row; slow to read.
        pitch: bytes from one row to the next.
    """

    framebuffer: int
    memory: mmap.mmap
    pitch: int


class KmsCard:
    """A card, from `open` to `close`.

    Args:
        path: below `/dev/dri`.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._fd = -1

    def open(self) -> None:
        """Claim the card.

        Raises:
            DeviceUnreachable: there is none, or no right to use it.
            DeviceBusy: another program has set its modes and still runs.
            UnsupportedFeature: it has no outputs that could be set.
        """
        try:
            self._fd = os.open(self._path, os.O_RDWR | os.O_CLOEXEC | os.O_NONBLOCK)
        except OSError as error:
            raise DeviceUnreachable(self._path, "open", f"E_NO_CARD: {error.strerror}") from error
        try:
            kms_ioctl.list_resources(self._fd)
            has_pictures = kms_ioctl.read_capability(self._fd, kms_ioctl.CAP_DUMB_BUFFER)
        except OSError:
            has_pictures = 0
        if not has_pictures:
            self.close()
            raise UnsupportedFeature(
                self._path, "open", "E_NO_OUTPUTS: this card has no outputs; take the other card*"
            )
        if not self.is_master():
            self.close()
            raise DeviceBusy(
                self._path, "open", "E_MASTER: another program drives the screen: a desktop?"
            )

    def is_master(self) -> bool:
        """Have the right to set modes; take it again if it is free."""
        try:
            kms_ioctl.become_master(self._fd)
        except OSError:
            return False
        return True

    def list_connectors(self) -> list[Connector]:
        """All connectors, their screens asked.

        Raises:
            DeviceUnreachable: the card is gone.
        """
        with self._wrap("ask its connectors"):
            _, ids = kms_ioctl.list_resources(self._fd)
            return [kms_ioctl.probe_connector(self._fd, one) for one in ids]

    def probe(self, connector: int) -> Connector:
        """One connector, its screen asked.

        Raises:
            DeviceUnreachable: the card is gone.
        """
        with self._wrap("ask a connector"):
            return kms_ioctl.probe_connector(self._fd, connector)

    def is_connected(self, connector: int) -> bool:
        """Is a screen connected, as far as the kernel knows?

        Raises:
            DeviceUnreachable: the card is gone.
        """
        with self._wrap("ask a connector"):
            return kms_ioctl.is_connected(self._fd, connector)

    def list_crtcs_of(self, connector: Connector) -> list[int]:
        """The CRTCs that may feed a connector.

        Raises:
            DeviceUnreachable: the card is gone.
        """
        with self._wrap("ask its encoders"):
            crtcs, _ = kms_ioctl.list_resources(self._fd)
            masks = [kms_ioctl.read_possible_crtcs(self._fd, one) for one in connector.encoders]
        return [crtc for n, crtc in enumerate(crtcs) if any(mask >> n & 1 for mask in masks)]

    def create_picture(self, width_px: int, height_px: int) -> Picture:
        """A black picture.

        Raises:
            DeviceUnreachable: the card has too little memory, or is gone.
        """
        with self._wrap(f"make a picture of {width_px}x{height_px}"):
            dumb = kms_ioctl.create_dumb(self._fd, width_px, height_px)
            framebuffer = kms_ioctl.add_framebuffer(self._fd, dumb, width_px, height_px)
            offset = kms_ioctl.find_map_offset(self._fd, dumb.handle)
            memory = mmap.mmap(self._fd, dumb.size, offset=offset)
            memory.madvise(mmap.MADV_DONTFORK)  # a renderer must not reach the wall
        return Picture(framebuffer, memory, dumb.pitch)

    def show(self, crtc: int, connector: int, mode: Mode, picture: Picture) -> None:
        """Set a mode and show a picture.

        Raises:
            OSError: the kernel refuses it.
        """
        kms_ioctl.set_crtc(self._fd, crtc, picture.framebuffer, connector, mode)
        with contextlib.suppress(OSError):  # no driver of a cursor: there is none
            kms_ioctl.hide_cursor(self._fd, crtc)

    def has_vblank(self, crtc: int) -> bool:
        """Does this CRTC tell when a picture begins?"""
        return kms_ioctl.has_vblank(self._fd, crtc)

    def flip(self, crtc: int, picture: Picture) -> None:
        """Show another picture of the same size from the next vertical blanking on.

        Raises:
            OSError: the kernel refuses it.
        """
        kms_ioctl.flip(self._fd, crtc, picture.framebuffer)

    def wait_flips(self, crtcs: Iterable[int]) -> float:
        """Wait until all these CRTCs have flipped; the last one's moment, CLOCK_MONOTONIC seconds.

        Raises:
            DeviceTimeout: one did not in time.
            DeviceUnreachable: the card is gone.
        """
        missing, last_mono_s = set(crtcs), 0.0
        until_mono_s = time.monotonic() + FLIP_LIMIT_S
        while missing:
            wait_s = until_mono_s - time.monotonic()
            if wait_s <= 0 or not select.select([self._fd], [], [], wait_s)[0]:
                raise DeviceTimeout(self._path, "flip", f"none within {FLIP_LIMIT_S:g} s")
            with self._wrap("flip"):
                flips = kms_ioctl.parse_flips(os.read(self._fd, _EVENT_BYTES))
            missing -= flips.keys()
            last_mono_s = max([last_mono_s, *flips.values()])
        return last_mono_s

    def close(self) -> None:
        """Release the card; the kernel shows its own picture, or none."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    @contextlib.contextmanager
    def _wrap(self, operation: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise DeviceUnreachable(self._path, operation, str(error)) from error
