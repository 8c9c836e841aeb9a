"""One shared bus: one frame at a time, for any number of devices.

A bus is a serial port or a TCP endpoint. Its faults, and how they are handled:

- A device is silent. It gets all its attempts once; after that one attempt at a time, and only for
  a command or after its back-off: a poll before that is refused at once. So it costs the other
  devices one timeout from time to time, and never a command.
- An answer comes too late. After a timeout the bus rests, so that the late answer is not mistaken
  for the next one.
- The port disappears (cable, adapter, power of a hub). It is closed, and each request opens it
  again by its path. A port that was lost since the last request is reopened once within a request.
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

REST_S = 0.25  # longest rest after a timeout
BACK_OFF_S = (1.0, 30.0)  # the first and the longest pause between polls of a silent device
OPEN_S = 3.0
_REMEDIES = {
    errno.ENOENT: "there is no such port: is it plugged in? `ls -l /dev/serial/by-path` lists them",
    errno.EACCES: "no right to use it: the service's user must be in the group dialout",
    errno.EBUSY: "another program, or another spelling of the same port, holds it",
}
_BUSY = (errno.EBUSY, errno.EAGAIN)


class Port(Protocol):
    """An open port; `heard` is the input since the last frame was sent."""

    heard: bytes

    def is_open(self) -> bool:
        """Is the port open?"""

    def close(self) -> None:
        """Close it; may be called again."""


P = TypeVar("P", bound=Port)
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class BusUser:
    """One device on a bus, with its timings.

    Args:
        name: its name in the settings, for errors.
        key: distinguishes it from others on the bus; parts of one device share it.
        timeout_s: longest time until its answer.
        gap_s: the silence that it needs before a frame.
        tries: number of attempts before it counts as silent.
    """

    name: str
    key: Hashable
    timeout_s: float
    gap_s: float
    tries: int


@dataclass
class _Silence:
    """The number of consecutive missing answers of a device, and the end of its back-off."""

    misses: int
    until_mono_s: float


class SharedBus(Generic[P]):
    """One bus with its port.

    Args:
        where: the port as the settings write it.
        open_port: opens it exclusively; raises OSError with the reason.
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
        self, user: BusUser, operation: str, exchange: Callable[[P], Awaitable[T]]
    ) -> T:
        """Do one exchange, also with a silent device. The exchange must be safe to repeat.

        Raises:
            DeviceUnreachable: the port does not exist.
            DeviceBusy: another program holds the port.
            DeviceTimeout: no answer.
            DeviceProtocolError: bytes came that are not an answer.
        """
        async with self._lock:
            tries = 1 if user.key in self._silences else user.tries
            for left in reversed(range(tries)):
                try:
                    answer = await self._try(user, operation, exchange)
                except (DeviceTimeout, DeviceProtocolError):
                    if not left:
                        self._miss(user)
                        raise
                else:
                    self._silences.pop(user.key, None)
                    return answer
        raise AssertionError("unreachable: the last try returns or raises")

    async def poll(self, user: BusUser, operation: str, exchange: Callable[[P], Awaitable[T]]) -> T:
        """As `command`, for reads that can wait: refused during a silent device's back-off.

        Raises:
            DriverError: as `command`.
        """
        silence = self._silences.get(user.key)
        left_s = silence.until_mono_s - _mono_s() if silence else 0.0
        if silence and left_s > 0:
            detail = f"silent {silence.misses} times in a row; next attempt in {left_s:.0f} s"
            raise DeviceTimeout(user.name, operation, detail)
        return await self.command(user, operation, exchange)

    def close(self) -> None:
        """Close the port; the next request opens it again."""
        if self._port is not None:
            self._port.close()
            self._port = None

    def _miss(self, user: BusUser) -> None:
        silence = self._silences.get(user.key)
        misses = silence.misses + 1 if silence else 1
        first_s, longest_s = BACK_OFF_S
        pause_s = min(first_s * 2.0 ** min(misses - 1, 16), longest_s)
        self._silences[user.key] = _Silence(misses, _mono_s() + pause_s)

    async def _try(self, user: BusUser, operation: str, exchange: Callable[[P], Awaitable[T]]) -> T:
        held = self._port is not None and self._port.is_open()
        try:
            return await self._once(user, operation, exchange)
        except DeviceUnreachable:
            if not held:
                raise
        return await self._once(user, operation, exchange)

    async def _once(
        self, user: BusUser, operation: str, exchange: Callable[[P], Awaitable[T]]
    ) -> T:
        port = await self._have_port(user, operation)
        await self._wait_for_quiet(user.gap_s)
        is_answered = False
        try:
            async with asyncio.timeout(user.timeout_s):
                answer = await exchange(port)
            is_answered = True
        except DriverError:
            is_answered = True  # also by an exception reply, or by a gateway without an answer
            raise
        except TimeoutError as error:
            raise self._explain_silence(user, operation, port) from error
        except OSError as error:
            self.close()
            raise _lost(user, operation, self.where) from error
        finally:
            self._last_frame_mono_s = _mono_s()
            if not is_answered:
                rest_s = min(user.timeout_s, REST_S)
                self._quiet_until_mono_s = self._last_frame_mono_s + rest_s
            if not port.is_open():
                self.close()
        return answer

    def _explain_silence(self, user: BusUser, operation: str, port: P) -> DriverError:
        if not port.is_open():
            return _lost(user, operation, self.where)
        if port.heard:
            detail = f"{len(port.heard)} bytes came that are no answer: {port.heard[:16].hex(' ')}"
            return DeviceProtocolError(user.name, operation, detail)
        detail = f"no answer in {user.timeout_s:g} s on {self.where}"
        return DeviceTimeout(user.name, operation, detail)

    async def _have_port(self, user: BusUser, operation: str) -> P:
        if self._port is not None and self._port.is_open():
            return self._port
        self.close()
        try:
            async with asyncio.timeout(OPEN_S):
                self._port = await self._open_port()
        except OSError as error:  # TimeoutError is one
            kind = DeviceBusy if error.errno in _BUSY else DeviceUnreachable
            number = errno.EBUSY if error.errno in _BUSY else error.errno
            why = _REMEDIES.get(number or 0) or error.strerror or "it does not open"
            raise kind(user.name, operation, f"{self.where}: {why}") from error
        return self._port

    async def _wait_for_quiet(self, gap_s: float) -> None:
        quiet_mono_s = max(self._quiet_until_mono_s, self._last_frame_mono_s + gap_s)
        wait_s = quiet_mono_s - _mono_s()
        if wait_s > 0:
            await asyncio.sleep(wait_s)


def _mono_s() -> float:
    return asyncio.get_running_loop().time()


def _lost(user: BusUser, operation: str, where: str) -> DeviceUnreachable:
    return DeviceUnreachable(user.name, operation, f"{where}: the port is gone")
