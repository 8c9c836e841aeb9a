"""One GET over real TLS from hosts that answer byte by byte as the test says (RFC 9112)."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from agent.errors import TrustError
from agent.link import http_get as http_get_module
from agent.link.http_get import HttpError, HttpResponse, http_get
from agent.link.network_thread import Resolver
from agent.link.url_policy import ascii_host, check_url
from central.collector.identity import Identity
from central.testbed.certificates import CertificateAuthority, make_demo_ca

PATIENCE_S = 60.0


@dataclass
class Host:
    """A host that says `answer` and then hangs or closes."""

    answer: bytes
    closes: bool = True
    address: str = "127.0.0.1"
    port: int = 0
    asked: list[bytes] = field(default_factory=list)
    gone: asyncio.Event = field(default_factory=asyncio.Event)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            self.asked.append(await reader.readuntil(b"\r\n\r\n"))
            writer.write(self.answer)
            await writer.drain()
            if self.closes:
                writer.close()
            await reader.read()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            self.gone.set()
            writer.transport.abort()


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> CertificateAuthority:
    return make_demo_ca(tmp_path_factory.mktemp("ca"))


@pytest.fixture(scope="module")
def identity(authority: CertificateAuthority) -> Identity:
    return authority.issue_server("localhost")


@pytest.fixture
async def start(identity: Identity) -> AsyncIterator[Callable[[Host], Awaitable[None]]]:
    servers: list[asyncio.Server] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(identity.cert, identity.key)

    async def start(host: Host) -> None:
        server = await asyncio.start_server(host.serve, host.address, 0, ssl=context)
        servers.append(server)
        host.port = server.sockets[0].getsockname()[1]

    yield start
    for server in servers:
        server.close()


def trusting(authority: CertificateAuthority) -> Callable[[], Awaitable[ssl.SSLContext]]:
    async def load() -> ssl.SSLContext:
        return ssl.create_default_context(cafile=authority.ca)

    return load


@pytest.fixture
def get(
    authority: CertificateAuthority,
) -> Callable[[str, float], AbstractAsyncContextManager[HttpResponse]]:
    def get(url: str, idle_s: float = PATIENCE_S) -> AbstractAsyncContextManager[HttpResponse]:
        return http_get(
            url,
            {"Range": "bytes=5-"},
            resolver=Resolver(),
            load_tls=trusting(authority),
            may_be_private=True,
            connect_s=PATIENCE_S,
            idle_s=idle_s,
        )

    return get


Start = Callable[[Host], Awaitable[None]]
Get = Callable[..., AbstractAsyncContextManager[HttpResponse]]


async def body(answer: HttpResponse) -> bytes:
    return b"".join([block async for block in answer.blocks])


async def test_a_body_in_chunks_comes_whole(start: Start, get: Get) -> None:
    host = Host(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-A: 1\r\nx-a: 2\r\n\r\n"
        b"3\r\nmot\r\n4;ext=1\r\n hai\r\n0\r\n\r\n",
        closes=False,
    )
    await start(host)
    async with get(f"https://localhost:{host.port}/a") as answer:
        assert (answer.status, answer.headers["x-a"]) == (200, "1")
        assert await body(answer) == b"mot hai"
    await asyncio.wait_for(host.gone.wait(), PATIENCE_S)  # and nothing is kept alive


async def test_what_is_asked_names_the_host_and_quotes_the_path(start: Start, get: Get) -> None:
    host = Host(b"HTTP/1.1 204 No Content\r\n\r\n")
    await start(host)
    url = f"https://localhost:{host.port}/trạm tin/a%20b?x=y z&q=á#part"
    async with get(url) as answer:
        assert answer.status == 204
    lines = host.asked[0].decode("ascii").split("\r\n")
    assert lines[0] == "GET /tr%E1%BA%A1m%20tin/a%20b?x=y%20z&q=%C3%A1 HTTP/1.1"
    assert f"Host: localhost:{host.port}".lower() in [line.lower() for line in lines]
    assert "range: bytes=5-" in [line.lower() for line in lines]


async def test_a_host_may_say_that_it_is_still_there(start: Start, get: Get) -> None:
    host = Host(
        b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc"
    )
    await start(host)
    async with get(f"https://localhost:{host.port}/") as answer:
        assert await body(answer) == b"abc"


async def test_attack_125_a_host_that_says_so_without_end_is_left(start: Start, get: Get) -> None:
    """64 KiB of that held the loop for a second, again and again for half an hour."""
    host = Host(b"HTTP/1.1 100 \r\n\r\n" * 10 + b"HTTP/1.1 200 OK\r\n\r\nabc")
    await start(host)
    with pytest.raises(HttpError, match="interim"):
        async with get(f"https://localhost:{host.port}/"):
            pass


async def test_attack_125_an_answer_in_crumbs_is_read_within_its_share(
    start: Start, get: Get, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_get_module, "SHARE", 0.01)
    count = 20_000
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    host = Host(head + b"1\r\nx\r\n" * count, closes=False)
    await start(host)
    async with get(f"https://localhost:{host.port}/") as answer:
        taken = len(await anext(answer.blocks))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(0.5):
                async for block in answer.blocks:
                    taken += len(block)
                    await asyncio.sleep(0)
    assert taken < count // 2  # unbounded it is all of them


async def test_a_body_without_a_length_ends_with_the_connection(start: Start, get: Get) -> None:
    host = Host(b"HTTP/1.0 200 OK\r\n\r\nabcdef")
    await start(host)
    async with get(f"https://localhost:{host.port}/") as answer:
        assert await body(answer) == b"abcdef"


async def test_what_came_before_the_host_broke_off_is_given_out(start: Start, get: Get) -> None:
    host = Host(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc")
    await start(host)
    async with get(f"https://localhost:{host.port}/") as answer:
        assert await anext(answer.blocks) == b"abc"
        with pytest.raises(HttpError):
            await anext(answer.blocks)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"a" * 40_000,
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
    ],
    ids=["nothing", "ssh", "no status", "endless head", "length below 0", "another protocol"],
)
async def test_a_host_that_speaks_no_http_is_an_error(
    start: Start, get: Get, answer: bytes
) -> None:
    host = Host(answer)
    await start(host)
    with pytest.raises(HttpError):
        async with get(f"https://localhost:{host.port}/"):
            pass


async def test_a_host_that_says_nothing_more_is_given_up(start: Start, get: Get) -> None:
    host = Host(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", closes=False)
    await start(host)
    with pytest.raises(TimeoutError):
        async with get(f"https://localhost:{host.port}/", 0.2) as answer:
            await body(answer)
    await asyncio.wait_for(host.gone.wait(), PATIENCE_S)


async def test_a_fetch_that_is_cancelled_leaves_no_connection(start: Start, get: Get) -> None:
    host = Host(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", closes=False)
    await start(host)
    began = asyncio.Event()

    async def fetch() -> None:
        async with get(f"https://localhost:{host.port}/") as answer:
            async for _ in answer.blocks:
                began.set()

    task = asyncio.create_task(fetch())
    await began.wait()
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled()
    await asyncio.wait_for(host.gone.wait(), PATIENCE_S)


async def test_a_certificate_for_another_name_is_refused(start: Start, get: Get) -> None:
    host = Host(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", address="127.0.0.2")
    await start(host)
    with pytest.raises(ssl.SSLCertVerificationError):
        async with get(f"https://127.0.0.2:{host.port}/"):
            pass
    assert host.asked == []


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://Bücher.example/x", "xn--bcher-kva.example"),  # RFC 3492's usual example
        ("https://[2001:db8::1]:8443/", "2001:db8::1"),
        ("https://DAI.travinh.gov.vn", "dai.travinh.gov.vn"),
    ],
)
def test_a_name_as_it_goes_over_the_wire(url: str, host: str) -> None:
    assert ascii_host(url) == host


@pytest.mark.parametrize("host", ["exa mple", "a\tb", "ex;ample", "a/../b@c", 'x"y', "é" * 64])
def test_no_host_is_called_so(host: str) -> None:
    with pytest.raises(TrustError) as caught:
        check_url(f"https://{host}.vn:1/x", {f"{host}.vn:1"}, allow_private=True)
    assert caught.value.code == "E_URL"


async def test_a_private_address_is_not_even_knocked_at(
    start: Start, authority: CertificateAuthority, tmp_path: Path
) -> None:
    host = Host(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    await start(host)
    with pytest.raises(OSError, match="leads to a private address"):
        async with http_get(
            f"https://localhost:{host.port}/",
            {},
            resolver=Resolver(),
            load_tls=trusting(authority),
            may_be_private=False,
            connect_s=PATIENCE_S,
            idle_s=PATIENCE_S,
        ):
            pass
    assert not host.gone.is_set()
