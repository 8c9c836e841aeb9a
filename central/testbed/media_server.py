"""An https server of content-addressed files, `https://127.0.0.1:<port>/<sha256>`, with Range."""

from __future__ import annotations

import ssl
from pathlib import Path

from aiohttp import web

from central.collector.identity import Identity


class MediaServer:
    """Serves `<folder>/<sha256>` on loopback, inside the running event loop.

    Args:
        folder: the files, each named by its own SHA-256 in hex.
        server: certificate and key for 127.0.0.1.
    """

    def __init__(self, folder: Path, server: Identity) -> None:
        self._folder = folder
        self._server = server
        self._runner: web.AppRunner | None = None
        self.host = "127.0.0.1"
        self.port = 0

    async def start(self) -> None:
        """Listen on a free port, known as `port` afterwards."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self._server.cert, self._server.key)
        app = web.Application()
        app.router.add_get("/{digest:[0-9a-f]{64}}", self._serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, self.host, 0, ssl_context=context).start()
        self.port = int(self._runner.addresses[0][1])

    async def stop(self) -> None:
        """Close the port and every connection. Does nothing when stopped."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    @property
    def address(self) -> str:
        """`host:port`, as a station-config names it."""
        return f"{self.host}:{self.port}"

    @property
    def base_url(self) -> str:
        """The address to which a digest is appended, after a slash."""
        return f"https://{self.address}"

    def url_of(self, digest: str) -> str:
        """The address of a file."""
        return f"{self.base_url}/{digest}"

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        path = self._folder / request.match_info["digest"]
        if not path.is_file():
            raise web.HTTPNotFound
        return web.FileResponse(path, headers={"Content-Type": "application/octet-stream"})
