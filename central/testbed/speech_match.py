"""Find a known speech in a capture, and measure how loud a stretch of it is."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

from central.testbed.sound_capture import RATE_HZ, read_samples

FRAME_S = 0.02
PIECE = 75  # frames: 1.5 s, a hole that a starved machine makes concerns one piece alone
FAINT = 1e-3  # of the power of its loud frames: what is fainter in a band is silence
SILENCE = 1e-12  # of full scale, squared
BANDS_HZ = (200, 350, 500, 700, 950, 1250, 1600, 2000, 2600, 3400)


def measure_dbfs(wav: Path, from_s: float, until_s: float) -> float:
    """The RMS level of a steady sound: the median of its frames, so that holes do not count."""
    import numpy as np

    frames = _frames(read_samples(wav)[_at(from_s) : _at(until_s)], RATE_HZ)
    if not len(frames):
        return -120.0
    power = float(np.median(np.mean(frames**2, axis=1)))
    return float(10 * np.log10(max(power, 1e-3) / 32_768**2))


def match_speech(wav: Path, from_s: float, until_s: float, spoken: Path) -> float:
    """How well a speech is found in a stretch of a capture, 0 to 1.

    Args:
        wav: the capture.
        from_s: begin of the stretch, seconds of the capture.
        until_s: its end.
        spoken: the speech in any format and rate.

    Raises:
        OSError: ffmpeg is missing.
        subprocess.CalledProcessError: it cannot read the speech.
    """
    import numpy as np

    heard = _spectrum(read_samples(wav)[max(0, _at(from_s)) : max(0, _at(until_s))])
    wanted = _spectrum(_decode(spoken))
    pieces = [wanted[i : i + PIECE] for i in range(0, len(wanted) - PIECE + 1, PIECE)]
    if not pieces or len(heard) < PIECE:
        return 0.0
    return float(np.median([_best_match(heard, piece) for piece in pieces]))


def _at(second: float) -> int:
    return int(second * RATE_HZ)


def _decode(path: Path) -> Any:
    import numpy as np

    argv = ["ffmpeg", "-nostdin", "-v", "error", "-i", f"file:{path}", "-f", "s16le"]
    argv += ["-ac", "1", "-ar", str(RATE_HZ), "pipe:1"]
    raw = subprocess.run(argv, capture_output=True, check=True, timeout=60).stdout
    return np.frombuffer(raw, dtype="<i2")


def _frames(samples: Any, rate_hz: int) -> Any:
    size = int(rate_hz * FRAME_S)
    count = len(samples) // size
    return samples[: count * size].reshape(count, size).astype(float)


def _spectrum(samples: Any) -> Any:
    """Decibels of 20 ms frames in each band; a row is a frame.

    What counts as silence follows the loudness of the samples, since a speech under a night's cap
    is the same speech 30 dB down.
    """
    import numpy as np

    frames = _frames(samples, RATE_HZ) / 32_768
    power = np.abs(np.fft.rfft(frames, axis=1) / frames.shape[1]) ** 2
    edges = [int(hz * FRAME_S) for hz in BANDS_HZ]
    bands = np.add.reduceat(power[:, : edges[-1]], edges[:-1], axis=1)
    loud = np.percentile(bands.sum(axis=1), 90) if len(bands) else 0.0
    return 10 * np.log10(bands + max(FAINT * loud, SILENCE))


def _best_match(heard: Any, wanted: Any) -> float:
    """The best correlation over all positions, each band without its mean."""
    import numpy as np

    places = np.lib.stride_tricks.sliding_window_view(heard, len(wanted), axis=0)
    places = places - places.mean(axis=2, keepdims=True)  # place, band, frame
    wanted = (wanted - wanted.mean(axis=0)).T
    norms = np.linalg.norm(places, axis=(1, 2)) * np.linalg.norm(wanted)
    products = np.tensordot(places, wanted, axes=2)
    found = np.divide(products, norms, out=np.zeros(len(norms)), where=norms > 0)
    return float(found.max())
