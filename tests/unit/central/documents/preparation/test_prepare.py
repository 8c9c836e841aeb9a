"""Officers' files become one: expected loudness by ITU-R BS.1770-4, checked on decoded samples.

A sine of 997 Hz at full scale has -3.01 LKFS in one channel (BS.1770-4, annex 1), so its level in
LUFS is the RMS of its samples in dBFS.
"""

from __future__ import annotations

import math
import re
import subprocess
import tracemalloc
import wave
from array import array
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner

from central.__main__ import main
from central.documents.preparation.joining import Part, join
from central.documents.preparation.measurement import measure
from central.documents.preparation.prepare import Preparation, Prepared, prepare
from central.documents.preparation.sound_error import SoundError

RATE_HZ = 48_000
TARGET_DBFS = -16.0
PLAIN = Preparation(chime_before=False)


def write(path: Path, *parts: tuple[float, float, float]) -> Path:
    """Tones as WAV: seconds, amplitude and Hz of each part."""
    values = array("h")
    for seconds, amplitude, hz in parts:
        step = 2 * math.pi * hz / RATE_HZ
        count = round(seconds * RATE_HZ)
        values.extend(round(amplitude * 32767 * math.sin(n * step)) for n in range(count))
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE_HZ)
        out.writeframes(values.tobytes())
    return path


def convert(source: Path, target: Path, *words: str) -> Path:
    command = ["ffmpeg", "-v", "error", "-y", "-i", str(source), *words, str(target)]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    return target


def decode(path: Path, rate_hz: int = RATE_HZ) -> array[int]:
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-ac", "1", "-ar", str(rate_hz)]
    done = subprocess.run(
        [*command, "-f", "s16le", "-"], check=True, capture_output=True, stdin=subprocess.DEVNULL
    )
    return array("h", done.stdout)


def rms_dbfs(samples: array[int]) -> float:
    mean = sum(value * value for value in samples) / len(samples)
    return 10 * math.log10(mean / 32768**2)


def made(sources: list[Path], target: Path, wanted: Preparation = PLAIN) -> Prepared:
    return prepare(sources, target, wanted, lambda _name, _ms: None)


def test_a_tone_is_measured_as_the_recommendation_says(tmp_path: Path) -> None:
    measured = measure(write(tmp_path / "a.wav", (3, 0.1, 997)))
    assert measured.loudness.lufs == pytest.approx(-23.0, abs=0.1)
    assert measured.loudness.peak_dbtp == pytest.approx(-20.0, abs=0.2)
    assert measured.scan.duration_ms == 3000


def test_a_faint_recording_is_trimmed_and_brought_to_the_loudness_of_all(tmp_path: Path) -> None:
    wav = write(tmp_path / "a.wav", (2, 0, 1), (3, 0.05, 997), (1.5, 0, 1))
    source = convert(wav, tmp_path / "a.mp3", "-b:a", "128k")
    prepared = made([source], tmp_path / "out.opus")
    samples = decode(tmp_path / "out.opus")
    assert len(samples) / RATE_HZ == pytest.approx(3.4, abs=0.1)
    middle = samples[RATE_HZ : 2 * RATE_HZ]
    assert rms_dbfs(middle) == pytest.approx(TARGET_DBFS, abs=0.7)
    (part,) = prepared.parts
    assert (part.excerpt.is_limited, part.remarks) == (False, [])
    assert prepared.whole.loudness.lufs == pytest.approx(TARGET_DBFS, abs=0.5)


def test_peaks_are_limited_where_the_gain_would_raise_them_too_high(tmp_path: Path) -> None:
    parts = [(0.4, 0.03, 400), (0.02, 0.7, 900)] * 12
    prepared = made([write(tmp_path / "a.wav", *parts)], tmp_path / "out.opus")
    assert prepared.parts[0].excerpt.is_limited
    peak = max(map(abs, decode(tmp_path / "out.opus", 4 * RATE_HZ)))
    assert 20 * math.log10(peak / 32768) <= -1.0


def test_files_are_joined_in_their_order_with_pauses_behind_the_chime(tmp_path: Path) -> None:
    sources = [
        write(tmp_path / "a.wav", (1, 0.1, 400)),
        write(tmp_path / "b.wav", (1, 0.3, 2000)),
    ]
    wanted = Preparation(is_trimmed=False, chime_after=True, pause_ms=500)
    prepared = made(sources, tmp_path / "out.wav", wanted)
    samples = decode(tmp_path / "out.wav")
    chime_s = (len(samples) / RATE_HZ - 2 - 3 * 0.5) / 2
    assert chime_s == pytest.approx(2.0, abs=0.1)

    def at(seconds: float) -> array[int]:
        begin = round((chime_s + seconds) * RATE_HZ)
        return samples[begin : begin + RATE_HZ // 4]

    assert max(map(abs, at(0.1))) == 0
    assert crossings(at(1.0)) == pytest.approx(400 / 4 * 2, abs=3)
    assert max(map(abs, at(1.6))) == 0
    assert crossings(at(2.5)) == pytest.approx(2000 / 4 * 2, abs=3)
    assert max(map(abs, samples[:RATE_HZ])) > 1000
    assert len(prepared.parts) == 2


def crossings(samples: array[int]) -> int:
    return sum((a < 0) != (b < 0) for a, b in pairwise(samples))


def test_the_sound_of_a_video_will_do(tmp_path: Path) -> None:
    wav = write(tmp_path / "a.wav", (1, 0.2, 997))
    picture = ["-f", "lavfi", "-i", "color=size=32x32:rate=5:duration=1"]
    made([convert(wav, tmp_path / "a.mp4", *picture, "-shortest")], tmp_path / "out.wav")
    assert rms_dbfs(decode(tmp_path / "out.wav")[RATE_HZ // 4 : RATE_HZ // 2]) == pytest.approx(
        TARGET_DBFS, abs=0.7
    )


def test_clipped_sound_is_told(tmp_path: Path) -> None:
    loud = convert(write(tmp_path / "a.wav", (1, 0.5, 300)), tmp_path / "b.wav", "-af", "volume=9")
    assert "clipped" in made([loud], tmp_path / "out.wav").parts[0].remarks


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [("a.mp3", b"no sound at all" * 100, "unreadable"), ("b.wav", None, "blank")],
    ids=["unreadable", "blank"],
)
def test_what_has_no_sound_is_refused_and_nothing_is_written(
    tmp_path: Path, name: str, content: bytes | None, reason: str
) -> None:
    source = tmp_path / name
    if content is None:
        write(source, (1, 0, 1))
    else:
        source.write_bytes(content)
    with pytest.raises(SoundError) as caught:
        made([source], tmp_path / "out.opus")
    assert caught.value.reason == reason
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_long_part_is_joined_without_being_loaded(tmp_path: Path) -> None:
    long = tmp_path / "long.wav"
    with wave.open(str(long), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE_HZ)
        for _ in range(300):
            out.writeframes(bytes(2 * RATE_HZ))
    join([Part(long, 20)], tmp_path / "warm.wav", pause_ms=0)  # pydub is imported
    tracemalloc.start()
    try:
        join([Part(long, 20)] * 2, tmp_path / "out.wav", pause_ms=500)
        peak_bytes = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak_bytes < 4 << 20 < long.stat().st_size
    with wave.open(str(tmp_path / "out.wav"), "rb") as joined:
        assert joined.getnframes() == 600 * RATE_HZ + RATE_HZ // 2


def test_the_command_says_what_it_did_and_draws_it(tmp_path: Path) -> None:
    source = write(tmp_path / "bản tin.wav", (0.5, 0, 1), (1, 0.1, 997))
    out = tmp_path / "out.wav"
    words = ["prepare", str(source), "--out", str(out), "--chime", "none", "--lang", "vi"]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 0, result.output
    assert 'bỏ 0,4" đầu' in result.output
    assert "DÙNG ĐƯỢC" in result.output
    picture = out.with_suffix(".svg").read_text(encoding="utf-8")
    assert re.findall(r"<text [^>]*>([^<]*)</text>", picture) == ["bản tin.wav", "out.wav"]
    pale = picture.count("#c9d6d0")  # 10 ms each; the last 100 ms of the silence stay
    assert pale == 40


def test_the_command_refuses_in_the_officers_language(tmp_path: Path) -> None:
    source = write(tmp_path / "a.wav", (1, 0, 1))
    words = ["prepare", str(source), "--out", str(tmp_path / "out.opus")]
    result = CliRunner().invoke(main, words)
    assert (result.exit_code, "tệp không có tiếng" in result.output) == (78, True)
    result = CliRunner().invoke(main, [*words[:-1], str(tmp_path / "out.xyz"), "--lang", "en"])
    assert (result.exit_code, ".opus, .mp3, .wav" in result.output) == (78, True)


def test_an_original_is_never_written_over(tmp_path: Path) -> None:
    source = write(tmp_path / "tin.wav", (1.0, 0.2, 440.0))
    original = source.read_bytes()
    with pytest.raises(SoundError) as caught:
        prepare([source], tmp_path / "." / "tin.wav", PLAIN, lambda _name, _ms: None)
    assert caught.value.reason == "same"
    assert source.read_bytes() == original


def test_a_computer_that_cannot_confine_ffmpeg_says_so_and_prepares(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("central.documents.confined_tool.find_missing", lambda: ["Landlock"])
    source = write(tmp_path / "a.wav", (1, 0.1, 400))
    argv = ["prepare", str(source), "--out", str(tmp_path / "b.wav"), "--lang"]
    done = [CliRunner().invoke(main, [*argv, lang]) for lang in ("vi", "en")]
    assert [one.exit_code for one in done] == [0, 0]
    assert ["thiếu Landlock" in done[0].output, "lacks Landlock" in done[1].output] == [True, True]
