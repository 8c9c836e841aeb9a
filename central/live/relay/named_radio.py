"""Reads the radio that an officer names: https alone, no local network by surprise.

The host that the officer names may be in the centre's own network. Whatever a redirect or a
playlist of the stream names besides must be a public address: a radio does not choose what the
centre connects to behind its firewall.
"""

from __future__ import annotations

import ssl
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from agent.errors import ConfigError, TrustError
from agent.link.url_policy import check_url
from agent.radio.radio_reader import RadioLimits, RadioReader

# 8 Mbit/s: a master playlist may name pictures alone
LIMITS = RadioLimits(1 << 20, 64 << 20, 32 << 20, 1 << 20)


def judge_address(named: str, url: str) -> bool:
    """Judge an address that the radio leads to.

    Args:
        named: the address that the officer names.
        url: the address.

    Returns:
        May this one have a private address?

    Raises:
        TrustError: E_URL, it is not asked.
    """
    is_named = urlsplit(url).hostname == urlsplit(named).hostname
    hosts = (urlsplit(url).netloc,) if is_named else ()
    return check_url(url, hosts, allow_private=is_named)


def verify_address(url: str) -> None:
    """Verify the address that the officer names.

    Raises:
        ConfigError: E_USAGE, it is not https, or holds a user or password.
    """
    try:
        judge_address(url, url)
    except (TrustError, ValueError) as error:
        raise ConfigError("E_USAGE", url, str(error)) from error


def open_reader(url: str, ca: Path | None) -> RadioReader:
    """What reads a radio; nothing is asked yet.

    Args:
        url: of the stream, or of its m3u8.
        ca: PEM of the authority of the radio's certificate; None: those of the system.

    Raises:
        ConfigError: E_USAGE, the address; E_UNREADABLE, the PEM file.
    """
    verify_address(url)
    try:
        context = ssl.create_default_context(cafile=ca)
    except OSError as error:  # ssl.SSLError is one
        raise ConfigError("E_UNREADABLE", str(ca), str(error)) from error
    return RadioReader(url, partial(judge_address, url), context, LIMITS)
