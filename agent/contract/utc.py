"""UTC moments as text: `2026-11-22T22:00:30.016Z`."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache

_UTC = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?Z", re.ASCII)


def encode_utc(at: datetime) -> str:
    """Aware datetime to UTC text with milliseconds."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_utc(text: str) -> datetime:
    """UTC text ending in `Z` to an aware datetime.

    Raises:
        ValueError: no zone, another zone, or not a moment.
    """
    if not text.endswith("Z") or "T" not in text:
        raise ValueError(f"not UTC: {text!r}")
    return datetime.fromisoformat(text).astimezone(UTC)


@lru_cache(maxsize=1024)
def is_utc(text: str) -> bool:
    """Is it a UTC moment of the form `2026-11-22T08:00:00Z` that exists in the calendar?"""
    if not _UTC.fullmatch(text):
        return False
    try:
        parse_utc(text)
    except ValueError:
        return False
    return True
