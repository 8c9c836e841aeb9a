"""What the clock returns: a moment with its quality, and the result of an authenticated time."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Quality = Literal["SYNCED", "HOLDOVER", "RTC", "FLOOR"]
Verdict = Literal["taken", "needless", "held", "slow", "below_floor", "apart"]


@dataclass(frozen=True)
class Now:
    """A moment with its quality.

    Args:
        at: aware UTC.
        quality: how far to trust it.
        error_s: half-width of the error in seconds; None where it is unknown.
        past: the latest moment that is certainly past, where `at` is in doubt: a battery clock may
            be far ahead. None: `at` itself.
        attested: see `Clock.attested`. None: `at` itself.
        latest: where the time is not known, the latest that it can be by the last signed answer,
            however late that came. None: unknown.
    """

    at: datetime
    quality: Quality
    error_s: float | None
    past: datetime | None = None
    attested: datetime | None = field(default=None, compare=False)  # beside the reading
    latest: datetime | None = field(default=None, compare=False)  # as above

    @property
    def is_trusted(self) -> bool:
        """Is it an authenticated time whose error is known?"""
        return self.quality in ("SYNCED", "HOLDOVER")

    def is_past(self, moment: datetime) -> bool:
        """Is this moment certainly over? A doubtful clock never says so."""
        return moment <= (self.at if self.past is None else self.past)


@dataclass(frozen=True)
class Outcome:
    """The result of an authenticated time.

    Args:
        verdict: `taken`, applied; `needless`, the present reading agrees and is finer; `held` until
            the root or a technician confirms it; refused: `slow`, too long on its way;
            `below_floor`; `apart`, chrony disagrees with the centre.
        step_s: by how much `taken` moved the reading.
    """

    verdict: Verdict
    step_s: float = 0.0

    @property
    def is_good(self) -> bool:
        """Does it confirm the present reading?"""
        return self.verdict in ("taken", "needless")
