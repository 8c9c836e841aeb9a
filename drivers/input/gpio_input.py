"""A contact on a GPIO line: a door switch, a key, the relay of a mains monitor."""

from __future__ import annotations

from collections import deque

from drivers.bus.gpio_line import ACTIVE, BIAS, GpioLine, LineConfig, build_address, look_up_option


class GpioInput:
    """An `EdgePin`: the kernel debounces and queues the edges; there is no polling.

    Args:
        name: its name in the settings.
        port: the chip's label, or the path of its device.
        line: the line's offset on the chip.
        line_name: the line's name, instead of `line`.
        active: the level that means true; a contact that closes to ground is active low.
        debounce_ms: a level must last this long to count.
        bias: as-is, disabled, pull-up or pull-down; the default pulls towards the inactive level,
            so that a broken wire is not a pressed key. A door contact that is closed to ground
            while the door is shut is active high with bias pull-up.
    """

    def __init__(
        self,
        name: str = "contact",
        *,
        port: str,
        line: int | None = None,
        line_name: str | None = None,
        active: str = "high",
        debounce_ms: int = 50,
        bias: str | None = None,
    ) -> None:
        self.name = name
        if bias is None:
            bias = "pull-up" if active == "low" else "pull-down"
        want = LineConfig(
            direction="INPUT",
            is_active_low=look_up_option(name, "active", ACTIVE, active),
            bias=look_up_option(name, "bias", BIAS, bias),
            edge="BOTH",
            debounce_ms=debounce_ms,
        )
        self._line = GpioLine(name, build_address(name, port, line, line_name), want)
        self._queued: deque[bool] = deque()

    async def read(self) -> bool:
        """The logical state now.

        Raises:
            DriverError: as `GpioLine.get`.
        """
        return await self._line.get()

    async def next_state(self) -> bool:
        """See `EdgePin.next_state`.

        Raises:
            DriverError: as `GpioLine.get`.
        """
        while not self._queued:
            self._queued.extend(await self._line.edges())
        return self._queued.popleft()
