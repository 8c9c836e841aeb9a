"""Which addresses a box asks for a radio: https, of hosts that the signed policy names."""

from __future__ import annotations

from collections.abc import Collection

from agent.errors import TrustError
from agent.link.url_policy import check_url
from agent.trust.media_url_rules import is_https


def judge_address(hosts: Collection[str], url: str, *, allow_private: bool) -> bool:
    """Judge the item's address, a redirect's, or one of a playlist.

    Args:
        hosts: that the signed policy names.
        url: the address.
        allow_private: may they have addresses in a local network?

    Returns:
        May this one have a private address?

    Raises:
        TrustError: E_URL, it is not asked.
    """
    if not hosts or not is_https(url):
        raise TrustError("E_URL", repr(url[:80]), "not asked: no https address")
    return check_url(url, hosts, allow_private=allow_private)
