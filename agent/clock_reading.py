"""What the clock returns: a moment with its quality, and the result of an authenticated time."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

DRIFT = 100e-6
NTS = "nts"  # source of a fix that chrony gave; other sources are key ids
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


@dataclass(frozen=True)
class ClockFix:
    """An authenticated moment, and when it was that moment by the crystal."""

    boot_s: float
    at: datetime
    error_s: float
    by: str
    is_on_notice: bool = False
    paced_s: float | None = None  # what the disciplined clock read at it; None: it is not followed

    @property
    def is_nts(self) -> bool:
        """Did chrony give it?"""
        return self.by == NTS

    def read(self, boot: float, paced_s: float | None) -> tuple[datetime, float]:
        """The moment and its error at a later second.

        chrony steers the rate of the disciplined clock, which is right within some parts in a
        billion where the crystal is 50 in a million off: 30 ms until chrony is asked again. A false
        server can make it wrong by 8 %, so it is followed within the error that is stated anyway.
        """
        age_s = boot - self.boot_s
        error_s = age_s * DRIFT
        if paced_s is not None and self.paced_s is not None:
            age_s += max(-error_s, min(error_s, paced_s - self.paced_s - age_s))
        return self.at + timedelta(seconds=age_s), self.error_s + error_s
