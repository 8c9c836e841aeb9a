"""What somebody would sign unprepared is told before; measured once, and never in the way."""

from __future__ import annotations

import hashlib
import math
import shutil
import wave
from array import array
from pathlib import Path
from typing import Any

import msgspec
import pytest

from agent.contract.document import Document, Emergency, Playlist
from agent.contract.loudness import Loudness
from central.documents.preparation import fitness
from central.documents.preparation.fitness import FOLDER, Fitness, describe_unprepared
from tests.harness.signed_documents import emergency, playlist


def write_tone(path: Path, amplitude: float) -> Path:
    """One second of 1 kHz."""
    step = 2 * math.pi * 1000 / 48_000
    tone = array("h", (round(amplitude * 32767 * math.sin(n * step)) for n in range(48_000)))
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(48_000)
        out.writeframes(tone.tobytes())
    return path


def keep(media_dir: Path, sound: Path) -> str:
    digest = hashlib.sha256(sound.read_bytes()).hexdigest()
    shutil.copy(sound, media_dir / digest)
    return digest


def schedule(digest: str) -> Document:
    medium = {"sha256": digest, "bytes": 1, "mime": "audio/wav", "duration_ms": 1000, "urls": []}
    entry = {**playlist()["entries"][0], "body": {"media": [digest]}}
    return msgspec.convert(playlist(media=[medium], entries=[entry]), Playlist)


@pytest.mark.parametrize(
    ("loudness", "told"),
    [
        (Loudness(-16.0, -2.0), []),
        (Loudness(-18.9, -1.0), []),
        (Loudness(-19.1, -2.0), ["level"]),
        (Loudness(-12.9, -0.9), ["level", "peak"]),
        (Loudness(-16.0, 0.1, is_clipped=True), ["peak", "clipped"]),
        (Loudness(-70.0, -70.0), ["blank"]),
    ],
)
def test_what_is_more_than_three_lu_off_blank_or_clipped_is_not_fit(
    loudness: Loudness, told: list[str]
) -> None:
    assert Fitness(loudness, is_broken=False).faults == told


def test_a_faint_recording_is_named_by_the_title_of_its_item(tmp_path: Path) -> None:
    document = schedule(keep(tmp_path, write_tone(tmp_path / "a.wav", 0.02)))
    (line,) = describe_unprepared(document, tmp_path, "vi")
    assert "“Bản tin sáng”" in line
    assert "độ to -37,0 LUFS, chuẩn -16,0" in line
    (line,) = describe_unprepared(document, tmp_path, "en")
    assert "-37.0 LUFS, the target is -16.0" in line


def test_a_recording_is_measured_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    document = schedule(keep(tmp_path, write_tone(tmp_path / "a.wav", 0.02)))
    first = describe_unprepared(document, tmp_path, "vi")

    def measure(*_: Any) -> None:
        raise AssertionError("measured again")

    monkeypatch.setattr(fitness, "measure", measure)
    assert describe_unprepared(document, tmp_path, "vi") == first
    for known in (tmp_path / FOLDER).iterdir():
        known.write_text("{")
    with pytest.raises(AssertionError, match="measured again"):
        describe_unprepared(document, tmp_path, "vi")


def test_a_fit_recording_and_what_is_not_here_are_not_named(tmp_path: Path) -> None:
    assert describe_unprepared(schedule("ab" * 32), tmp_path, "vi") == []
    fit = schedule(keep(tmp_path, write_tone(tmp_path / "a.wav", 0.22)))
    assert describe_unprepared(fit, tmp_path, "vi") == []


def test_the_words_of_an_emergency_are_named_by_their_language(tmp_path: Path) -> None:
    digest = keep(tmp_path, write_tone(tmp_path / "a.wav", 0.02))
    medium = {"sha256": digest, "bytes": 1, "mime": "audio/wav", "duration_ms": 1000, "urls": []}
    order = emergency(media=[medium], bodies=[{"lang": "km", "media": [digest]}])
    document = msgspec.convert(order, Emergency)
    (line,) = describe_unprepared(document, tmp_path, "en")
    assert "“Khmer”" in line
