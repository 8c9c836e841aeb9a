"""What a clip may be that a box decodes in time: a table, each row with its source."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from agent.errors import YamlFaults
from central.documents.clip_probe import ClipFacts
from strict_yaml.loader import load_yaml

TABLE = Path(__file__).with_name("clip_limits.yaml")
CODEC, PIXELS = "h264", ("yuv420p", "yuvj420p")
MOST_FPS = 60.0
TOLERANCE = 1.001  # a rate is measured over a file
PROFILES = ("Constrained Baseline", "Baseline", "Main", "High")


class BoxLimits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The limits for one kind of computer.

    Args:
        name: as `video_box` has it.
        measured: what somebody measured, in words.
        sources: where that stands.
        checked: the day on which somebody read it there.
        verified_on: the board on which this table was tried; none: on no board.
        width_px: at most.
        height_px: at most.
        fps: frames a second of the largest size; of smaller ones more.
        kbit_s: mean bit rate.
        minutes: length.
        mib: of the file.
    """

    name: str
    measured: str
    sources: list[str]
    checked: str
    verified_on: str
    width_px: int
    height_px: int
    fps: int
    kbit_s: int
    minutes: int
    mib: int

    @property
    def pixels_s(self) -> int:
        """Pixels a second."""
        return self.width_px * self.height_px * self.fps


class _LimitTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    boxes: list[BoxLimits]


def load_box_limits(path: Path = TABLE) -> dict[str, BoxLimits]:
    """All rows by name; the first is the slowest.

    Raises:
        YamlFaults: the file has faults, with line and column.
    """
    table, _, faults = load_yaml(path.read_text(encoding="utf-8"), _LimitTable, path.name)
    if table is None or faults:
        raise YamlFaults(faults)
    return {one.name: one for one in table.boxes}


def find_excess(facts: ClipFacts, limits: BoxLimits) -> Iterator[tuple[str, str, str]]:
    """What of a clip such a box does not decode in time: code, value, limit."""
    kind = f"{facts.codec} {facts.profile} {facts.pixel_format}"
    known = facts.codec == CODEC and facts.profile in PROFILES and facts.pixel_format in PIXELS
    if not known or not facts.is_mp4:
        yield "kind", kind, "MP4, H.264 High, 4:2:0, 8 bit"
    if not facts.is_square or facts.turned:
        yield "shape", f"{facts.width_px}x{facts.height_px}", "1:1"
    pixels_s = facts.width_px * facts.height_px * facts.fps
    size = f"{facts.width_px}x{facts.height_px}@{facts.fps:g}"
    if (
        facts.width_px > limits.width_px
        or facts.height_px > limits.height_px
        or facts.fps > MOST_FPS
        or pixels_s > limits.pixels_s * TOLERANCE
    ):
        yield "pixels", size, f"{limits.width_px}x{limits.height_px}@{limits.fps}"
    if facts.kbit_s > limits.kbit_s:
        yield "kbit_s", f"{facts.kbit_s} kbit/s", f"{limits.kbit_s} kbit/s"
    if facts.duration_ms > limits.minutes * 60_000:
        yield "minutes", f"{facts.duration_ms / 60_000:.1f} min", f"{limits.minutes} min"
    if facts.size_bytes > limits.mib << 20:
        yield "mib", f"{facts.size_bytes / (1 << 20):.0f} MiB", f"{limits.mib} MiB"
