"""The page's listening sockets: few connections, each with a time limit.

A failure here never stops the agent. A port that is taken or an address that is not there (yet) is
an issue, and is tried again: the local interface may come up long after the agent.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Sequence
from http import HTTPStatus

from agent.clock import mono_s
from agent.page.http_message import (
    BadRequestError,
    Request,
    Response,
    build_response,
    read_request,
)

log = logging.getLogger(__name__)
HOME = "127.0.0.1"
DEFAULT_PORT = 8080
REQUEST_S = 10.0
ANSWER_S = 90.0  # a support bundle takes its time
UPLOAD_S = 3600.0  # each block of it has its own limit
SEND_S = 30.0
# When all places are taken, a connection older than this is cut for a new one: before
# the whole request is here, and while the answer is not taken in.
ASKING_S = 1.0
TAKING_S = 10.0
MAX_FOR_A_PEER = 8
MAX_FROM_NETWORK = 24
MAX_FROM_HOME = 16
RETRY_S = 15.0
ISSUE = "page_down"

Answer = Callable[[Request], Awaitable[Response]]
FaultSink = Callable[[str, str, str | None], None]
Address = tuple[str, int]


def listen_addresses(listen: str | None) -> list[Address]:
    """Where to listen for a setting `192.168.10.1:8080`: there, and on 127.0.0.1 with its port."""
    if listen is None:
        return [(HOME, DEFAULT_PORT)]
    host, _, port_text = listen.rpartition(":")
    host, port = host.strip("[]"), int(port_text)
    return [(one, port) for one in dict.fromkeys((HOME, host))]


class PageServer:
    """Serves one answering function on some addresses.

    Args:
        addresses: (literal address, port); port 0 takes a free one.
        answer: from a request to an answer; what it raises becomes a 500.
        on_fault: begins and ends the issue `page_down`.
        streamed: paths to which long bodies may be posted.
    """

    def __init__(
        self,
        addresses: Sequence[Address],
        answer: Answer,
        on_fault: FaultSink,
        streamed: Collection[str] = (),
    ) -> None:
        self.bound: list[Address] = []
        self._addresses = addresses
        self._answer = answer
        self._on_fault = on_fault
        self._streamed = streamed
        self._clients: set[asyncio.Task[None]] = set()
        self._peers: Counter[str] = Counter()
        self._waiting: dict[asyncio.StreamWriter, float] = {}  # for the peer; may be cut from then

    async def run(self) -> None:
        """Live until cancelled; no connection is left then."""
        try:
            async with asyncio.TaskGroup() as group:
                for host, port in self._addresses:
                    group.create_task(self._listen(host, port), name=f"page on {host}")
        finally:
            for task in self._clients:
                task.cancel()
            await asyncio.gather(*self._clients, return_exceptions=True)

    async def _listen(self, host: str, port: int) -> None:
        subject = f"{host}:{port}"
        while True:
            try:
                server = await asyncio.start_server(
                    self._serve, host, port, limit=2**14, backlog=32
                )
            except OSError as error:
                self._on_fault(ISSUE, subject, error.strerror or str(error))
                await asyncio.sleep(RETRY_S)
                continue
            self._on_fault(ISSUE, subject, None)
            try:
                self.bound += [socket.getsockname()[:2] for socket in server.sockets]
                log.info("page on %s", subject)
                # not serve_forever: from Python 3.12 on it ends only when the slowest client does
                await asyncio.Event().wait()
            finally:
                server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = _peer_of(writer)
        if not self._admit(peer):
            writer.transport.abort()
            return
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - asyncio runs this in a task
        task.set_name(f"page for {peer}")
        self._clients.add(task)
        self._peers[peer] += 1
        try:
            await self._exchange(reader, writer, peer)
        except (OSError, TimeoutError):
            writer.transport.abort()  # closed by the peer, or too slow: no answer
        finally:
            self._clients.discard(task)
            self._waiting.pop(writer, None)
            self._peers[peer] -= 1
            if not self._peers[peer]:
                del self._peers[peer]
            writer.close()

    def _admit(self, peer: str) -> bool:
        """Connections from the network must not use up those of a technician at the box."""
        if self._peers[peer] >= (MAX_FROM_HOME if _is_home(peer) else MAX_FOR_A_PEER):
            return False
        from_network = sum(count for one, count in self._peers.items() if not _is_home(one))
        return _is_home(peer) or from_network < MAX_FROM_NETWORK or self._make_room()

    def _make_room(self) -> bool:
        """Cut the connection that has kept its place too long; False when none has."""
        now_s = mono_s()
        for writer, until_mono_s in self._waiting.items():
            if until_mono_s <= now_s and not _is_home(_peer_of(writer)):
                del self._waiting[writer]
                writer.transport.abort()
                return True
        return False

    async def _exchange(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, peer: str
    ) -> None:
        method = "GET"
        try:
            self._waiting[writer] = mono_s() + ASKING_S
            async with asyncio.timeout(REQUEST_S):
                request = await read_request(reader, peer, self._streamed)
            self._waiting.pop(writer, None)
            if request is None:
                return
            method = request.method
            async with asyncio.timeout(ANSWER_S if request.blocks is None else UPLOAD_S):
                response = await self._answer(request)
        except BadRequestError as error:
            response = _plain(error.status)
        except TimeoutError:
            raise
        except Exception:
            log.exception("page: no answer for %s", peer)
            response = _plain(HTTPStatus.INTERNAL_SERVER_ERROR)
        self._waiting[writer] = mono_s() + TAKING_S
        async with asyncio.timeout(SEND_S):
            writer.write(build_response(response, method))
            await writer.drain()
            writer.write_eof()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(1.0):
                    await reader.read(1)  # its close: an unread byte would turn ours into a reset


def _plain(status: HTTPStatus) -> Response:
    return Response(status, f"{status.value} {status.phrase}\n".encode(), "text/plain")


def _peer_of(writer: asyncio.StreamWriter) -> str:
    return str((writer.get_extra_info("peername") or ("",))[0])


def _is_home(peer: str) -> bool:
    try:
        return ipaddress.ip_address(peer).is_loopback
    except ValueError:
        return False
