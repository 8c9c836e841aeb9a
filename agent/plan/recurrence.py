"""Is a date among the days of a recurrence of RFC 5545? Each is judged by itself, without a search.

A date that does not exist (31 April, 29 February 2027) is no day of any rule.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from functools import lru_cache

from agent.contract.day_rule import Recurrence


def is_on(rule: Recurrence, day: date, first: date) -> bool:
    """Is a date among the days of a recurrence?

    Args:
        rule: the recurrence.
        day: the date, not before `first`.
        first: from which day, week, month or year intervals are counted; weeks begin on Monday.
    """
    if rule.by_month and day.month not in rule.by_month:
        return False
    if _units(rule, day, first) % rule.interval:
        return False
    match rule.frequency:
        case "DAILY":
            return True
        case "WEEKLY":
            return (day.isoweekday(), 0) in rule.by_day
        case "MONTHLY":
            return day.day in _days_of_month(rule, day.year, day.month)
        case "YEARLY":
            return _is_month_day(rule, day)


def _units(rule: Recurrence, day: date, first: date) -> int:
    match rule.frequency:
        case "DAILY":
            return (day - first).days
        case "WEEKLY":
            return (_monday(day) - _monday(first)).days // 7
        case "MONTHLY":
            return (day.year - first.year) * 12 + day.month - first.month
        case "YEARLY":
            return day.year - first.year


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


@lru_cache(maxsize=256)
def _days_of_month(rule: Recurrence, year: int, month: int) -> tuple[int, ...]:
    dates = [date(year, month, day) for day in range(1, monthrange(year, month)[1] + 1)]
    if rule.by_month_day:
        dates = [day for day in dates if _is_month_day(rule, day)]
    if rule.by_day:
        dates = [day for day in dates if _is_weekday(rule, day)]
    days = [day.day for day in dates]
    if not rule.by_set_pos:
        return tuple(days)
    at = [pos - 1 if pos > 0 else len(days) + pos for pos in rule.by_set_pos]
    return tuple(days[index] for index in at if 0 <= index < len(days))


def _is_month_day(rule: Recurrence, day: date) -> bool:
    length = monthrange(day.year, day.month)[1]
    return day.day in rule.by_month_day or day.day - length - 1 in rule.by_month_day


def _is_weekday(rule: Recurrence, day: date) -> bool:
    """Is it such a weekday, or the n-th such one of its month, from either end?"""
    length = monthrange(day.year, day.month)[1]
    number, from_end = (day.day - 1) // 7 + 1, -((length - day.day) // 7 + 1)
    found = {nth for weekday, nth in rule.by_day if weekday == day.isoweekday()}
    return not found.isdisjoint({0, number, from_end})
