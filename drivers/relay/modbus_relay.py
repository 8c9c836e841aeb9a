"""A relay of a board on a Modbus bus: written, then read back."""

from __future__ import annotations

from drivers.bus.modbus_device import build_modbus_device
from drivers.errors import DeviceFault, DeviceProtocolError, UnsupportedFeature
from drivers.profile.model import Bits, RelayProfile


class ModbusRelay:
    """A `PowerSwitch`: one channel of a board as its profile describes it.

    Args:
        profile: of kind relay, with registers.
        name: its name in the settings.
        port: a serial port's path, or `tcp://host:port`.
        unit: the board's address.
        coil: the channel, from 0.
        baud: of the serial line.
        parity: of the serial line.
        timeout_ms: longest time until the board's answer.
        inverted: the load is wired to the normally closed contact.
    """

    def __init__(  # noqa: PLR0913 - the keys of a switch in the settings
        self,
        profile: RelayProfile,
        *,
        name: str,
        port: str,
        unit: int,
        coil: int,
        timeout_ms: int,
        baud: int | None = None,
        parity: str | None = None,
        inverted: bool = False,
    ) -> None:
        if profile.registers is None:
            raise UnsupportedFeature(name, "load", "the profile has no registers")
        self.name = name
        self.takes_s = 0.2
        self._registers = profile.registers
        self._channel = coil
        self._inverted = inverted
        self._device = build_modbus_device(
            profile,
            name=name,
            port=port,
            unit=unit,
            timeout_ms=timeout_ms,
            baud=baud,
            parity=parity,
        )

    async def set(self, on: bool) -> None:  # noqa: FBT001 - the state itself is the argument
        """Switch, then read back.

        Raises:
            DriverError: as `ModbusDevice.write`; DeviceFault, the read-back differs.
        """
        write, operation = self._registers.write, f"switch {'on' if on else 'off'}"
        closed = on != self._inverted
        value = _word(write, closed=closed)
        await self._device.write(operation, write.table, write.first + self._channel, value)
        if self._registers.read is None:
            return
        have = await self._read(self._registers.read, operation, is_poll=False)
        if have != on:
            state = "on" if have else "off"
            detail = f"the relay reads {state}: contact driver dead, or another master on the line"
            raise DeviceFault(self.name, operation, detail)

    async def read(self) -> bool:
        """The relay's state that the board reports.

        Raises:
            DriverError: as `ModbusDevice.poll`; UnsupportedFeature, this board has no query.
        """
        if self._registers.read is None:
            raise UnsupportedFeature(self.name, "read", "this board cannot be asked")
        return await self._read(self._registers.read, "read", is_poll=True)

    async def _read(self, read: Bits, operation: str, *, is_poll: bool) -> bool:
        ask = self._device.poll if is_poll else self._device.read
        (word,) = await ask(operation, read.table, read.first + self._channel)
        for closed in (True, False):
            if word == _word(read, closed=closed):
                return closed != self._inverted
        detail = f"the state reads {word:#06x}, which is neither on nor off: wrong profile?"
        raise DeviceProtocolError(self.name, operation, detail)


def _word(bits: Bits, *, closed: bool) -> int:
    word = bits.on if closed else bits.off
    return int(closed) if word is None else word
