"""A small pool of daemon threads for blocking network calls; nothing waits for their end.

A resolver that does not answer blocks `getaddrinfo` for 40 s, and the call cannot be cancelled. Six
of those filled asyncio's common pool, and an alarm waited 20 s for its file. Here such a call
blocks a thread of this pool and nothing else. The threads are daemons, so none delays the agent's
stop.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import socket
import threading
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from aiohappyeyeballs import AddrInfoType

T = TypeVar("T")


class NetworkThreads:
    """Runs a limited number of blocking calls at a time.

    Args:
        limit: how many calls.
        name: of the threads.
    """

    def __init__(self, limit: int, name: str) -> None:
        self._limit = limit
        self._name = name
        self._running = 0

    def start(self, call: Callable[..., T], *arguments: Any) -> asyncio.Future[T]:
        """Call in a thread. A cancelled future frees the caller at once; the thread ends later.

        Raises:
            OSError: the limit is reached, all calls hang.
        """
        if self._running >= self._limit:
            raise OSError(f"{self._running} calls to the network ({self._name}) hang already")
        self._running += 1
        loop = asyncio.get_running_loop()
        done: asyncio.Future[T] = loop.create_future()

        def end(result: T | None, error: BaseException | None) -> None:
            self._running -= 1
            if done.done():
                return
            if error is None:
                done.set_result(result)  # type: ignore[arg-type] # a T whenever there is no error
            else:
                done.set_exception(error)

        def work() -> None:
            result, error = None, None
            try:
                result = call(*arguments)
            except BaseException as caught:  # noqa: BLE001 - handed to the caller, whatever it is
                error = caught
            with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
                loop.call_soon_threadsafe(end, result, error)

        threading.Thread(target=work, name=self._name, daemon=True).start()
        return done


class Resolver:
    """Names to addresses. Callers that ask for the same host at the same time share one thread."""

    LIMIT = 8  # names that may hang at a time

    def __init__(self) -> None:
        self._threads = NetworkThreads(self.LIMIT, "resolver")
        self._asked: dict[tuple[str, int], asyncio.Future[list[AddrInfoType]]] = {}

    async def resolve(self, host: str, port: int) -> list[AddrInfoType]:
        """All addresses of a host. It may take very long: the caller limits the time.

        Raises:
            OSError: there is no such name, or no name server answers (socket.gaierror is one).
        """
        if _is_address(host):  # it must not wait behind a name that hangs
            return _look_up(host, port, socket.AI_NUMERICHOST)
        key = (host, port)
        answer = self._asked.get(key)
        if answer is None:
            answer = self._asked[key] = self._threads.start(_look_up, host, port)
            answer.add_done_callback(partial(self._forget, key))
        return await asyncio.shield(answer)

    def _forget(self, key: tuple[str, int], answer: asyncio.Future[list[AddrInfoType]]) -> None:
        del self._asked[key]
        if not answer.cancelled():
            answer.exception()  # all callers may be cancelled; asyncio warns about unread errors


def _look_up(host: str, port: int, flags: int = 0) -> list[AddrInfoType]:
    return list(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=flags))


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True
