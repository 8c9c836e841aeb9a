"""A clip with its sound on one whole station: how far what is seen is from what is heard.

The clip is an officer's: in each second, for a fifth of it, the picture is white and a tone sounds.
`prepare-video` makes the clip and its sound of it. The sound is that of a capture of the sink; a
frame is shown at the modification time of its file, by the same machine's clock, which the kernel
keeps in steps of 4 ms. The amplifier needs a second before it can be heard: the clip waits for it.
"""

from __future__ import annotations

import asyncio
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from PIL import Image

from agent.contract.document import Body, Entry, EntryStart, Medium, Playlist, When
from agent.contract.local_time import LOCAL
from agent.contract.scene import Element, Scene
from central.documents.clip_limits import load_box_limits
from central.documents.media import keep, store_medium
from central.documents.preparation.clip import prepare_clip
from central.documents.sign import encode_document
from central.testbed.sound_capture import find_sounds
from central.testbed.stations import COMMUNE_STATION, SINK
from tests.harness.measured_box import Box

CLIP_S, AHEAD_S, NEAR_S = 6, 14.0, 0.5
FACE, SIZE = "mat-truoc", (256, 128)
BOARD = """\
  - name: bang
    board: {{profile: png, path: "{folder}/board"}}
    faces: [{{name: mat-truoc, width_px: 256, height_px: 128}}]
"""
AMPLIFIER = """
        switch: {{profile: sim-amplifier, port: "{folder}/nga-ba.json"}}
        settle_ms: 1000
        tail_ms: 500
"""
_ON = "gte(t,0.99)*lt(mod(t,1),0.2)"


def make_media(folder: Path, media_dir: Path, base_url: str) -> tuple[Medium, Medium]:
    """Sound and clip, as an officer gets them from `prepare-video`."""
    source = folder / "phim.mkv"
    width_px, height_px = SIZE
    picture = f"color=black:s={width_px}x{height_px}:r=25:d={CLIP_S}"
    argv = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i"]
    argv += [f"{picture},drawbox=c=white:t=fill:enable='{_ON}'", "-f", "lavfi", "-i"]
    argv += [f"aevalsrc='0.5*sin(2*PI*1000*t)*{_ON}':s=48000:d={CLIP_S}"]
    subprocess.run([*argv, "-c:a", "flac", str(source)], check=True, capture_output=True)
    limits = load_box_limits()["pi4"]
    made = prepare_clip(source, folder / "phim.mp4", limits, lambda _name, _ms: None)
    if made.sound is None or made.flash_ms is not None:
        raise RuntimeError(f"no sound, or it flashes: {made}")
    sound = store_medium(made.sound, media_dir, base_url)
    digest, size_bytes = keep(made.path, media_dir)
    url = f"{base_url.rstrip('/')}/{digest}"
    return sound, Medium(digest, size_bytes, "video/mp4", made.after.duration_ms, [url])


def build_playlist(scene: Box, first: datetime, sound: Medium, clip: Medium) -> bytes:
    """The sound, and the clip with it."""
    at = first.astimezone(LOCAL)
    days = [f"{at + timedelta(days=n):%Y-%m-%d}" for n in (-1, 1)]
    when = When([f"{at:%H:%M:%S}"], list(range(1, 8)), *days)
    element = Element("video", [0, 0, 1000, 1000], media=clip.sha256, fps=25)
    same = {"title": "Phim", "lang": "vi", "zones": ["*"], "when": when, "start": EntryStart("at")}
    entries = [
        Entry(id="e1", body=Body(media=[sound.sha256]), **same),  # type: ignore[arg-type] # as named
        Entry(id="e2", body=Body(scene=Scene([element], CLIP_S * 1000)), with_="e1", **same),  # type: ignore[arg-type] # as named
    ]
    header = scene.header("playlist", slot="phim")
    document = Playlist(**header, media=[sound, clip], entries=entries)
    return scene.testbed.sign(encode_document(document), "playlist", document.issuer)


async def measure_lips_ms(scene: Box) -> list[float]:
    """From each tone to its white picture; negative: the picture is ahead."""
    bed = scene.testbed
    sound, clip = await asyncio.to_thread(
        make_media, bed.folder, bed.folder / "media", bed.media.base_url
    )
    first = (datetime.now(UTC) + timedelta(seconds=AHEAD_S)).replace(microsecond=0)
    capture = await bed.room.capture(SINK, bed.folder)
    await bed.publish(build_playlist(scene, first, sound, clip))
    await asyncio.sleep((first - datetime.now(UTC)).total_seconds() + CLIP_S + 3)
    recording = await bed.room.finish(capture)
    tones = [capture.mono_of(begin) for begin, _ in find_sounds(recording.path, threshold=0.1)]
    frames = list(_find_flashes(bed.folder / COMMUNE_STATION / "board"))
    return [near * 1000 for at in tones if (near := _nearest(at, frames)) is not None]


def _nearest(at_s: float, frames: list[float]) -> float | None:
    found = min((one - at_s for one in frames), key=abs, default=None)
    return found if found is not None and abs(found) < NEAR_S else None


def _find_flashes(folder: Path) -> Iterator[float]:
    """When the face became white, on CLOCK_MONOTONIC."""
    zero_s, was_white = time.time() - time.monotonic(), False
    for path in sorted(folder.glob(f"{FACE}-0*.png")):
        with Image.open(path) as file:
            is_white = float(np.asarray(file.convert("L")).mean()) > 128
        if is_white and not was_white:
            yield path.stat().st_mtime - zero_s
        was_white = is_white
