"""Language duties: of the speech that is planned in a week, the share that a language should have.

A duty refuses nothing, because no rule can say which item ought to have been another one: what is
lacking is told to whoever signs, and in every rehearsal. Music, adverts and filler are no speech.
Weeks run from Monday to Sunday of local time, and are judged whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from agent.contract.document import Entry
from agent.contract.local_time import LOCAL
from agent.contract.priority import Level
from agent.contract.station_policy import LanguageDuty
from agent.plan.calendar import local_date
from agent.plan.occurrence import Occurrence

WEEK = timedelta(days=7)


@dataclass(frozen=True)
class LanguageLack:
    """A week in which a language has less than its share.

    Args:
        monday: the first date of the week.
        lang: of the duty.
        week_pct: the share that it should have, in per cent.
        planned: speech in this language.
        total: all speech; zero: nothing is spoken in that week.
    """

    monday: date
    lang: str
    week_pct: int
    planned: timedelta
    total: timedelta


def list_weeks(from_at: datetime, until_at: datetime) -> list[date]:
    """The Mondays whose midnight lies within [from_at, until_at)."""
    first = local_date(from_at)
    monday = first - timedelta(days=first.weekday())
    found = []
    while (midnight := datetime.combine(monday, time(), LOCAL)) < until_at:
        if midnight >= from_at:
            found.append(monday)
        monday += WEEK
    return found


def week_end(monday: date) -> datetime:
    """The end of a week, excluded."""
    return datetime.combine(monday + WEEK, time(), LOCAL).astimezone(UTC)


def find_lacks(
    occurrences: Iterable[Occurrence], duties: Sequence[LanguageDuty], weeks: Sequence[date]
) -> list[LanguageLack]:
    """The weeks that fall short, in order of time.

    Args:
        occurrences: what is planned, for the whole of the weeks.
        duties: of the policy.
        weeks: their Mondays.
    """
    spoken: dict[tuple[date, str], timedelta] = {}
    for one in occurrences:
        if one.medium == "sound" and one.level > Level.FILLER and is_speech(one.entry):
            on = local_date(one.start_at)
            key = (on - timedelta(days=on.weekday()), _base(one.entry.lang))
            spoken[key] = spoken.get(key, timedelta()) + (one.end_at - one.start_at)
    return [lack for monday in weeks for duty in duties if (lack := _judge(monday, duty, spoken))]


def is_speech(entry: Entry) -> bool:
    """Does it count for a duty?"""
    return entry.music is not True and entry.advert is not True


def _judge(
    monday: date, duty: LanguageDuty, spoken: dict[tuple[date, str], timedelta]
) -> LanguageLack | None:
    total = sum((s for (week, _), s in spoken.items() if week == monday), timedelta())
    planned = spoken.get((monday, _base(duty.lang)), timedelta())
    if total and planned * 100 >= total * duty.week_pct:
        return None
    return LanguageLack(monday, duty.lang, duty.week_pct, planned, total)


def _base(lang: str) -> str:
    """`km` of `km-KH`."""
    return lang.partition("-")[0]
