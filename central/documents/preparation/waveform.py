"""A picture of sound, before and after: people would rather look than read decibels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from central.documents.preparation.pcm_scan import PcmScan

WIDTH_PX, HEIGHT_PX, GAP_PX = 960, 120, 34
COLUMNS = 480
FULL = 32_768


@dataclass(frozen=True)
class WaveformRow:
    """One row of the picture.

    Args:
        caption: above it.
        scan: the sound.
        used_ms: the part of it that is used; the rest is drawn pale. None: all of it.
    """

    caption: str
    scan: PcmScan
    used_ms: tuple[int, int] | None = None


def draw(tracks: Sequence[WaveformRow]) -> str:
    """The picture as SVG; the rows have one scale of time, the dashed lines are at full scale."""
    longest_ms = max((track.scan.duration_ms for track in tracks), default=0) or 1
    height_px = len(tracks) * (HEIGHT_PX + GAP_PX) + 10
    rows = "".join(
        _row(track, number * (HEIGHT_PX + GAP_PX), longest_ms)
        for number, track in enumerate(tracks)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH_PX} {height_px}"'
        f' font-family="sans-serif" font-size="14">'
        f'<rect width="100%" height="100%" fill="#ffffff"/>{rows}</svg>\n'
    )


def _row(track: WaveformRow, top_px: int, longest_ms: int) -> str:
    middle_px = top_px + GAP_PX + HEIGHT_PX / 2
    width_px = WIDTH_PX * track.scan.duration_ms / longest_ms
    used_ms = track.used_ms or (0, track.scan.duration_ms)
    bars = []
    for x_px, at_ms, peak in _columns(track.scan, width_px):
        half_px = max(0.5, peak / FULL * HEIGHT_PX / 2)
        colour = "#1f6f54" if used_ms[0] <= at_ms < used_ms[1] else "#c9d6d0"
        if peak >= FULL - 1:
            colour = "#c0392b"
        bars.append(
            f'<rect x="{x_px:.1f}" y="{middle_px - half_px:.1f}" width="1.6"'
            f' height="{2 * half_px:.1f}" fill="{colour}"/>'
        )
    edges = "".join(
        f'<line x1="0" x2="{WIDTH_PX}" y1="{y:.0f}" y2="{y:.0f}" stroke="#999999"'
        f' stroke-dasharray="4 6" stroke-width="0.6"/>'
        for y in (middle_px - HEIGHT_PX / 2, middle_px + HEIGHT_PX / 2)
    )
    caption = f'<text x="4" y="{top_px + GAP_PX - 12}">{escape(track.caption)}</text>'
    return caption + edges + "".join(bars)


def _columns(scan: PcmScan, width_px: float) -> list[tuple[float, float, int]]:
    """Place in px, moment in ms and highest peak of each column."""
    count = max(1, min(len(scan.peaks), round(COLUMNS * width_px / WIDTH_PX)))
    edges = [number * len(scan.peaks) // count for number in range(count + 1)]
    return [
        (
            number * width_px / count,
            number * scan.duration_ms / count,
            max(scan.peaks[edges[number] : edges[number + 1]], default=0),
        )
        for number in range(count)
    ]
