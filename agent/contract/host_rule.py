"""Does a signed list of hosts name the host of an address? Box and centre share the rule."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlsplit

HTTPS_PORT = 443


def is_named(url: str, hosts: Collection[str]) -> bool:
    """Does one of `hosts` name the address: as `host`, which is port 443, or as `host:port`?

    Raises:
        ValueError: it is no address.
    """
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or HTTPS_PORT
    return f"{host}:{port}" in hosts or (port == HTTPS_PORT and host in hosts)
