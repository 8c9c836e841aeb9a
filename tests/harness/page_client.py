"""A phone that reads a station's page."""

from __future__ import annotations

import asyncio
import http.client
import re
import socket
import urllib.parse
from contextlib import closing
from dataclasses import dataclass, field


def free_port() -> int:
    """A port of loopback that is free at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Phone:
    """A browser without a screen: it keeps its cookie and uses one address."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(
        self, method: str, path: str, form: dict[str, str] | None = None
    ) -> tuple[int, bytes, http.client.HTTPMessage]:
        body = urllib.parse.urlencode(form) if form is not None else None
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        with closing(connection):
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            for cookie in answer.headers.get_all("Set-Cookie", []):
                name, _, value = cookie.partition(";")[0].partition("=")
                self.cookies[name] = value
            return answer.status, answer.read(), answer.headers

    async def get(self, path: str = "/") -> str:
        status, body, _ = await asyncio.to_thread(self.ask, "GET", path)
        assert status == 200, body
        return body.decode()

    async def post(self, path: str, **form: str) -> int:
        status, _, _ = await asyncio.to_thread(self.ask, "POST", path, form)
        return status

    async def token(self) -> str:
        found = re.search(r'name="csrf" value="([^"]+)"', await self.get())
        assert found is not None
        return found[1]

    async def run(self, operation: str, where: str = "") -> int:
        return await self.post("/do", operation=operation, where=where, csrf=await self.token())


def is_listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
