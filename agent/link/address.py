"""Which addresses media may come from: pure rules."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from agent.errors import TrustError


class PrivateAddressError(OSError):
    """A name led to an address inside a local network."""


def check_url(url: str, *, allow_private: bool) -> None:
    """Accept `https://host[:port]/...` without user and password.

    Raises:
        TrustError: E_URL.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError as error:
        raise TrustError("E_URL", url, str(error)) from error
    if parts.scheme != "https" or not host:
        raise TrustError("E_URL", url, "only https is fetched")
    if parts.username is not None or parts.password is not None:
        raise TrustError("E_URL", url, "no user or password in an address")
    # Other spellings of an address, such as 127.1, go to the resolver and are judged there.
    if not allow_private and _is_literal(host) and not is_public(host):
        raise TrustError("E_URL", url, "the address is private")


def is_public(address: str) -> bool:
    """Is this IP address outside all local, loopback and special networks?"""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    return ip.is_global and not ip.is_multicast


def _is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True
