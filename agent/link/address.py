"""Which addresses media may come from: pure rules."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection
from urllib.parse import urlsplit

from agent.errors import TrustError

HTTPS_PORT = 443
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_HOST = re.compile(r"[0-9a-z._:%-]*")


class PrivateAddressError(OSError):
    """A name led to an address inside a local network."""


def check_url(url: str, hosts: Collection[str], *, allow_private: bool) -> bool:
    """Accept `https://host[:port]/...` without user and password, from a host that may be asked.

    Args:
        url: the address.
        hosts: those that the signed station-config names, as `host` (port 443) or `host:port`;
            empty: every public host.
        allow_private: the technician's half of the leave to go into a local network; the other half
            is that `hosts` names the host.

    Returns:
        May the host have a private address?

    Raises:
        TrustError: E_URL.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or HTTPS_PORT
        ascii_host(url)
    except ValueError as error:
        raise TrustError("E_URL", url, str(error)) from error
    if parts.scheme != "https" or not host:
        raise TrustError("E_URL", url, "only https is fetched")
    if parts.username is not None or parts.password is not None:
        raise TrustError("E_URL", url, "no user or password in an address")
    named = f"{host}:{port}" in hosts or (port == HTTPS_PORT and host in hosts)
    if hosts and not named:
        raise TrustError("E_URL", url, "not a host that the station-config names")
    may_be_private = allow_private and named
    # Other spellings of an address, such as 127.1, go to the resolver and are judged there.
    if not may_be_private and _is_literal(host) and not is_public(host):
        raise TrustError("E_URL", url, "the address is private")
    return may_be_private


def ascii_host(url: str) -> str:
    """The host of an address as it goes over the wire: RFC 3490 where it is not ASCII.

    Raises:
        ValueError: no host can be called so.
    """
    host = (urlsplit(url).hostname or "").encode("idna").decode("ascii")
    if not _HOST.fullmatch(host):
        raise ValueError(f"no host name: {host[:80]!r}")
    return host


def is_public(address: str) -> bool:
    """Is this IP address outside all local, loopback and special networks?

    Of one that a gateway turns into an IPv4 address, that one is judged: RFC 4291 2.5.5.2, RFC 6052
    (its well-known prefix), RFC 3056, RFC 4380.
    """
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.is_site_local or ip.teredo is not None:
            return False
        inner = ip.ipv4_mapped or ip.sixtofour
        if ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFF_FFFF)
        ip = inner or ip
    return ip.is_global and not ip.is_multicast


def _is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True
