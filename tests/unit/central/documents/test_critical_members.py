"""A station-config that a person wrote is signed with the critical names that it needs."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from agent.trust.payload import decode_payload
from central.documents.critical_members import list_critical
from central.testbed.sample_documents import station_config

AT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


def written(policy: dict[str, Any], **more: Any) -> bytes:
    """As a person writes it, in lines."""
    config = json.loads(station_config("tv-cl-0007", AT, "media.example.vn"))
    config["policy"] |= policy
    return json.dumps(config | more, indent=1, ensure_ascii=False).encode()


def test_what_needs_to_be_critical_is_listed_and_the_rest_stays() -> None:
    raw = written(
        {"cap_distance_m": 15, "levels": [{"from": "18:00", "to": "21:00", "gain_db": -6}]}
    )
    signed = list_critical(raw, "station-config")
    # docs/contract.md §8: the names are the paths of the members
    critical = ["policy.cap_distance_m", "policy.levels"]
    assert json.loads(signed) == json.loads(raw) | {"crit": critical}
    assert decode_payload("station-config", signed).crit == critical


@pytest.mark.parametrize(
    "raw",
    [
        written({}),
        written({"cap_distance_m": 15}, crit=["policy.cap_distance_m"]),
        written({"cap_distance_m": "far"}),
        b'{"kind": "station-config", "kind": "station-config"}',
        b"no JSON",
    ],
    ids=["nothing", "listed", "no number", "twice", "no JSON"],
)
def test_whatever_needs_nothing_or_is_no_such_document_keeps_its_bytes(raw: bytes) -> None:
    assert list_critical(raw, "station-config") == raw
    assert list_critical(raw, "unknown") == raw
