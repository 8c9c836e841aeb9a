"""A relay on a GPIO line: a relay HAT, or a solid-state relay behind a transistor."""

from __future__ import annotations

from drivers.bus.gpio_line import (
    ACTIVE,
    BIAS,
    DRIVE,
    GpioLine,
    LineConfig,
    build_address,
    look_up_option,
)
from drivers.errors import DeviceFault


class GpioRelay:
    """A `PowerSwitch` that drives one line and reads it back from the chip.

    The chip reads its own pin: that detects a pin that is shorted or driven from outside. It cannot
    detect a welded contact; for that the zone needs a current sensor.

    Requesting the line switches it off, so that a new process begins from a known state.

    Args:
        name: its name in the settings.
        port: the chip's label, or the path of its device.
        coil: the line's offset on the chip.
        line_name: the line's name, instead of `coil`.
        active: the level that closes the contact; many relay HATs close at low.
        bias: as-is, disabled, pull-up or pull-down.
        drive: push-pull, open-drain or open-source.
    """

    def __init__(
        self,
        name: str = "switch",
        *,
        port: str,
        coil: int | None = None,
        line_name: str | None = None,
        active: str = "high",
        bias: str = "as-is",
        drive: str = "push-pull",
    ) -> None:
        self.name = name
        self.takes_s = 0.0
        want = LineConfig(
            direction="OUTPUT",
            is_active_low=look_up_option(name, "active", ACTIVE, active),
            bias=look_up_option(name, "bias", BIAS, bias),
            drive=look_up_option(name, "drive", DRIVE, drive),
        )
        self._line = GpioLine(name, build_address(name, port, coil, line_name), want)

    async def set(self, on: bool) -> None:  # noqa: FBT001 - the state itself is the argument
        """Drive the line, then read it back.

        Raises:
            DeviceFault: the pin does not follow.
            DriverError: as `GpioLine.get`.
        """
        have = await self._line.put(on)
        if have != on:
            level = "on" if have else "off"
            detail = f"the pin reads {level}; shorted, or driven by something else?"
            raise DeviceFault(self.name, f"set {on}", detail)

    async def read(self) -> bool:
        """The level of the pin as the chip reads it.

        Raises:
            DriverError: as `GpioLine.get`.
        """
        return await self._line.get()
