"""Stations for which the plan is the same: they are planned once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

import msgspec

from agent.contract.accepted import HeldDocument
from agent.contract.document import Document, StationConfig
from central.publication.published_state import PublishedDocument, PublishedState


@dataclass(frozen=True)
class StationGroup:
    """Stations that have the same policy, outputs and documents.

    Args:
        stations: in order.
        config: of the first of them.
        held: what they hold.
        has: the media that they can play; empty: not known.
    """

    stations: tuple[str, ...]
    config: StationConfig
    held: tuple[PublishedDocument, ...]
    has: frozenset[str] = frozenset()


def list_alike(
    configs: Mapping[str, StationConfig],
    state: PublishedState,
    has: Mapping[str, frozenset[str]] | None = None,
) -> Iterator[StationGroup]:
    """Group stations for which the plan is the same.

    Args:
        configs: station → its config.
        state: what was published.
        has: station → the media that it can play, of those that said so.
    """
    grouped: dict[tuple[object, ...], list[str]] = {}
    held_of: dict[tuple[object, ...], tuple[PublishedDocument, ...]] = {}
    of_targets: dict[tuple[str, ...], tuple[PublishedDocument, ...]] = {}
    media = has or {}
    for station, config in sorted(configs.items()):
        is_own = f"d/{station}" in state.of_target
        name = (station if is_own else "", *config.groups)
        if name not in of_targets:
            of_targets[name] = state.held_by(station, config.groups)
        held = of_targets[name]
        policy = msgspec.json.encode(config.policy)
        province = config.place.split("/")[0]  # its sun, where the policy names no point
        sha256s = tuple(sorted(one.sha256 for one in held))
        alike = (policy, province, media.get(station, frozenset()), sha256s)
        grouped.setdefault(alike, []).append(station)
        held_of[alike] = held
    for key, stations in grouped.items():
        has_media = media.get(stations[0], frozenset())
        yield StationGroup(tuple(stations), configs[stations[0]], held_of[key], has_media)


def hold(document: Document, at: datetime) -> HeldDocument:
    """Hold the document as a box would; a plan needs no bytes and no hash."""
    return HeldDocument(document, "", b"", at)
