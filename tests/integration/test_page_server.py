"""The page's sockets: slow, rude and many clients cost nobody else anything."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from http import HTTPStatus

import pytest
import pytest_asyncio

from agent.page import server as server_module
from agent.page.http_message import Request, Response
from agent.page.server import MAX_FROM_HOME, PageServer, listen_addresses

GET = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


@dataclass
class Page:
    """A server with an answer of its own, and what it told of its addresses."""

    server: PageServer
    faults: list[tuple[str, str, str | None]] = field(default_factory=list)

    @property
    def port(self) -> int:
        return self.server.bound[0][1]

    async def open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self.port)

    async def ask(self, raw: bytes = GET) -> bytes:
        reader, writer = await self.open()
        try:
            writer.write(raw)
            return await reader.read()
        finally:
            writer.close()


async def answer(request: Request) -> Response:
    if request.path == "/broken":
        raise ValueError("a fault of ours")
    return Response(HTTPStatus.OK, b"hello " + request.method.encode(), "text/plain")


async def until_bound(server: PageServer) -> None:
    await until(lambda: bool(server.bound))


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110 - what is waited for is on a socket's other end
            await asyncio.sleep(0.01)


async def is_let_go(reader: asyncio.StreamReader) -> bool:
    """Did the server end the connection without a word?"""
    try:
        return await reader.read() == b""
    except ConnectionResetError:
        return True


@pytest_asyncio.fixture
async def page() -> AsyncIterator[Page]:
    faults: list[tuple[str, str, str | None]] = []
    server = PageServer([("127.0.0.1", 0)], answer, lambda *fault: faults.append(fault))
    running = asyncio.create_task(server.run(), name="page")
    await until_bound(server)
    yield Page(server, faults)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_a_request_is_answered_and_the_connection_closed(page: Page) -> None:
    raw = await page.ask()
    assert raw.startswith(b"HTTP/1.1 200 OK\r\n")
    assert raw.endswith(b"hello GET")


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03" + bytes(99) + b"\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 20_000, b"431"),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9999\r\n\r\n" + b"a" * 9_999, b"413"),
        (b"GET /broken HTTP/1.1\r\nHost: a\r\n\r\n", b"500"),
    ],
)
async def test_rubbish_and_our_own_faults_are_answered_and_survived(
    page: Page, raw: bytes, status: bytes
) -> None:
    assert (await page.ask(raw)).split()[1] == status
    assert (await page.ask()).endswith(b"hello GET")


async def test_a_client_that_never_finishes_its_head_is_let_go(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_module, "REQUEST_S", 0.2)
    reader, writer = await page.open()
    writer.write(b"GET / HTTP/1.1\r\nHost: a\r\n")
    assert await is_let_go(reader)
    writer.close()
    monkeypatch.undo()  # a busy machine may need longer than that for an honest request
    assert (await page.ask()).endswith(b"hello GET")


async def test_a_client_that_does_not_read_its_answer_is_let_go(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(server_module, "SEND_S", 0.2)
    done = asyncio.Event()

    async def much(_request: Request) -> Response:
        done.set()
        return Response(HTTPStatus.OK, bytes(30_000_000), "text/plain")

    server = PageServer([("127.0.0.1", 0)], much, lambda *_: None)
    running = asyncio.create_task(server.run(), name="page")
    await until_bound(server)
    _, writer = await asyncio.open_connection("127.0.0.1", server.bound[0][1], limit=1024)
    writer.write(GET)
    await done.wait()
    await until(lambda: not server._clients)
    writer.close()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_idle_connections_are_few_for_one_address_and_free_again_when_closed(
    page: Page,
) -> None:
    idle = [await page.open() for _ in range(MAX_FROM_HOME)]
    await until(lambda: len(page.server._clients) == MAX_FROM_HOME)
    reader, writer = await page.open()
    assert await is_let_go(reader)
    writer.close()
    for _, writer in idle:
        writer.close()
    await until(lambda: not page.server._clients)
    assert (await page.ask()).endswith(b"hello GET")


def test_the_network_never_takes_the_place_of_somebody_at_the_box() -> None:
    server = PageServer([], answer, lambda *_: None)
    for number in range(4):
        server._peers[f"192.168.10.{number}"] = 6
    assert not server._admit("192.168.10.99")
    assert server._admit("127.0.0.1")
    assert PageServer([], answer, lambda *_: None)._admit("192.168.10.99")


async def test_a_port_that_is_taken_is_an_issue_and_is_had_as_soon_as_it_is_free(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(server_module, "RETRY_S", 0.05)
    faults: list[tuple[str, str, str | None]] = []
    reported = asyncio.Event()

    def note(kind: str, subject: str, hint: str | None) -> None:
        faults.append((kind, subject, hint))
        reported.set()

    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        server = PageServer([("127.0.0.1", port)], answer, note)
        running = asyncio.create_task(server.run(), name="page")
        await reported.wait()
        kind, subject, hint = faults[0]
        assert (kind, subject) == ("page_down", f"127.0.0.1:{port}")
        assert hint is not None
        assert server.bound == []
    await until_bound(server)
    assert faults[-1] == ("page_down", f"127.0.0.1:{port}", None)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


def test_it_listens_at_home_and_where_the_settings_say_and_nowhere_else() -> None:
    assert listen_addresses(None) == [("127.0.0.1", 8080)]
    both = [("127.0.0.1", 8081), ("192.168.10.1", 8081)]
    assert listen_addresses("192.168.10.1:8081") == both
    assert listen_addresses("127.0.0.1:9000") == [("127.0.0.1", 9000)]
    assert listen_addresses("[fd00::1]:80") == [("127.0.0.1", 80), ("fd00::1", 80)]


async def test_a_stop_waits_for_no_client(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_module, "REQUEST_S", 3600.0)  # for so long the client could go on
    server = PageServer([("127.0.0.1", 0)], answer, lambda *_: None)
    running = asyncio.create_task(server.run(), name="page")
    await until_bound(server)
    reader, writer = await asyncio.open_connection("127.0.0.1", server.bound[0][1])
    await until(lambda: bool(server._clients))
    running.cancel()
    async with asyncio.timeout(60):
        await asyncio.gather(running, return_exceptions=True)
    assert await is_let_go(reader)
    writer.close()


async def test_attack_113_addresses_that_hold_all_places_keep_nobody_out(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The loopback's many addresses stand for those of the local network."""
    monkeypatch.setattr(server_module, "_is_home", lambda _peer: False)
    monkeypatch.setattr(server_module, "ASKING_S", 0.0)
    port = page.server.bound[0][1]
    held = [
        await asyncio.open_connection("127.0.0.1", port, local_addr=(f"127.0.0.{n % 8 + 2}", 0))
        for n in range(24)
    ]
    await until(lambda: len(page.server._clients) == 24)
    assert (await page.ask()).endswith(b"hello GET")
    assert (await page.ask()).endswith(b"hello GET")
    for _, writer in held:
        writer.close()
