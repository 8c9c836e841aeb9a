"""The volume of one item on one output, as planned, applied and recorded."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Volume:
    """How loud an item sounds.

    Args:
        gain_db: the volume, relative to the level at which the loudspeakers were calibrated; 0 or
            less. The gain that levels a medium is not in it.
        est_dba: the level at the nearest home, estimated from the calibration; the loudest of the
            zones. None: no zone is calibrated, or the medium's loudness is unknown.
        cap: the cap that made it quieter, in words: `special 21:00-06:00 45 dBA at 10 m`. None:
            no cap did.
    """

    gain_db: float = 0.0
    est_dba: float | None = None
    cap: str | None = None


FULL_VOLUME = Volume()
