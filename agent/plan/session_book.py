"""Counts the sessions of a day, their minutes, and the share of adverts in them."""

from __future__ import annotations

import math
from datetime import UTC, datetime, time, timedelta

from agent.contract.local_time import LOCAL
from agent.contract.priority import Level
from agent.plan.advert import Share
from agent.plan.calendar import DAY, local_date
from agent.plan.occurrence import Occurrence
from agent.plan.policy import EffectivePolicy

# Items with at most this gap count as one session: chime, news, announcement.
SESSION_GAP = timedelta(minutes=5)


Span = tuple[datetime, datetime]
"""Begin and end of what has sounded, or is planned to."""


def needs_book(policy: EffectivePolicy) -> bool:
    """Does the policy have a limit that counts what came before?"""
    limits = (policy.sessions_per_day, policy.minutes_per_session)
    has_share = policy.adverts is not None and policy.adverts.has_share
    return has_share or limits != (None, None)


class SessionBook:
    """Counts sessions of occurrences, which are added in the order of their starts.

    A refused occurrence is not counted, so an entry that is too long does not use up the day's last
    session. A session may run over midnight; the day's count and share begin anew there.
    """

    def __init__(self, policy: EffectivePolicy) -> None:
        self._per_day = policy.sessions_per_day
        minutes = policy.minutes_per_session
        self._limit = timedelta(minutes=minutes) if minutes is not None else None
        self._adverts = policy.adverts
        self._has_share = policy.adverts is not None and policy.adverts.has_share
        self._first_at: datetime | None = None
        self._end_at: datetime | None = None
        self._midnight_at: datetime | None = None  # at the end of the day that is counted
        self._count = 0
        self._all = Share()
        self._before_day = self._before_session = Share()

    def refuse(self, start_at: datetime, end_at: datetime) -> str | None:
        """The rule that forbids this sound; None if it is allowed, and then it is counted."""
        return self._judge(start_at, end_at, is_advert=False)

    def refuse_play(self, one: Occurrence) -> str | None:
        """As `refuse`; pictures, filler and the chime are not counted, adverts are everywhere."""
        if one.is_seen:
            return None
        if one.entry.advert is True:
            return self._judge(one.start_at, one.end_at, is_advert=True)
        if one.level > Level.FILLER:
            return self._judge(one.start_at, one.end_at, is_advert=False)
        return None

    def find_limit(self) -> tuple[datetime, str] | None:
        """When the minutes of the session that was counted last are over, and their rule."""
        if self._limit is None or self._first_at is None:
            return None
        return self._first_at + self._limit, self._minutes_rule(self._limit)

    def _judge(self, start_at: datetime, end_at: datetime, *, is_advert: bool) -> str | None:
        first_at, session_end_at, is_new = start_at, end_at, True
        if self._first_at is not None and self._end_at is not None:
            is_new = start_at - self._end_at > SESSION_GAP
            if not is_new:
                first_at = self._first_at
                session_end_at = max(self._end_at, end_at)
        if self._limit is not None and session_end_at - first_at > self._limit:
            return self._minutes_rule(self._limit)
        if self._midnight_at is None or start_at >= self._midnight_at:
            self._begin_day(start_at)
        if is_new and self._per_day is not None and self._count >= self._per_day:
            return f"sessions_per_day {self._per_day}"
        if self._has_share:
            former = self._all if is_new else self._before_session
            share = self._all.plus(end_at - start_at, is_advert=is_advert)
            if is_advert and (rule := self._find_exceeded(share, former)):
                return rule
            self._all, self._before_session = share, former
        if is_new:
            self._count += 1
        self._first_at, self._end_at = first_at, session_end_at
        return None

    def _begin_day(self, at: datetime) -> None:
        day = datetime.combine(local_date(at), time(), LOCAL)
        self._midnight_at = (day + DAY).astimezone(UTC)
        self._count, self._before_day = 0, self._all

    def _find_exceeded(self, share: Share, before_session: Share) -> str | None:
        """The limit that the day's or the session's share of adverts exceeds."""
        limits = self._adverts
        if limits is None:
            return None
        if limits.day_pct is not None and share.exceeds(limits.day_pct, self._before_day):
            return f"advert_day_pct {limits.day_pct}"
        if limits.session_pct is not None and share.exceeds(limits.session_pct, before_session):
            return f"advert_session_pct {limits.session_pct}"
        return None

    def _minutes_rule(self, limit: timedelta) -> str:
        return f"minutes_per_session {math.ceil(limit.total_seconds() / 60)}"
