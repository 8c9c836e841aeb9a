"""A board that is a folder: each face's present frame as a PNG, and a bounded history of changes.

`<face>-latest.png` is what the face shows; `<face>-<counter>-<sha8>.png` is kept for each change,
sha8 being the first 8 hex digits of the SHA-256 of the frame's RGB bytes. Files appear whole or not
at all. No file is synced, because that would only wear the card.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections import deque
from collections.abc import Mapping
from pathlib import Path

from drivers.errors import DeviceUnreachable, UnsupportedFeature
from drivers.frame_sink import FacePlace, Frame, Presented
from drivers.led.slot_clock import SlotClock

HISTORY_FRAMES = 200
PERIOD_S = 0.04  # what a server writes; a card wears
_FACE_NAME = re.compile(r"^[A-Za-z0-9_-]{1,64}$")


class _FaceFiles:
    """One face's size, last frame and history."""

    def __init__(self, folder: Path, name: str, place: FacePlace) -> None:
        if not _FACE_NAME.match(name):
            raise ValueError(f"a face's name is a plain word: {name!r}")
        self._folder = folder
        self._name = name
        self._face = place
        self._last: bytes | None = None
        own = re.compile(rf"^{re.escape(name)}-(\d+)-[0-9a-f]{{8}}\.png$")
        found = [(int(hit[1]), path) for path in folder.iterdir() if (hit := own.match(path.name))]
        self._history = deque(path for _, path in sorted(found))
        self._counter = max((number for number, _ in found), default=0)

    def show(self, frame: bytes) -> None:
        self._face.check_frame(self._name, frame)
        if frame == self._last:
            return
        self._write(frame)
        self._last = frame

    def black(self) -> None:
        self.show(bytes(self._face.frame_bytes))

    def _write(self, frame: bytes) -> None:
        png = _encode_png(frame, self._face.size)
        self._counter += 1
        sha8 = hashlib.sha256(frame).hexdigest()[:8]
        kept = self._folder / f"{self._name}-{self._counter:06d}-{sha8}.png"
        self._place(png, kept)
        self._place(png, self._folder / f"{self._name}-latest.png")
        self._history.append(kept)
        while len(self._history) > HISTORY_FRAMES:
            self._history.popleft().unlink(missing_ok=True)

    def _place(self, png: bytes, target: Path) -> None:
        fresh = self._folder / f".{self._name}.tmp"
        fresh.write_bytes(png)
        fresh.replace(target)


class PngFolder:
    """A `FrameSink` that writes its frames as PNG files.

    Args:
        path: the folder; created if it is missing.

    Attributes:
        period_s: of its slots.
        shows_motion: yes.
    """

    period_s = PERIOD_S
    shows_motion = True

    def __init__(self, path: str) -> None:
        self._folder = Path(path)
        self._faces: dict[str, _FaceFiles] = {}

    def open(self, faces: Mapping[str, FacePlace]) -> None:
        """Claim the folder and turn the faces black. Call once, first.

        Raises:
            DeviceUnreachable: the folder cannot be created, read or written.
            ValueError: a face's name is not a plain word, or open was called before.
        """
        if self._faces:
            raise ValueError("open() is called once")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._faces = {
                name: _FaceFiles(self._folder, name, place) for name, place in faces.items()
            }
            for face in self._faces.values():
                face.black()
        except OSError as error:
            raise DeviceUnreachable(str(self._folder), "open", str(error)) from error
        self._clock = SlotClock(self.period_s)

    def present(self, frames: Mapping[str, Frame], slot: int | None = None) -> Presented:
        """Put frames on their faces; an unchanged one writes nothing.

        Raises:
            ValueError: unknown face or wrong length.
            DeviceUnreachable: the files cannot be written.
        """
        for face in frames:
            if face not in self._faces:
                raise ValueError(f"no such face: {face!r}")
        due = self._clock.choose(slot)
        self._clock.wait(due)
        try:
            for name, frame in frames.items():
                self._faces[name].show(bytes(frame.pixels))
        except OSError as error:
            raise DeviceUnreachable(str(self._folder), "present", str(error)) from error
        return self._clock.mark(due, slot)

    def find_faults(self) -> Mapping[str, str]:
        """None: a folder has no cable."""
        return {}

    def set_brightness(self, pct: int) -> None:
        """Not supported: a picture file has no brightness.

        Raises:
            UnsupportedFeature: always.
        """
        raise UnsupportedFeature(str(self._folder), f"brightness {pct} %", "a file has no lamps")

    def close(self) -> None:
        """Turn the faces black.

        Raises:
            DeviceUnreachable: the files cannot be written.
        """
        faces, self._faces = self._faces, {}
        try:
            for face in faces.values():
                face.black()
        except OSError as error:
            raise DeviceUnreachable(str(self._folder), "close", str(error)) from error


def _encode_png(frame: bytes, size: tuple[int, int]) -> bytes:
    from PIL import Image

    out = io.BytesIO()
    Image.frombytes("RGB", size, frame).save(out, "PNG", compress_level=1)
    return out.getvalue()
