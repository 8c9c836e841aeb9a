"""A sign with letters of its own, on Modbus: lines of text at registers that the profile names.

Every line is written and read back. What a sign says that was not written here is somebody else's:
it is written anew. What has more lines than the sign is shown page after page, one each time that
the sign is looked at.
"""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable, Sequence

from pymodbus.client import ModbusSerialClient, ModbusTcpClient
from pymodbus.exceptions import ModbusException
from pymodbus.pdu import ModbusPDU

from drivers.bus.serial_port import PARITIES, Framing
from drivers.codec.character_line import decode_line, encode_line, to_plain, wrap_pages
from drivers.content_board.sign import SignPicture
from drivers.errors import (
    DeviceFault,
    DeviceProtocolError,
    DeviceTimeout,
    DeviceUnreachable,
    DriverError,
)
from drivers.profile.endpoint import SerialEndpoint, TcpEndpoint
from drivers.profile.model import CharacterLine, ModbusTextSpec

log = logging.getLogger(__name__)
logging.getLogger("pymodbus").setLevel(logging.CRITICAL)
MOST_REGISTERS = 120  # of 123 that a frame takes
SHOWN_CHARS = 24  # of a line, where the sign is described
# Modbus Application Protocol V1.1b3, section 7
_EXCEPTIONS = {
    10: "the gateway has no way to the sign",
    11: "the gateway got no answer from the sign: is `unit` right?",
}
Client = ModbusTcpClient | ModbusSerialClient


class ModbusTextSign:
    """A `Sign`; see there.

    Args:
        name: for errors.
        client: not connected yet.
        unit: its address.
        spec: its registers.

    Attributes:
        program: empty: it has texts, which are read back, and no programmes.
        weakness: empty: it says nothing of passwords, and Modbus has none.
    """

    program = ""
    weakness = ""

    def __init__(self, name: str, client: Client, unit: int, spec: ModbusTextSpec) -> None:
        self._name = name
        self._client = client
        self._unit = unit
        self._spec = spec
        self._wanted: list[list[int]] | None = None
        self._pages: list[list[list[int]]] = []
        self._wanted_level: int | None = None

    def show(self, picture: SignPicture, is_stale: Callable[[], bool]) -> None:
        """See `Sign.show`; a sign with letters takes the picture's texts."""
        del is_stale  # a line takes no longer than the question
        self._wanted = None
        try:
            self._pages = self._find_pages(() if picture.is_black else picture.texts)
        except ValueError as error:
            self.blank()
            raise DeviceFault(self._name, "show", f"E_TEXT: {error}") from error
        self._put(self._pages[0])
        self._wanted = self._pages[0]

    def set_brightness(self, pct: int) -> None:
        """See `Sign.set_brightness`; a sign without such a register stays as it is."""
        dimmer = self._spec.brightness
        if dimmer is None:
            return
        pct = min(max(pct, 0), 100)
        self._wanted_level = round(dimmer.low + (dimmer.high - dimmer.low) * pct / 100)
        self._dim()

    def check(self) -> str:
        """See `Sign.check`."""
        self._dim()
        if self._wanted is None:
            return ""
        found = self._find_foreign(self._wanted)
        if found:
            self._put(self._wanted)
        elif len(self._pages) > 1:
            self._turn_page()
        return found

    def blank(self) -> None:
        """See `Sign.blank`."""
        self._wanted = None
        self._write_rows(self._encode(()))

    def describe(self) -> str:
        """Its lines, what they say and its brightness, read over the profile's map; writes nothing.

        Raises:
            DriverError: as of `check`.
        """
        spec, told = self._spec, []
        for line in spec.lines:
            held = self._read_row(line, -(-line.chars // spec.per_register))
            said = decode_line(held, spec.encoding, spec.per_register, spec.first_char)
            told.append(f"{line.chars} characters {said[:SHOWN_CHARS]!r}")
        if spec.brightness is not None:
            level = self._ask_read(spec.brightness.register, 1)[0]
            told.append(f"brightness {level} of {spec.brightness.low}..{spec.brightness.high}")
        return f"unit {self._unit}, {len(spec.lines)} lines: " + ", ".join(told)

    def close(self) -> None:
        """See `Sign.close`."""
        self._client.close()  # type: ignore[no-untyped-call]  # pymodbus's own

    def _find_pages(self, texts: Sequence[str]) -> list[list[list[int]]]:
        """The registers of each page; a text of several that the sign cannot say is left out.

        Raises:
            ValueError: it can say none of them.
        """
        spec, plain, faults = self._spec, list[str](), list[ValueError]()
        for text in texts:
            try:
                plain.append(to_plain(text, spec.encoding))
            except ValueError as error:
                faults.append(error)
        if faults and not plain:
            raise faults[0]
        for fault in faults:
            log.warning("%s: one of %d texts is left out: %s", self._name, len(texts), fault)
        pages = wrap_pages(plain, [line.chars for line in spec.lines], spec.encoding)
        return [self._encode(tuple(page)) for page in pages]

    def _turn_page(self) -> None:
        self._pages = [*self._pages[1:], self._pages[0]]
        self._wanted, page = None, self._pages[0]
        self._put(page)
        self._wanted = page

    def _put(self, rows: list[list[int]]) -> None:
        """Have these rows on the sign; one that keeps something else is left blank, if it can be.

        Raises:
            DriverError: it says something else, or does not answer.
        """
        try:
            self._write_rows(rows)
        except DeviceFault as error:
            dark = "blank"
            try:
                self._write_rows(self._encode(()))
            except DriverError as worse:
                dark = f"and it does not turn blank: {worse}"
            raise DeviceFault(self._name, error.operation, f"{error.detail}; {dark}") from error

    def _encode(self, texts: tuple[str, ...]) -> list[list[int]]:
        lines = self._spec.lines
        filled = [*texts, *[""] * (len(lines) - len(texts))]
        spec = self._spec
        return [
            encode_line(text, line.chars, spec.encoding, spec.per_register, spec.first_char)
            for text, line in zip(filled, lines, strict=True)
        ]

    def _write_rows(self, rows: list[list[int]]) -> None:
        for line, row in zip(self._spec.lines, rows, strict=True):
            for at in range(0, len(row), MOST_REGISTERS):
                self._ask_write(line.first + at, row[at : at + MOST_REGISTERS])
        foreign = self._find_foreign(rows)
        if foreign:
            raise DeviceFault(self._name, "read back", foreign)

    def _find_foreign(self, rows: list[list[int]]) -> str:
        """The first line that says something else; empty if none does."""
        for number, (line, row) in enumerate(zip(self._spec.lines, rows, strict=True), start=1):
            held = self._read_row(line, len(row))
            if held != row:
                spec = self._spec
                said = decode_line(held, spec.encoding, spec.per_register, spec.first_char)
                return f"E_FOREIGN: line {number} says {said[:80]!r}"
        return ""

    def _read_row(self, line: CharacterLine, length: int) -> list[int]:
        held: list[int] = []
        while len(held) < length:
            held += self._ask_read(line.first + len(held), min(MOST_REGISTERS, length - len(held)))
        return held

    def _dim(self) -> None:
        dimmer, level = self._spec.brightness, self._wanted_level
        if dimmer is None or level is None or self._ask_read(dimmer.register, 1) == [level]:
            return
        self._ask_write(dimmer.register, [level])
        if self._ask_read(dimmer.register, 1) != [level]:
            raise DeviceFault(self._name, "brightness", f"it does not keep {level}")

    def _ask_write(self, address: int, values: list[int]) -> None:
        self._ask(
            "write", lambda: self._client.write_registers(address, values, device_id=self._unit)
        )

    def _ask_read(self, address: int, count: int) -> list[int]:
        answer = self._ask(
            "read",
            lambda: self._client.read_holding_registers(address, count=count, device_id=self._unit),
        )
        if len(answer.registers) != count:
            detail = f"{len(answer.registers)} registers came, {count} were asked for"
            raise DeviceProtocolError(self._name, "read", detail)
        return list(answer.registers)

    def _ask(self, operation: str, request: Callable[[], ModbusPDU]) -> ModbusPDU:
        """An answer that is no exception; a connection that was lost is opened again.

        Raises:
            DeviceUnreachable: nobody answers at this address.
            DeviceTimeout: the sign does not answer.
            DeviceFault: it answers with an exception code.
        """
        if not self._client.connected and not self._client.connect():
            raise DeviceUnreachable(self._name, operation, f"E_NO_HOST: {self._name}")
        try:
            answer = request()
        except ModbusException as error:
            self._client.close()  # type: ignore[no-untyped-call]  # pymodbus's own
            raise DeviceTimeout(self._name, operation, str(error)) from error
        if answer.isError():
            why = _EXCEPTIONS.get(answer.exception_code, "wrong map in the profile?")
            detail = f"Modbus exception {answer.exception_code}: {why}"
            raise DeviceFault(self._name, operation, detail)
        return answer


class OpenedTcpClient(ModbusTcpClient):
    """A client whose connections somebody else makes.

    Args:
        connect: makes one.
        timeout_s: longest time until an answer.
    """

    def __init__(self, connect: Callable[[], socket.socket], timeout_s: float) -> None:
        super().__init__("", timeout=timeout_s, retries=0, reconnect_delay=0)
        self._connect = connect

    def connect(self) -> bool:
        """Connect; False where nobody answers."""
        if self.socket is None:
            try:
                self.socket = self._connect()
            except OSError as error:
                log.info("%s", error)
        return self.socket is not None


def build_client(
    endpoint: SerialEndpoint | TcpEndpoint,
    framing: Framing | None,
    timeout_s: float,
    connect: Callable[[], socket.socket] | None = None,
) -> Client:
    """A client that repeats nothing by itself; opens nothing.

    Raises:
        ValueError: a serial port without framing.
    """
    if isinstance(endpoint, TcpEndpoint) and connect is not None:
        return OpenedTcpClient(connect, timeout_s)
    if isinstance(endpoint, TcpEndpoint):
        return ModbusTcpClient(
            endpoint.host, port=endpoint.port, timeout=timeout_s, retries=0, reconnect_delay=0
        )
    if framing is None:
        raise ValueError(f"{endpoint.path}: this model has no serial line")
    return ModbusSerialClient(
        endpoint.path,
        baudrate=framing.baud,
        bytesize=framing.bits,
        parity=PARITIES[framing.parity],
        stopbits=framing.stop_bits,
        timeout=timeout_s,
        retries=0,
        reconnect_delay=0,
    )
