"""A speech is found where it was played, another one is not, and levels are those of the tone."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest

from central.testbed.speech_match import match_speech, measure_dbfs

RATE_HZ = 48_000


def write(path: Path, samples: np.ndarray) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE_HZ, 0, "NONE", ""))
        file.writeframes((samples * 32_767).astype("<i2").tobytes())
    return path


def babble(seed: int, seconds: float = 6.0) -> np.ndarray:
    """Syllables of random pitch, length and loudness."""
    random = np.random.default_rng(seed)
    parts, count = [], 0
    while count < seconds * RATE_HZ:
        times = np.arange(int(random.uniform(0.08, 0.3) * RATE_HZ)) / RATE_HZ
        hz, loud = random.uniform(250, 3000), random.uniform(0.02, 0.3)
        parts.append(loud * np.sin(2 * np.pi * hz * times))
        count += len(times)
    return np.concatenate(parts)


@pytest.mark.parametrize("lower_db", [12, 27, 40])  # 27 dB: a microphone under a night's cap
def test_a_speech_is_found_at_any_level_and_another_is_not(tmp_path: Path, lower_db: int) -> None:
    spoken = babble(1)
    heard = spoken * 10 ** (-lower_db / 20)
    capture = np.concatenate([np.zeros(RATE_HZ // 3), heard, np.zeros(RATE_HZ)])
    wav = write(tmp_path / "thu.wav", capture)
    end_s = len(capture) / RATE_HZ
    assert match_speech(wav, 0, end_s, write(tmp_path / "dung.wav", spoken)) > 0.7
    assert match_speech(wav, 0, end_s, write(tmp_path / "khac.wav", babble(2))) < 0.7


def test_nothing_is_found_in_silence(tmp_path: Path) -> None:
    wav = write(tmp_path / "thu.wav", np.zeros(8 * RATE_HZ))
    assert match_speech(wav, 0, 8, write(tmp_path / "dung.wav", babble(1))) == 0


def test_the_level_of_a_tone_is_its_rms_whatever_holes_it_has(tmp_path: Path) -> None:
    tone = 0.1 * np.sin(2 * np.pi * 1000 * np.arange(2 * RATE_HZ) / RATE_HZ)
    tone[RATE_HZ : RATE_HZ + RATE_HZ // 2] = 0
    # a sine of peak 0.1: 20 lg 0.1 - 3.01 dB
    assert measure_dbfs(write(tmp_path / "thu.wav", tone), 0, 2) == pytest.approx(-23.01, abs=0.05)


def test_a_stretch_outside_the_capture_is_silent(tmp_path: Path) -> None:
    assert measure_dbfs(write(tmp_path / "thu.wav", np.zeros(RATE_HZ)), 5, 6) == -120.0
