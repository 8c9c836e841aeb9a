"""When each step of the demonstration of voices begins, and the playlist of those that are played.

The night must begin at a full minute, so the other steps are arranged around it: before it while
there is room, the others behind it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from agent.contract.local_time import LOCAL
from central.testbed.stations import COMMUNE, COMMUNE_STATION, PROVINCE
from central.testbed.voice_assertions import NIGHT, READ, UNHEARD, VOLUME

ZONE, CLINIC = "nga-ba", "tram-y-te"
WRITTEN = "Sáng 15/12, từ 7h30, tiêm chủng cho trẻ em tại trạm y tế xã."
LIVE, MICROPHONE, RADIO = "live", "microphone", "radio"
# Seconds that a step needs here, and some more for a machine that is slow.
STEPS_S = {LIVE: 14.0, MICROPHONE: 13.0, RADIO: 16.0, READ: 14.0, VOLUME: 12.0, UNHEARD: 19.0}
NIGHT_HALF_S, NIGHT_MARGIN_S = 7, 2
SOON_S = 2.0  # a station has a playlist before its first item begins
VOLUME_TONE_S = 10


@dataclass(frozen=True)
class Steps:
    """The moments, UTC.

    Args:
        begins: of each step but the night.
        night: the full minute at which it begins, in the middle of an item.
    """

    begins: Mapping[str, datetime]
    night: datetime

    @property
    def order(self) -> list[str]:
        """All steps as they begin, the night among them."""
        moments = {**self.begins, NIGHT: self.night}
        return sorted(moments, key=lambda name: moments[name])


def arrange_steps(now: datetime) -> Steps:
    """Arrange all steps from a moment on, in whole seconds."""
    before = now.replace(microsecond=0) + timedelta(seconds=1 + SOON_S)
    half = timedelta(seconds=NIGHT_HALF_S + NIGHT_MARGIN_S)
    night = (before + half).replace(second=0) + timedelta(minutes=1)
    after, begins = night + half, {}
    for name, seconds in STEPS_S.items():
        length = timedelta(seconds=seconds)
        if before + length <= night - half:
            begins[name], before = before, before + length
        else:
            begins[name], after = after, after + length
    return Steps(begins, night)


def _clock(at: datetime) -> str:
    return f"{at.astimezone(LOCAL):%H:%M:%S}"


def write_playlist(path: Path, steps: Steps) -> None:
    """Write the officer's file of what is played."""
    day = steps.night.astimezone(LOCAL).date()
    at = {name: _clock(moment) for name, moment in steps.begins.items()}
    night = _clock(steps.night - timedelta(seconds=NIGHT_HALF_S))
    path.write_text(
        f"""\
slot: tuan
class: routine
to: ["{PROVINCE}/{COMMUNE}/{COMMUNE_STATION}"]
from: {day - timedelta(days=1)}
until: {day + timedelta(days=2)}
items:
  - {{id: {READ}, title: Tin đọc, at: "{at[READ]}", say: "{WRITTEN}", zones: [{ZONE}]}}
  - id: {VOLUME}
    title: Tiếng chuẩn, hạ âm lượng
    at: "{at[VOLUME]}"
    play: [chuan-ngan.wav]
    zones: [{ZONE}]
  - id: {NIGHT}
    title: Tiếng chuẩn, ngày sang đêm
    at: "{night}"
    play: [chuan.wav]
    zones: [{CLINIC}]
  - id: {UNHEARD}
    title: Loa bị ngắt
    at: "{at[UNHEARD]}"
    play: [thong-bao.wav]
    zones: [{ZONE}]
"""
    )
