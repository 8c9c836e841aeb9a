"""A wall of ColorLight 5A-75 receiving cards on a network interface of its own.

The cards show what they were sent last, and tell nothing of it. So the present frame is sent again
about twice a second, a lost packet heals by that, and the cards are asked in turn who they are:
whoever does not answer three times is a fault, and a firmware that is too old is one. The cable and
its speed are the interface's own word.

Daisy-chain the cards and put no switch between: all of them have one address.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator, Mapping

from drivers.bus.burst import Burst
from drivers.bus.raw_ethernet import LINK_ADDRESS_BYTES, RawEthernet
from drivers.codec import colorlight
from drivers.codec.colorlight import ReceiverReply
from drivers.errors import UnsupportedFeature
from drivers.frame_sink import FacePlace, Frame, Pixels, Presented
from drivers.led.pixel_format import write_wire
from drivers.led.place_rules import find_raster_faults
from drivers.led.slot_clock import SlotClock
from drivers.profile.model import BoardProfile, ColorLightSpec

log = logging.getLogger(__name__)
REFRESH_S = 0.4
ASK_S = 1.0
SILENT_ASKS = 3
FULL_LEVEL = 255
OVER_S = 0.022  # as long as a frame may be stuck beyond its slot, as Falcon Player allows
Piece = tuple[bytes, int, int]


class ColorLightBoard:
    """A `FrameSink` that sends rows of pixels.

    Args:
        path: the network interface.
        profile: of the card.
        rate_hz: frames a second.
        receivers: cards in the chain.

    Attributes:
        period_s: of a frame.
        shows_motion: yes.
    """

    shows_motion = True

    def __init__(
        self, path: str, profile: BoardProfile, rate_hz: float, receivers: int = 1
    ) -> None:
        self.period_s = 1 / rate_hz
        self._spec = (profile.sink and profile.sink.colorlight) or ColorLightSpec()
        self._max_px = profile.sink.max_px if profile.sink is not None else None
        self._line = RawEthernet(path, colorlight.REPLY_ETHERTYPE)
        self._cards = _Cards(self._line, receivers)
        self._faces: dict[str, FacePlace] = {}
        self._level = FULL_LEVEL
        self._last: dict[str, Pixels] = {}

    def open(self, faces: Mapping[str, FacePlace]) -> None:
        """Open the interface and turn the faces black. Call once, first.

        Raises:
            DeviceUnreachable: no such interface, or no right to use it.
            UnsupportedFeature: faces that overlap, or are more than the card takes.
        """
        faults = [str(fault) for fault in find_raster_faults(faces)]
        area_px = sum(place.width_px * place.height_px for place in faces.values())
        if self._max_px is not None and area_px > self._max_px:
            faults.append(f"E_SIZE: {area_px} pixels, the line takes {self._max_px}")
        if faults:
            raise UnsupportedFeature(self._line.interface, "open", "; ".join(faults))
        self._faces = dict(faces)
        self._starts = {}
        size = 0
        for name, place in faces.items():
            self._starts[name] = size
            size += place.frame_bytes
        self._wire = bytearray(size)
        pieces = list(_cut_rows(faces, self._starts))
        self._rows = Burst(self._wire, pieces, address_bytes=LINK_ADDRESS_BYTES)
        self._last = {name: bytes(one.frame_bytes) for name, one in faces.items()}
        self._line.open()
        self._set_level(FULL_LEVEL)
        self._clock = SlotClock(self.period_s)
        self.present({})

    def present(self, frames: Mapping[str, Frame], slot: int | None = None) -> Presented:
        """Send frames and have them shown in one slot; see `FrameSink`.

        Raises:
            ValueError: unknown face or wrong length.
            DeviceUnreachable: the kernel refuses the frames.
        """
        for name, frame in frames.items():
            self._store(name, frame.pixels)
        due = self._clock.choose(slot)
        # rows go out before their slot, and only the command to show them waits for it
        delay_s = self._spec.show_delay_ms / 1000
        self._clock.wait(due, min(self.period_s, 2 * delay_s))
        if self._send_rows():
            time.sleep(delay_s)
            self._clock.wait(due)
            self._send(self._show)
        return self._clock.mark(due, slot)

    def find_faults(self) -> Mapping[str, str]:
        """Why no face, or not all of one, can be shown; refreshes the wall. See `FrameSink`.

        Raises:
            DeviceUnreachable: the kernel refuses the frames.
        """
        if time.monotonic() - self._sent_mono_s > REFRESH_S:
            self.present({})
        was_doubled = self._is_doubled()
        fault = self._line.find_fault(self._spec.least_mbit)
        fault = fault or self._cards.ask(self._spec.least_firmware)
        if self._is_doubled() != was_doubled:
            self._set_level(self._level)
        return dict.fromkeys(self._faces, fault) if fault else {}

    def set_brightness(self, pct: int) -> None:
        """Set the brightness, 0 to 100 percent, from the next frames on.

        Raises:
            ValueError: outside 0 to 100.
        """
        if not 0 <= pct <= 100:
            raise ValueError(f"{pct} % is no brightness")
        self._set_level(round(FULL_LEVEL * pct / 100))
        for name, pixels in self._last.items():
            self._store(name, pixels)

    def close(self) -> None:
        """Turn the faces black and close the interface.

        Raises:
            DeviceUnreachable: the kernel refuses the frames.
        """
        try:
            self.present({name: Frame(bytes(len(one))) for name, one in self._last.items()})
        finally:
            self._line.close()

    def _store(self, name: str, pixels: Pixels) -> None:
        if name not in self._faces:
            raise ValueError(f"no such face: {name!r}")
        place = self._faces[name]
        place.check_frame(name, pixels)
        self._last[name] = pixels
        level = self._level if self._spec.dimmed_by == "pixels" else FULL_LEVEL
        write_wire(
            self._wire, self._starts[name], pixels, place.size, self._spec.color_order, level
        )

    def _send_rows(self) -> bool:
        """Brightness and rows; False when not all of them went out."""
        self._sent_mono_s = time.monotonic()
        bursts = [self._brightness, self._rows, *[self._rows] * self._spec.doubled_rows]
        return all(self._send(burst) for burst in bursts)

    def _send(self, burst: Burst) -> bool:
        return self._line.send(burst, self.period_s + OVER_S) == burst.count

    def _is_doubled(self) -> bool:
        return self._cards.newest_firmware >= self._spec.doubled_from

    def _set_level(self, level: int) -> None:
        """Prepare the frames that carry the brightness."""
        self._level = level
        on_card = level if self._spec.dimmed_by == "card" else FULL_LEVEL
        times = 2 if self._is_doubled() else 1
        self._brightness = _burst([colorlight.build_brightness(on_card)] * times)
        self._show = _burst([colorlight.build_show(on_card)] * times)


class _Cards:
    """The chain's cards: asked one at a time, with what each said last."""

    def __init__(self, line: RawEthernet, count: int) -> None:
        self._line = line
        self._asked = dict.fromkeys(range(count), 0)
        self._replies: dict[int, ReceiverReply] = {}
        self._next = 0
        self._due_mono_s = 0.0
        self.newest_firmware = 0

    def ask(self, least_firmware: int) -> str:
        """Read answers, ask the next card; the first card's fault, empty if there is none."""
        for frame in self._line.receive():
            self._handle(frame)
        if time.monotonic() >= self._due_mono_s:
            self._due_mono_s = time.monotonic() + ASK_S
            self._asked[self._next] += 1
            self._line.send(_burst([colorlight.build_discover(self._next)]), 0.0)
            self._next = (self._next + 1) % len(self._asked)
        return next(self._find_faults(least_firmware), "")

    def _find_faults(self, least_firmware: int) -> Iterator[str]:
        for index, asked in self._asked.items():
            name = f"card {index + 1} of {len(self._asked)}"
            reply = self._replies.get(index)
            if asked > SILENT_ASKS:
                yield f"E_SILENT: {self._line.interface}: {name} does not answer"
            elif reply is not None and reply.firmware[0] < least_firmware:
                shown = ".".join(map(str, reply.firmware))
                yield f"E_FIRMWARE: {name} has {shown}, needs {least_firmware}"

    def _handle(self, frame: bytes) -> None:
        try:
            reply = colorlight.parse_reply(frame)
        except ValueError as error:
            log.warning("%s: %s", self._line.interface, error)
            return
        if reply is None or reply.index not in self._asked:
            return  # another's
        former = self._replies.get(reply.index)
        if former is None:
            log.info("%s: %s", self._line.interface, reply)
        elif reply.uptime_ms < former.uptime_ms:
            log.warning("%s: card %d started again", self._line.interface, reply.index + 1)
        self._replies[reply.index] = reply
        self._asked[reply.index] = 0
        self.newest_firmware = max(one.firmware[0] for one in self._replies.values())


def _cut_rows(faces: Mapping[str, FacePlace], starts: Mapping[str, int]) -> Iterator[Piece]:
    """Every row of the wall from the top, in pieces that a frame takes."""
    rows = [
        (place.y_px + y, name, y) for name, place in faces.items() for y in range(place.height_px)
    ]
    for row, name, y in sorted(rows):
        place = faces[name]
        begin = starts[name] + y * place.width_px * 3
        for x in range(0, place.width_px, colorlight.MAX_PIXELS):
            count = min(colorlight.MAX_PIXELS, place.width_px - x)
            head = colorlight.build_row_head(row, place.x_px + x, count)
            yield head, begin + x * 3, count * 3


def _burst(frames: Iterable[bytes]) -> Burst:
    pieces = [(frame, 0, 0) for frame in frames]
    return Burst(bytearray(1), pieces, address_bytes=LINK_ADDRESS_BYTES)
