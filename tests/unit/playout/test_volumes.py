"""What an item's volume is made of: zones, policy in force, commands, loudness of its media."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from agent.clock import Now
from agent.contract.document import Medium, Relay
from agent.contract.ids import Digest
from agent.contract.loudness import Loudness
from agent.contract.priority import Level
from agent.play.sound_source import SoundKind
from agent.playout.schedule import Schedule
from agent.playout.volumes import StationVolumes
from agent.settings.model import LocalCap, Policy, SoundLevel, Zone
from tests.harness.sound_output_harness import build_item

BEFORE_NINE = datetime(2026, 12, 15, 13, 59, 58, tzinfo=UTC)  # 20:59:58
CAP = LocalCap(zone_kind="ordinary", window="21:00-06:00", dba=55)
NEWS, SONG = (Medium(name * 64, 1, "audio/mpeg", 2000, []) for name in "ab")
ZONE = Zone(name="cho", spl=SoundLevel(dba=94, distance_m=10), home_m=10)


@dataclass
class FakeTrims:
    trims: dict[str, int] = field(default_factory=dict)

    def trim_db(self, zone: str, now: Now) -> int:
        return self.trims.get(zone, 0)


def build_volumes(trims: FakeTrims) -> StationVolumes:
    schedule = Schedule(Policy(caps=[CAP]), lambda _digest: None)
    schedule.update([], Now(BEFORE_NINE, "SYNCED", 0.0))
    loudness = {Digest(NEWS.sha256): Loudness(-16.0, -3.0), Digest(SONG.sha256): Loudness(-24, -1)}
    return StationVolumes({"cho": ZONE}, schedule, trims, loudness)


def volume(
    at: datetime, start_at: datetime, clips: tuple[Medium, ...] = (NEWS,), trim: int = 0,
    level: int = Level.SCHEDULED, relay: Relay | None = None, kind: SoundKind = "file",
) -> tuple[float, float | None]:  # fmt: skip
    volumes = build_volumes(FakeTrims({"cho": trim}))
    item = build_item("tin", start_at, level, clips=clips, relay=relay, kind=kind)
    found = volumes.volume_of(item, ["cho"], Now(at, "SYNCED", 0.0))
    return found.gain_db, found.est_dba


def test_what_is_prepared_before_the_hour_has_the_volume_of_its_start() -> None:
    nine = BEFORE_NINE + timedelta(seconds=2)
    assert volume(BEFORE_NINE, BEFORE_NINE) == (0.0, 94.0)
    assert volume(BEFORE_NINE, nine) == (-39.0, 55.0)
    assert volume(nine, BEFORE_NINE) == (-39.0, 55.0)


def test_a_signed_command_lowers_its_zone() -> None:
    assert volume(BEFORE_NINE, BEFORE_NINE, trim=-10) == (-10.0, 84.0)
    assert volume(BEFORE_NINE, BEFORE_NINE, trim=-10, level=Level.EMERGENCY) == (0.0, 94.0)


@pytest.mark.parametrize(
    ("clips", "est_dba"),
    [
        ((SONG,), 92.0),  # its peaks allow 6 dB: -18 LUFS
        ((SONG, NEWS), 94.0),
        ((NEWS, Medium("c" * 64, 1, "audio/mpeg", 2000, [])), None),  # one is not measured yet
        ((), None),
    ],
)
def test_the_loudest_medium_counts(clips: tuple[Medium, ...], est_dba: float | None) -> None:
    assert volume(BEFORE_NINE, BEFORE_NINE, clips) == (0.0, est_dba)


def test_a_radio_counts_as_the_loudest_that_its_leveller_lets_through() -> None:
    """3 LU above the level of all other media: a cap then lowers it by 3 dB more."""
    radio = Relay("https://radio.vn/")
    assert volume(BEFORE_NINE, BEFORE_NINE, relay=radio, kind="relay") == (0.0, 97.0)


@pytest.mark.parametrize(("kind", "louder_lu"), [("live", 1.0), ("speech", 1.5)])
def test_a_voice_counts_as_the_loudest_that_its_leveller_lets_through(
    kind: SoundKind, louder_lu: float
) -> None:
    """Above all other media: under a cap of 55 dBA some 40 dB lower, not 45 as a loud master."""
    nine = BEFORE_NINE + timedelta(seconds=2)
    assert volume(BEFORE_NINE, BEFORE_NINE, (), kind=kind) == (0.0, 94.0 + louder_lu)
    assert volume(nine, nine, (), kind=kind) == (-39.0 - louder_lu, 55.0)


def test_a_microphone_that_nobody_levels_counts_as_a_loud_master() -> None:
    nine = BEFORE_NINE + timedelta(seconds=2)
    assert volume(nine, nine, (), kind="microphone") == (-45.0, None)
