"""A Modbus server that is not ours: pymodbus's, in a process of its own.

Run with `rtu PATH` or `tcp PORT`. Unit 1 is a board of 8 relays and 8 inputs, unit 3 one whose
relays never leave "off" whatever their echo says, unit 7 a PZEM-004T that measures 230.1 V,
1.234 A and 70,000.1 W, unit 8 an XY-MD02 at -4.5 °C and 61.2 %, unit 9 a sign with two lines of 32
characters at 1000 and 2000 and its brightness at 36.
"""

from __future__ import annotations

import asyncio
import sys

from pymodbus import FramerType
from pymodbus.server import ModbusSerialServer, ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

READ_COILS = 1


def board(unit: int, *, welded: bool) -> SimDevice:
    async def act(function: int, *args: object) -> None:
        registers = args[3]
        if welded and function == READ_COILS and isinstance(registers, list):
            registers[:] = [0] * len(registers)

    relays = SimData(0, values=[False] * 16, datatype=DataType.BITS)
    inputs = SimData(0, values=[False, True] * 8, datatype=DataType.BITS)
    unused = SimData(60_000, values=0, datatype=DataType.REGISTERS)
    return SimDevice(unit, ([relays], [inputs], [unused], [unused]), action=act)


def meter(unit: int, first: int, words: list[int]) -> SimDevice:
    none = SimData(0, values=[False] * 16, datatype=DataType.BITS)
    unused = SimData(60_000, values=0, datatype=DataType.REGISTERS)
    values = SimData(first, values=words, datatype=DataType.REGISTERS)
    return SimDevice(unit, ([none], [none], [unused], [values]))


def sign(unit: int) -> SimDevice:
    none = SimData(0, values=[False] * 16, datatype=DataType.BITS)
    unused = SimData(60_000, values=0, datatype=DataType.REGISTERS)
    held = [
        SimData(36, values=[100], datatype=DataType.REGISTERS),
        SimData(1000, values=[0] * 16, datatype=DataType.REGISTERS),
        SimData(2000, values=[0] * 16, datatype=DataType.REGISTERS),
    ]
    return SimDevice(unit, ([none], [none], held, [unused]))


DEVICES = [
    board(1, welded=False),
    board(3, welded=True),
    # 700,001 tenths of a watt are 0x000A_AE61, the low word first
    meter(7, 0, [2301, 1234, 0, 0xAE61, 0x000A]),
    meter(8, 1, [0x10000 - 45, 612]),
    sign(9),
]


async def main(kind: str, where: str) -> None:
    if kind == "rtu":
        server: ModbusSerialServer | ModbusTcpServer = ModbusSerialServer(
            DEVICES, framer=FramerType.RTU, port=where, baudrate=9600, ignore_missing_devices=True
        )
    else:
        server = ModbusTcpServer(
            DEVICES, address=("127.0.0.1", int(where)), ignore_missing_devices=True
        )
    await server.serve_forever(background=True)
    print("ready", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2]))
