"""An input of a board on a Modbus bus."""

from __future__ import annotations

import asyncio

from drivers.bus.modbus_device import build_modbus_device
from drivers.errors import DeviceProtocolError, UnsupportedFeature
from drivers.profile.model import RelayProfile

SAMPLES = 3  # that many readings in a row must agree


class ModbusInput:
    """An `InputPin` that is polled, because a board on a bus reports no changes.

    A level counts when readings spread over `debounce_ms` agree; while it bounces, the last
    debounced state stays.

    Args:
        profile: of kind relay, with inputs.
        name: its name in the settings.
        port: a serial port's path, or `tcp://host:port`.
        unit: the board's address.
        line: the input, from 0.
        active: the level that means true.
        debounce_ms: a level must last this long to count.
        baud: of the serial line.
        parity: of the serial line.
        timeout_ms: longest time until the board's answer.
    """

    def __init__(  # noqa: PLR0913 - the keys of an input in the settings
        self,
        profile: RelayProfile,
        *,
        name: str,
        port: str,
        unit: int,
        line: int,
        timeout_ms: int,
        active: str = "high",
        debounce_ms: int = 50,
        baud: int | None = None,
        parity: str | None = None,
    ) -> None:
        if profile.inputs is None:
            raise UnsupportedFeature(name, "load", "this board has no inputs")
        self.name = name
        self._table = profile.inputs.table
        self._first, self._count = profile.inputs.first, profile.inputs.count
        self._index = line
        self._active = int(active == "high")
        self._pause_s = debounce_ms / 1000 / (SAMPLES - 1)
        self._last: bool | None = None
        self._device = build_modbus_device(
            profile,
            name=name,
            port=port,
            unit=unit,
            timeout_ms=timeout_ms,
            baud=baud,
            parity=parity,
        )

    async def read(self) -> bool:
        """The logical state.

        Raises:
            DriverError: as `ModbusDevice.poll`; DeviceProtocolError also while the very first
                readings bounce.
        """
        state = await self._sample()
        if state == self._last:
            return state
        for _ in range(SAMPLES - 1):
            await asyncio.sleep(self._pause_s)
            if await self._sample() != state:
                return self._hold()
        self._last = state
        return state

    async def _sample(self) -> bool:
        # the whole board: contacts that are read together share the frame
        bits = await self._device.poll_block("read", self._table, self._first, self._count)
        return bits[self._index] == self._active

    def _hold(self) -> bool:
        if self._last is None:
            raise DeviceProtocolError(self.name, "read", "the contact bounces; read it again")
        return self._last
