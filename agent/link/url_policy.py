"""Which URLs media may come from: pure rules."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection
from urllib.parse import urlsplit

from agent.contract.host_rule import is_named
from agent.errors import TrustError

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052: the last 32 bits are the IPv4 address
_GLOBAL = ipaddress.IPv6Network("2000::/3")  # all that IANA has given out as global unicast
# Within it, by IANA's registry of special-purpose addresses: protocol assignments with Teredo,
# ORCHID and benchmarking; documentation twice; 6to4, which a relay may turn into any IPv4 address.
_SPECIAL_6 = tuple(
    map(ipaddress.IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"))
)
# The IPv4 registry, and multicast; AS112 and the 6to4 relay too, where no medium can be.
_SPECIAL_4 = tuple(
    map(
        ipaddress.IPv4Network,
        (
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
            "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24",
            "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15",
            "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        ),
    )
)  # fmt: skip
_ISATAP = (0x0000_5EFE, 0x0200_5EFE)  # RFC 5214: such an interface id ends in an IPv4 address
_HOST = re.compile(r"[0-9a-z._:%-]*")


class PrivateAddressError(OSError):
    """A name resolves to an address inside a local network."""


def check_url(url: str, hosts: Collection[str], *, allow_private: bool) -> bool:
    """Accept `https://host[:port]/...` without user and password, from an allowed host.

    Args:
        url: the address.
        hosts: those that the signed station-config names, as `host` (port 443) or `host:port`;
            empty: every public host.
        allow_private: the technician's half of the permission to use a local network; the other
            half is that `hosts` names the host.

    Returns:
        May the host have a private address?

    Raises:
        TrustError: E_URL.
    """
    try:
        parts = urlsplit(url)
        host, named = parts.hostname or "", is_named(url, hosts)
        ascii_host(url)
    except ValueError as error:
        raise TrustError("E_URL", url, str(error)) from error
    if parts.scheme != "https" or not host:
        raise TrustError("E_URL", url, "only https is fetched")
    if parts.username is not None or parts.password is not None:
        raise TrustError("E_URL", url, "no user or password in an address")
    if hosts and not named:
        raise TrustError("E_URL", url, "not a host that the station-config names")
    may_be_private = allow_private and named
    # Other spellings of an address, such as 127.1, are checked after the resolver.
    if not may_be_private and _is_literal(host) and not is_public(host):
        raise TrustError("E_URL", url, "the address is private")
    return may_be_private


def ascii_host(url: str) -> str:
    """The host of an address as it goes over the wire: RFC 3490 where it is not ASCII.

    Raises:
        ValueError: it is no host name.
    """
    host = (urlsplit(url).hostname or "").encode("idna").decode("ascii")
    if not _HOST.fullmatch(host):
        raise ValueError(f"no host name: {host[:80]!r}")
    return host


def is_public(address: str) -> bool:
    """Is this IP address a public one? Only what is known to be public is allowed.

    An address that represents an IPv4 address is checked as that: RFC 4291 2.5.5.2 (mapped) and
    RFC 6052 (the well-known prefix, as mobile networks use it). Whatever else may lead to an IPv4
    address is refused: 6to4, Teredo, ISATAP, the local prefix of RFC 8215. A network's own prefix
    of RFC 6052 looks like any other; nobody outside can recognise it.
    """
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped
        if ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFF_FFFF)
        if inner is None:
            return _is_global_6(ip)
        ip = inner
    return not any(ip in network for network in _SPECIAL_4)


def _is_global_6(ip: ipaddress.IPv6Address) -> bool:
    if ip not in _GLOBAL or any(ip in network for network in _SPECIAL_6):
        return False
    return int(ip) >> 32 & 0xFFFF_FFFF not in _ISATAP


def _is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True
