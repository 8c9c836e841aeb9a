"""A Modbus connection, RTU on a serial port or TCP, with pymodbus's client.

pymodbus's server is not imported. Its client retries, reconnects and logs by itself; all three are
off here, because `SharedBus` does the first two for all devices, and errors carry the log's text.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Literal

from pymodbus.client import AsyncModbusSerialClient, AsyncModbusTcpClient
from pymodbus.exceptions import ConnectionException, ModbusException
from pymodbus.pdu import ModbusPDU

from drivers.bus.serial_port import PARITIES, Framing

Table = Literal["coil", "discrete", "holding", "input"]
# Modbus Application Protocol V1.1b3, section 6: the function codes
READ: dict[Table, int] = {"coil": 1, "discrete": 2, "holding": 3, "input": 4}
WRITE_COIL, WRITE_WORD = 5, 6
_FOREVER_S = 3600.0  # the timeouts of `SharedBus` are shorter
logging.getLogger("pymodbus").setLevel(logging.CRITICAL)


class ModbusExceptionReply(Exception):  # noqa: N818 - names the answer
    """The device answers with a Modbus exception code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class UnexpectedResponse(Exception):  # noqa: N818 - names the answer
    """A well-formed answer to another request."""


class ModbusPort:
    """An open connection; built by `open_rtu` or `open_tcp`."""

    def __init__(self, client: AsyncModbusSerialClient | AsyncModbusTcpClient) -> None:
        self._client = client
        self._calls: dict[int, Callable[..., Awaitable[ModbusPDU]]] = {
            READ["coil"]: client.read_coils,
            READ["discrete"]: client.read_discrete_inputs,
            READ["holding"]: client.read_holding_registers,
            READ["input"]: client.read_input_registers,
            WRITE_COIL: client.write_coil,
            WRITE_WORD: client.write_register,
        }
        self.heard = b""

    def is_open(self) -> bool:
        """Is the connection open?"""
        return bool(self._client.connected)

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def trace(self, is_sending: bool, data: bytes) -> bytes:  # noqa: FBT001 - pymodbus's signature
        """Keep the bytes received since the last request."""
        self.heard = b"" if is_sending else bytes(data)
        return data

    async def read(self, unit: int, table: Table, address: int, count: int) -> list[int]:
        """Read `count` bits (0 or 1) or words from `address` on.

        Raises:
            ModbusExceptionReply: the device answers with an exception code.
            UnexpectedResponse: the answer belongs to another request.
            OSError: the connection is gone.
        """
        answer = await self._ask(READ[table], address, count=count, device_id=unit)
        is_bits = table in ("coil", "discrete")
        values = [int(value) for value in (answer.bits if is_bits else answer.registers)]
        if len(values) < count:
            raise UnexpectedResponse(f"{len(values)} values came, {count} were requested")
        return values[:count]

    async def write(self, unit: int, table: Table, address: int, value: int) -> None:
        """Write one coil (0 or 1) or one holding register; the echo must be equal.

        Raises:
            ModbusExceptionReply: the device answers with an exception code.
            UnexpectedResponse: the echo differs.
            OSError: the connection is gone.
        """
        if table == "coil":
            answer = await self._ask(WRITE_COIL, address, bool(value), device_id=unit)
            echo = int(answer.bits[0]) if answer.bits else None
        else:
            answer = await self._ask(WRITE_WORD, address, value, device_id=unit)
            echo = answer.registers[0] if answer.registers else None
        if (answer.address, echo) != (address, value):
            raise UnexpectedResponse(
                f"the echo says {echo} at {answer.address}, not {value} at {address}"
            )

    async def _ask(self, function: int, *args: int, **named: int) -> ModbusPDU:
        call = self._calls[function]
        try:
            answer = await call(*args, **named)
        except ConnectionException as error:
            raise OSError(errno.ENODEV, "the connection is gone") from error
        except ModbusException as error:
            raise UnexpectedResponse(str(error)) from error
        if answer.isError():
            raise ModbusExceptionReply(answer.exception_code)
        if answer.function_code != function:  # RTU has no number that matches answers to requests
            raise UnexpectedResponse(
                f"an answer to function {answer.function_code}, not {function}"
            )
        return answer


async def open_rtu(path: str, framing: Framing) -> ModbusPort:
    """Open a serial port exclusively, for RTU frames.

    Raises:
        OSError: missing, no permission, or in use.
    """
    port: ModbusPort

    def trace(is_sending: bool, data: bytes) -> bytes:  # noqa: FBT001 - pymodbus's signature
        return port.trace(is_sending, data)

    client = AsyncModbusSerialClient(
        path,
        baudrate=framing.baud,
        bytesize=framing.bits,
        parity=PARITIES[framing.parity],
        stopbits=framing.stop_bits,
        timeout=_FOREVER_S,
        reconnect_delay=0,
        retries=0,
        trace_packet=trace,
    )
    port = ModbusPort(client)
    if not await client.connect():
        raise await asyncio.to_thread(_explain, path)
    return port


async def open_tcp(host: str, tcp_port: int) -> ModbusPort:
    """Connect to a Modbus TCP endpoint.

    Raises:
        OSError: no answer at this address.
    """
    port: ModbusPort

    def trace(is_sending: bool, data: bytes) -> bytes:  # noqa: FBT001 - pymodbus's signature
        return port.trace(is_sending, data)

    client = AsyncModbusTcpClient(
        host,
        port=tcp_port,
        timeout=_FOREVER_S,
        reconnect_delay=0,
        retries=0,
        trace_packet=trace,
    )
    port = ModbusPort(client)
    if not await client.connect():
        raise OSError(errno.ECONNREFUSED, "nobody answers at this address and port")
    return port


def _explain(path: str) -> OSError:
    """The reason why a serial port did not open, which pymodbus does not report."""
    try:
        Path(path).stat()
    except OSError as error:
        return error
    if not os.access(path, os.R_OK | os.W_OK):
        return PermissionError(errno.EACCES, "no right", path)
    return OSError(errno.EBUSY, "held by another", path)
