"""Loudness by ffmpeg against ITU-R BS.1770: a mono sine of 997 Hz at 0 dBFS has -3.01 LUFS."""

from __future__ import annotations

import asyncio
import io
import os
import wave
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from agent.errors import PlayError
from agent.play.decode.clip_sequence import Track
from agent.play.decode.decoder import start_decoder
from agent.play.decode.loudness_meter import measure_loudness, parse_summary

RATE_HZ = 48_000


def make_sine(
    path: Path, peak_dbfs: float, seconds: float = 2.0, channels: int = 1, hz: float = 997
) -> Path:
    at = np.arange(int(RATE_HZ * seconds)) / RATE_HZ
    sine = np.sin(2 * np.pi * hz * at) * 10 ** (peak_dbfs / 20) * 32_767
    samples = np.repeat(np.clip(sine, -32_767, 32_767).astype("<i2"), channels)
    raw = io.BytesIO()
    with wave.open(raw, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(samples.tobytes())
    path.write_bytes(raw.getvalue())
    return path


def open_track(path: Path, gain_db: float = 0.0) -> Track:
    return Track(os.open(path, os.O_RDONLY | os.O_CLOEXEC), "audio/wav", 2000, gain_db)


@pytest.mark.parametrize(
    ("peak_dbfs", "seconds", "channels", "lufs"),
    [
        (-13.0, 2.0, 1, -16.0),
        (-30.0, 2.0, 1, -33.0),
        (-13.0, 2.0, 2, -16.0),
        (-13.0, 0.2, 1, -19.0),
    ],
)
async def test_a_sine_has_the_loudness_of_the_standard(
    tmp_path: Path, peak_dbfs: float, seconds: float, channels: int, lufs: float
) -> None:
    """Also in stereo: loudspeakers get the mean of both channels, which is the same sine."""
    sine = make_sine(tmp_path / "sine.wav", peak_dbfs, seconds, channels)
    found = await measure_loudness(open_track(sine))
    # what is shorter than a block of 400 ms is measured over the whole block: half of it is 3 LU
    assert found.lufs == pytest.approx(lufs, abs=0.2)
    assert found.peak_dbtp == pytest.approx(peak_dbfs, abs=0.2)
    assert (found.is_blank, found.is_clipped) == (False, False)


async def test_a_clipped_recording_and_a_blank_one_are_told_apart(tmp_path: Path) -> None:
    clipped = await measure_loudness(open_track(make_sine(tmp_path / "loud.wav", 6.0)))
    assert clipped.is_clipped
    blank = await measure_loudness(open_track(make_sine(tmp_path / "blank.wav", -200.0)))
    assert (blank.is_blank, blank.is_clipped, blank.gain_db) == (True, False, 0.0)


async def test_what_is_no_sound_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text.wav").write_text("Đây không phải là âm thanh.")
    with pytest.raises(PlayError, match="E_DECODE"):
        await measure_loudness(open_track(tmp_path / "text.wav"))


def test_tags_that_look_like_a_summary_do_not_count() -> None:
    told = """  Metadata:
    title : Summary: I: -70.0 LUFS Peak: -90.0 dBFS Flat factor: 99.0 Peak level dB: 0.0
[astats] Peak level dB: -3.0
[astats] Flat factor: 0.000000
[ebur128] Summary:
    I:         -23.0 LUFS
    Peak:       -2.5 dBFS
"""
    found = parse_summary(told)
    assert (found.lufs, found.peak_dbtp, found.is_clipped) == (-23.0, -2.5, False)
    with pytest.raises(PlayError, match="lufs"):
        parse_summary("ffmpeg said nothing")


async def test_the_decoder_applies_the_gain_of_each_medium(tmp_path: Path) -> None:
    sine = make_sine(tmp_path / "sine.wav", -12.0, 0.05)
    stereo = make_sine(tmp_path / "stereo.wav", -12.0, 0.05, 2)
    tracks = [open_track(sine), open_track(stereo, 6.0), open_track(sine, -20.0)]
    decoder = await start_decoder(tracks)
    with os.fdopen(decoder.read_fd, "rb") as pipe:
        samples = np.frombuffer(pipe.read(), "<i2")
    await decoder.wait()
    await decoder.stop()
    parts = samples.reshape(3, -1).astype(float)
    peaks_dbfs = 20 * np.log10(np.abs(parts).max(axis=1) / 32_768)
    assert peaks_dbfs == pytest.approx([-12.0, -6.0, -32.0], abs=0.1)


@pytest.mark.parametrize(
    ("hz", "left_db"), [(62.5, -48.2), (125, -24.1), (250, -3.0), (500, -0.02), (1000, 0.0)]
)
async def test_a_horn_gets_nothing_below_its_cut_off(
    tmp_path: Path, hz: float, left_db: float
) -> None:
    """Butterworth of fourth order at 250 Hz: 10 lg (1 + (250 / f)^8) dB are lost."""
    sine = make_sine(tmp_path / "sine.wav", -6.0, 1.0, hz=hz)
    track = replace(open_track(sine), high_pass_hz=250)
    decoder = await start_decoder([track])
    with os.fdopen(decoder.read_fd, "rb") as pipe:
        raw = await asyncio.to_thread(pipe.read)
    await decoder.wait()
    await decoder.stop()
    settled = np.frombuffer(raw, "<i2")[RATE_HZ // 2 :].astype(float)
    level_db = 20 * np.log10(np.sqrt(np.mean(settled**2)) / 32_767 * np.sqrt(2))
    assert level_db == pytest.approx(-6.0 + left_db, abs=0.5)


async def test_a_limited_medium_keeps_its_length_and_its_peaks_below_the_ceiling(
    tmp_path: Path,
) -> None:
    """The limiter looks ahead, and nothing of that is heard: no delay, no lost end."""
    sine = make_sine(tmp_path / "sine.wav", -1.0, 1.0)
    decoder = await start_decoder([replace(open_track(sine), gain_db=6.0, is_limited=True)])
    with os.fdopen(decoder.read_fd, "rb") as pipe:
        raw = await asyncio.to_thread(pipe.read)
    await decoder.wait()
    await decoder.stop()
    samples = np.frombuffer(raw, "<i2").astype(float)
    assert len(samples) == RATE_HZ
    assert np.abs(samples).max() <= 32_768 * 10 ** (-0.9 / 20)
    begin, end = np.abs(samples[:480]).max(), np.abs(samples[-480:]).max()
    assert min(begin, end) > 32_768 * 10 ** (-3 / 20)
