"""The hours without sound of some days, by the policy in force; only an emergency passes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from agent.plan.calendar import Day, Interval
from agent.plan.policy import EffectivePolicy
from agent.plan.window_hours import WindowHours


class QuietHours:
    """The intervals without sound: quiet hours and maintenance windows.

    Args:
        policy: in force.
        days: the local dates to cover, in order.
    """

    def __init__(self, policy: EffectivePolicy, days: Sequence[Day]) -> None:
        rules = {"quiet_hours": policy.quiet, "maintenance": policy.maintenance}
        self._rules = [(name, WindowHours(one, days)) for name, one in rules.items() if one]

    def first_after(self, at: datetime) -> Interval | None:
        """The interval without sound at a moment, or else the next one; its rule is named."""
        first: Interval | None = None
        first_name = ""
        for name, hours in self._rules:
            one = hours.first_after(at)
            if one is not None and (first is None or one.start_at < first.start_at):
                first, first_name = one, name
        if first is None:
            return None
        return Interval(first.start_at, first.end_at, f"{first_name} {first.rule}")
