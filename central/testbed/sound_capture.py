"""Record what a sink played, and at which moment each sample sounded.

A null sink renders a block when the block's FIRST sample is due, so a chunk's arrival is never
earlier than its first frame. The lower envelope of `arrival - first_frame / rate` is therefore the
moment of frame 0; late arrivals (a busy machine) lie above it and do no harm. With the chunk's last
frame everything would read one block early.
"""

from __future__ import annotations

import contextlib
import os
import struct
import subprocess
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

RATE_HZ = 48_000
FRAME_BYTES = 2
ENVELOPE_S = 20.0
NICE = -11
HEADER_EVERY_BYTES = RATE_HZ * FRAME_BYTES  # once a second: a crash loses at most that much
UNIX_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def wav_header(data_bytes: int, rate_hz: int = RATE_HZ) -> bytes:
    """The 44 bytes before mono s16le samples (RIFF WAVE, format 1)."""
    return struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        *(b"RIFF", 36 + data_bytes, b"WAVE", b"fmt ", 16, 1, 1),
        *(rate_hz, rate_hz * FRAME_BYTES, FRAME_BYTES, 16, b"data", data_bytes),
    )


@dataclass(frozen=True)
class Recording:
    """A finished capture: the WAV, and when its first sample sounded (UTC, CLOCK_MONOTONIC)."""

    path: Path
    first_sample_at: datetime
    first_sample_mono_s: float
    frames: int


class SinkCapture:
    """`parec` of one sink's monitor into a WAV, mono, 48 kHz.

    Args:
        name: goes into the file's name.
        source: the monitor, such as `loa.monitor`.
        directory: where the WAV goes.
        env: environment with PULSE_SERVER.
        channel: of the source, such as `front-left`; None: all of them, mixed.
    """

    def __init__(
        self,
        name: str,
        source: str,
        directory: Path,
        env: Mapping[str, str],
        channel: str | None = None,
    ) -> None:
        self._name = name
        self._directory = directory
        self._part = directory / f"capture-{name}.part.wav"
        self._out = self._part.open("w+b")
        self._out.write(wav_header(0))
        self._bytes = 0
        self._envelope: dict[int, float] = {}  # capture second -> lowest mono_s of frame 0
        self._flowing = threading.Event()
        self._process = _start_parec(source, env, channel)
        with contextlib.suppress(PermissionError):  # as the server: see `sound._pulse_argv`
            os.setpriority(os.PRIO_PROCESS, self._process.pid, NICE)
        self._thread = threading.Thread(target=self._record, name=f"capture-{name}", daemon=True)
        self._thread.start()

    def wait_flowing(self, timeout_s: float = 30.0) -> bool:
        """Block until the first samples are in; False when none came, or it was stopped."""
        return self._flowing.wait(timeout_s) and bool(self._envelope)

    def mono_of(self, position_s: float) -> float:
        """The CLOCK_MONOTONIC second at which the sample at `position_s` of the WAV sounded."""
        around = [
            low
            for second, low in list(self._envelope.items())
            if abs(second - position_s) <= ENVELOPE_S / 2
        ]
        return min(around or self._envelope.values()) + position_s

    def stop(self) -> Recording:
        """End the recording and give the WAV its final name; blocks up to a few seconds."""
        self._process.terminate()
        self._process.wait()
        self._thread.join()
        if not self._envelope:
            self._part.unlink()
            raise RuntimeError(f"capture of {self._name}: not one sample came")
        mono_s = self.mono_of(0.0)
        at = _utc_of(mono_s)
        stamp = at.strftime("%Y-%m-%dT%H-%M-%S.%fZ")
        path = self._part.rename(self._directory / f"capture-{self._name}-{stamp}.wav")
        return Recording(path, at, mono_s, self._bytes // FRAME_BYTES)

    def _record(self) -> None:
        pipe = self._process.stdout
        assert pipe is not None  # noqa: S101 - Popen was given PIPE
        with self._out, pipe:
            headed = 0
            while chunk := os.read(pipe.fileno(), 65_536):
                self._note(time.monotonic())
                self._out.write(chunk)
                self._bytes += len(chunk)
                if self._bytes - headed >= HEADER_EVERY_BYTES:
                    headed = self._bytes
                    self._rewrite_header()
            self._rewrite_header()
        self._flowing.set()  # whoever still waits for the first samples waits no longer

    def _note(self, arrival_s: float) -> None:
        position_s = self._bytes / FRAME_BYTES / RATE_HZ
        zero_s = arrival_s - position_s
        second = int(position_s)
        self._envelope[second] = min(zero_s, self._envelope.get(second, zero_s))
        self._flowing.set()

    def _rewrite_header(self) -> None:
        self._out.flush()
        os.pwrite(self._out.fileno(), wav_header(self._bytes), 0)


def find_sounds(
    wav: Path, threshold: float = 0.02, gap_s: float = 0.05
) -> list[tuple[float, float]]:
    """Stretches louder than `threshold` (of full scale), in seconds from the WAV's first sample.

    Silence shorter than `gap_s` does not split a stretch.
    """
    import numpy as np

    samples = read_samples(wav)
    loud = np.flatnonzero(np.abs(samples.astype(np.int32)) > threshold * 32_768)
    if not len(loud):
        return []
    cuts = np.flatnonzero(np.diff(loud) > gap_s * RATE_HZ)
    firsts = np.concatenate(([loud[0]], loud[cuts + 1]))
    lasts = np.concatenate((loud[cuts], [loud[-1]])) + 1
    return [(float(a) / RATE_HZ, float(b) / RATE_HZ) for a, b in zip(firsts, lasts, strict=True)]


def find_tone(wav: Path, hz: float, from_s: float, until_s: float) -> float | None:
    """Where in [from_s, until_s) of the WAV a pure tone begins to dominate, to about 5 ms.

    A window of 20 ms counts when half of its power lies at `hz`.
    """
    import numpy as np

    samples = read_samples(wav).astype(np.float64)
    length, step = RATE_HZ // 50, RATE_HZ // 400
    turn = np.exp(-2j * np.pi * hz * np.arange(length) / RATE_HZ)
    first = max(0, int(from_s * RATE_HZ))
    for begin in range(first, min(len(samples) - length, int(until_s * RATE_HZ)), step):
        window = samples[begin : begin + length]
        power = float(np.dot(window, window))
        if power > length * (0.01 * 32_768) ** 2:
            at_tone = 2 * abs(np.dot(window, turn)) ** 2 / length
            if at_tone > 0.5 * power:
                return begin / RATE_HZ
    return None


def read_samples(wav: Path):  # type: ignore[no-untyped-def] # noqa: ANN201 - numpy stays lazy
    """The WAV's samples as an int16 array; also of a WAV whose writer was killed."""
    import numpy as np

    raw = wav.read_bytes()[len(wav_header(0)) :]
    return np.frombuffer(raw[: len(raw) // FRAME_BYTES * FRAME_BYTES], dtype="<i2")


def _start_parec(
    source: str, env: Mapping[str, str], channel: str | None
) -> subprocess.Popen[bytes]:
    argv = ["parec", "-d", source, f"--rate={RATE_HZ}", "--channels=1", "--format=s16le"]
    if channel is not None:
        argv += [f"--channel-map={channel}", "--no-remix"]
    return subprocess.Popen(
        [*argv, "--latency-msec=10", "--raw"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=dict(env),
        bufsize=0,
    )


def _utc_of(mono_s: float) -> datetime:
    lag_s = time.clock_gettime(time.CLOCK_MONOTONIC) - mono_s
    return UNIX_EPOCH + timedelta(seconds=time.clock_gettime(time.CLOCK_REALTIME) - lag_s)
