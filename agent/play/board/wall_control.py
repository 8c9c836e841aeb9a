"""One control card of a board: asked every ten seconds, kept at what the box wants.

A card forgets what was written when its power goes, and anybody with the maker's program can change
it. So what it says is compared with what is wanted at each poll, and put back; a wall whose input
stays foreign goes black. Whatever fails here is an issue; the picture goes on without the card.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterator, Sequence
from dataclasses import replace
from typing import Literal

from agent.clock import mono_s
from agent.contract.report import SensorReading
from agent.errors import ConfigError
from agent.play.board.input_note import InputNote
from agent.play.board.wall_findings import (
    KINDS,
    WallWanted,
    find_foreign,
    find_wall_issues,
    is_withheld,
)
from agent.play.board.wall_worst import find_worst
from agent.settings.model import ControlCard
from agent.signals import Signal
from drivers import registry
from drivers.control_plane import BoardControl, BoardIdentity, BoardReading
from drivers.errors import DeviceFault, DriverError, UnsupportedFeature

log = logging.getLogger(__name__)
FaultSink = Callable[[str, str, str | None], None]
POLL_S = 10.0
TRIES = 3  # polls without an answer before it is an issue
PUT_BACK_POLLS = 2  # how often what is foreign is put back before the wall goes black
BLACK_POLLS = 60  # so long until a wall that kept a foreign mode or test is shown again
BRIGHTNESS_SLACK_PCT = 1  # the card counts in 255 steps
Cabinets = Literal["on", "starting", "off"]
_POWER = {"on": 1, "starting": 1, "off": 0, None: None}


class WallControl:
    """A control card and what is wanted of its wall.

    Args:
        name: of the card in the settings.
        faces: the faces that it controls; none: all of its output.
        card: its driver.
        on_fault: called with (kind, card, hint); hint None when the fault is over.
        mono: monotonic seconds; replaced in tests.
        note: that it shows a granted input, for whoever takes it back when the agent has died.
        sees: the face that its light sensor looks at; None: it looks at the sky.

    Attributes:
        wanted: what the card is held to.
        reading: the card's last word; None before the first, and while it does not answer.
        polled: emitted after each answer of the card.
        cabinets: have they power, as far as was commanded? Receiving cards without it are silent,
            and no fault; None: this box does not switch it.
    """

    def __init__(
        self,
        name: str,
        faces: tuple[str, ...],
        card: BoardControl,
        on_fault: FaultSink,
        mono: Callable[[], float] = mono_s,
        note: InputNote | None = None,
        sees: str | None = None,
    ) -> None:
        self.name = name
        self.faces = faces
        self.sees = sees
        self.card = card
        self.wanted = WallWanted(source=card.source)
        self.reading: BoardReading | None = None
        self.polled = Signal[[]]()
        self.cabinets: Cabinets | None = None
        self._on_fault = on_fault
        self._mono = mono
        self._note = note
        self._read_mono_s = 0.0
        self._identity: BoardIdentity | None = None
        self._misses = 0
        self._foreign_polls = 0
        self._absent_polls = 0
        self._black_polls = 0
        self._open: set[str] = set()

    @property
    def limits(self) -> tuple[int, int]:
        """Lowest and highest brightness of the card's profile."""
        return self.card.limits

    @property
    def is_lit(self) -> bool:
        """Does the card answer, and not say that the wall is black?"""
        return self.reading is not None and self.reading.mode != "black"

    @property
    def lacks_picture(self) -> bool:
        """Has a granted input brought no picture for as long as what is foreign is put back?"""
        return self.wanted.source != self.card.source and self._absent_polls >= PUT_BACK_POLLS

    @property
    def shows_ours(self) -> bool:
        """Does the card say that our picture is on the wall? Of its last answer."""
        reading = self.reading
        if reading is None or reading.video_present is False or reading.has_test:
            return False
        is_ours = self.wanted.source is None or reading.input in (None, self.wanted.source)
        modes = {reading.mode, *(one.mode for one in reading.receivers)} - {None}
        return is_ours and modes <= {"normal"} and any(one.is_alive for one in reading.receivers)

    @property
    def lux(self) -> int | None:
        """The light of the day at the card's sensor."""
        return None if self.sees is not None else self.measured_lux

    @property
    def measured_lux(self) -> int | None:
        """What the card's sensor measures, wherever it looks; None: nothing valid."""
        return None if self.reading is None else self.reading.lux

    async def run(self) -> None:
        """Live until cancelled; no fault of the card ends it."""
        while True:
            await self.refresh()
            await asyncio.sleep(POLL_S)

    async def refresh(self) -> None:
        """Ask the card once, report what is wrong, put back what somebody has changed."""
        try:
            if self._identity is None:
                await self._identify()
            reading = await self.card.read()
        except Exception as error:  # noqa: BLE001 - a driver's bug is a fault of this card only
            self._count_miss(_describe(self.name, error))
            return
        self._misses = 0
        if self.cabinets in ("off", "starting"):
            reading = replace(reading, receivers=())
        self.reading, self._read_mono_s = reading, self._mono()
        self._set("board_card_silent", None)
        found = find_wall_issues(reading, self.card.hot_c, was_hot="board_hot" in self._open)
        foreign = find_foreign(reading, self.wanted)
        self._judge(reading, is_foreign=bool(foreign))
        if foreign:
            found["board_foreign"] = "; ".join(foreign)
        for kind in KINDS:
            self._set(kind, found.get(kind))
        self.polled.emit()
        await self._put_back(reading)

    async def dim(self, pct: int) -> bool:
        """Want this brightness from now on, within the profile's limits; True once the card has it.

        A failure is an issue, and the next poll tries again.
        """
        low, high = self.card.limits
        pct = min(max(pct, low), high)
        self.wanted = replace(self.wanted, brightness_pct=pct)
        if not await self._command(self.card.set_brightness(pct)):
            return False
        if self.reading is not None:
            self.reading = replace(self.reading, brightness_pct=pct)
        return True

    async def grant(self, source: str | None) -> None:
        """Want another input than the box's own, or that again (None): commanded at once.

        A failure is an issue, and the next poll tries again.
        """
        wanted = self.card.source if source is None else source
        if wanted is None or wanted == self.wanted.source:
            return
        log.info("%s: input %s", self.name, wanted)
        self.wanted = replace(self.wanted, source=wanted)
        self._foreign_polls = self._absent_polls = 0
        if self._note is not None and source is not None:
            await asyncio.to_thread(self._note.write)
        if not await self._command(self.card.select_input(wanted)):
            return
        if self.reading is not None:
            self.reading = replace(self.reading, input=wanted)
        if self._note is not None and wanted == self.card.source:
            await asyncio.to_thread(self._note.remove)

    async def switch_power(self, outputs: Sequence[int], *, on: bool) -> bool:
        """Switch power outputs of the card; True once it has taken them all."""
        return all([await self._command(self.card.set_power(one, on)) for one in outputs])

    def readings(self) -> dict[str, SensorReading]:
        """The card's measurements as those of sensors; for report and page."""
        reading = self.reading
        if reading is None:
            return {}
        age_s = round(self._mono() - self._read_mono_s, 1)
        worst = find_worst(reading)
        values: dict[str, tuple[float | None, str]] = {
            "brightness": (reading.brightness_pct, "%"),
            "temperature": (worst.temperature_c, "°C"),
            "humidity": (worst.humidity_pct, "%"),
            "voltage": (worst.voltage_v, "V"),
            "fan": (worst.fan_rpm, "rpm"),
            "light": (reading.lux, "lx"),
            "cabinets": (_POWER.get(self.cabinets), ""),
        }
        return {
            f"{self.name}.{measure}": SensorReading(measure, value, unit, age_s)
            for measure, (value, unit) in values.items()
            if value is not None
        }

    def _judge(self, reading: BoardReading, *, is_foreign: bool) -> None:
        """What stays foreign or absent, though it was put back, is made black until it is ours.

        Behind black a foreign mode or test cannot be seen: it is tried again after a while.
        """
        is_withheld_now = is_withheld(reading, self.wanted)
        self._absent_polls = self._absent_polls + 1 if reading.video_present is False else 0
        self._black_polls = max(0, self._black_polls - 1)
        if is_foreign or is_withheld_now:
            self._foreign_polls += 1
        elif not self._black_polls:
            self._foreign_polls = 0
        if self._foreign_polls > PUT_BACK_POLLS and not is_withheld_now and is_foreign:
            self._black_polls = BLACK_POLLS
        is_black = self._foreign_polls > PUT_BACK_POLLS and "black" in self.card.features
        self.wanted = replace(self.wanted, mode="black" if is_black else "normal")

    async def _identify(self) -> None:
        found = await self.card.identify()
        self._identity = found
        hint = f"{found.model} answers, firmware {found.firmware}"
        self._set("board_card_other", None if found.is_expected else hint)

    async def _put_back(self, reading: BoardReading) -> None:
        """Command what the card does not have; a card that has it all does what it is told."""
        is_content = True
        for command in self._find_commands(reading):
            is_content = False
            await self._command(command)
        if is_content:
            self._set("board_card_fault", None)

    def _find_commands(self, reading: BoardReading) -> Iterator[Coroutine[object, object, None]]:
        wanted = self.wanted
        if wanted.source is not None and (
            reading.input not in (None, wanted.source) or reading.video_present is False
        ):
            yield self.card.select_input(wanted.source)
        modes = {reading.mode, *(one.mode for one in reading.receivers)}
        if modes - {None, wanted.mode} or reading.has_test:
            yield self.card.set_mode(wanted.mode)
        pct, is_pct = wanted.brightness_pct, reading.brightness_pct
        if pct is not None and is_pct is not None and abs(pct - is_pct) > BRIGHTNESS_SLACK_PCT:
            yield self.card.set_brightness(pct)

    async def _command(self, command: Coroutine[object, object, None]) -> bool:
        try:
            await command
        except Exception as error:  # noqa: BLE001 - as in `refresh`
            why = _describe(self.name, error)
            if isinstance(error, DeviceFault | UnsupportedFeature):
                self._set("board_card_fault", why)
            else:
                log.info("%s", why)  # the polls count how long it is silent
            return False
        self._set("board_card_fault", None)
        return True

    def _count_miss(self, why: str) -> None:
        self._misses += 1
        if self._misses >= TRIES:
            self._identity = None  # another card may be there when it answers again
            self.reading = None
            self._set("board_card_silent", why)

    def _set(self, kind: str, hint: str | None) -> None:
        """Report a fault, and its end once."""
        if hint is not None:
            self._open.add(kind)
            self._on_fault(kind, self.name, hint)
        elif kind in self._open:
            self._open.discard(kind)
            self._on_fault(kind, self.name, None)


def build_wall(settings: ControlCard, on_fault: FaultSink) -> WallControl:
    """The card of the settings; nothing is opened yet.

    Raises:
        ConfigError: E_DRIVER, no such profile, or an unknown option in the settings.
    """
    try:
        card = registry.load_board_control(
            settings.profile, name=settings.name, port=settings.port, **settings.options
        )
    except UnsupportedFeature as error:
        raise ConfigError("E_DRIVER", settings.name, str(error)) from error
    if settings.cabinets is not None and "power" not in card.features:
        raise ConfigError("E_DRIVER", settings.name, "has no power outputs: leave cabinets out")
    faces, note = tuple(settings.faces), InputNote(settings)
    return WallControl(settings.name, faces, card, on_fault, note=note, sees=settings.sees)


def _describe(name: str, error: Exception) -> str:
    """The text of a driver's fault; any other exception is a bug and goes to the log."""
    if isinstance(error, DriverError):
        return str(error)
    log.error("the driver of %s failed", name, exc_info=error)
    return f"{type(error).__name__}: {error}"
