"""UTC moments as text: `2026-11-22T22:00:30.016Z`."""

from __future__ import annotations

from datetime import UTC, datetime


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
