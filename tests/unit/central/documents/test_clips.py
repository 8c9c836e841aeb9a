"""A clip is refused before it is signed where a box would not keep up, or where it flashes."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from agent.errors import YamlFaults
from central.documents.clip_limits import find_excess, load_box_limits
from central.documents.clip_probe import ClipFacts, probe_clip
from central.documents.flash_measure import find_flash
from central.documents.preparation.clip import prepare_clip
from central.documents.schedule_compiler import compile_schedule
from tests.harness.clip_file import encode_clip

CELLS = 144
FACTS = ClipFacts(
    is_mp4=True, codec="h264", profile="High", pixel_format="yuv420p", width_px=1920,
    height_px=1080, is_square=True, turned=False, fps=30.0, kbit_s=8_000, duration_ms=60_000,
    size_bytes=60_000_000, has_sound=False,
)  # fmt: skip
FILE = """slot: tuan
to: ['84/29266/*']
from: 2026-11-23
until: 2026-12-31
items:
  - {title: Rửa tay, at: '06:00', show: {%s}}
"""


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({}, []),
        ({"fps": 30_000 / 1001}, []),
        ({"fps": 50.0}, ["pixels"]),
        ({"fps": 50.0, "width_px": 1280, "height_px": 720}, []),  # 46 of 62 million pixels a second
        ({"width_px": 1080, "height_px": 1920}, ["pixels"]),
        ({"codec": "hevc", "profile": "Main"}, ["kind"]),
        ({"pixel_format": "yuv420p10le"}, ["kind"]),
        ({"is_mp4": False}, ["kind"]),
        ({"turned": True}, ["shape"]),
        ({"is_square": False}, ["shape"]),
        ({"kbit_s": 10_001}, ["kbit_s"]),
        ({"duration_ms": 1_800_001}, ["minutes"]),
        ({"size_bytes": (300 << 20) + 1}, ["mib"]),
    ],
)
def test_what_a_pi_4_does_not_decode_in_time_is_named(
    change: dict[str, Any], found: list[str]
) -> None:
    limits = load_box_limits()["pi4"]
    assert [code for code, _, _ in find_excess(replace(FACTS, **change), limits)] == found


def test_each_row_of_the_table_has_its_sources() -> None:
    for row in load_box_limits().values():
        assert row.sources
        assert all(source.startswith("https://") for source in row.sources)
        assert datetime.fromisoformat(row.checked)


def square_wave(changes_a_second: float, low: int, high: int, cells: int) -> Iterator[bytes]:
    """Three seconds at 50 frames a second; the other cells stay dark."""
    for number in range(150):
        is_high = int(number / 50 * changes_a_second) % 2
        yield bytes([high if is_high else low] * cells + [0] * (CELLS - cells))


@pytest.mark.parametrize(
    ("changes", "low", "high", "cells", "flashes"),
    [
        (3.0, 0, 255, CELLS, False),
        (4.0, 0, 255, CELLS, True),
        (20.0, 0, 255, CELLS, True),
        (20.0, 0, 255, 30, False),  # a fifth of the picture
        (20.0, 0, 255, 36, True),  # a quarter
        (20.0, 0, 80, CELLS, False),  # relative luminance of sRGB 80 is 0.080
        (20.0, 0, 95, CELLS, True),  # 0.114
        (20.0, 232, 255, CELLS, False),  # 0.807 and 1: the darker one is bright
    ],
)
def test_more_than_three_changes_of_a_tenth_in_a_second_flash(
    changes: float, low: int, high: int, cells: int, *, flashes: bool
) -> None:
    found = find_flash(square_wave(changes, low, high, cells))
    assert (found is not None) == flashes


def test_a_slow_rise_is_one_change_however_many_steps_it_has() -> None:
    assert find_flash(bytes([min(255, number * 2)] * CELLS) for number in range(150)) is None


def compile_file(show: str, folder: Path) -> dict[str, Any]:
    payload = compile_schedule(
        FILE % show, issuer="vn.84.29266", seq=1, epoch=1, media_dir=folder / "media",
        now=datetime(2026, 11, 22, 8, tzinfo=UTC), media_base_url="https://media.example.vn",
        clip_dir=folder,
    )  # fmt: skip
    return json.loads(payload)  # type: ignore[no-any-return]  # a JSON object


def test_a_clip_is_shown_for_its_length_and_a_flashing_one_is_refused(tmp_path: Path) -> None:
    encode_clip("color=red:s=64x36:r=25:d=1", tmp_path / "a.mp4", "-profile:v", "main")
    document = compile_file("video: a.mp4, video_fit: cover, text: Rửa tay", tmp_path)
    scene = document["entries"][0]["body"]["scene"]
    clip, text = scene["elements"]
    assert scene["ms"] == 1_000
    assert (clip["kind"], clip["fit"], clip["fps"], "loop" in clip) == ("video", "cover", 25, False)
    assert clip["box"] == [0, 0, 1000, 640]
    assert text["box"] == [0, 640, 1000, 360]
    (medium,) = document["media"]
    assert (medium["sha256"], medium["mime"], medium["duration_ms"]) == (
        clip["media"], "video/mp4", 1_000,
    )  # fmt: skip
    flicker = "color=black:s=64x36:r=25:d=1,geq=lum='255*mod(floor(N/3),2)':cb=128:cr=128"
    encode_clip(flicker, tmp_path / "b.mp4", "-profile:v", "main")
    with pytest.raises(YamlFaults, match=r"show\.video.*b\.mp4"):
        compile_file("video: b.mp4", tmp_path)


@pytest.mark.parametrize("show", ["video: no.mp4", "video: a.txt", "video: a.txt, image: a.txt"])
def test_what_is_no_clip_is_a_fault_of_its_key(show: str, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("no clip")
    with pytest.raises(YamlFaults, match=r"show\.video"):
        compile_file(show, tmp_path)


def test_any_clip_becomes_one_for_boards_and_a_sound_in_step_with_it(tmp_path: Path) -> None:
    source = tmp_path / "phone.mkv"
    argv = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=64x96:r=50:d=1"]
    argv += ["-f", "lavfi", "-i", "sine=440:d=1", "-c:v", "mpeg4", "-c:a", "aac", str(source)]
    subprocess.run(argv, check=True, capture_output=True)
    limits = load_box_limits()["pi4"]
    made = prepare_clip(source, tmp_path / "a.mp4", limits, lambda _name, _ms: None)
    assert list(find_excess(made.after, limits)) == made.excess == []
    facts = probe_clip(made.path)
    assert (facts.width_px, facts.height_px, facts.fps) == (64, 96, 30.0)
    assert (facts.has_sound, facts.codec) == (False, "h264")
    assert made.sound == tmp_path / "a.mp3"
    assert abs(facts.duration_ms - 1_000) <= 40
