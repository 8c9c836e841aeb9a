"""How far a picture is from the sound that it goes with, at its begin, at its end, and in a clip.

`python tests/bench/bench_picture_sound.py`, about a minute and a half. One whole station has a
sound card and a board that writes its frames as files. The sound is that of the capture; a frame is
shown at the modification time of its file, by the same machine's clock, which the kernel keeps in
steps of 4 ms. The amplifier needs a second before it can be heard, so that each sound waits for it
in its turn.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from agent.contract.document import Body, Entry, EntryStart, Playlist, When
from agent.contract.local_time import LOCAL
from agent.contract.scene import Element, Scene
from central.documents.sign import encode_document
from central.testbed.sound_capture import RATE_HZ, read_samples
from central.testbed.stations import COMMUNE_STATION, SINK
from tests.harness.lips import AMPLIFIER, BOARD, FACE, SIZE, measure_lips_ms
from tests.harness.measured_box import TONE_MS, Box, box

NAMES = {"picture_begin_off_ms", "picture_end_off_ms", "lips_ms"}
ITEMS, STEP_S, AHEAD_S = 6, 6, 12.0
LOUD = 0.05
NEAR_S = 3.0


def playlist(scene: Box, first: datetime) -> bytes:
    """A tone with a picture, again and again."""
    starts = [(first + timedelta(seconds=STEP_S * n)).astimezone(LOCAL) for n in range(ITEMS)]
    when = When(
        [f"{at:%H:%M:%S}" for at in starts], list(range(1, 8)),
        f"{starts[0] - timedelta(days=1):%Y-%m-%d}", f"{starts[0] + timedelta(days=1):%Y-%m-%d}",
        [],
    )  # fmt: skip
    white = Element("text", [0, 0, 1000, 1000], text=" ", background="#ffffff")
    same = {"title": "Đo", "lang": "vi", "zones": ["*"], "when": when, "start": EntryStart("at")}
    entries = [
        Entry(id="e1", body=Body(media=[scene.tone.sha256]), **same),  # type: ignore[arg-type] # as named
        Entry(id="e2", body=Body(scene=Scene([white], TONE_MS)), with_="e1", **same),  # type: ignore[arg-type] # as named
    ]
    header = scene.header("playlist", slot="day")
    document = Playlist(**header, media=[scene.tone], entries=entries)
    return scene.testbed.sign(encode_document(document), "playlist", document.issuer)


def find_frames(folder: Path) -> list[tuple[float, bool]]:
    """When each frame was shown, on CLOCK_MONOTONIC, and whether it is the picture."""
    zero_s = time.time() - time.monotonic()
    black = hashlib.sha256(bytes(SIZE[0] * SIZE[1] * 3)).hexdigest()[:8]
    files = sorted(folder.glob(f"{FACE}-0*.png"))
    return [(one.stat().st_mtime - zero_s, black not in one.name) for one in files]


def find_sounds(samples: np.ndarray) -> list[tuple[float, float]]:
    """Begin and end of each sound in seconds of the capture."""
    loud = np.flatnonzero(np.abs(samples.astype(np.int32)) > LOUD * 32_768)
    breaks = np.flatnonzero(np.diff(loud) > RATE_HZ // 2)
    firsts, lasts = np.r_[loud[:1], loud[breaks + 1]], np.r_[loud[breaks], loud[-1:]]
    return [(int(a) / RATE_HZ, int(b) / RATE_HZ) for a, b in zip(firsts, lasts, strict=True)]


def find_off_ms(moments: list[float], frames: list[float]) -> list[float]:
    """From each moment of a sound to the nearest frame."""
    apart = [min((one - at for one in frames), key=abs) for at in moments if frames]
    return [off_s * 1000 for off_s in apart if abs(off_s) < NEAR_S]


def report(name: str, values: list[float]) -> None:
    """One line of the bench's common form: the largest, and all of them."""
    worst = max(values, key=abs) if values else float("nan")
    told = ",".join(f"{one:.0f}" for one in values)
    print(f"BENCH name={name} value={abs(worst):.1f} unit=ms target=40", flush=True)
    print(f"# {name}: {told}", flush=True)


async def measure() -> None:
    async with box(BOARD, AMPLIFIER) as scene:
        await scene.fetch()
        first = (datetime.now(UTC) + timedelta(seconds=AHEAD_S)).replace(microsecond=0)
        capture = await scene.testbed.room.capture(SINK, scene.testbed.folder)
        await scene.testbed.publish(playlist(scene, first))
        end = first + timedelta(seconds=ITEMS * STEP_S)
        await asyncio.sleep((end - datetime.now(UTC)).total_seconds())
        recording = await scene.testbed.room.finish(capture)
        sounds = find_sounds(read_samples(recording.path))
        frames = find_frames(scene.testbed.folder / COMMUNE_STATION / "board")
        begins, ends = ([capture.mono_of(one[n]) for one in sounds] for n in (0, 1))
        report("picture_begin_off_ms", find_off_ms(begins, [at for at, is_on in frames if is_on]))
        dark = [at for at, is_on in frames if not is_on]
        report("picture_end_off_ms", find_off_ms(ends, dark))
        report("lips_ms", await measure_lips_ms(scene))


def main(argv: list[str]) -> int:
    """Run, unless `--only` names others."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="")
    only = {name for name in parser.parse_args(argv).only.split(",") if name}
    if not only or only & NAMES:
        asyncio.run(measure())
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
