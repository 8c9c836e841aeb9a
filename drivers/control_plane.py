"""The interface of a board's control plane: the card that dims, blanks and watches the wall.

A control plane carries no picture. All that it writes is volatile: after a power cut the card
shows what its own flash holds. Neither storing to flash nor a factory reset can be expressed here,
because a schedule would wear the flash, and a reset would lose the wall's wiring.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

DisplayMode = Literal["normal", "freeze", "black"]
TestPattern = Literal["red", "green", "blue", "white", "horizontal", "vertical", "oblique", "grey"]
Feature = Literal[
    "black",
    "freeze",
    "test",
    "input",
    "video-present",
    "temperature",
    "light",
    "redundancy",
    "power",
]


@dataclass(frozen=True, kw_only=True)
class BoardIdentity:
    """What answers at a port.

    Args:
        model: its name; the two bytes of its model number where they are not known.
        firmware: as the maker writes it.
        is_expected: is it one of the profile's models?
        cabinet_px: (width, height) of one cabinet as the card was configured; None if it has none.
    """

    model: str
    firmware: str
    is_expected: bool
    cabinet_px: tuple[int, int] | None = None


@dataclass(frozen=True, kw_only=True)
class ReceiverReading:
    """One receiving card; None where it has no such sensor.

    Args:
        port: the sending card's output, from 1.
        index: its place in the chain, from 1.
        is_alive: does it answer?
        temperature_c: of the card, else of its monitor card.
        humidity_pct: of the monitor card.
        voltage_v: its supply.
        fans_rpm: of the fans that are fitted.
        has_smoke: does the monitor card detect smoke?
        mode: what it does with its picture; of a processor that has a mode of its own, only what
            differs from `normal`.
        has_test: does it show a test pattern of its own?
    """

    port: int
    index: int
    is_alive: bool
    temperature_c: float | None = None
    humidity_pct: int | None = None
    voltage_v: float | None = None
    fans_rpm: tuple[int, ...] = ()
    has_smoke: bool = False
    mode: DisplayMode | None = None
    has_test: bool = False


@dataclass(frozen=True, kw_only=True)
class BoardReading:
    """The state that the card itself reports; None where it cannot be asked.

    Args:
        brightness_pct: 0 to 100, of the first receiving card that answers.
        mode: what the wall does with its picture, by its processor or the first receiving card.
        has_test: does any receiving card show a test pattern of its own?
        video_present: does a picture arrive at the input?
        input: the selected input, in the profile's words; its number where they have none.
        signals: the inputs at which a signal arrives, in the profile's words.
        lux: at the light sensor.
        backup_ports: outputs that run as backup of another, from 1.
        receivers: every receiving card of the settings, in order.
    """

    brightness_pct: int | None = None
    mode: DisplayMode | None = None
    has_test: bool = False
    video_present: bool | None = None
    input: str | None = None
    signals: tuple[str, ...] = ()
    lux: int | None = None
    backup_ports: tuple[int, ...] = ()
    receivers: tuple[ReceiverReading, ...] = ()


class BoardControl(Protocol):
    """The control plane of one board.

    One request at a time goes to a card; the driver queues. Each write is acknowledged by the card
    that was addressed; `read` tells whether the wall does it.

    Attributes:
        name: its name in the settings.
        features: the operations that this model has; others raise `UnsupportedFeature`.
        limits: lowest and highest brightness in percent.
        inputs: the names for `select_input`.
        source: the input at which this box is connected; None where the settings name none.
        hot_c: the temperature that its receiving cards are made for, at most.
    """

    name: str
    features: frozenset[Feature]
    limits: tuple[int, int]
    inputs: tuple[str, ...]
    source: str | None
    hot_c: float

    async def identify(self) -> BoardIdentity:
        """Model and firmware; changes nothing.

        Raises:
            DriverError: as `read`.
        """

    async def read(self) -> BoardReading:
        """The state that the card reports; changes nothing. A dead receiving card is no error.

        Raises:
            DeviceUnreachable: no such port or address, or it is gone.
            DeviceTimeout: no answer.
            DeviceProtocolError: its answer is not one that its manual allows.
            DeviceFault: it reports that it could not do it.
        """

    async def set_brightness(self, pct: int) -> None:
        """Dim all receiving cards.

        Raises:
            ValueError: outside the profile's limits.
            DriverError: as `read`.
        """

    async def set_mode(self, mode: DisplayMode) -> None:
        """Show the picture, hold it, or turn the wall black; a test pattern ends.

        Raises:
            UnsupportedFeature: this model cannot.
            DriverError: as `read`.
        """

    async def show_test(self, pattern: TestPattern) -> None:
        """Show a pattern of the receiving cards themselves, until `set_mode`.

        Raises:
            UnsupportedFeature: this model cannot.
            DriverError: as `read`.
        """

    async def select_input(self, source: str) -> None:
        """Select an input, in the profile's words.

        Raises:
            UnsupportedFeature: this model has one input.
            ValueError: the profile names no such input.
            DriverError: as `read`.
        """

    async def set_power(self, output: int, on: bool) -> None:  # noqa: FBT001 - the state itself
        """Switch a power output of the function card, from 1.

        Raises:
            UnsupportedFeature: no function card is fitted.
            DriverError: as `read`.
        """
