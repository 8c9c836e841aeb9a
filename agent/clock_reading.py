"""What the clock answers: a moment with its standing, and what became of an authenticated time."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Quality = Literal["SYNCED", "HOLDOVER", "RTC", "FLOOR"]
Verdict = Literal["taken", "needless", "held", "slow", "below_floor", "apart"]


@dataclass(frozen=True)
class Now:
    """A moment with its standing.

    Args:
        at: aware UTC.
        quality: how far to trust it.
        error_s: half-width of the error in seconds; None where nobody knows it.
        past: the latest moment that is certainly past, where `at` is in doubt: a battery clock may
            be far ahead. None: `at` itself.
        vouched: see `Clock.attested`. None: `at` itself.
        latest: where the time is not known, the latest that it can be by the last signed answer,
            however late that came. None: nobody knows.
    """

    at: datetime
    quality: Quality
    error_s: float | None
    past: datetime | None = None
    attested: datetime | None = field(default=None, compare=False)  # beside the reading
    latest: datetime | None = field(default=None, compare=False)  # as above

    @property
    def is_trusted(self) -> bool:
        """Is it an authenticated time, of which the error is known?"""
        return self.quality in ("SYNCED", "HOLDOVER")

    def is_past(self, moment: datetime) -> bool:
        """Is it over for certain? A doubtful clock never says so."""
        return moment <= (self.at if self.past is None else self.past)


@dataclass(frozen=True)
class Outcome:
    """What became of an authenticated time.

    Args:
        verdict: `taken`; `needless`, the present reading agrees and is finer; `held` for a word of
            the root's; refused: `slow`, too long on its way; `below_floor`; `apart`, chrony
            disagrees with the centre.
        step_s: by how much `taken` moved the reading.
    """

    verdict: Verdict
    step_s: float = 0.0

    @property
    def is_good(self) -> bool:
        """Does it confirm the reading of now?"""
        return self.verdict in ("taken", "needless")
