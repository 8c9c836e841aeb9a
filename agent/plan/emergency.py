"""Emergency: a state of the box read from held documents, not an entry of the plan.

An emergency is on from the moment at which it was accepted until the first of: cancel, expiry,
`max_ms`, the end of its script. Script: the attention signal once, then all bodies in order,
`repeat` times, with `gap_ms` between rounds. What stops it for a while is in `silence`; what waits
for a local key is never on by itself: see `held_alarm`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from agent.contract.document import Cancel, Emergency, EmergencyBody
from agent.contract.moment import parse_utc
from agent.plan.level import Level
from agent.plan.occurrence import Held, Medium

TWO_TONE_MS = 3_000  # the built-in attention signal, as play/attention.py makes it
# Amplifiers settle and engines are replaced after acceptance: the last word must not be cut off.
SCRIPT_SLACK = timedelta(seconds=10)


@dataclass(frozen=True)
class ActiveEmergency:
    """An emergency that is on.

    Args:
        held: the document with its hash.
        document: the same, typed.
        start_at: when it began on this box.
        end_at: when it ends at the latest.
        attention_ms: length of the attention signal.
        round_ms: length of all bodies' sound once; 0 when it has no recorded sound.
        script_ms: attention, rounds and gaps together; 0 when it has no recorded sound.
        bodies: what is told of it: all, or those whose sound is here while others' is awaited.
        press: name of the local key that started it, and which press of this process it was; None
            for an emergency that came to be at once.
    """

    held: Held
    document: Emergency
    start_at: datetime
    end_at: datetime
    attention_ms: int
    round_ms: int
    script_ms: int
    bodies: Sequence[EmergencyBody]
    press: tuple[str, int] | None = None

    @property
    def level(self) -> Level:
        """What a hand on the box starts goes before what comes from afar."""
        return Level.EMERGENCY if self.press is None else Level.LOCAL_KEY

    @property
    def is_whole(self) -> bool:
        """Is all of it told?"""
        return len(self.bodies) == len(self.document.bodies)

    @property
    def exercise(self) -> bool:
        """Is it only an exercise?"""
        return self.document.exercise


def emergency_on(
    held: Sequence[Held], at: datetime, medium: Medium | None = None
) -> ActiveEmergency | None:
    """The emergency in force: a real one before an exercise, then the one that began last.

    Never a held alarm, whatever its age: only a press starts one.

    Args:
        held: accepted documents of any kind.
        at: the moment.
        medium: with `sound` an emergency with shown text is over when its sound is; with `picture`
            it lasts until cancel, expiry or `max_ms`; None: while either lasts.
    """
    cancelled = cancelled_by(held)
    found = (
        active
        for one, document in _emergencies(held)
        if not cancelled & {document.event_id, document.doc_id}
        and (active := activate(one, document, _start(one, document, at), medium)).start_at <= at
        and at < active.end_at
    )
    return max(found, key=_rank, default=None)


def cancelled_by(held: Iterable[Held]) -> frozenset[str]:
    """The events and documents that held cancels of the emergency class name."""
    cancels = (h.document for h in held if isinstance(h.document, Cancel))
    return frozenset(one.cancels for one in cancels if one.class_ == "emergency")


def _emergencies(held: Iterable[Held]) -> Iterator[tuple[Held, Emergency]]:
    for one in held:
        if isinstance(one.document, Emergency) and one.document.trigger == "now":
            yield one, one.document


def _rank(active: ActiveEmergency) -> tuple[bool, datetime, int, int, str]:
    document = active.document
    return (not active.exercise, active.start_at, document.epoch, document.seq, document.doc_id)


def activate(
    one: Held,
    document: Emergency,
    start_at: datetime,
    medium: Medium | None,
    *,
    bodies: Sequence[EmergencyBody] | None = None,
    press: tuple[str, int] | None = None,
) -> ActiveEmergency:
    """An emergency that begins at a moment, with its end; arguments as `emergency_on` has them."""
    bodies = document.bodies if bodies is None else bodies
    durations = {m.sha256: m.duration_ms for m in document.media}
    attention_ms = _attention_ms(document.attention, durations)
    round_ms = sum(durations.get(d, 0) for body in bodies for d in body.media or ())
    rounds_ms = round_ms * document.repeat + document.gap_ms * (document.repeat - 1)
    script_ms = attention_ms + rounds_ms if round_ms else 0
    end_at = min(parse_utc(document.expires), start_at + timedelta(milliseconds=document.max_ms))
    if script_ms and (medium == "sound" or not shows(document)):
        end_at = min(end_at, start_at + timedelta(milliseconds=script_ms) + SCRIPT_SLACK)
    return ActiveEmergency(
        one, document, start_at, end_at, attention_ms, round_ms, script_ms, bodies, press
    )


def _attention_ms(attention: str | None, durations: dict[str, int]) -> int:
    if attention is None:
        return 0
    return TWO_TONE_MS if attention == "two-tone" else durations.get(attention, 0)


def shows(document: Emergency) -> bool:
    """Has it text for a board?"""
    return any(body.text is not None and body.text.show is not None for body in document.bodies)


def _start(one: Held, document: Emergency, at: datetime) -> datetime:
    """When it began here: acceptance, but not before its own beginning.

    A box without a trusted clock accepts an emergency that its nonce proves fresh; its own time
    then lies before `not_before`, and the moment of acceptance is all that it has.
    """
    not_before_at = parse_utc(document.not_before)
    accepted_at: datetime | None = getattr(one, "accepted_at", None)
    if accepted_at is None:
        return not_before_at
    return accepted_at if at < not_before_at else max(accepted_at, not_before_at)
