"""One Modbus device on a shared line: Modbus's ways to fail become the drivers' errors."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from drivers.bus.bus_device import build_framing, build_party
from drivers.bus.bus_registry import share_line
from drivers.bus.modbus_port import (
    ModbusExceptionReply,
    ModbusPort,
    Table,
    UnexpectedResponse,
    open_rtu,
    open_tcp,
)
from drivers.bus.shared_bus import BusUser, SharedBus
from drivers.bus.shared_read import SharedRead
from drivers.errors import (
    DeviceBusy,
    DeviceFault,
    DeviceProtocolError,
    DeviceTimeout,
    DriverError,
)
from drivers.profile.endpoint import SerialEndpoint, parse_endpoint
from drivers.profile.model import Profile

T = TypeVar("T")
# Modbus Application Protocol V1.1b3, section 7
_REFUSALS: dict[int, tuple[type[DriverError], str]] = {
    1: (DeviceProtocolError, "it does not know this function: wrong profile?"),
    2: (DeviceProtocolError, "it has no such address: wrong profile, or channel too high?"),
    3: (DeviceProtocolError, "it does not take this value: wrong profile?"),
    4: (DeviceFault, "it reports a failure of its own"),
    6: (DeviceBusy, "it is busy"),
    10: (DeviceTimeout, "the gateway has no way to the device"),
    11: (DeviceTimeout, "the gateway got no answer from the device"),
}


class ModbusDevice:
    """A unit on a line; built by `reach_modbus`."""

    def __init__(self, line: SharedBus[ModbusPort], party: BusUser, unit: int) -> None:
        self._line = line
        self._party = party
        self._unit = unit

    async def write(self, operation: str, table: Table, address: int, value: int) -> None:
        """Write one coil or holding register.

        Raises:
            DriverError: as `SharedBus.command`; DeviceFault, it reports a failure of its own.
        """

        async def exchange(port: ModbusPort) -> None:
            await self._judge(operation, port.write(self._unit, table, address, value))

        await self._line.command(self._party, operation, exchange)

    async def read(self, operation: str, table: Table, address: int, count: int = 1) -> list[int]:
        """Read bits or words that a command depends on.

        Raises:
            DriverError: as `write`.
        """
        exchange = self._reading(operation, table, address, count)
        return await self._line.command(self._party, operation, exchange)

    async def poll(self, operation: str, table: Table, address: int, count: int = 1) -> list[int]:
        """Read bits or words for information; refused while a silent device's back-off lasts.

        Raises:
            DriverError: as `write`.
        """
        exchange = self._reading(operation, table, address, count)
        return await self._line.poll(self._party, operation, exchange)

    async def poll_block(self, operation: str, table: Table, address: int, count: int) -> list[int]:
        """As `poll`, with one frame for all who ask for this very block at the same time.

        Raises:
            DriverError: as `poll`.
        """
        key = (self._unit, table, address, count)
        block = self._line.blocks.setdefault(key, SharedRead())
        return await block.read(lambda: self.poll(operation, table, address, count))

    def _reading(
        self, operation: str, table: Table, address: int, count: int
    ) -> Callable[[ModbusPort], Awaitable[list[int]]]:
        async def exchange(port: ModbusPort) -> list[int]:
            return await self._judge(operation, port.read(self._unit, table, address, count))

        return exchange

    async def _judge(self, operation: str, answer: Awaitable[T]) -> T:
        try:
            return await answer
        except UnexpectedResponse as error:
            raise DeviceProtocolError(self._party.name, operation, str(error)) from error
        except ModbusExceptionReply as error:
            kind, why = _REFUSALS.get(error.code, (DeviceProtocolError, "wrong profile?"))
            detail = f"Modbus exception {error.code}: {why}"
            raise kind(self._party.name, operation, detail) from error


def reach_modbus(
    profile: Profile,
    *,
    name: str,
    port: str,
    unit: int,
    timeout_ms: int,
    baud: int | None,
    parity: str | None,
) -> ModbusDevice:
    """The device behind a port; nothing is opened before the first request.

    Args:
        profile: of a device on Modbus; RTU devices may also stand behind a Modbus TCP gateway.
        name: how the settings name it, for errors.
        port: a serial port's path for RTU, `tcp://host:port` for Modbus TCP.
        unit: its address.
        timeout_ms: the longest that it may take to answer.
        baud: of the serial line, where it is not the factory's.
        parity: likewise.

    Raises:
        UnsupportedFeature: no such form of port, or the port is used otherwise already.
    """
    party = build_party(profile, name, unit, timeout_ms)
    line = profile.serial
    if port.startswith("/") and line is not None:
        framing = build_framing(line, baud, parity)
        shared = share_line(port, f"Modbus RTU {framing}", name, lambda: open_rtu(port, framing))
    else:
        shared = share_line(port, "Modbus TCP", name, lambda: _open_tcp(port))
    return ModbusDevice(shared, party, unit)


async def _open_tcp(port: str) -> ModbusPort:
    endpoint = parse_endpoint(port)
    if isinstance(endpoint, SerialEndpoint):
        raise OSError(f"{port}: this device has no serial line")
    return await open_tcp(endpoint.host, endpoint.port)
