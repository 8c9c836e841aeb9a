"""The owner of one line: one frame at a time, however many devices hang on it.

A line is a serial port or a TCP endpoint. What goes wrong on it, and what is done:

- A device is silent. It gets its tries once; from then on one try at a time, and only when it is
  commanded or its back-off has passed: a poll in between is refused at once. So it costs the others
  one time-out now and then, and never a command.
- An answer comes too late. After a time-out the line rests, so that the late answer is not taken
  for the next one's.
- The port goes (cable, adapter, power of a hub). It is closed, and each request opens it again by
  its path. A port that was lost since the last request is opened again within that request, once.
"""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from drivers.bus.shared_read import SharedRead
from drivers.errors import (
    DeviceBusy,
    DeviceProtocolError,
    DeviceTimeout,
    DeviceUnreachable,
    DriverError,
)

REST_S = 0.25  # at most, after a time-out
BACK_OFF_S = (1.0, 30.0)  # the first and the longest pause between polls of a silent device
OPEN_S = 3.0
_REMEDY = {
    errno.ENOENT: "there is no such port: is it plugged in? `ls -l /dev/serial/by-path` lists them",
    errno.EACCES: "no right to use it: the service's user must be in the group dialout",
    errno.EBUSY: "another program, or another spelling of the same port, holds it",
}
_BUSY = (errno.EBUSY, errno.EAGAIN)


class Port(Protocol):
    """An open port; `heard` is all that came in since the last sending."""

    heard: bytes

    def is_open(self) -> bool:
        """Has it not been lost or closed?"""

    def close(self) -> None:
        """Let go of it; may be called again."""


P = TypeVar("P", bound=Port)
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class BusUser:
    """One device on a line, and how it wants to be talked to.

    Args:
        name: how the settings name it, for errors.
        key: what tells it from others on the line; parts of one device share it.
        timeout_s: the longest that it may take to answer.
        gap_s: the silence that it needs before a frame.
        tries: how often it is asked before it counts as silent.
    """

    name: str
    key: Hashable
    timeout_s: float
    gap_s: float
    tries: int


@dataclass
class _Silence:
    """How often in a row a device did not answer, and until when it is not polled."""

    misses: int
    until_mono_s: float


class SharedBus(Generic[P]):
    """One line with its one port.

    Args:
        where: the port as the settings write it.
        open_port: opens it exclusively; OSError says why not.
    """

    def __init__(self, where: str, open_port: Callable[[], Awaitable[P]]) -> None:
        self.where = where
        self._open_port = open_port
        self._port: P | None = None
        self._lock = asyncio.Lock()
        self._quiet_until_mono_s = 0.0
        self._last_frame_mono_s = 0.0
        self._silences: dict[Hashable, _Silence] = {}
        self.blocks: dict[Hashable, SharedRead] = {}

    async def command(
        self, party: BusUser, operation: str, exchange: Callable[[P], Awaitable[T]]
    ) -> T:
        """Do one exchange, whatever the device did before. It must bear being repeated.

        Raises:
            DeviceUnreachable: the port is not there.
            DeviceBusy: someone else holds the port.
            DeviceTimeout: no answer.
            DeviceProtocolError: something came, and it is no answer.
        """
        async with self._lock:
            tries = 1 if party.key in self._silences else party.tries
            for left in reversed(range(tries)):
                try:
                    answer = await self._try(party, operation, exchange)
                except (DeviceTimeout, DeviceProtocolError):
                    if not left:
                        self._miss(party)
                        raise
                else:
                    self._silences.pop(party.key, None)
                    return answer
        raise AssertionError("unreachable: the last try returns or raises")

    async def poll(
        self, party: BusUser, operation: str, exchange: Callable[[P], Awaitable[T]]
    ) -> T:
        """As `command`, for what can wait: refused while a silent device's back-off lasts.

        Raises:
            DriverError: as `command`.
        """
        silence = self._silences.get(party.key)
        left_s = silence.until_mono_s - _mono_s() if silence else 0.0
        if silence and left_s > 0:
            detail = f"silent {silence.misses} times in a row; asked again in {left_s:.0f} s"
            raise DeviceTimeout(party.name, operation, detail)
        return await self.command(party, operation, exchange)

    def close(self) -> None:
        """Let go of the port; the next request opens it again."""
        if self._port is not None:
            self._port.close()
            self._port = None

    def _miss(self, party: BusUser) -> None:
        silence = self._silences.get(party.key)
        misses = silence.misses + 1 if silence else 1
        first_s, longest_s = BACK_OFF_S
        pause_s = min(first_s * 2.0 ** min(misses - 1, 16), longest_s)
        self._silences[party.key] = _Silence(misses, _mono_s() + pause_s)

    async def _try(
        self, party: BusUser, operation: str, exchange: Callable[[P], Awaitable[T]]
    ) -> T:
        held = self._port is not None and self._port.is_open()
        try:
            return await self._once(party, operation, exchange)
        except DeviceUnreachable:
            if not held:
                raise
        return await self._once(party, operation, exchange)

    async def _once(
        self, party: BusUser, operation: str, exchange: Callable[[P], Awaitable[T]]
    ) -> T:
        port = await self._have_port(party, operation)
        await self._wait_for_quiet(party.gap_s)
        is_answered = False
        try:
            async with asyncio.timeout(party.timeout_s):
                answer = await exchange(port)
            is_answered = True
        except DriverError:
            is_answered = True  # with a refusal, or by a gateway that got no answer itself
            raise
        except TimeoutError as error:
            raise self._explain_silence(party, operation, port) from error
        except OSError as error:
            self.close()
            raise _lost(party, operation, self.where) from error
        finally:
            self._last_frame_mono_s = _mono_s()
            if not is_answered:
                rest_s = min(party.timeout_s, REST_S)
                self._quiet_until_mono_s = self._last_frame_mono_s + rest_s
            if not port.is_open():
                self.close()
        return answer

    def _explain_silence(self, party: BusUser, operation: str, port: P) -> DriverError:
        if not port.is_open():
            return _lost(party, operation, self.where)
        if port.heard:
            detail = f"{len(port.heard)} bytes came that are no answer: {port.heard[:16].hex(' ')}"
            return DeviceProtocolError(party.name, operation, detail)
        detail = f"no answer in {party.timeout_s:g} s on {self.where}"
        return DeviceTimeout(party.name, operation, detail)

    async def _have_port(self, party: BusUser, operation: str) -> P:
        if self._port is not None and self._port.is_open():
            return self._port
        self.close()
        try:
            async with asyncio.timeout(OPEN_S):
                self._port = await self._open_port()
        except OSError as error:  # TimeoutError is one
            kind = DeviceBusy if error.errno in _BUSY else DeviceUnreachable
            number = errno.EBUSY if error.errno in _BUSY else error.errno
            why = _REMEDY.get(number or 0) or error.strerror or "it does not open"
            raise kind(party.name, operation, f"{self.where}: {why}") from error
        return self._port

    async def _wait_for_quiet(self, gap_s: float) -> None:
        quiet_mono_s = max(self._quiet_until_mono_s, self._last_frame_mono_s + gap_s)
        wait_s = quiet_mono_s - _mono_s()
        if wait_s > 0:
            await asyncio.sleep(wait_s)


def _mono_s() -> float:
    return asyncio.get_running_loop().time()


def _lost(party: BusUser, operation: str, where: str) -> DeviceUnreachable:
    return DeviceUnreachable(party.name, operation, f"{where}: the port is gone")
