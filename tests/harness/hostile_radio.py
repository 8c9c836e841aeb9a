"""A radio's host that answers byte for byte as a test says."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from agent.live.relay.signed_host import judge_address
from agent.radio.radio_reader import RadioReader
from central.testbed.certificates import CertificateAuthority

Speak = Callable[[asyncio.StreamWriter], Awaitable[None]]
OK = b"HTTP/1.1 200 OK\r\ncontent-type: audio/mpeg\r\n\r\n"


@dataclass
class HostileRadio:
    """A running host.

    Attributes:
        requests: the request lines that came.
    """

    port: int
    tls: ssl.SSLContext
    cert: Path
    requests: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"https://localhost:{self.port}/vov1"

    def reader(
        self, *hosts: str, allow_private: bool = True, tls: ssl.SSLContext | None = None,
        **changes: Any,
    ) -> RadioReader:  # fmt: skip
        """What a box reads it with, if policy names its host, or others."""
        named = hosts or (f"localhost:{self.port}",)
        judge = partial(judge_address, named, allow_private=allow_private)
        return RadioReader(self.url, judge, tls or self.tls, **changes)


@contextlib.asynccontextmanager
async def run_radio(authority: CertificateAuthority, speak: Speak) -> AsyncIterator[HostileRadio]:
    """A host that sends to each request what `speak` writes."""
    identity = authority.issue_server("localhost")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(identity.cert, identity.key)
    client = ssl.create_default_context(cafile=authority.ca)
    radio = HostileRadio(0, client, identity.cert)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            head = await reader.readuntil(b"\r\n\r\n")
            radio.requests.append(head.split(b"\r\n")[0].decode())
            await speak(writer)
            await writer.drain()
        writer.transport.abort()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context)
    radio.port = server.sockets[0].getsockname()[1]
    try:
        yield radio
    finally:
        server.close()


def say(*blocks: bytes) -> Speak:
    """Write these blocks and close."""

    async def speak(writer: asyncio.StreamWriter) -> None:
        for block in blocks:
            writer.write(block)
            await writer.drain()

    return speak
