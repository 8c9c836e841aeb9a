"""When loudspeakers may play adverts, and how much: nothing but what the signed policy allows.

Boards are not concerned. The share counts at every moment: of all sound that was planned until then
on the day (or in the session), this advert included, so much may be adverts. So an advert comes
behind the programme that carries it, and nothing that is planned later takes it back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import msgspec

from agent.plan.calendar import Day, Window
from agent.plan.window_hours import WindowHours

NOT_ALLOWED = "adverts none"


@dataclass(frozen=True)
class AdvertLimits:
    """The limits of adverts, signed and local together.

    Args:
        hours: an advert lies wholly within the windows of each of these lists.
        day_pct: adverts of all planned sound of a local date; None: no limit.
        session_pct: the same of a session.
    """

    hours: tuple[tuple[Window, ...], ...]
    day_pct: int | None = None
    session_pct: int | None = None

    def narrow(
        self, windows: tuple[Window, ...] | None, day_pct: int | None, session_pct: int | None
    ) -> AdvertLimits:
        """These limits and further ones together; None narrows nothing."""
        return replace(
            self,
            hours=self.hours if windows is None else (*self.hours, windows),
            day_pct=smaller(self.day_pct, day_pct),
            session_pct=smaller(self.session_pct, session_pct),
        )

    @property
    def has_share(self) -> bool:
        """Is there a limit that counts minutes?"""
        return (self.day_pct, self.session_pct) != (None, None)


def smaller(*limits: int | None) -> int | None:
    """The strictest of some limits, of which None is none."""
    return min((limit for limit in limits if limit is not None), default=None)


class AdvertHours:
    """The hours of some days within which adverts may sound.

    Args:
        limits: of the policy in force; None: there are no such hours.
        days: the local dates to cover, in order.
    """

    def __init__(self, limits: AdvertLimits | None, days: Sequence[Day]) -> None:
        hours = () if limits is None else limits.hours
        self._lists = [WindowHours(windows, days) for windows in hours]
        names = (", ".join(window.text for window in windows) or "none" for windows in hours)
        self.rule = NOT_ALLOWED if limits is None else f"advert_hours {'; '.join(names)}"
        self._is_barred = limits is None

    def end_of(self, at: datetime) -> datetime | None:
        """Until when an advert may sound that begins at a moment; None: it may not begin."""
        if self._is_barred:
            return None
        end_at = datetime.max.replace(tzinfo=at.tzinfo)
        for hours in self._lists:
            interval = hours.first_after(at)
            if interval is None or at < interval.start_at:
                return None
            end_at = min(end_at, interval.end_at)
        return end_at


class Share(msgspec.Struct, frozen=True, gc=False):
    """All sound that is planned until a moment, and how much of it is adverts."""

    total: timedelta = timedelta()
    adverts: timedelta = timedelta()

    def plus(self, length: timedelta, *, is_advert: bool) -> Share:
        """With one more item."""
        adverts = self.adverts + length if is_advert else self.adverts
        return Share(self.total + length, adverts)

    def exceeds(self, pct: int, since: Share) -> bool:
        """Are adverts more than so many per cent of what came after `since`?"""
        return (self.adverts - since.adverts) * 100 > (self.total - since.total) * pct
