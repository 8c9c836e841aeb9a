"""Counts the sessions of a day, their minutes, and the share of adverts in them."""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta

from agent.contract.priority import Level
from agent.plan.advert import Share
from agent.plan.calendar import local_date
from agent.plan.occurrence import Occurrence
from agent.plan.policy import EffectivePolicy

# Items with at most this gap count as one session: chime, news, announcement.
SESSION_GAP = timedelta(minutes=5)
NONE = timedelta()


def needs_book(policy: EffectivePolicy) -> bool:
    """Does the policy have a limit that counts what came before?"""
    limits = (policy.sessions_per_day, policy.minutes_per_session)
    has_share = policy.adverts is not None and policy.adverts.has_share
    return has_share or limits != (None, None)


class SessionBook:
    """Counts sessions of occurrences, which are added in the order of their starts.

    A refused occurrence is not counted, so an entry that is too long does not use up the day's last
    session.
    """

    def __init__(self, policy: EffectivePolicy) -> None:
        self._per_day = policy.sessions_per_day
        minutes = policy.minutes_per_session
        self._limit = timedelta(minutes=minutes) if minutes is not None else None
        self._adverts = policy.adverts
        self._has_share = policy.adverts is not None and policy.adverts.has_share
        self._first_at: datetime | None = None
        self._end_at: datetime | None = None
        self._day: date | None = None
        self._count = 0
        self._share_day: date | None = None  # a session may run over midnight
        self._of_day = self._of_session = Share()

    def refuse(self, start_at: datetime, end_at: datetime) -> str | None:
        """The rule that forbids this sound; None if it is allowed, and then it is counted."""
        return self._judge(start_at, end_at, NONE)

    def refuse_play(self, one: Occurrence) -> str | None:
        """As `refuse`; pictures and what is below all (the chime) are not counted, adverts are."""
        if one.medium == "picture":
            return None
        if one.entry.advert is True:
            return self._judge(one.start_at, one.end_at, one.end_at - one.start_at)
        return self.refuse(one.start_at, one.end_at) if one.level > Level.FILLER else None

    def find_limit(self) -> tuple[datetime, str] | None:
        """When the minutes of the session that was counted last are over, and their rule."""
        if self._limit is None or self._first_at is None:
            return None
        return self._first_at + self._limit, self._minutes_rule(self._limit)

    def _judge(self, start_at: datetime, end_at: datetime, advert: timedelta) -> str | None:
        first_at, session_end_at, is_new = start_at, end_at, True
        if self._first_at is not None and self._end_at is not None:
            is_new = start_at - self._end_at > SESSION_GAP
            if not is_new:
                first_at, session_end_at = self._first_at, max(end_at, self._end_at)
        if self._limit is not None and session_end_at - first_at > self._limit:
            return self._minutes_rule(self._limit)
        day = local_date(start_at)
        count = self._count if day == self._day else 0
        if is_new and self._per_day is not None and count >= self._per_day:
            return f"sessions_per_day {self._per_day}"
        if self._has_share:
            rule = self._judge_share(end_at - start_at, advert, day, is_new=is_new)
            if rule is not None:
                return rule
        if is_new:
            self._day, self._count = day, count + 1
        self._first_at, self._end_at = first_at, session_end_at
        return None

    def _judge_share(
        self, length: timedelta, advert: timedelta, day: date, *, is_new: bool
    ) -> str | None:
        """The share that an advert would exceed; None: what is added is counted."""
        limits = self._adverts
        of_day = (self._of_day if day == self._share_day else Share()).plus(length, advert=advert)
        of_session = (Share() if is_new else self._of_session).plus(length, advert=advert)
        if advert and limits is not None:
            if limits.day_pct is not None and of_day.exceeds(limits.day_pct):
                return f"advert_day_pct {limits.day_pct}"
            if limits.session_pct is not None and of_session.exceeds(limits.session_pct):
                return f"advert_session_pct {limits.session_pct}"
        self._share_day, self._of_day, self._of_session = day, of_day, of_session
        return None

    def _minutes_rule(self, limit: timedelta) -> str:
        return f"minutes_per_session {math.ceil(limit.total_seconds() / 60)}"
