"""How loud each item is on its zones: policy, calibration, commands, the medium's loudness."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

from agent.clock import Now
from agent.contract.ids import Digest
from agent.contract.loudness import LIVE_LUFS, RADIO_LUFS, SPEECH_LUFS, Loudness
from agent.contract.volume import Volume
from agent.plan.sound_level import level_of_zone, level_of_zones
from agent.play.item import Item
from agent.playout.schedule import Schedule
from agent.settings.model import Settings, Zone

LUFS_OF_KIND = {"relay": RADIO_LUFS, "live": LIVE_LUFS, "speech": SPEECH_LUFS}


class Trims(Protocol):
    """What signed commands have set, see `agent.state.zone_levels.ZoneLevels`."""

    def trim_db(self, zone: str, now: Now) -> int:
        """How far a zone plays below its calibrated level, in dB."""


@dataclass(frozen=True)
class StationVolumes:
    """The volumes of this box (see `play.item.Volumes`).

    Args:
        zones: name → zone, of all outputs.
        schedule: has the policy in force.
        trims: set by signed commands.
        loudness: of the media that were measured.
    """

    zones: Mapping[str, Zone]
    schedule: Schedule
    trims: Trims
    loudness: Mapping[Digest, Loudness]

    def volume_of(self, item: Item, zones: Collection[str], now: Now) -> Volume:
        """The volume of an item on these zones, now or at its start if that is to come."""
        return level_of_zones(
            [self.zones[name] for name in zones],
            self.schedule.policy,
            max(now.at, item.start_at),
            level=item.level,
            loudness_lufs=self._loudness_of(item),
            trims_db={name: self.trims.trim_db(name, now) for name in zones},
        )

    def volume_of_zone(self, name: str, now: Now) -> Volume:
        """The volume that an ordinary levelled item has on a zone now."""
        trim_db = self.trims.trim_db(name, now)
        zone, policy = self.zones[name], self.schedule.policy
        return level_of_zone(zone, policy, now.at, trim_db=trim_db).volume

    def _loudness_of(self, item: Item) -> float | None:
        """The loudest of its media, levelled; None when one is not measured, or it has none.

        What is levelled as it plays counts as the loudest that its leveller lets through.
        """
        if item.kind in LUFS_OF_KIND:
            return LUFS_OF_KIND[item.kind]
        clips = [*item.clips, *(clip for body in item.bodies for clip in body.clips)]
        found = [self.loudness.get(Digest(clip.sha256)) for clip in clips]
        known = [one.levelled_lufs for one in found if one is not None]
        return max(known) if known and len(known) == len(found) else None


def zones_of(settings: Settings) -> dict[str, Zone]:
    """Every zone of a station by its name, which stands once in it."""
    return {zone.name: zone for output in settings.outputs for zone in output.zones}
