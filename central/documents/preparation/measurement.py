"""Measures a file of any format: decodes all of it once, in a stream, and keeps nothing of it.

ffmpeg's `ebur128` measures the loudness (EBU R 128: integrated, true peak); the samples that it
passes on are scanned here. It is confined; its argument list is compiled by ffmpeg-python.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from agent.contract.loudness import Loudness
from central.documents.confined_tool import SOUNDS
from central.documents.preparation.pcm_scan import PcmScan, PcmScanner
from central.documents.preparation.sound_error import SoundError
from central.documents.sound_decoding import BLOCK_BYTES, RATE_HZ, SAMPLES, run_decoder

LONGEST_MS = 2 * 3600 * 1000
LIMIT_S = 3600.0
NO_SOUND = -70.0  # what ebur128 says where there is nothing above its gate
CLIPPED_WINDOWS = 3  # 10 ms each; fewer are not heard
_INTEGRATED = re.compile(r"I:\s+(-?\d+(?:\.\d+)?|-inf|nan) LUFS")
_TRUE_PEAK = re.compile(r"Peak:\s+(-?\d+(?:\.\d+)?|-inf|nan) dBFS")
_BROKEN = re.compile(r"error while decoding|invalid data|corrupt|truncat", re.IGNORECASE)
Progress = Callable[[int], None]  # milliseconds done


@dataclass(frozen=True)
class Measurement:
    """A file, measured.

    Args:
        scan: of its samples, mono, at 48 kHz.
        loudness: integrated loudness, true peak, clipping.
        is_broken: parts of it could not be decoded.
    """

    scan: PcmScan
    loudness: Loudness
    is_broken: bool


def ignore_progress(_done_ms: int) -> None:
    """For callers that show none."""


def measure(path: Path, progress: Progress = ignore_progress) -> Measurement:
    """Decode and measure a whole file.

    Raises:
        SoundError: it has no sound, cannot be decoded, or is longer than two hours.
        ConfigError: E_CLIP, there is no ffmpeg.
    """
    with run_decoder(build_measure_argv(path), path, LIMIT_S) as decoding:
        scan = _scan(decoding.samples, path, progress)
    said = decoding.said
    if decoding.returncode or not scan.duration_ms:
        lines = [line for line in said.splitlines() if line.strip()]
        raise SoundError(path.name, "unreadable", lines[-1][-300:] if lines else "")
    return Measurement(scan, _read_loudness(said, scan), bool(_BROKEN.search(said)))


def build_measure_argv(path: Path) -> list[str]:
    """Arguments for ffmpeg: measure, and hand the samples over as s16le mono on standard output."""
    import ffmpeg

    sound = ffmpeg.input(f"file:{path}", protocol_whitelist="file", format_whitelist=SOUNDS)
    sound = sound["a:0"]
    sound = sound.filter("aformat", channel_layouts="mono", sample_rates=RATE_HZ)
    sound = sound.filter("ebur128", peak="true", framelog="verbose")
    out = sound.output("pipe:1", **SAMPLES)
    argv = out.global_args("-nostdin", "-hide_banner", "-nostats").compile()
    return [str(arg) for arg in argv]


def _scan(samples: IO[bytes], path: Path, progress: Progress) -> PcmScan:
    scanner = PcmScanner()
    while block := samples.read(BLOCK_BYTES):
        scanner.add(block)
        progress(scanner.duration_ms)
        _check_length(scanner, path)
    return scanner.end()


def _check_length(scanner: PcmScanner, path: Path) -> None:
    if scanner.duration_ms > LONGEST_MS:
        raise SoundError(path.name, "long")


def _read_loudness(said: str, scan: PcmScan) -> Loudness:
    summary = said[said.rfind("Summary:") :]
    lufs, peak_dbtp = (_read(pattern, summary) for pattern in (_INTEGRATED, _TRUE_PEAK))
    return Loudness(lufs, peak_dbtp, scan.clipped >= CLIPPED_WINDOWS)


def _read(pattern: re.Pattern[str], summary: str) -> float:
    found = pattern.search(summary)
    if found is None or found[1] in ("-inf", "nan"):
        return NO_SOUND
    return float(found[1])
