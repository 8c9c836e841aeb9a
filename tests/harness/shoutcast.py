"""A server of SHOUTcast 1 behind TLS: `ICY 200 OK`, and a title after each 4,096 bytes of sound.

Debian has no such server; this one sends the bytes that the protocol's description names, with the
sound of a real encoder.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Awaitable, Callable

from central.testbed.certificates import CertificateAuthority

INTERVAL_BYTES = 4096
# Bytes that a decoder of MP3 takes for the beginning of a frame.
TITLE = b"StreamTitle='" + b"\xff\xfb\x90\x64" * 60 + b"';"
BLOCK = bytes([-(-len(TITLE) // 16)]) + TITLE + bytes(-len(TITLE) % 16)
HEAD = (
    b"ICY 200 OK\r\nicy-name:VOV1\r\ncontent-type:audio/mpeg\r\nicy-metaint:%d\r\nicy-br:64\r\n\r\n"
)


Send = Callable[[asyncio.StreamWriter], Awaitable[None]]


async def send_recording(sound: bytes, writer: asyncio.StreamWriter) -> None:
    """Send bytes at once, and end."""
    for at in range(0, len(sound), INTERVAL_BYTES):
        writer.write(sound[at : at + INTERVAL_BYTES] + BLOCK)
    await writer.drain()
    writer.close()


async def send_radio(hz: int, writer: asyncio.StreamWriter) -> None:
    """Send a tone at the speed of time."""
    radio = await asyncio.create_subprocess_exec(
        "ffmpeg", "-nostdin", "-loglevel", "error", "-re", "-f", "lavfi",
        "-i", f"sine=frequency={hz}:sample_rate=44100", "-c:a", "libmp3lame", "-b:a", "64k",
        "-flush_packets", "1", "-f", "mp3", "pipe:1", stdout=PIPE,
    )  # fmt: skip
    assert radio.stdout is not None
    try:
        while True:
            writer.write(await radio.stdout.readexactly(INTERVAL_BYTES) + BLOCK)
            await writer.drain()
    finally:
        radio.kill()
        await radio.communicate()


@contextlib.asynccontextmanager
async def run_shoutcast(authority: CertificateAuthority, send: Send) -> AsyncIterator[str]:
    """Answer each listener; gives the address."""
    identity = authority.issue_server("localhost")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(identity.cert, identity.key)
    listeners: set[asyncio.Future[None]] = set()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(HEAD % INTERVAL_BYTES)
        work = asyncio.ensure_future(send(writer))
        listeners.add(work)

    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context)
    try:
        yield f"https://localhost:{server.sockets[0].getsockname()[1]}/;"
    finally:
        server.close()
        for one in listeners:
            one.cancel()
        await asyncio.gather(*listeners, return_exceptions=True)
