"""What stations lose because a schedule takes the place of its slot before its own first day.

A box holds one document a slot. Next week's, published today, therefore ends this week's today.
Where something that must be broadcast is among it, the publication needs a reason (`E_DUTY`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import groupby

from agent.contract.document import Playlist, StationConfig
from agent.contract.local_time import LOCAL
from agent.contract.utc import encode_utc, parse_utc
from agent.plan.correction import correct, hold
from agent.plan.language_duty import LanguageWeek, judge_weeks, list_weeks, monday_of, week_end
from agent.plan.rehearsal import Event
from agent.plan.timeline import build_timeline
from central.messages.catalogue import translate
from central.publication.recipients import is_meant, list_names
from central.publication.refusal_forecast import Objection
from central.publication.station_change import list_gone
from central.publication.station_group import StationGroup
from central.publication.station_rehearsal import list_groups, rehearse_group
from central.store.database import Database
from texts.catalogue import Lang

MOMENT = timedelta(minutes=1)  # `from` today is no gap


@dataclass(frozen=True)
class EarlyLoss:
    """What stations alike lose until a playlist begins.

    Args:
        stations: in order.
        events: what would have played; filler is owed to nobody.
        lacks: weeks in which a language comes to lack its share by it.
    """

    stations: tuple[str, ...]
    events: tuple[Event, ...]
    lacks: tuple[LanguageWeek, ...]


def find_lost(
    database: Database, document: Playlist, configs: Mapping[str, StationConfig], now: datetime
) -> list[EarlyLoss]:
    """What is gone with the playlist that a later one replaces, by stations alike.

    Args:
        database: the centre's.
        document: not published yet.
        configs: of the stations that it is for.
        now: aware UTC.
    """
    begins_at = parse_utc(document.not_before)
    if begins_at - now < MOMENT:
        return []
    meant = {name: one for name, one in configs.items() if is_meant(document, one)}
    found = [_find_lost(one, document, now) for one in list_groups(database, meant, now)]
    return [one for one in found if one.events]


def _find_lost(group: StationGroup, document: Playlist, now: datetime) -> EarlyLoss:
    begins_at = parse_utc(document.not_before)
    gone = list_gone(rehearse_group(group, group, now, begins_at, document))
    events = tuple(one.former for one in gone if one.former is not None)
    return EarlyLoss(group.stations, events, tuple(_find_lacks(group, document, now)))


def _find_lacks(group: StationGroup, document: Playlist, now: datetime) -> Iterator[LanguageWeek]:
    """The weeks until a playlist begins that lack a language with it, and did not before.

    What the older one has played of the week under way counts.
    """
    duties = group.policy.language_duties
    if not duties:
        return
    monday = datetime.combine(monday_of(now), time(), LOCAL).astimezone(UTC)
    weeks = list_weeks(monday, parse_utc(document.not_before))
    held = [hold(one.document, now) for one in group.held]
    former, later = (
        build_timeline(one, group.policy, monday, week_end(weeks[-1])).occurrences
        for one in (held, correct(held, document, now))
    )
    played = [one for one in former if one.start_at < now]
    to_come = [one for one in later if one.start_at >= now]
    before = {(one.monday, one.lang): one for one in judge_weeks(former, duties, weeks)}
    for one in judge_weeks([*played, *to_come], duties, weeks):
        if not one.is_met and before[one.monday, one.lang].is_met:
            yield one


def list_duty_objections(lost: Sequence[EarlyLoss], document: Playlist) -> list[Objection]:
    """What must be broadcast and would be lost, one objection for each item and each language."""
    found = []
    for one in lost:
        duties = [event for event in one.events if event.essential]
        for title, alike in groupby(sorted(duties, key=_title), key=_title):
            each = sorted(alike, key=lambda event: event.at)
            end = encode_utc(_next_minute(max(event.until for event in each)))
            what = f"lost {document.not_before} {end}"
            found.append(Objection("E_DUTY", what, one.stations, title, each[0].at, len(each)))
        for week in one.lacks:
            minutes = [round(span.total_seconds() / 60) for span in (week.planned, week.total)]
            what = f"language {week.monday} {week.lang} {week.week_pct} {minutes[0]} {minutes[1]}"
            found.append(Objection("E_DUTY", f"{what} {document.not_before}", one.stations))
    return found


def _next_minute(at: datetime) -> datetime:
    """A moment that a person can be told: the whole minute at it or after it."""
    return at + timedelta(seconds=-at.timestamp() % 60)


def _title(event: Event) -> str:
    return event.title


def describe_lost(lost: Sequence[EarlyLoss], document: Playlist, lang: Lang) -> list[str]:
    """One line for stations alike: how much is lost, how much of it is a duty, what comes first."""
    return [_describe(one, document, lang) for one in lost]


def _describe(found: EarlyLoss, document: Playlist, lang: Lang) -> str:
    first = found.events[0]
    at, begins_at = first.at.astimezone(LOCAL), parse_utc(document.not_before).astimezone(LOCAL)
    duties = sum(one.essential for one in found.events)
    return translate(
        lang, "lost_early", document.slot, f"{begins_at:%H:%M %d/%m/%Y}", len(found.events),
        duties, first.title, f"{at:%H:%M %d/%m/%Y}", list_names(found.stations),
    )  # fmt: skip
