"""What sounds or shows at a moment, by which rule, what loses, and when the next change comes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Literal

import msgspec

from agent.clock import Now
from agent.contract.accepted import HeldDocument
from agent.plan.calendar import DAY
from agent.plan.emergency import list_active_emergencies
from agent.plan.policy import EffectivePolicy
from agent.plan.rehearsal import Event, Lane, Rival, describe_rival, list_refused
from agent.plan.silence import find_active_silence
from agent.plan.timeline import Occurrence, Timeline, build_timeline, list_due_refusals
from agent.plan.unconfirmed_days import find_unconfirmed

AHEAD = 8 * DAY  # a change later than that is not looked for
WAITING = ("next", "within")  # what follows another is not due before that ends
State = Literal["silenced", "emergency", "no_time", "plays", "nothing"]


class Waiting(msgspec.Struct, frozen=True):
    """What is due and waits for what is on: since when, and when it begins by the plan."""

    title: str
    doc_id: str
    entry_id: str
    since: datetime
    start_at: datetime


class WhyAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The answer for one output.

    Args:
        at: the moment.
        medium: sound or picture.
        zones: of the output; empty: all.
        state: what decides: a signed silence, an emergency, that the time is not known, the
            schedule, or nothing is due.
        title: of what plays; the reason of a silence.
        doc_id: of what plays; empty where nothing does.
        entry_id: of what plays; empty for an emergency.
        until: its planned end.
        rule: by which the winner goes before the next; empty where nothing else is due.
        losers: what else is due, each with the rule by which the winner goes before it.
        waiting: what is due with `next` or `within` and has not begun, in the order of its starts.
        filler: is what plays filler?
        refused: what would be on now, but is refused.
        next_at: the next change by schedule, within eight days.
        next_title: what is on then; empty: nothing.
        unconfirmed: the feast on which what plays is due, where nobody has confirmed the date.
    """

    at: datetime
    medium: str
    zones: tuple[str, ...]
    state: State
    title: str = ""
    doc_id: str = ""
    entry_id: str = ""
    until: datetime | None = None
    rule: str = ""
    losers: tuple[Rival, ...] = ()
    waiting: tuple[Waiting, ...] = ()
    filler: bool = False
    refused: tuple[Event, ...] = ()
    next_at: datetime | None = None
    next_title: str = ""
    unconfirmed: str = ""


def explain(
    held: Sequence[HeldDocument], policy: EffectivePolicy, at: datetime, lanes: Sequence[Lane]
) -> list[WhyAnswer]:
    """Answer for each output.

    Args:
        held: accepted documents of any kind.
        policy: of the station.
        at: aware UTC.
        lanes: the station's outputs.
    """
    timeline = build_timeline(held, policy, at - DAY, at + AHEAD)
    refused = list_refused_at(held, timeline, at)
    return [_explain(held, timeline, at, lane, refused) for lane in lanes]


def join_faces(answers: Sequence[WhyAnswer]) -> list[WhyAnswer]:
    """One answer for the faces that show the same for the same reason, in the order given."""
    joined: dict[WhyAnswer, tuple[str, ...]] = {}
    for one in answers:
        same = msgspec.structs.replace(one, zones=()) if one.medium != "sound" else one
        joined[same] = (*joined.get(same, ()), *one.zones)
    return [msgspec.structs.replace(one, zones=zones) for one, zones in joined.items()]


def list_refused_at(held: Sequence[HeldDocument], timeline: Timeline, at: datetime) -> list[Event]:
    """What would be on at a moment, but is refused; of an unknown length, what begins then."""
    found = list_refused(held, list_due_refusals(timeline, at))
    return [event for event in found if at < event.until or event.at == at]


def withhold(answer: WhyAnswer) -> WhyAnswer:
    """The answer of a box that does not know the time: nothing of its schedule plays."""
    if answer.state in ("silenced", "emergency"):
        return answer
    return WhyAnswer(at=answer.at, medium=answer.medium, zones=answer.zones, state="no_time")


def _explain(
    held: Sequence[HeldDocument],
    timeline: Timeline,
    at: datetime,
    lane: Lane,
    refused: Sequence[Event],
) -> WhyAnswer:
    due = timeline.contenders(at, lane.medium, lane.zones)
    first = timeline.wanted(at, lane.medium, lane.zones)
    ranked = [] if first is None else due[due.index(first) :]
    next_at, following = _find_next(timeline, at, lane, first)
    state, title, until, doc_id = _find_state(held, at, ranked)
    losers = [_lose(ranked[0], one) for one in ranked[1:]] if state == "plays" else []
    return WhyAnswer(
        at=at,
        medium=lane.medium,
        zones=tuple(sorted(lane.zones or ())),
        state=state,
        title=title,
        doc_id=doc_id,
        entry_id=ranked[0].entry.id if state == "plays" else "",
        until=until,
        rule=losers[0].rule if losers else "",
        losers=tuple(losers),
        waiting=tuple(_list_waiting(timeline, at, lane)) if state in ("plays", "nothing") else (),
        refused=tuple(one for one in refused if is_for(one, lane)),
        filler=state == "plays" and ranked[0].playlist.filler is True,
        next_at=next_at,
        next_title=following.entry.title if following is not None else "",
        unconfirmed=_find_doubt(held, ranked[0]) if state == "plays" else "",
    )


def _find_doubt(held: Sequence[HeldDocument], winner: Occurrence) -> str:
    return find_unconfirmed(held, winner.entry, winner.start_at)


def _list_waiting(timeline: Timeline, at: datetime, lane: Lane) -> Iterator[Waiting]:
    for one in timeline.starting(at, at + DAY, lane.medium, lane.zones):
        since_at = one.asked_at
        if one.entry.start.kind in WAITING and since_at is not None and since_at <= at:
            yield Waiting(
                one.entry.title, one.playlist.doc_id, one.entry.id, since_at, one.start_at
            )


def _lose(winner: Occurrence, loser: Occurrence) -> Rival:
    """The loser, with the rule by which the winner goes before it."""
    rule = describe_rival(winner, loser).rule
    entry, doc_id = loser.entry, loser.playlist.doc_id
    return Rival(entry.title, doc_id, entry.id, loser.start_at, rule)


def _find_state(
    held: Sequence[HeldDocument], at: datetime, ranked: Sequence[Occurrence]
) -> tuple[State, str, datetime | None, str]:
    silence = find_active_silence(held, Now(at, "SYNCED", 0.0))
    emergency = next(iter(list_active_emergencies(held, at)), None)
    if silence is not None and (silence.stops_emergency or emergency is None):
        return "silenced", silence.document.why, silence.end_at, ""
    if emergency is not None:
        return "emergency", emergency.document.event_id, emergency.end_at, emergency.document.doc_id
    if ranked:
        return "plays", ranked[0].entry.title, ranked[0].end_at, ranked[0].playlist.doc_id
    return "nothing", "", None, ""


def _find_next(
    timeline: Timeline, at: datetime, lane: Lane, winner: Occurrence | None
) -> tuple[datetime | None, Occurrence | None]:
    """The next moment at which something else is on, and what it is."""
    coming = timeline.upcoming(at, lane.medium, lane.zones)
    moments = [one.start_at for one in (coming,) if one is not None]
    if winner is not None:
        moments.append(winner.end_at)
    if not moments:
        return None, None
    next_at = min(moments)
    ranked = timeline.contenders(next_at, lane.medium, lane.zones)
    return next_at, next(
        (one for one in ranked if not timeline.is_replaced(one, next_at, lane.medium, lane.zones)),
        None,
    )


def is_for(event: Event, lane: Lane) -> bool:
    """Is an event for an output?"""
    is_here = lane.zones is None or "*" in event.zones or not lane.zones.isdisjoint(event.zones)
    return event.medium == lane.medium and is_here
