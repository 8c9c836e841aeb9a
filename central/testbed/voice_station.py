"""The station of the demonstration of voices: a monitor, a calibrated zone, a key to speak with."""

from __future__ import annotations

import asyncio
import json
import os
from datetime import datetime, timedelta
from pathlib import Path

from agent.contract.local_time import LOCAL
from agent.contract.station_policy import Cap, StationPolicy
from central.testbed.pulseaudio import SoundServer
from central.testbed.stations import COMMUNE_STATION, MICROPHONE, SINK
from central.testbed.testbed import Testbed

LOOP_BACK = "duong-hoi"
KEY = "nut-noi"
DAY_DBA, NIGHT_DBA = 82, 70
_SPL = "spl: {dba: 94, distance_m: 10}\n        home_m: 10"
_KEY_FILE = f"{KEY}.json"


def equip_station(scene: Testbed) -> None:
    """Give it a monitor, a sound level at the clinic and a microphone with a key; not started."""
    folder = scene.folder / COMMUNE_STATION
    settings = folder / "station.yaml"
    monitor = f'    monitor: {{driver: portaudio, device: "{LOOP_BACK}", kind: line}}\n'
    text = settings.read_text(encoding="utf-8").replace("    zones:\n", f"{monitor}    zones:\n", 1)
    text = text.replace("kind: special", f"kind: special\n        {_SPL}", 1)
    text += (
        f"voice_inputs:\n  - {{name: ban, device: {MICROPHONE}, max_min: 5}}\n"
        f"inputs:\n  - {{name: {KEY}, kind: microphone-key, profile: sim-input,"
        f" port: {folder / _KEY_FILE}}}\n"
    )
    settings.write_text(text, encoding="utf-8")
    hold_key(scene, held=False)
    _add_loop_back(scene.room)


def _add_loop_back(room: SoundServer) -> None:
    """What the sink plays is what the monitor hears."""
    server = room.env["PULSE_SERVER"]
    pcm = f'pcm.{LOOP_BACK} {{ type pulse server "{server}" device "{SINK}.monitor" }}\n'
    with (room.directory / "asound.conf").open("a", encoding="utf-8") as file:
        file.write(pcm)


def hold_key(scene: Testbed, *, held: bool) -> None:
    """Press or release the key of the microphone."""
    path = scene.folder / COMMUNE_STATION / _KEY_FILE
    part = path.with_suffix(".part")
    part.write_text(json.dumps({"active": held, "fault": None}))
    part.replace(path)


async def mute_loudspeaker(room: SoundServer, *, muted: bool) -> None:
    """Silence the loudspeaker behind the box: the box plays on, and nothing comes back.

    Raises:
        RuntimeError: the sound server does not do it.
    """
    pactl = await asyncio.create_subprocess_exec(
        *("pactl", "set-sink-mute", SINK, str(int(muted))),
        env={**os.environ, **room.env, "HOME": str(room.directory)},
    )
    if await pactl.wait():
        raise RuntimeError("pactl set-sink-mute failed")


def policy_with_night(night: datetime, media_host: str) -> StationPolicy:
    """The microphone is allowed; at the clinic a night begins at a full minute, UTC."""
    local = night.astimezone(LOCAL)
    change, far = f"{local:%H:%M}", f"{local + timedelta(hours=12):%H:%M}"
    caps = [Cap("special", far, change, DAY_DBA), Cap("special", change, far, NIGHT_DBA)]
    return StationPolicy(quiet_hours=[], caps=caps, media_hosts=[media_host], mic=True)


def write_tone(path: Path, hz: float, seconds: float, peak_dbfs: float) -> None:
    """Write a sine, mono, 48 kHz."""
    import wave

    import numpy as np

    from central.testbed.sound_capture import RATE_HZ

    times = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    samples = np.sin(2 * np.pi * hz * times) * 32_767 * 10 ** (peak_dbfs / 20)
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE_HZ, 0, "NONE", ""))
        file.writeframes(samples.astype("<i2").tobytes())
