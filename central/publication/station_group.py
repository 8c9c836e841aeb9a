"""Stations for which the plan is the same: they are planned once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import msgspec

from agent.contract.document import StationConfig
from agent.plan.policy import NO_KINDS, EffectivePolicy, effective_policy
from central.publication.published_state import PublishedDocument, PublishedState
from central.publication.zone_kinds import Kinds, has_classes


@dataclass(frozen=True)
class StationGroup:
    """Stations that have the same policy, outputs and documents.

    Args:
        stations: in order.
        config: of the first of them.
        held: what they hold.
        has: the media that they can play; empty: not known.
        kinds: their clusters and the kinds of these; None: not known, where the policy asks.
        faces: of their boards, where the policy says who may fill them.
    """

    stations: tuple[str, ...]
    config: StationConfig
    held: tuple[PublishedDocument, ...]
    has: frozenset[str] = frozenset()
    kinds: Mapping[str, str] | None = field(default_factory=dict)
    faces: tuple[str, ...] = ()

    @property
    def policy(self) -> EffectivePolicy:
        """What was signed for them; a box's local settings may be narrower."""
        return effective_policy(self.config, None, self.kinds or NO_KINDS, self.faces)


def list_alike(
    configs: Mapping[str, StationConfig],
    state: PublishedState,
    has: Mapping[str, frozenset[str]] | None = None,
    kinds: Mapping[str, Kinds] | None = None,
    faces: Mapping[str, tuple[str, ...]] | None = None,
) -> Iterator[StationGroup]:
    """Group stations for which the plan is the same.

    Args:
        configs: station → its config.
        state: what was published.
        has: station → the media that it can play, of those that said so.
        kinds: of `zone_kinds.read_kinds`.
        faces: of `board_faces.read_faces`.
    """
    grouped: dict[tuple[object, ...], list[str]] = {}
    held_of: dict[tuple[object, ...], tuple[PublishedDocument, ...]] = {}
    of_targets: dict[tuple[str, ...], tuple[PublishedDocument, ...]] = {}
    media, told, boards = has or {}, kinds or {}, faces or {}
    for station, config in sorted(configs.items()):
        is_own = f"d/{station}" in state.of_target
        name = (station if is_own else "", *config.groups)
        if name not in of_targets:
            of_targets[name] = state.held_by(station, config.groups)
        held = of_targets[name]
        policy = msgspec.json.encode(config.policy)
        province = config.place.split("/")[0]  # its sun, where the policy names no point
        sha256s = tuple(sorted(one.sha256 for one in held))
        own_kinds = _kinds_of(config, told.get(station))
        own_faces = boards.get(station, ())
        alike = (policy, province, media.get(station, frozenset()), own_kinds, own_faces, sha256s)
        grouped.setdefault(alike, []).append(station)
        held_of[alike] = held
    for key, stations in grouped.items():
        first = stations[0]
        config, has_media = configs[first], media.get(first, frozenset())
        known = told.get(first) if has_classes(config) else NO_KINDS
        own_faces = boards.get(first, ())
        yield StationGroup(tuple(stations), config, held_of[key], has_media, known, own_faces)


def _kinds_of(config: StationConfig, kinds: Kinds | None) -> tuple[tuple[str, str], ...] | None:
    if not has_classes(config):
        return ()
    return None if kinds is None else tuple(kinds.items())
