"""Short clips: chime, melody, speech, level and format. Preparation only, never the play path.

pydub (imported when first needed) holds a clip in memory; ffmpeg converts, its argument lists are
compiled by ffmpeg-python; espeak-ng speaks. Formats follow the file's suffix: wav, mp3, opus.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agent.errors import ConfigError
from central.documents.confined_tool import SOUNDS, verify_installed
from central.documents.sound_decoding import RATE_HZ, SAMPLES, write_wav

if TYPE_CHECKING:
    from pydub import AudioSegment

LEVEL_DBFS = -18.0
PEAK_DBFS = -1.5
TOOL_LIMIT_S = 60
# Falling third, then the fifth below: the three strokes of a station's chime.
CHIME_HZ = (987.77, 783.99, 659.26)
CHIME_STROKE_MS = 420
MELODY_HZ = (392.0, 440.0, 523.25, 587.33, 659.26, 587.33, 523.25, 440.0)
_CODEC: dict[str, dict[str, Any]] = {
    ".mp3": {"acodec": "libmp3lame", "audio_bitrate": "96k", "format": "mp3"},
    ".opus": {"acodec": "libopus", "audio_bitrate": "48k", "format": "ogg"},
}
WAV = ".wav"


def run_tool(argv: Sequence[str], *, text: str | None = None, limit_s: float = TOOL_LIMIT_S) -> str:
    """Run a tool to its end and return its standard output.

    Raises:
        ConfigError: E_NOT_INSTALLED; E_CLIP, it failed or took longer than `limit_s`.
    """
    verify_installed(argv[0])
    try:
        done = subprocess.run(
            list(argv), input=text, capture_output=True, text=True, check=True, timeout=limit_s
        )
    except subprocess.CalledProcessError as error:
        raise ConfigError("E_CLIP", argv[0], error.stderr.strip()[-400:]) from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ConfigError("E_CLIP", argv[0], str(error)) from error
    return done.stdout


def build_decode_argv(source: Path) -> list[str]:
    """Arguments for ffmpeg: all of a file as s16le mono on standard output."""
    import ffmpeg

    sound = ffmpeg.input(f"file:{source}", protocol_whitelist="file", format_whitelist=SOUNDS)
    argv = sound["a:0"].output("pipe:1", **SAMPLES).global_args("-nostdin", "-v", "error").compile()
    return [str(arg) for arg in argv]


def build_encode_argv(source: Path, target: Path) -> list[str]:
    """Arguments for ffmpeg: a WAV of ours, without metadata, the same bytes every time."""
    import ffmpeg

    options = {"map_metadata": -1, "fflags": "+bitexact", **_CODEC[target.suffix.lower()]}
    stream = ffmpeg.input(f"file:{source}", protocol_whitelist="file", format="wav")
    stream = stream.output(f"file:{target}", **options, **{"flags:a": "+bitexact"})
    argv = stream.global_args("-nostdin", "-v", "error").overwrite_output().compile()
    return [str(arg) for arg in argv]


def convert(source: Path, target: Path, *, limit_s: float = TOOL_LIMIT_S) -> Path:
    """Convert to the format of the target's suffix: mono, 48 kHz.

    A confined ffmpeg decodes; the one that writes the target reads samples of ours alone.

    Raises:
        ConfigError: E_CLIP, no codec for the target's suffix, or a tool failed.
    """
    suffix = target.suffix.lower()
    if suffix == WAV:
        return write_wav(build_decode_argv(source), source, target, limit_s)
    if suffix not in _CODEC:
        raise ConfigError("E_CLIP", target.name, f"format is one of {', '.join((*_CODEC, WAV))}")
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".convert-") as scratch:
        plain = write_wav(build_decode_argv(source), source, Path(scratch) / "plain.wav", limit_s)
        run_tool(build_encode_argv(plain, target), limit_s=limit_s)
    return target


def level(clip: AudioSegment) -> AudioSegment:
    """Bring a clip to -18 dBFS on average, its peak never above -1.5 dBFS; silence stays."""
    if clip.rms == 0:
        return clip
    gain_db = min(LEVEL_DBFS - clip.dBFS, PEAK_DBFS - clip.max_dBFS)
    return clip.apply_gain(gain_db)


def normalise(source: Path, target: Path) -> Path:
    """Level a file of any format ffmpeg reads.

    Raises:
        ConfigError: E_CLIP.
    """
    from pydub import AudioSegment

    with tempfile.TemporaryDirectory() as scratch:
        plain = convert(source, Path(scratch) / "plain.wav")
        with plain.open("rb") as file:  # pydub leaves a file open that it was given by name
            clip = AudioSegment.from_file(file, format="wav")
        return _write(level(clip), target)


def make_chime(target: Path) -> Path:
    """The station's chime, about two seconds.

    Raises:
        ConfigError: E_CLIP.
    """
    strokes = [(hz, CHIME_STROKE_MS, 1100) for hz in CHIME_HZ]
    return _write(level(_strike(strokes, 2000)), target)


def make_melody(target: Path, length_ms: int = 4000) -> Path:
    """A plain tune of bell strokes, so that an example needs no licensed recording.

    Raises:
        ConfigError: E_CLIP.
    """
    count = length_ms // 250
    strokes = [(MELODY_HZ[n % len(MELODY_HZ)], 250, 600) for n in range(count)]
    return _write(level(_strike(strokes, length_ms)), target)


def speak(text: str, target: Path, *, lang: str = "vi") -> Path:
    """Speech by espeak-ng (it has Vietnamese; no Khmer).

    Raises:
        ConfigError: E_CLIP.
    """
    with tempfile.TemporaryDirectory() as scratch:
        raw = Path(scratch) / "speech.wav"
        run_tool(["espeak-ng", "-v", lang, "-s", "150", "-w", str(raw), "--stdin"], text=text)
        return normalise(raw, target)


def _strike(strokes: Sequence[tuple[float, int, int]], length_ms: int) -> AudioSegment:
    """Bell strokes (Hz, ms to the next stroke, ms it rings) over silence of a length."""
    from pydub import AudioSegment
    from pydub.generators import Sine

    clip = AudioSegment.silent(length_ms, RATE_HZ)
    at_ms = 0
    for hz, next_ms, ring_ms in strokes:
        tone = Sine(hz, sample_rate=RATE_HZ).to_audio_segment(ring_ms, volume=-12.0)
        partial = Sine(hz * 2, sample_rate=RATE_HZ).to_audio_segment(ring_ms, volume=-24.0)
        bell = tone.overlay(partial).fade_in(4).fade(to_gain=-40.0, start=40, end=ring_ms)
        clip = clip.overlay(bell.fade_out(60), position=at_ms)
        at_ms += next_ms
    return clip


def _write(clip: AudioSegment, target: Path) -> Path:
    """Write mono 48 kHz in the format of the suffix, whole or not at all."""
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        plain = Path(scratch) / "plain.wav"
        clip.set_frame_rate(RATE_HZ).set_channels(1).set_sample_width(2).export(
            plain, format="wav"
        ).close()
        ready = convert(plain, Path(scratch) / f"ready{target.suffix}")
        os.replace(ready, target)  # noqa: PTH105 - the atomic call by its plain name
    return target
