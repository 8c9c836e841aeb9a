"""An https host for media that answers as a test says, and what a station knows of it."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from aiohttp import web

from central.collector.identity import Identity
from central.testbed.certificates import CertificateAuthority, make_demo_ca

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]
Serve = Callable[[Answer], Awaitable[str]]


@pytest.fixture(scope="module")
def media_ca(tmp_path_factory: pytest.TempPathFactory) -> CertificateAuthority:
    return make_demo_ca(tmp_path_factory.mktemp("ca"))


@pytest.fixture(scope="module")
def media_identity(media_ca: CertificateAuthority) -> Identity:
    return media_ca.issue_server("media")


@pytest.fixture
def hosts() -> set[str]:
    """What the station-config names: the servers that a test starts."""
    return set()


@pytest.fixture
async def serve(media_identity: Identity, hosts: set[str]) -> AsyncIterator[Serve]:
    """Starts a host that the station-config names; returns the address of its only medium."""
    runners: list[web.AppRunner] = []

    async def start(answer: Answer) -> str:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(media_identity.cert, media_identity.key)
        app = web.Application()
        app.router.add_get("/{any:.*}", answer)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        runners.append(runner)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
        host = f"127.0.0.1:{runner.addresses[0][1]}"
        hosts.add(host)
        return f"https://{host}/medium"

    yield start
    for runner in runners:
        await runner.cleanup()
