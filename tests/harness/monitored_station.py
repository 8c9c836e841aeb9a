"""A sound station whose line comes back: what its sink plays is what its monitor hears."""

from __future__ import annotations

import asyncio
import wave
from pathlib import Path
from typing import Any

import agent.play.sound
from central.store.records import list_plays
from central.testbed.stations import SINK
from central.testbed.testbed import until
from tests.harness.station_harness import StationTestbed, soon

SPOKEN = Path(agent.play.sound.__file__).with_name("spoken") / "khan-cap.wav"
LIMIT_S = 90.0
BACK = "duong-hoi"
TITLE = "Thông báo"
LINE = f"title: {TITLE}, play: [loi.wav]"


def add_monitor(site: StationTestbed) -> None:
    """The sink's own monitor is the line that comes back."""
    settings = site.folder / site.name / "station.yaml"
    monitor = f'    monitor: {{driver: portaudio, device: "{BACK}", kind: line}}\n'
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("    zones:\n", monitor + "    zones:\n", 1), "utf-8")
    room = site.testbed.room
    server = room.env["PULSE_SERVER"]
    pcm = f'pcm.{BACK} {{ type pulse server "{server}" device "{SINK}.monitor" }}\n'
    with (room.directory / "asound.conf").open("a", encoding="utf-8") as file:
        file.write(pcm)


def speak(target: Path, seconds: float) -> None:
    """The built-in line, over and over."""
    with wave.open(str(SPOKEN), "rb") as spoken, wave.open(str(target), "wb") as out:
        out.setparams(spoken.getparams())
        frames = spoken.readframes(spoken.getnframes())
        for _ in range(round(seconds * spoken.getframerate() / spoken.getnframes()) + 1):
            out.writeframes(frames)


async def mute(site: StationTestbed, state: str) -> None:
    """Silence the loudspeaker outside: the box plays on, and nothing comes back."""
    room = site.testbed.room
    pactl = await asyncio.create_subprocess_exec(
        "pactl", "set-sink-mute", SINK, state,
        env={**room.env, "HOME": str(room.directory), "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    assert await pactl.wait() == 0


async def until_issue(site: StationTestbed, kind: str, *, lasts: bool) -> None:
    """Until the centre has this issue of the station, or has it no more."""

    def is_so() -> bool:
        health = site.testbed.database.health().get(site.name)
        issues = [one["kind"] for one in health["issues"]] if health else []
        return (kind in issues) == lasts

    try:
        await until(is_so, kind, LIMIT_S)
    except RuntimeError as error:
        raise AssertionError(site.station.log_tail()) from error


async def begin(site: StationTestbed, seconds: float) -> None:
    """Start the station with its line that comes back, and have it speak for so long."""
    add_monitor(site)
    await begin_plain(site, seconds)


async def begin_plain(site: StationTestbed, seconds: float) -> None:
    """Start the station as its settings are, and have it speak for so long."""
    speak(site.studio / "loi.wav", seconds)
    await site.place()
    await site.stock(LINE)
    await site.publish(site.compile([(soon(2), LINE)]))


def spoken_plays(site: StationTestbed) -> list[dict[str, Any]]:
    """The plays of it that the centre has, with what is known of their proof."""
    return [play for play in list_plays(site.testbed.database) if play["title"] == TITLE]
