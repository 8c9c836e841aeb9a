"""How loud somebody spoke into a microphone of the box, as whoever sets its level needs to know."""

from __future__ import annotations

from typing import Literal

VoiceLevel = Literal["faint", "good", "clipped"]
FAINT_DBFS = -24.0  # below this the horns are quieter than prepared sound
CLIPPED_DBFS = -1.0


def judge_peak(peak_dbfs: float) -> VoiceLevel:
    """Judge the highest peak of what was said; -18 to -6 dBFS is aimed at."""
    if peak_dbfs >= CLIPPED_DBFS:
        return "clipped"
    return "faint" if peak_dbfs < FAINT_DBFS else "good"
