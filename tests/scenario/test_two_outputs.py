"""One box with two sound cards: each plays what its own zones are sent, by the capture of each."""

from __future__ import annotations

import subprocess
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from central.testbed.sound_capture import RATE_HZ, Recording, read_samples
from central.testbed.stations import SINK
from central.testbed.testbed import until
from tests.harness.audio_analysis import STARVED_S
from tests.harness.station_harness import StationTestbed, children_of, moment, site, soon

__all__ = ["site"]
pytestmark = [pytest.mark.long, pytest.mark.timeout(300)]

MARKET = "cho"
LOW_HZ, HIGH_HZ, COMMON_HZ = 400, 1_000, 700
LENGTH_S = 3.0


def make_tone(path: Path, hz: int) -> None:
    source = f"sine=frequency={hz}:sample_rate={RATE_HZ}:duration={LENGTH_S}"
    subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", source, path], check=True)


async def start_with_two_cards(site: StationTestbed) -> None:
    """A second card, with one cluster that is always on, beside the first."""
    room = site.testbed.room
    await room.stop()
    await room.start([SINK, MARKET])
    settings = site.folder / site.name / "station.yaml"
    head, _, _ = settings.read_text().partition("outputs:\n")
    outputs = "".join(
        f"  - name: {sink}\n    audio: {{driver: portaudio, device: {sink}, fade_in_ms: 0}}\n"
        f"    zones: [{{name: {zone}}}]\n"
        for sink, zone in ((SINK, "truong"), (MARKET, "cho-lon"))
    )
    settings.write_text(f"{head}outputs:\n{outputs}")
    await site.start()


def seconds_of(recording: Recording, hz: int) -> float:
    """How long a tone sounds in a recording: windows of 20 ms with most of their power at it."""
    samples = read_samples(recording.path).astype(float)
    length = RATE_HZ // 50
    turn = np.exp(-2j * np.pi * hz * np.arange(length) / RATE_HZ)
    windows = samples[: len(samples) // length * length].reshape(-1, length)
    power = (windows**2).sum(axis=1)
    at_tone = 2 * np.abs(windows @ turn) ** 2 / length
    return float(np.count_nonzero((at_tone > 0.5 * power) & (power > 1e6))) / 50


async def test_each_card_plays_what_its_zones_are_sent(site: StationTestbed) -> None:
    for name, hz in (("cao", HIGH_HZ), ("thap", LOW_HZ), ("chung", COMMON_HZ)):
        make_tone(site.studio / f"{name}.wav", hz)
    await start_with_two_cards(site)
    captures = [await site.testbed.room.capture(sink, site.folder) for sink in (SINK, MARKET)]
    at = soon(15)
    lines = [
        (at, "title: Cao, play: [cao.wav], zones: [truong]"),
        (at, "title: Thấp, play: [thap.wav], zones: [cho-lon]"),
        (at + timedelta(seconds=8), "title: Chung, play: [chung.wav]"),
    ]
    await site.publish(site.compile(lines))
    await until(lambda: site.open_play() is not None, "the first play")
    commands = [" ".join(child.cmdline()) for child in children_of(site.station.pid)]
    await until(lambda: len(site.collected_plays()) == 4, "both cards' plays at the centre", 90)
    on_school, on_market = [await site.testbed.room.finish(one) for one in captures]

    # no capture, no board, no engine of safe mode; a decoder may have ended by now
    others = [one for one in commands if "ffmpeg" not in one]
    assert len(others) == 2, commands
    assert all("agent.play.sound.engine_process" in one for one in others), commands
    plays = {(play["output"], play["title"]): play for play in site.collected_plays()}
    assert set(plays) == {
        (SINK, "Cao"), (SINK, "Chung"), (MARKET, "Thấp"), (MARKET, "Chung"),
    }  # fmt: skip
    assert plays[SINK, "Cao"]["zones"] == ["truong"]
    assert plays[MARKET, "Thấp"]["zones"] == ["cho-lon"]
    for recording, own_hz, other_hz in (
        (on_school, HIGH_HZ, LOW_HZ), (on_market, LOW_HZ, HIGH_HZ),
    ):  # fmt: skip
        assert seconds_of(recording, own_hz) > LENGTH_S / 2
        assert seconds_of(recording, COMMON_HZ) > LENGTH_S / 2
        assert seconds_of(recording, other_hz) == 0
    begun: list[datetime] = [moment(plays[sink, "Chung"]["start"]) for sink in (SINK, MARKET)]
    assert abs((begun[0] - begun[1]).total_seconds()) < 0.5 + STARVED_S
