"""The rules of the time of day for planned sound: quiet hours, weekdays, hours of adverts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from agent.contract.document import Entry
from agent.plan.advert import AdvertHours
from agent.plan.calendar import Day, local_date
from agent.plan.policy import EffectivePolicy
from agent.plan.quiet_hours import QuietHours

Verdict = tuple[str, str]
"""Code and rule of a refusal."""


class SoundHours:
    """When an entry may sound.

    Args:
        policy: in force.
        days: the local dates to cover, in order.
    """

    def __init__(self, policy: EffectivePolicy, days: Sequence[Day]) -> None:
        self._quiet = QuietHours(policy, days)
        self._weekdays = policy.weekdays
        self._adverts = AdvertHours(policy.adverts, days)

    def judge(
        self, entry: Entry, start_at: datetime, end_at: datetime, latest_end_at: datetime
    ) -> Verdict | datetime:
        """What forbids the entry to sound from `start_at` to `end_at`.

        Returns:
            The refusal; or until when it may go on after an interruption, at most `latest_end_at`.
        """
        quiet = self._quiet.first_after(start_at)
        if quiet is not None:
            if quiet.start_at < end_at:
                return "E_HOURS", quiet.rule
            latest_end_at = min(latest_end_at, quiet.start_at)
        weekdays = self._weekdays
        if weekdays is not None and local_date(start_at).isoweekday() not in weekdays:
            return "E_POLICY", f"weekdays {sorted(weekdays)}"
        if entry.advert is True:
            advert_end_at = self._adverts.end_of(start_at)
            if advert_end_at is None or advert_end_at < end_at:
                return "E_POLICY", self._adverts.rule
            latest_end_at = min(latest_end_at, advert_end_at)
        return latest_end_at
