"""How equally loud twenty media of Debian packages sound: measured, levelled, played, captured.

`python tests/bench/bench_levels.py [--only name,name]`. The loudness of the capture is measured by
ffmpeg's `ebur128`, called by nothing of the product.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import subprocess
import sys
import tempfile
import wave
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from agent.clock import mono_s
from agent.play.decode.clip_sequence import Track
from agent.play.decode.decoder import start_decoder
from agent.play.decode.loudness_meter import measure_loudness
from agent.play.ipc import Ended, Load, StartSlot
from central.testbed.pulseaudio import read_samples
from tests.bench.bench_sound import EngineBench, start_engine

NAME = "loudness_spread_lu"
RATE_HZ = 48_000
LIMIT_S = 30.0
LEAST_HOLE = 48  # samples
SPEECH = Path("/usr/share/asterisk/sounds/en_US_f_Allison")  # asterisk-core-sounds-en-wav
DESKTOP = Path("/usr/share/sounds/freedesktop/stereo")  # sound-theme-freedesktop
ALSA = Path("/usr/share/sounds/alsa")  # alsa-utils
MEDIA = [
    *(SPEECH / f"{name}.wav" for name in (
        "agent-alreadyon", "agent-loginok", "vm-nobox", "auth-incorrect",
        "queue-youarenext", "conf-invalidpin", "conf-locked", "conf-placeintoconf", "demo-thanks",
        "privacy-incorrect",
    )),
    *(ALSA / f"{name}.wav" for name in ("Front_Center", "Rear_Center", "Side_Left", "Noise")),
    *(DESKTOP / f"{name}.oga" for name in (
        "alarm-clock-elapsed", "phone-incoming-call", "phone-outgoing-busy", "service-login",
        "service-logout", "suspend-error",
    )),
]  # fmt: skip
MIMES = {".wav": "audio/wav", ".oga": "audio/ogg"}


def open_track(path: Path) -> Track:
    """One medium; its length is not known before it is decoded."""
    return Track(os.open(path, os.O_RDONLY | os.O_CLOEXEC), MIMES[path.suffix], 60_000)


async def heard_lufs(on: EngineBench, path: Path, number: int) -> float:
    """Measure and level one medium as a box does, play it, and measure what was captured."""
    loudness = await measure_loudness(open_track(path))
    plain = open_track(path)
    track = Track(
        plain.fd, plain.mime, plain.duration_ms, loudness.gain_db, is_limited=loudness.is_limited
    )
    capture = await on.room.capture("loa")
    decoder = await start_decoder([track])
    on.worker.send(Load(f"m{number}", 1), decoder.read_fd)
    on.worker.send(StartSlot(f"m{number}", mono_s() + 0.3))
    async with asyncio.timeout(LIMIT_S):
        while not any(isinstance(one, Ended) and one.id == f"m{number}" for one in on.events):  # noqa: ASYNC110 - the bench keeps no event
            await asyncio.sleep(0.05)
    await asyncio.sleep(0.3)
    await decoder.wait()
    await decoder.stop()
    recording = await on.room.finish(capture)
    return measure(read_samples(recording.path))


def measure(samples: np.ndarray) -> float:
    """The integrated loudness of a capture, without the silence around the sound and in holes.

    A starved sound server puts silence into what sounds; it is exactly zero.
    """
    heard = np.flatnonzero(samples)
    samples = samples[heard[0] : heard[-1] + 1]
    edges = np.flatnonzero(np.diff(np.concatenate([[0], samples == 0, [0]]).astype(np.int8)))
    holes = [(a, b) for a, b in edges.reshape(-1, 2) if b - a >= LEAST_HOLE]
    samples = np.delete(
        samples, np.concatenate([np.arange(a, b) for a, b in holes] or [[]]).astype(int)
    )
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        with wave.open(file.name, "wb") as out:
            out.setparams((1, 2, RATE_HZ, 0, "NONE", ""))
            out.writeframes(samples.astype("<i2").tobytes())
        told = subprocess.run(
            ["ffmpeg", "-hide_banner", "-nostats", "-i", file.name, "-af", "ebur128", "-f", "null",
             "-"],
            check=True, capture_output=True, text=True, timeout=60,
        ).stderr  # fmt: skip
    found = re.findall(r"I:\s+(-?[\d.]+) LUFS", told)
    return float(found[-1])


async def bench_spread() -> None:
    """The loudest less the quietest of twenty: 1 LU."""
    absent = [str(path) for path in MEDIA if not path.exists()]
    if absent:
        raise SystemExit(f"these files are missing: {', '.join(absent)}")
    async with start_engine() as on:
        levels = {path.stem: await heard_lufs(on, path, n) for n, path in enumerate(MEDIA)}
    for name, lufs in levels.items():
        print(f"# {name}: {lufs:.1f} LUFS")
    spread = max(levels.values()) - min(levels.values())
    print(f"BENCH name={NAME} value={spread:.2f} unit=LU target=1", flush=True)


def main(argv: list[str]) -> int:
    """Run it, if `--only` names it or nothing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="")
    only = {name for name in parser.parse_args(argv).only.split(",") if name}
    if not only or NAME in only:
        asyncio.run(bench_spread())
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
