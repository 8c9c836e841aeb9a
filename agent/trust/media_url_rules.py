"""Where media and relays may come from: https with a host name, nothing else."""

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
    """An absolute https URL: host name, perhaps a port, path, query; printable ASCII throughout.

    No credentials, fragment, backslash or bracketed address: what two parsers could read two ways.
    """
    return len(url) <= MAX_URL and _HTTPS.fullmatch(url) is not None


def _verify_urls(document: Document, urls: Sequence[str]) -> None:
    # All at once: none holds a line feed, so a text of many lines is as good as its worst line.
    if urls and (not _ALL_HTTPS.fullmatch("\n".join(urls)) or max(map(len, urls)) > MAX_URL):
        bad = next(url for url in urls if not is_https(url))
        raise TrustError("E_URL", document.doc_id, f"not an https address: {bad[:80]}")


def verify_sources(document: Document) -> None:
    """Judge URLs, and that relays travel in the routine class only.

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
