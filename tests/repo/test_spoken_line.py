"""The built-in spoken lines: rendered as their texts say, readable, loud enough for a horn."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import wave
from configparser import ConfigParser
from pathlib import Path

import numpy as np
import pytest

from agent.play.sound.builtin_speech import FILES, HEADER_BYTES, open_lines

ROOT = Path(__file__).resolve().parents[2]
LEAST_LUFS = -20.0
LINES = sorted(FILES.values())


def samples_of(path: Path) -> np.ndarray:
    with wave.open(str(path)) as wav:
        assert (wav.getnchannels(), wav.getsampwidth(), wav.getframerate()) == (1, 2, 48_000)
        return np.frombuffer(wav.readframes(wav.getnframes()), "<i2").astype(float)


@pytest.mark.parametrize("line", LINES, ids=lambda path: path.stem)
def test_any_player_reads_it(line: Path) -> None:
    done = subprocess.run(
        ["ffprobe", "-v", "error", "-show_streams", "-of", "json", line],
        check=True, capture_output=True, timeout=60,
    )  # fmt: skip
    (stream,) = json.loads(done.stdout)["streams"]
    assert (stream["codec_name"], stream["channels"]) == ("pcm_s16le", 1)
    assert stream["sample_rate"] == "48000"
    assert 3.0 < float(stream["duration"]) < 10.0


@pytest.mark.parametrize("line", LINES, ids=lambda path: path.stem)
def test_it_is_loud_enough_for_a_horn_and_does_not_clip(line: Path) -> None:
    """Integrated loudness by EBU R 128."""
    done = subprocess.run(
        ["ffmpeg", "-hide_banner", "-nostats", "-i", line, "-af", "ebur128", "-f", "null", "-"],
        check=True, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    summary = done.stderr[done.stderr.rindex("Summary:") :]
    found = re.search(r"I:\s+(-?[\d.]+) LUFS", summary)
    assert found is not None
    assert float(found[1]) >= LEAST_LUFS
    assert np.abs(samples_of(line)).max() < 32_700


@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed")
def test_it_says_what_its_text_says(tmp_path: Path) -> None:
    """Against a fresh rendering; another release of the speaker differs a little, words differ."""
    subprocess.run([ROOT / ".ci" / "spoken-line", tmp_path], check=True, timeout=120)
    for line in LINES:
        kept, fresh = samples_of(line), samples_of(tmp_path / line.name)
        assert abs(len(kept) - len(fresh)) < 0.05 * len(kept)
        size = min(len(kept), len(fresh))
        assert np.corrcoef(kept[:size], fresh[:size])[0, 1] > 0.9, line.name


def test_what_an_engine_is_given_is_the_sound_alone() -> None:
    opened = open_lines()
    assert set(opened) == set(FILES)
    for clip, fd in opened.items():
        with os.fdopen(fd, "rb") as file:
            raw = file.read()
        assert np.array_equal(np.frombuffer(raw, "<i2"), samples_of(FILES[clip]))
        assert len(raw) == FILES[clip].stat().st_size - HEADER_BYTES


def test_a_line_that_is_not_there_keeps_no_other_from_the_engine(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(FILES, "line", tmp_path / "gone.wav")
    opened = open_lines()
    assert set(opened) == {"exercise-line"}
    for fd in opened.values():
        os.close(fd)


def test_the_lines_are_installed_with_the_package() -> None:
    config = ConfigParser()
    config.read(ROOT / "setup.cfg")
    patterns = [one.strip() for one in config["options.package_data"]["agent"].split(",")]
    installed = {file for pattern in patterns for file in (ROOT / "agent").glob(pattern)}
    assert set(FILES.values()) <= installed
