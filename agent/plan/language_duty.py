"""Language duties: of the speech that is planned in a week, the share that a language should have.

A duty refuses nothing, because no rule can say which item ought to have been another one: what is
lacking is told to whoever signs, and in every rehearsal. Music, adverts and filler are no speech.
Weeks run from Monday to Sunday of local time, and are judged whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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
class LanguageWeek:
    """A week and the share that a language has in its speech.

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

    @property
    def is_met(self) -> bool:
        """Has the language its share? A week without speech has none."""
        return bool(self.total) and self.planned * 100 >= self.total * self.week_pct


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


def judge_weeks(
    occurrences: Iterable[Occurrence], duties: Sequence[LanguageDuty], weeks: Sequence[date]
) -> list[LanguageWeek]:
    """Each week with each duty, in order of time.

    Args:
        occurrences: what is planned, for the whole of the weeks.
        duties: of the policy.
        weeks: their Mondays.
    """
    spoken: dict[date, dict[str, timedelta]] = {}
    for one in occurrences:
        if one.medium == "sound" and one.level > Level.FILLER and is_speech(one.entry):
            of_week = spoken.setdefault(monday_of(one.start_at), {})
            lang = base_language(one.entry.lang)
            of_week[lang] = of_week.get(lang, timedelta()) + (one.end_at - one.start_at)
    return [_judge(monday, duty, spoken.get(monday, {})) for monday in weeks for duty in duties]


def is_speech(entry: Entry) -> bool:
    """Does it count for a duty?"""
    return entry.music is not True and entry.advert is not True


def _judge(monday: date, duty: LanguageDuty, spoken: Mapping[str, timedelta]) -> LanguageWeek:
    planned = spoken.get(base_language(duty.lang), timedelta())
    total = sum(spoken.values(), timedelta())
    return LanguageWeek(monday, duty.lang, duty.week_pct, planned, total)


def monday_of(at: datetime) -> date:
    """The first date of the local week of a moment."""
    on = local_date(at)
    return on - timedelta(days=on.weekday())


def base_language(lang: str) -> str:
    """`km` of `km-KH`."""
    return lang.partition("-")[0]
