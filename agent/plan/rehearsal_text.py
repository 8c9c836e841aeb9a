"""A rehearsal and the answer to `why`, as lines of text for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import groupby

from agent.contract.default_title import show_title
from agent.contract.local_time import LOCAL
from agent.contract.policy_rule import describe_precedence, describe_refused, describe_rule
from agent.plan.language_duty import LanguageWeek
from agent.plan.rehearsal import Change, Event, Rehearsal
from agent.plan.rehearsal_messages import PHRASES
from agent.plan.why import WhyAnswer
from texts.catalogue import Lang, look_up

MAX_RIVALS = 3


def say(lang: Lang, code: str, *args: object) -> str:
    """A phrase of a rehearsal."""
    return look_up(PHRASES, code, lang, *args)


def describe_rehearsal(rehearsal: Rehearsal, name: str, lang: Lang) -> list[str]:
    """The days with their events, and how many there are of each kind.

    Args:
        rehearsal: some days.
        name: of the station, or of the stations alike.
        lang: of the text.
    """
    first, last = _date(rehearsal.from_at), _date(rehearsal.until_at, is_end=True)
    lines = [say(lang, "title", name, first, last)]
    lines += _describe_days(rehearsal.events, lang)
    lines += ["", describe_sum(rehearsal.events, lang), *describe_lacks(rehearsal, lang)]
    return lines + describe_doubts(rehearsal, lang)


def describe_sum(events: Sequence[Event], lang: Lang) -> str:
    """How many events there are of each kind."""
    if not events:
        return say(lang, "empty")
    yielding = [event for event in events if is_yielding(event)]
    others = [event for event in events if not is_yielding(event)]
    count = Counter(event.kind for event in others if event.kind != "plays")
    good, cut = sum(e.is_good for e in others), sum(e.cut_ms > 0 for e in events)
    total = say(lang, "sum", good, *(count[k] for k in ("interrupted", "clash", "refused")), cut)
    return f"{total}, {say(lang, 'sum.filler', len(yielding))}" if yielding else total


def is_yielding(event: Event) -> bool:
    """Is it filler that plays, and gives way where anything else is on?"""
    return event.filler and event.kind != "refused"


def describe_lacks(rehearsal: Rehearsal, lang: Lang) -> list[str]:
    """A line for each week in which a language has less than its duty."""
    return [describe_lack(one, lang) for one in rehearsal.lacks]


def describe_lack(one: LanguageWeek, lang: Lang) -> str:
    """What a week lacks of a language's duty."""
    minutes = (round(length.total_seconds() / 60) for length in (one.planned, one.total))
    code = "lack" if one.total else "lack.silence"
    return say(lang, code, f"{one.monday:%d/%m/%Y}", one.lang, one.week_pct, *minutes)


def describe_doubts(rehearsal: Rehearsal, lang: Lang) -> list[str]:
    """A line for what is not known of these days, and for dates that nobody has confirmed."""
    doubts = describe_unknown(rehearsal.not_known, lang)
    return [*doubts, *describe_unconfirmed(rehearsal, lang)]


def describe_unconfirmed(rehearsal: Rehearsal, lang: Lang) -> list[str]:
    """A line for dates that nobody has confirmed, by which items go."""
    return [
        say(lang, "unconfirmed", one.title, _dates(one.first, one.last), one.source)
        for one in rehearsal.unconfirmed
    ]


def _dates(first: str, last: str) -> str:
    both = dict.fromkeys(f"{date.fromisoformat(one):%d/%m/%Y}" for one in (first, last))
    return "–".join(both)


def describe_unknown(not_known: Iterable[str], lang: Lang) -> list[str]:
    """A line for each rule of which nobody knows here what it refuses or lacks."""
    return [say(lang, f"not_known.{name}") for name in not_known]


def _describe_days(events: Iterable[Event], lang: Lang) -> Iterator[str]:
    for day, ones in groupby(events, key=lambda event: event.at.astimezone(LOCAL).date()):
        yield ""
        yield say(lang, f"day.{day.isoweekday()}", f"{day:%d/%m/%Y}")
        for event in ones:
            yield f"  {describe_event(event, lang)}"


def describe_week(rehearsal: Rehearsal, doc_id: str, lang: Lang) -> list[str]:
    """The events of a document and those that it disturbs; days alike are described once."""
    concerned = [
        event
        for event in rehearsal.events
        if doc_id in (event.doc_id, *(rival.doc_id for rival in event.rivals))
    ]
    days: dict[tuple[str, ...], list[date]] = {}
    for day, ones in groupby(concerned, key=lambda event: event.at.astimezone(LOCAL).date()):
        days.setdefault(tuple(describe_event(event, lang) for event in ones), []).append(day)
    lines = []
    for events, dates in days.items():
        lines.append(", ".join(say(lang, f"day.{d.isoweekday()}", f"{d:%d/%m}") for d in dates))
        lines += [f"  {event}" for event in events]
    # which clusters are special is told apart, with all stations of which it is not known
    unjudged = [name for name in rehearsal.not_known if name == "language_duties"]
    notes = [*describe_lacks(rehearsal, lang), *describe_unknown(unjudged, lang)]
    notes += describe_unconfirmed(rehearsal, lang)
    return [*lines, describe_sum(concerned, lang), *notes]


def describe_event(event: Event, lang: Lang) -> str:
    """One line: the time, what happens, the title, and why."""
    span = clock_time(event.at)
    if event.until > event.at:
        span += f"–{clock_time(event.until)}"
    code = f"plays.{event.medium}" if event.kind == "plays" else event.kind
    code = "filler" if is_yielding(event) else code
    notes = describe_notes(event, lang)
    where = "" if "*" in event.zones else f" [{', '.join(event.zones)}]"
    head = f"{span:<17}  {say(lang, code):<12}{show_title(event.title, lang)}{where}"
    return f"{head}: {'; '.join(notes)}" if notes else head


def describe_notes(event: Event, lang: Lang) -> list[str]:
    """Why it does not play whole, one reason each."""
    notes = [describe_rule(event.rule, lang) + f" ({event.code})"] if event.code else []
    notes += [
        say(lang, f"rival.{rival.rule}", show_title(rival.title, lang), clock_time(rival.at))
        for rival in event.rivals[:MAX_RIVALS]
    ]
    if event.cut_ms:
        notes.append(say(lang, "cut", _span(event.cut_ms)))
    if event.essential and not event.is_good:
        notes.append(say(lang, "duty"))
    return notes


def describe_why(why: WhyAnswer, lang: Lang) -> list[str]:
    """The answer for one output: what is on, why, what is refused, the next change."""
    until = "" if why.until is None else clock_time(why.until)
    where = ", ".join(why.zones) or say(lang, "all")
    what = say(lang, f"why.{why.state}", show_title(why.title, lang), until)
    what += f" ({say(lang, 'filler')})" if why.filler else ""
    lines = [f"{say(lang, why.medium)} [{where}] {moment(why.at)}: {what}"]
    if why.state == "plays" and not (why.losers or why.waiting):
        lines.append(f"  {say(lang, 'why.alone')}")
    if why.unconfirmed:
        lines.append(f"  {say(lang, 'why.unconfirmed', why.unconfirmed)}")
    lines += [
        f"  {describe_precedence(one.rule, show_title(one.title, lang), lang)}"
        for one in why.losers
    ]
    lines += [
        "  " + say(lang, "why.waits", show_title(one.title, lang), clock_time(one.since),
                   clock_time(one.start_at))
        for one in why.waiting
    ]  # fmt: skip
    for one in why.refused:
        lines.append(f"  {describe_refused(show_title(one.title, lang), one.code, one.rule, lang)}")
    if why.state == "no_time":
        return lines
    return [*lines, f"  {_describe_next(why, lang)}"]


def _describe_next(why: WhyAnswer, lang: Lang) -> str:
    if why.next_at is None:
        return say(lang, "why.no_next")
    code = "why.next" if why.next_title else "why.next_nothing"
    return say(lang, code, moment(why.next_at), show_title(why.next_title, lang))


def describe_changes(changes: Iterable[Change], lang: Lang) -> list[str]:
    """What a correction changes: what is gone and what is new, or both forms of what differs."""
    lines = [
        f"{say(lang, f'diff.{mark}'):<6}{_date(event.at)} {describe_event(event, lang)}"
        for change in changes
        for mark, event in mark_change(change)
    ]
    return lines or [say(lang, "diff.same")]


def mark_change(change: Change) -> list[tuple[str, Event]]:
    """`new` or `gone` with the event, or `was` and `is` with both forms of it."""
    if change.former is None or change.event is None:
        both = (("gone", change.former), ("new", change.event))
    else:
        both = (("was", change.former), ("is", change.event))
    return [(mark, event) for mark, event in both if event is not None]


def clock_time(at: datetime) -> str:
    """Local `HH:MM`, with seconds where there are any."""
    here = at.astimezone(LOCAL)
    return here.strftime("%H:%M:%S" if here.second else "%H:%M")


def moment(at: datetime) -> str:
    """Local `HH:MM dd/mm/yyyy`."""
    return f"{clock_time(at)} {at.astimezone(LOCAL):%d/%m/%Y}"


def _date(at: datetime, *, is_end: bool = False) -> str:
    """The local date; of an end that is excluded, the date before."""
    here = at.astimezone(LOCAL)
    if is_end:
        here -= here.resolution
    return f"{here:%d/%m/%Y}"


def _span(ms: int) -> str:
    minutes, seconds = divmod(round(ms / 1000), 60)
    return f"{minutes}'{seconds:02d}\""
