"""Why an output of a running box plays what it does, in the few words that a health report has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from agent.clock import Now
from agent.contract.accepted import HeldDocument
from agent.contract.report import Why
from agent.plan.occurrence import Medium, Occurrence, find_precedence
from agent.plan.site_work import Work
from agent.plan.timeline import Timeline, list_due_refusals

LONGEST_TITLE = 40
NOTHING = Why()


@dataclass(frozen=True)
class Playing:
    """What an output really plays.

    Args:
        key: of its occurrence; of what no schedule has, another.
        level: of `agent.contract.priority`.
    """

    key: str
    level: int


def explain_now(
    held: Sequence[HeldDocument],
    timeline: Timeline | None,
    now: Now,
    medium: Medium,
    zones: frozenset[str],
    *,
    playing: Playing | None,
    off: Work | Literal["silence"] | None,
) -> Why:
    """Explain an output at this moment; `NOTHING` where nothing needs a reason.

    Args:
        held: the documents in force.
        timeline: of the box; None: none was built yet.
        now: this moment.
        medium: sound or picture.
        zones: of the output, or its faces.
        playing: what it plays; None: nothing.
        off: what keeps the schedule off: a silence, or work at the station.
    """
    if now.quality == "FLOOR":
        return NOTHING if playing is not None else Why(rule="clock")
    if timeline is None:
        return NOTHING
    due = timeline.contenders(now.at, medium, zones)
    rule, losers = _find_losers(due, playing, off=off)
    next_rule, next_over = _find_next(timeline, now.at, medium, zones)
    return Why(
        rule=rule,
        over=_shorten(losers[0].entry.title) if losers else None,
        losers=len(losers) if len(losers) > 1 else None,
        refused=_find_refused(held, timeline, now.at, medium, zones),
        next_rule=next_rule,
        next_over=next_over,
    )


def _find_losers(
    due: Sequence[Occurrence], playing: Playing | None, *, off: str | None
) -> tuple[str | None, Sequence[Occurrence]]:
    """What gives way to what plays, and by which rule to the first of it."""
    if playing is None:
        return (off, due[:1]) if off is not None else (None, ())
    winner = next((one for one in due if one.key == playing.key), None)
    if winner is not None:
        losers = [one for one in due if one.rank < winner.rank]
        return (find_precedence(winner, losers[0]) if losers else None), losers
    # a voice, an emergency, or what goes on behind its planned end
    losers = [one for one in due if one.level < playing.level]
    return ("level" if losers else None), losers


def _find_next(
    timeline: Timeline, at: datetime, medium: Medium, zones: frozenset[str]
) -> tuple[str | None, str | None]:
    coming = timeline.upcoming(at, medium, zones)
    if coming is None:
        return None, None
    others = timeline.contenders(coming.start_at, medium, zones)
    loser = next((one for one in others if one.rank < coming.rank), None)
    if loser is None:
        return None, None
    return find_precedence(coming, loser), _shorten(loser.entry.title)


def _find_refused(
    held: Sequence[HeldDocument],
    timeline: Timeline,
    at: datetime,
    medium: Medium,
    zones: frozenset[str],
) -> tuple[str, str, str] | None:
    """The last that began of what is refused now."""
    if not list_due_refusals(timeline, at):
        return None
    # a box that refuses nothing does not load the rehearsal
    from agent.plan.rehearsal import Lane
    from agent.plan.why import is_for, list_refused_at

    lane = Lane(medium, zones)
    found = [one for one in list_refused_at(held, timeline, at) if is_for(one, lane)]
    if not found:
        return None
    last = max(found, key=lambda one: one.at)
    return _shorten(last.title), last.code, last.rule


def _shorten(title: str) -> str:
    return title if len(title) <= LONGEST_TITLE else f"{title[: LONGEST_TITLE - 1]}…"
