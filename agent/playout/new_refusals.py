"""Which refusals of the plan are to be recorded: each entry and rule at once, then once a day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from agent.contract.local_time import LOCAL
from agent.plan.occurrence import Refusal, limit_refusals

_Name = tuple[str, str, str]  # document, entry, rule


class NewRefusals:
    """Remembers what was recorded.

    Args:
        near: how far ahead a day's refusals are recorded; longer than from one plan to the next.
    """

    def __init__(self, near: timedelta) -> None:
        self._near = near
        self._names: frozenset[_Name] = frozenset()
        self._days: frozenset[tuple[_Name, date]] = frozenset()

    def take(self, refusals: Sequence[Refusal], built_at: datetime) -> list[Refusal]:
        """What is to be recorded of a plan.

        Of an entry and a rule that the former plan had not: the next refusal, however far ahead
        (else the first of those that are past). Of all others those of the hours ahead, of each
        local day the first.

        Args:
            refusals: of the plan, soonest first.
            built_at: the moment around which it was built.
        """
        fresh = list(self._find_fresh(refusals, built_at))
        today = built_at.astimezone(LOCAL).date()
        days = {key for key in self._days if key[1] >= today}
        self._names = frozenset(map(_name, refusals))
        self._days = frozenset(days | {(_name(one), _day(one)) for one in fresh})
        return limit_refusals(fresh)

    def _find_fresh(self, ones: Sequence[Refusal], built_at: datetime) -> Iterator[Refusal]:
        ahead = [one for one in ones if one.at >= built_at]
        past = [one for one in ones if one.at < built_at]
        names, days = set(self._names), set(self._days)
        for one in (*ahead, *past):
            name = _name(one)
            is_near = built_at <= one.at < built_at + self._near
            if name not in names or (is_near and (name, _day(one)) not in days):
                names.add(name)
                days.add((name, _day(one)))
                yield one


def _name(one: Refusal) -> _Name:
    return one.doc_id, one.entry_id, one.rule


def _day(one: Refusal) -> date:
    return one.at.astimezone(LOCAL).date()
