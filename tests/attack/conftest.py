"""The real broker of the link's own tests."""

from __future__ import annotations

from tests.integration.test_mqtt_link import address, authority, broker, identities

__all__ = ["address", "authority", "broker", "identities"]
