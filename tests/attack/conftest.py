"""The real broker of the link's own tests."""

from __future__ import annotations

from tests.harness.link_station import address, authority, broker, identities

__all__ = ["address", "authority", "broker", "identities"]
