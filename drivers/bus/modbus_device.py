"""One Modbus device on a shared bus: Modbus exceptions become the drivers' errors."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from drivers.bus.bus_device import build_bus_user, build_framing
from drivers.bus.bus_registry import share_bus
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
_EXCEPTIONS: dict[int, tuple[type[DriverError], str]] = {
    1: (DeviceProtocolError, "it does not know this function: wrong profile?"),
    2: (DeviceProtocolError, "it has no such address: wrong profile, or channel too high?"),
    3: (DeviceProtocolError, "it does not take this value: wrong profile?"),
    4: (DeviceFault, "it reports a device failure"),
    6: (DeviceBusy, "it is busy"),
    10: (DeviceTimeout, "the gateway has no way to the device"),
    11: (DeviceTimeout, "the gateway got no answer from the device"),
}


class ModbusDevice:
    """A unit on a bus; built by `build_modbus_device`."""

    def __init__(self, line: SharedBus[ModbusPort], user: BusUser, unit: int) -> None:
        self._line = line
        self._user = user
        self._unit = unit

    async def write(self, operation: str, table: Table, address: int, value: int) -> None:
        """Write one coil or holding register.

        Raises:
            DriverError: as `SharedBus.command`; DeviceFault, it reports a device failure.
        """

        async def exchange(port: ModbusPort) -> None:
            await self._translate_errors(operation, port.write(self._unit, table, address, value))

        await self._line.command(self._user, operation, exchange)

    async def read(self, operation: str, table: Table, address: int, count: int = 1) -> list[int]:
        """Read bits or words on which a command depends.

        Raises:
            DriverError: as `write`.
        """
        exchange = self._reading(operation, table, address, count)
        return await self._line.command(self._user, operation, exchange)

    async def poll(self, operation: str, table: Table, address: int, count: int = 1) -> list[int]:
        """Read bits or words for information; refused while a silent device's back-off lasts.

        Raises:
            DriverError: as `write`.
        """
        exchange = self._reading(operation, table, address, count)
        return await self._line.poll(self._user, operation, exchange)

    async def poll_block(self, operation: str, table: Table, address: int, count: int) -> list[int]:
        """As `poll`, with one frame for all callers that read the same block at the same time.

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
            return await self._translate_errors(
                operation, port.read(self._unit, table, address, count)
            )

        return exchange

    async def _translate_errors(self, operation: str, answer: Awaitable[T]) -> T:
        try:
            return await answer
        except UnexpectedResponse as error:
            raise DeviceProtocolError(self._user.name, operation, str(error)) from error
        except ModbusExceptionReply as error:
            kind, why = _EXCEPTIONS.get(error.code, (DeviceProtocolError, "wrong profile?"))
            detail = f"Modbus exception {error.code}: {why}"
            raise kind(self._user.name, operation, detail) from error


def build_modbus_device(
    profile: Profile,
    *,
    name: str,
    port: str,
    unit: int,
    timeout_ms: int,
    baud: int | None,
    parity: str | None,
) -> ModbusDevice:
    """The device on a port; nothing is opened before the first request.

    Args:
        profile: of a device on Modbus; RTU devices may also be behind a Modbus TCP gateway.
        name: its name in the settings, for errors.
        port: a serial port's path for RTU, `tcp://host:port` for Modbus TCP.
        unit: its address.
        timeout_ms: longest time until its answer.
        baud: of the serial line, where it differs from the factory's.
        parity: likewise.

    Raises:
        UnsupportedFeature: malformed port, or the port is already used with another protocol.
    """
    user = build_bus_user(profile, name, unit, timeout_ms)
    line = profile.serial
    if port.startswith("/") and line is not None:
        framing = build_framing(line, baud, parity)
        shared = share_bus(port, f"Modbus RTU {framing}", name, lambda: open_rtu(port, framing))
    else:
        shared = share_bus(port, "Modbus TCP", name, lambda: _open_tcp(port))
    return ModbusDevice(shared, user, unit)


async def _open_tcp(port: str) -> ModbusPort:
    endpoint = parse_endpoint(port)
    if isinstance(endpoint, SerialEndpoint):
        raise OSError(f"{port}: this device has no serial line")
    return await open_tcp(endpoint.host, endpoint.port)
