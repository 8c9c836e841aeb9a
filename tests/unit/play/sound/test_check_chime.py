"""The chime of the check is pure tones of a horn's range, which a monitor finds."""

from __future__ import annotations

import os
from functools import cache
from typing import Any

import numpy as np

from agent.play.sound.check_chime import CheckChime, render_chime
from agent.verifier.envelope_track import FRAME, EnvelopeTrack
from agent.verifier.sound_match import match_tone

RATE_HZ = 48_000


@cache
def samples() -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.frombuffer(render_chime(), dtype="<i2").astype(np.float64)


def test_it_lasts_eight_seconds_at_a_moderate_peak() -> None:
    wave = samples()
    assert len(wave) == 8 * RATE_HZ
    assert 20 * np.log10(np.abs(wave).max() / 32_768) < -11


def test_each_of_its_notes_is_one_pure_tone_of_a_horns_range() -> None:
    heard = []
    for second in range(8):
        note = samples()[second * RATE_HZ + 4800 : second * RATE_HZ + 43_200]
        power = np.abs(np.fft.rfft(note * np.hanning(len(note)))) ** 2
        peak = int(np.argmax(power))
        assert power[max(0, peak - 4) : peak + 5].sum() > 0.95 * power.sum()
        heard.append(round(peak * RATE_HZ / len(note)))
    assert heard == [524, 659, 784, 1046] * 2  # in steps of 1.25 Hz
    assert min(heard) > 300


def test_a_monitor_finds_it_ten_decibels_below_the_noise() -> None:
    rng = np.random.default_rng(20261130)
    wave = samples()
    noise = rng.standard_normal(len(wave)) * wave.std() * 10**0.5
    played, heard = EnvelopeTrack(0.005), EnvelopeTrack(0.1)
    found = []
    for frame in range(len(wave) // FRAME):
        block = slice(frame * FRAME, (frame + 1) * FRAME)
        played.add(100 + frame / 50, wave[block])
        heard.add(100 + frame / 50, wave[block] + noise[block])
        if frame > 60 and frame % 10 == 9:
            match = match_tone(played, heard, heard.last - 35)
            if match is not None:
                found.append(match.is_found)
    assert len(found) >= 20
    assert sum(found) > 0.9 * len(found)


async def test_it_begins_where_it_was_left() -> None:
    item: Any = None
    source = CheckChime(item)
    feed = await source.prepare(2000)
    rest = os.read(feed.read_fd, 10 * RATE_HZ * 2)
    os.close(feed.read_fd)
    assert rest == render_chime()[2 * 2 * RATE_HZ :]
    assert source.position_ms(500) == 2500
    assert (await source.wait_end()).reason is None
