"""The place that an unverified station-config claims; no other message claims one."""

from __future__ import annotations

from typing import Any

import pytest

from agent.contract.ids import Place, StationId
from agent.trust.provisional_place import find_provisional_place
from tests.harness.signed_documents import STATION, STRANGER, playlist, seal, station_config


@pytest.mark.parametrize("to", ["84/29266/tv-cl-0007", "84/*/*", "82/10/tv-cl-0007"])
def test_a_station_config_for_this_station_gives_its_place_whoever_signed_it(to: str) -> None:
    """The last case moves the box: the config names the box at its former place."""
    envelope = seal(station_config(to=[to]), STRANGER)
    assert find_provisional_place(envelope, STATION) == Place("84", "29266", "tv-cl-0007")


@pytest.mark.parametrize(
    "changes",
    [
        {"place": "84/29266/tv-cl-0008", "to": ["84/29266/tv-cl-0008"]},
        {"to": ["84/29266/tv-cl-0008"]},
        {"to": ["84/99999/*"]},
        {"place": "84/../tv-cl-0007"},
        {"place": "84/*/tv-cl-0007"},
        {"crit": ["unknown"], "unknown": 1},
    ],
)
def test_another_station_or_a_malformed_place_gives_no_place(changes: dict[str, Any]) -> None:
    assert find_provisional_place(seal(station_config(**changes), STRANGER), STATION) is None


@pytest.mark.parametrize(
    "envelope",
    [
        b"",
        b"{}",
        b"[" * 100_000,
        b" " * (352 * 1024 + 1),
        seal(playlist(), STRANGER),
        seal(playlist(), STRANGER, kind="station-config"),
        seal(b"\xff", kind="station-config"),
    ],
    ids=["empty", "braces", "deep", "too-large", "playlist", "playlist-as-config", "no-text"],
)
def test_any_other_message_gives_no_place(envelope: bytes) -> None:
    assert find_provisional_place(envelope, StationId("tv-cl-0007")) is None
