"""A wall whose sending card mirrors a rectangle of a screen: HDMI, DVI, DisplayPort by KMS.

One pixel of the screen is one lamp; nothing is scaled. Each connector has a mode by name and two
pictures: one is shown while the other is drawn, and the screen changes over at its vertical
blanking. What is not a face is black.

A connector without a screen, or a screen without the mode, is that face's fault; the others go on,
and `find_faults` takes it back as soon as the kernel reports the cable. The mode is set again then.
"""

from __future__ import annotations

import errno
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from drivers.errors import DeviceUnreachable, UnsupportedFeature
from drivers.frame_sink import FacePlace, Frame, Pixels, Presented
from drivers.led.kms_card import KmsCard, Picture
from drivers.led.kms_ioctl import Connector, Mode
from drivers.led.pixel_format import write_xrgb
from drivers.led.place_rules import find_screen_faults, parse_mode
from drivers.led.slot_clock import SlotClock

log = logging.getLogger(__name__)
AFTER_VBLANK_S = 0.001  # a flip that is asked for this long after one blanking waits for the next
IDLE_PERIOD_S = 1 / 60  # while no screen sets the pace
Rows = tuple[int, int]


@dataclass(eq=False)
class _Face:
    """A face, what it shows, and the rows that each picture of its screen lacks."""

    place: FacePlace
    pixels: Pixels
    stale: list[Rows | None] = field(default_factory=lambda: [None, None])

    def note(self, frame: Frame) -> None:
        self.pixels = frame.pixels
        rows = frame.rows or (0, self.place.height_px)
        self.stale = [_join(stale, rows) for stale in self.stale]


@dataclass(eq=False)
class _Screen:
    """One connector: its faces, and what shows them while it is lit; `fault` says why not."""

    port: str
    mode_name: str
    faces: dict[str, _Face]
    fault: str = ""
    connector: Connector | None = None
    crtc: int = 0
    mode: Mode | None = None
    pictures: list[Picture] = field(default_factory=list)
    shown: int = 0


class HdmiBoard:
    """A `FrameSink` on a graphics card.

    Args:
        path: of the card: `/dev/dri/by-path/…-card`, or `/dev/dri/card0`.

    Attributes:
        period_s: of the first screen that is lit.
        shows_motion: yes.
    """

    shows_motion = True

    def __init__(self, path: str) -> None:
        self.period_s = IDLE_PERIOD_S
        self._path = path
        self._card = KmsCard(path)
        self._screens: dict[str, _Screen] = {}
        self._has_vblank = False

    def open(self, faces: Mapping[str, FacePlace]) -> None:
        """Claim the card and light all screens that are there, black. Call once, first.

        Raises:
            DeviceUnreachable: no such card, no right to use it, or too little memory.
            DeviceBusy: another program drives it.
            UnsupportedFeature: a face cannot be at its place; or it is the wrong card.
        """
        for fault in find_screen_faults(faces):
            raise UnsupportedFeature(self._path, "open", str(fault))
        for name, place in faces.items():
            screen = self._screens.setdefault(place.port, _Screen(place.port, place.mode, {}))
            screen.faces[name] = _Face(place, bytes(place.frame_bytes))
        self._card.open()
        connectors = {one.name: one for one in self._card.list_connectors()}
        found = [one for port, one in connectors.items() if port in self._screens]
        crtcs = assign_crtcs({one.name: self._card.list_crtcs_of(one) for one in found})
        for screen in self._screens.values():
            screen.connector = connectors.get(screen.port)
            screen.crtc = crtcs.get(screen.port, 0)
            if screen.connector is None:
                known = ", ".join(connectors)
                screen.fault = f"E_CONNECTOR: no {screen.port} here, only {known}"
            else:
                self._light(screen, screen.connector)
        self._clock = SlotClock(self.period_s)

    def present(self, frames: Mapping[str, Frame], slot: int | None = None) -> Presented:
        """Show frames on their faces in one slot; see `FrameSink`.

        Raises:
            ValueError: unknown face or wrong length.
            DeviceUnreachable: the card is gone.
            DeviceTimeout: a screen does not take the frames.
        """
        faces = {name: face for one in self._screens.values() for name, face in one.faces.items()}
        for name, frame in frames.items():
            _check(name, frame, faces)
            faces[name].note(frame)
        lit = [one for one in self._screens.values() if not one.fault and one.faces & frames.keys()]
        for screen in lit:
            _draw(screen)
        due = max(self._clock.choose(slot), 0)
        # without a blanking the flip is immediate, and its moment is ours to choose
        lead_s = self.period_s - AFTER_VBLANK_S if self._has_vblank and lit else 0.0
        self._clock.wait(due, lead_s)
        flipped = [screen for screen in lit if self._flip(screen)]
        if not flipped:
            return self._clock.mark(due, slot)
        shown_mono_s = self._card.wait_flips(screen.crtc for screen in flipped)
        for screen in flipped:
            screen.shown = 1 - screen.shown
        if not self._has_vblank:
            return self._clock.mark(due, slot)
        return self._clock.mark_vblank(shown_mono_s, slot)

    def find_faults(self) -> Mapping[str, str]:
        """Faces whose screen cannot be used now; see `FrameSink`.

        Raises:
            DeviceUnreachable: the card is gone.
        """
        for screen in self._screens.values():
            if screen.connector is not None:
                self._examine(screen, screen.connector)
        return {
            name: screen.fault
            for screen in self._screens.values()
            if screen.fault
            for name in screen.faces
        }

    def set_brightness(self, pct: int) -> None:
        """Not supported: the sending card dims, and keeps the depth of grey.

        Raises:
            UnsupportedFeature: always.
        """
        raise UnsupportedFeature(self._path, f"brightness {pct} %", "dim the sending card")

    def close(self) -> None:
        """Turn the faces black and release the card.

        Raises:
            DeviceUnreachable: the card is gone.
            DeviceTimeout: a screen does not take the frames.
        """
        try:
            lit = [one for one in self._screens.values() if not one.fault]
            black = {
                name: Frame(bytes(len(face.pixels))) for s in lit for name, face in s.faces.items()
            }
            if black:
                self.present(black)
        finally:
            self._card.close()

    def _light(self, screen: _Screen, connector: Connector) -> None:
        """Set the mode and show the faces' present frames, or say why not."""
        screen.connector = connector
        screen.fault = self._find_obstacle(screen, connector)
        if screen.fault or screen.mode is None:
            return
        mode = screen.mode
        while len(screen.pictures) < 2:
            screen.pictures.append(self._card.create_picture(mode.width_px, mode.height_px))
        for face in screen.faces.values():
            face.stale = [(0, face.place.height_px), (0, face.place.height_px)]
        screen.shown = 1
        _draw(screen)
        screen.shown = 0
        try:
            self._card.show(screen.crtc, connector.id, mode, screen.pictures[0])
        except OSError as error:
            screen.fault = f"E_MODE: {screen.port} refuses {screen.mode_name}: {error.strerror}"
            return
        self._has_vblank = self._card.has_vblank(screen.crtc)
        self.period_s = 1 / mode.refresh_hz
        log.info("%s: %s on CRTC %d", screen.port, mode, screen.crtc)

    def _find_obstacle(self, screen: _Screen, connector: Connector) -> str:
        """Why a screen cannot be lit; chooses its mode."""
        if not connector.is_connected:
            return f"E_UNPLUGGED: {screen.port}: no screen is connected"
        screen.mode = _find_mode(connector, screen.mode_name)
        if screen.mode is None:
            known = ", ".join(dict.fromkeys(map(str, connector.modes)))
            return f"E_MODE: {screen.port} has no {screen.mode_name}, only {known or 'none'}"
        if not screen.crtc:
            return f"E_CRTC: the card cannot feed {screen.port} beside the others"
        return ""

    def _examine(self, screen: _Screen, connector: Connector) -> None:
        if not self._card.is_connected(connector.id):
            screen.fault = f"E_UNPLUGGED: {screen.port}: no screen is connected"
        elif screen.fault:
            if not self._card.is_master():
                screen.fault = f"E_MASTER: {screen.port}: another program drives the screen"
            else:
                self._light(screen, self._card.probe(connector.id))

    def _flip(self, screen: _Screen) -> bool:
        """Ask for the other picture; a refusal is the screen's fault until it is lit again.

        Raises:
            DeviceUnreachable: the card is gone.
        """
        try:
            self._card.flip(screen.crtc, screen.pictures[1 - screen.shown])
        except PermissionError:
            screen.fault = f"E_MASTER: {screen.port}: another program drives the screen"
            return False
        except OSError as error:
            if error.errno == errno.ENODEV:
                raise DeviceUnreachable(self._path, "flip", str(error)) from error
            screen.fault = f"E_FLIP: {screen.port}: {error.strerror}"
            return False
        return True


def assign_crtcs(possible: Mapping[str, Sequence[int]]) -> dict[str, int]:
    """A CRTC of its own for as many ports as can have one, the first ports first."""
    ports = list(possible)

    def assign(at: int, taken: dict[str, int]) -> dict[str, int]:
        if at == len(ports):
            return taken
        free = [crtc for crtc in possible[ports[at]] if crtc not in taken.values()]
        ways = [assign(at + 1, {**taken, ports[at]: crtc}) for crtc in free]
        return max([*ways, assign(at + 1, taken)], key=len)

    return assign(0, {})


def _draw(screen: _Screen) -> None:
    """Bring the picture that is not shown up to date."""
    back = 1 - screen.shown
    picture = screen.pictures[back]
    with memoryview(picture.memory) as memory:
        for face in screen.faces.values():
            rows, face.stale[back] = face.stale[back], None
            if rows is not None:
                place = face.place
                at = (place.x_px, place.y_px)
                write_xrgb(memory, picture.pitch, at, face.pixels, place.width_px, rows)


def _find_mode(connector: Connector, name: str) -> Mode | None:
    """The progressive mode of this size nearest to this rate, within half a hertz."""
    wanted = parse_mode(name)
    if wanted is None:
        return None
    fitting = [
        mode
        for mode in connector.modes
        if (mode.width_px, mode.height_px) == wanted[:2]
        and not mode.is_interlaced
        and round(mode.refresh_hz) == wanted[2]
    ]
    return min(fitting, key=lambda mode: abs(mode.refresh_hz - wanted[2]), default=None)


def _check(name: str, frame: Frame, faces: Mapping[str, _Face]) -> None:
    if name not in faces:
        raise ValueError(f"no such face: {name!r}")
    faces[name].place.check_frame(name, frame.pixels)


def _join(one: Rows | None, other: Rows) -> Rows:
    return other if one is None else (min(one[0], other[0]), max(one[1], other[1]))
