"""A resolver for aiohttp that only gives public addresses. Imported with aiohttp, so lazily."""

from __future__ import annotations

import socket

from aiohttp.abc import ResolveResult
from aiohttp.resolver import ThreadedResolver

from agent.link.address import PrivateAddressError, is_public


class PublicResolver(ThreadedResolver):
    """aiohttp connects to the very address judged here: no second look-up can give another."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """All public addresses of a name.

        Raises:
            PrivateAddressError: it has no other than private ones.
        """
        found = await super().resolve(host, port, family)
        public = [one for one in found if is_public(one["host"])]
        if not public:
            raise PrivateAddressError(f"{host} leads to a private address")
        return public
