"""The interface of boards that show finished frames, one after another in slots of equal length.

The sink sets the pace: by the vertical blanking of its screen, or by a clock where the board has
none. Slots are numbered from the opening. Whoever shows something that moves asks for the next slot
each time; a frame that comes too late for its slot is shown in a later one and counted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

Pixels = bytes | bytearray | memoryview


@dataclass(frozen=True, kw_only=True)
class FacePlace:
    """Where a face is on its board.

    Args:
        width_px: of the face, in lamps.
        height_px: of the face, in lamps.
        port: the connector or network interface that feeds it, by name; empty: the board's only
            one.
        mode: of that port's picture, such as `1920x1080@60`; empty where the port has no modes.
        x_px: of the face's left edge in that picture.
        y_px: of the face's upper edge in that picture.
    """

    width_px: int
    height_px: int
    port: str = ""
    mode: str = ""
    x_px: int = 0
    y_px: int = 0

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.width_px, self.height_px

    @property
    def frame_bytes(self) -> int:
        """The length of a frame's pixels."""
        return self.width_px * self.height_px * 3

    def check_frame(self, face: str, pixels: Pixels) -> None:
        """Refuse what is no frame of this face.

        Raises:
            ValueError: the pixels are more or fewer than the face has.
        """
        if len(pixels) != self.frame_bytes:
            size = f"{self.width_px}x{self.height_px}"
            raise ValueError(f"{face}: {len(pixels)} bytes are no {size} frame")


@dataclass(frozen=True)
class PlaceFault:
    """A face that cannot be where the settings want it.

    Args:
        face: its name.
        key: of the settings.
        code: E_PORT, E_MODE, E_SIZE or E_OVERLAP.
        detail: in English.
    """

    face: str
    key: str
    code: str
    detail: str

    def __str__(self) -> str:
        return f"{self.code}: {self.face}: {self.key}: {self.detail}"


@dataclass(frozen=True)
class PortReport:
    """One connector or interface.

    Args:
        port: its name.
        shown: what is there.
        fault: coded reason why it cannot serve; empty if it can.
    """

    port: str
    shown: str
    fault: str = ""


@dataclass(frozen=True)
class Frame:
    """What a face shows.

    Args:
        pixels: RGB, 3 bytes a pixel, rows from the top, the whole face.
        rows: the first row that differs from the face's frame before, and the one behind the last;
            None where all may differ. The sink may send more rows than these.
    """

    pixels: Pixels
    rows: tuple[int, int] | None = None


@dataclass(frozen=True)
class Presented:
    """When frames were shown.

    Args:
        slot: its number.
        shown_mono_s: its beginning, on CLOCK_MONOTONIC: when the board began to show the frames, or
            took them where it does not tell more.
        late: slots between the one that was asked for and this one.
    """

    slot: int
    shown_mono_s: float
    late: int = 0


@runtime_checkable
class CarriedSink(Protocol):
    """A sink whose pictures a process of its own carries.

    Attributes:
        courier_argv: its command line without its settings. Whoever opens the sink names one that
            confines itself.
    """

    courier_argv: Sequence[str]


@dataclass(frozen=True)
class SignWord:
    """What a sign that stores its picture said when it was last read back.

    Args:
        read_mono_s: when, on CLOCK_MONOTONIC; 0: not yet, of the present picture.
        program: the id and file that it plays; empty where it has no such word.
        foreign: what somebody else has changed within the last minute, with a code, in English;
            empty for nothing.
        weakness: by what anybody nearby may reach it, with a code, in English; empty: by nothing
            that it says.
    """

    read_mono_s: float
    program: str = ""
    foreign: str = ""
    weakness: str = ""


class FrameSink(Protocol):
    """A board that shows finished frames.

    Attributes:
        period_s: length of a slot; known once the board is open.
        shows_motion: can each slot have a frame of its own? A sign that stores what it shows takes
            a still at a time.
    """

    period_s: float
    shows_motion: bool

    def open(self, faces: Mapping[str, FacePlace]) -> None:
        """Claim the board and turn its faces black. Call once, first.

        The method opens everything that the board needs, and starts no thread: the process is
        confined afterwards (no new socket, device or program; files in the board's own folder
        only) and forks for each scene. A face whose cable is out is no error here: see
        `find_faults`.

        Args:
            faces: names and places.

        Raises:
            DeviceUnreachable: the board is not present.
            DeviceBusy: another program drives it.
            UnsupportedFeature: the board cannot have a face at such a place; the text has a code.
        """

    def present(self, frames: Mapping[str, Frame], slot: int | None = None) -> Presented:
        """Show frames on their faces in one slot, all together; the other faces keep theirs.

        Returns when the board shows them: at most one slot later if `slot` is None, at once if
        the frames before are at least a slot old.

        Args:
            frames: by face.
            slot: show them in this one; in the first that is left if it has passed. None: as soon
                as possible.

        Raises:
            ValueError: unknown face or wrong length: an error of the caller.
            DeviceUnreachable: the board is gone.
            DeviceTimeout: the board does not take the frames.
        """

    def find_faults(self) -> Mapping[str, str]:
        """The faces that the board cannot show now: a coded reason by face, in English.

        Ask about twice a second: what came back, such as a plugged cable, is put into use here,
        with the face's last frame.

        Raises:
            DeviceUnreachable: the board is gone.
        """

    def set_brightness(self, pct: int) -> None:
        """Set the brightness, 0 to 100 percent, from the next frames on.

        Raises:
            ValueError: outside 0 to 100.
            UnsupportedFeature: this board has no brightness control.
        """

    def close(self) -> None:
        """Turn the faces black and release the board."""


@runtime_checkable
class StoringSink(Protocol):
    """A board beside `FrameSink` that stores its picture and says which it shows."""

    def read_back(self) -> Mapping[str, SignWord]:
        """The board's last word of each face; asks nothing."""


@runtime_checkable
class TextSink(Protocol):
    """A board with letters of its own beside `FrameSink`: it shows what a picture says."""

    def announce(self, texts: Mapping[str, Sequence[str]]) -> None:
        """What the next picture of each of these faces says, unless that is black.

        A picture that nobody announced leaves its face blank.

        Args:
            texts: by face, in the order of reading.
        """
