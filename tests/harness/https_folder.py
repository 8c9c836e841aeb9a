"""A folder over https, as a radio's host serves HLS."""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

from aiohttp import web

from central.testbed.certificates import CertificateAuthority


@contextlib.asynccontextmanager
async def serve_folder(folder: Path, authority: CertificateAuthority) -> AsyncIterator[str]:
    """Its address until the end of the block."""
    identity = authority.issue_server("localhost")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(identity.cert, identity.key)
    application = web.Application()
    application.router.add_static("/", folder)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
    await site.start()
    try:
        yield f"https://localhost:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
