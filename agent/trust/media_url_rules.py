"""URLs of media and relays must be https with a host name."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent.contract.document import Document, Emergency, Playlist
from agent.errors import TrustError

MAX_URL = 2048
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,62})"
_URL = rf"https://{_LABEL}(?:\.{_LABEL})*(?::[0-9]{{1,5}})?(?:[/?][!$-\[\]^_`a-z{{|}}~]*)?"
_HTTPS = re.compile(_URL, re.ASCII)
_ALL_HTTPS = re.compile(rf"{_URL}(?:\n{_URL})*", re.ASCII)


def is_https(url: str) -> bool:
    """Is it an absolute https URL: host name, optional port, path, query; printable ASCII only?

    Credentials, fragment, backslash and bracketed address are refused, because two parsers could
    read them differently.
    """
    return len(url) <= MAX_URL and _HTTPS.fullmatch(url) is not None


def _verify_urls(document: Document, urls: Sequence[str]) -> None:
    # One match for all: no URL contains a line feed, so each line of the joined text is one URL.
    if urls and (not _ALL_HTTPS.fullmatch("\n".join(urls)) or max(map(len, urls)) > MAX_URL):
        bad = next(url for url in urls if not is_https(url))
        raise TrustError("E_URL", document.doc_id, f"not an https address: {bad[:80]}")


def verify_sources(document: Document) -> None:
    """Verify URLs, and that relays travel in the routine class only.

    Raises:
        TrustError: E_URL or E_POLICY.
    """
    if not isinstance(document, Playlist | Emergency):
        return
    _verify_urls(document, [url for medium in document.media for url in medium.urls])
    if isinstance(document, Emergency):
        return
    relays = [entry.body.relay for entry in document.entries if entry.body.relay]
    _verify_urls(document, [relay.url for relay in relays])
    if relays and document.class_ != "routine":
        raise TrustError("E_POLICY", document.doc_id, "a relay belongs to the routine class")
