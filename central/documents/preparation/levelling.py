"""Brings a file to the loudness at which boxes play: EBU R 128 in two passes, streamed by ffmpeg.

The first pass measures, the second applies one gain to the whole. Only where that gain would raise
the true peak above the ceiling a limiter takes the peaks, at 192 kHz, so that peaks between samples
are seen; what it takes away of the loudness is then given back by a further pass.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from agent.contract.loudness import MOST_GAIN_DB, PEAK_DBTP, TARGET_LUFS
from central.documents.confined_tool import SOUNDS
from central.documents.preparation.measurement import Measurement, measure
from central.documents.sound_decoding import RATE_HZ, SAMPLES, write_wav

CEILING_DBTP = PEAK_DBTP - 1.0  # an Opus or MP3 decoder overshoots by some tenths of a dB
LIMITER_RATE_HZ = 192_000
CLOSE_LU = 0.5
ROUNDS = 3
BEFORE_MS, AFTER_MS = 100, 300  # of silence that stays: an attack and a room's echo
TOOL_LIMIT_S = 1800


@dataclass(frozen=True)
class Excerpt:
    """The part of a file that is used, in ms, and the gain for it."""

    begin_ms: int
    end_ms: int
    gain_db: float
    is_limited: bool


def find_excerpt(measured: Measurement, *, is_trimmed: bool) -> Excerpt:
    """The part of a file with sound, and the gain that levels it.

    Args:
        measured: the whole file; it is not blank.
        is_trimmed: leave out the silence at both ends.
    """
    begin_ms, end_ms = 0, measured.scan.duration_ms
    if is_trimmed:
        sound_ms = measured.scan.sound_ms
        begin_ms, end_ms = max(0, sound_ms[0] - BEFORE_MS), min(end_ms, sound_ms[1] + AFTER_MS)
    gain_db = min(TARGET_LUFS - measured.loudness.lufs, MOST_GAIN_DB)
    is_limited = measured.loudness.peak_dbtp + gain_db > CEILING_DBTP
    return Excerpt(begin_ms, end_ms, gain_db, is_limited)


def level(source: Path, target: Path, excerpt: Excerpt) -> Measurement:
    """Write the excerpt as mono WAV, s16, 48 kHz; returns the measurement of what was written.

    Raises:
        ConfigError: E_CLIP, ffmpeg failed.
    """
    gain_db = excerpt.gain_db
    for _ in range(ROUNDS):
        write_wav(build_level_argv(source, excerpt, gain_db), source, target, TOOL_LIMIT_S)
        written = measure(target)
        lacking_lu = TARGET_LUFS - written.loudness.lufs
        if abs(lacking_lu) <= CLOSE_LU or gain_db + lacking_lu > MOST_GAIN_DB:
            break
        if not excerpt.is_limited and lacking_lu > 0:
            break  # the silence that was cut was all that could be gained
        gain_db += lacking_lu
    return written


def build_level_argv(source: Path, excerpt: Excerpt, gain_db: float) -> list[str]:
    """Arguments for ffmpeg: the levelled excerpt as s16le mono on standard output."""
    import ffmpeg

    sound = ffmpeg.input(f"file:{source}", protocol_whitelist="file", format_whitelist=SOUNDS)
    sound = sound["a:0"]
    sound = sound.filter("aformat", channel_layouts="mono", sample_rates=RATE_HZ)
    sound = sound.filter(
        "atrim", start=f"{excerpt.begin_ms / 1000:.3f}", end=f"{excerpt.end_ms / 1000:.3f}"
    ).filter("asetpts", "PTS-STARTPTS")
    sound = sound.filter("volume", f"{gain_db:.2f}dB", precision="float")
    if excerpt.is_limited:
        ceiling = 10 ** (CEILING_DBTP / 20)
        sound = (
            sound.filter("aresample", LIMITER_RATE_HZ)
            .filter("alimiter", limit=f"{ceiling:.4f}", attack=5, release=80, level="disabled")
            .filter("aresample", RATE_HZ)
        )
    out = sound.output("pipe:1", **SAMPLES)
    argv = out.global_args("-nostdin", "-v", "error").compile()
    return [str(arg) for arg in argv]
