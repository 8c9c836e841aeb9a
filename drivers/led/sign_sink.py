"""A sign that stores what it shows, as a board that takes frames: stills only.

Each still becomes a PNG file that a process of its own carries to the sign
(`drivers.content_board.courier`) and that the sign confirms; frames that moved would be an upload
each.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import select
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence

import msgspec

from drivers.bus.courier_line import CourierLine
from drivers.errors import DeviceUnreachable, UnsupportedFeature
from drivers.frame_sink import FacePlace, Frame, Presented, SignWord
from drivers.led.pixel_raster import PixelRaster
from drivers.led.place_rules import find_raster_faults
from drivers.led.slot_clock import SlotClock
from drivers.profile.model import BoardProfile, PixelNetSpec

PERIOD_S = 1.0
CONFIRM_S = 0.4  # how long a frame waits for the sign's word: less than a beat of the board
LATE_S = 15.0  # without the sign's word it is a fault
CLOSE_S = 10.0
MOST_WORD = 120  # characters


class SignSink:
    """A `FrameSink` and `StoringSink` in front of a content board.

    Args:
        path: address of the sign, `192.168.0.50`.
        profile: of the sign.
        options: of its line.

    Attributes:
        period_s: of its slots.
        shows_motion: no: a still at a time.
        courier_argv: see `CarriedSink`; empty: it cannot be opened.
    """

    period_s = PERIOD_S
    shows_motion = False

    def __init__(self, path: str, profile: BoardProfile, **options: int | str) -> None:
        self.courier_argv: Sequence[str] = ()
        self._path = path
        self._profile = profile
        self._options = options
        self._max_px = profile.content.max_px if profile.content is not None else None
        self._file = ""
        self._is_confirmed = False
        self._sent_mono_s = 0.0
        self._fault = self._foreign = self._program = self._weakness = ""
        self._read_mono_s = 0.0

    def open(self, faces: Mapping[str, FacePlace]) -> None:
        """Start the courier and turn the faces black. Call once, first.

        Raises:
            DeviceUnreachable: the courier does not start.
            UnsupportedFeature: faces that overlap, or are more than the sign takes.
        """
        faults = [str(fault) for fault in find_raster_faults(faces)]
        self._raster = PixelRaster(faces, PixelNetSpec())
        width_px, height_px = self._raster.size
        if self._max_px is not None and width_px * height_px > self._max_px:
            faults.append(f"E_SIZE: {width_px}x{height_px}, at most {self._max_px} pixels")
        if faults:
            raise UnsupportedFeature(self._path, "open", "; ".join(faults))
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        settings = {
            "fd": theirs.fileno(),
            "path": self._path,
            "profile": self._profile,
            "options": self._options,
        }
        argv = [*self.courier_argv, msgspec.json.encode(settings).decode()]
        with theirs:
            try:
                self._courier = subprocess.Popen(argv, pass_fds=(theirs.fileno(),))
            except OSError as error:
                ours.close()
                raise DeviceUnreachable(self._path, "open", f"no courier: {error}") from error
        ours.settimeout(0)
        self._line = CourierLine(ours)
        self._clock = SlotClock(self.period_s)
        self.present({})

    def present(self, frames: Mapping[str, Frame], slot: int | None = None) -> Presented:
        """Send the sign's picture on its way, and wait a moment for the sign's word.

        Raises:
            ValueError: unknown face or wrong length.
            DeviceUnreachable: the courier is gone.
        """
        for name, frame in frames.items():
            self._raster.draw(name, frame.pixels)
        due = self._clock.choose(slot)
        if slot is not None:
            self._clock.wait(due)
        texts = self._take_texts(frames)
        digest = hashlib.sha256(self._raster.wire + "\0".join(texts).encode()).hexdigest()
        if self._file != f"tramtin-{digest[:16]}.png":
            self._send_picture(f"tramtin-{digest[:16]}.png", texts)
        until_mono_s = time.monotonic() + CONFIRM_S
        while not self._is_confirmed and time.monotonic() < until_mono_s and not self._fault:
            self._hear(until_mono_s - time.monotonic())
        return self._clock.mark(due, slot)

    def find_faults(self) -> Mapping[str, str]:
        """What the sign says against us. See `FrameSink`.

        Raises:
            DeviceUnreachable: the courier is gone.
        """
        self._hear(0.0)
        fault = self._fault
        if not fault and not self._is_confirmed and time.monotonic() - self._sent_mono_s > LATE_S:
            fault = f"E_UPLOAD: {self._path} has not confirmed the picture"
        return dict.fromkeys(self._raster.faces, fault) if fault else {}

    def read_back(self) -> Mapping[str, SignWord]:
        """See `StoringSink`."""
        word = SignWord(self._read_mono_s, self._program, self._foreign, self._weakness)
        return dict.fromkeys(self._raster.faces, word)

    def set_brightness(self, pct: int) -> None:
        """Set the brightness, 0 to 100 percent, as far as the profile allows.

        Raises:
            ValueError: outside 0 to 100.
            DeviceUnreachable: the courier is gone.
        """
        if not 0 <= pct <= 100:
            raise ValueError(f"{pct} % is no brightness")
        self._send({"do": "dim", "pct": pct})

    def close(self) -> None:
        """Have the courier turn the sign black, and wait for it."""
        self._line.close()
        try:
            self._courier.wait(CLOSE_S)
        except subprocess.TimeoutExpired:
            self._courier.kill()
            self._courier.wait()

    def _take_texts(self, frames: Mapping[str, Frame]) -> list[str]:
        """What the sign says with these frames; signs that take pictures need none."""
        del frames
        return []

    def _send_picture(self, file: str, texts: list[str]) -> None:
        png = self._encode()
        md5 = hashlib.md5(png, usedforsecurity=False).hexdigest()  # the protocol's
        message = {
            "do": "show",
            "file": file,
            "md5": md5,
            "size": self._raster.size,
            "black": not any(self._raster.wire),
            "texts": texts,
        }
        self._file, self._is_confirmed, self._sent_mono_s = file, False, time.monotonic()
        self._read_mono_s, self._program = 0.0, ""
        self._fault = ""  # of the picture before; the courier tells it again if it lasts
        self._send(message, png)

    def _encode(self) -> bytes:
        from PIL import Image

        out = io.BytesIO()
        Image.frombytes("RGB", self._raster.size, bytes(self._raster.wire)).save(out, "PNG")
        return out.getvalue()

    def _send(self, message: Mapping[str, object], content: bytes = b"") -> None:
        try:
            self._line.send(message, content)
        except OSError as error:
            raise DeviceUnreachable(self._path, "send", f"the courier is gone: {error}") from error

    def _hear(self, wait_s: float) -> None:
        """Take what the courier says, for at most so long."""
        if not select.select([self._line], [], [], max(0.0, wait_s))[0]:
            return
        with contextlib.suppress(BlockingIOError):
            while True:
                found = self._line.receive()
                if found is None:
                    raise DeviceUnreachable(self._path, "hear", "the courier is gone")
                message, _ = found
                self._fault = message.get("fault", self._fault)
                self._foreign = message.get("foreign", self._foreign)
                self._weakness = message.get("weakness", self._weakness)
                if message.get("shown") == self._file:
                    self._is_confirmed, self._read_mono_s = True, time.monotonic()
                    self._program = str(message.get("program", ""))[:MOST_WORD]
