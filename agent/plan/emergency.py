"""Emergency: a state of the box read from held documents, not an entry of the plan.

An emergency is in force from the moment at which it was accepted until the first of: cancel,
expiry, `max_ms`. What a sound output tells meanwhile is its script
(`play.sound.emergency_sequence`): the attention signal, then all bodies whose words are here,
`repeat` times, with `gap_ms` between rounds. What
stops it for a while is in `silence`; what waits for a local key is never in force by itself: see
`held_alarm`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from agent.contract.accepted import HeldDocument
from agent.contract.document import Cancel, Emergency, EmergencyBody, Medium
from agent.contract.priority import Level
from agent.contract.utc import parse_utc

TWO_TONE_MS = 3_000  # the built-in attention signal, as play/sound/attention_tone.py makes it
SIGNAL_MS = range(3_000, 10_001)  # how long a recorded attention signal may last
# Amplifiers settle and engines are replaced after acceptance: the last word must not be cut off.
SCRIPT_SLACK = timedelta(seconds=10)


@dataclass(frozen=True)
class ActiveEmergency:
    """An emergency that is in force.

    Args:
        held: the document with its hash.
        document: the same, typed.
        start_at: when it began on this box.
        end_at: when it ends at the latest.
        script_ms: attention signal, rounds and gaps together when all its words are here; 0 for
            an emergency without recorded words, whose script has no end.
        press: name of the local key that started it, and which press of this process it was; None
            for an emergency that came to be at once.
    """

    held: HeldDocument
    document: Emergency
    start_at: datetime
    end_at: datetime
    script_ms: int
    press: tuple[str, int] | None = None

    @property
    def level(self) -> Level:
        """What a hand on the box starts goes before what comes from afar."""
        return Level.EMERGENCY if self.press is None else Level.LOCAL_KEY

    @property
    def exercise(self) -> bool:
        """Is it only an exercise?"""
        return self.document.exercise

    def is_telling(self, at: datetime) -> bool:
        """May its sound still be told, had its words been here from the beginning?"""
        script = timedelta(milliseconds=self.script_ms) + SCRIPT_SLACK
        return not self.script_ms or at < self.start_at + script


def emergencies_on(held: Sequence[HeldDocument], at: datetime) -> list[ActiveEmergency]:
    """The emergencies in force: real ones before exercises, then the one that began last.

    Never a held alarm, whatever its age: only a press starts one.

    Args:
        held: accepted documents of any kind.
        at: the moment.
    """
    cancelled = cancelled_by(held)
    found = (
        active
        for one, document in _emergencies(held)
        if not cancelled & {document.event_id, document.doc_id}
        and (active := activate(one, document, _start(one, document, at))).start_at <= at
        and at < active.end_at
    )
    return sorted(found, key=_rank, reverse=True)


def emergency_on(held: Sequence[HeldDocument], at: datetime) -> ActiveEmergency | None:
    """The first of the emergencies in force; arguments as for `emergencies_on`."""
    return next(iter(emergencies_on(held, at)), None)


def cancelled_by(held: Iterable[HeldDocument]) -> frozenset[str]:
    """The events and documents that held cancels of the emergency class name."""
    cancels = (h.document for h in held if isinstance(h.document, Cancel))
    return frozenset(one.cancels for one in cancels if one.class_ == "emergency")


def _emergencies(held: Iterable[HeldDocument]) -> Iterator[tuple[HeldDocument, Emergency]]:
    for one in held:
        if isinstance(one.document, Emergency) and one.document.trigger == "now":
            yield one, one.document


def _rank(active: ActiveEmergency) -> tuple[bool, datetime, int, int, str]:
    document = active.document
    return (not active.exercise, active.start_at, document.epoch, document.seq, document.doc_id)


def activate(
    one: HeldDocument,
    document: Emergency,
    start_at: datetime,
    press: tuple[str, int] | None = None,
) -> ActiveEmergency:
    """An emergency that begins at a moment, with its end; arguments: see there."""
    signed_ms, attention_ms = _attention_ms(document)
    added = timedelta(milliseconds=max(0, attention_ms - signed_ms))
    longest = timedelta(milliseconds=document.max_ms) + added
    script_ms = _script_ms(document, attention_ms)
    script = timedelta(milliseconds=script_ms)
    if script_ms and script <= longest:  # it was signed to be told whole
        longest = max(longest, script + SCRIPT_SLACK)
    end_at = min(parse_utc(document.expires), start_at + longest)
    return ActiveEmergency(one, document, start_at, end_at, script_ms, press)


def _script_ms(document: Emergency, attention_ms: int) -> int:
    durations = {m.sha256: m.duration_ms for m in document.media}
    round_ms = sum(durations.get(d, 0) for body in document.bodies for d in body.media or ())
    if not round_ms:
        return 0
    return attention_ms + round_ms * document.repeat + document.gap_ms * (document.repeat - 1)


def _attention_ms(document: Emergency) -> tuple[int, int]:
    """The length of the attention signal as signed, and the longest that may sound instead."""
    if document.attention is None:
        return 0, TWO_TONE_MS
    if document.attention == "two-tone":
        return TWO_TONE_MS, TWO_TONE_MS
    signal = recorded_signal(document)
    # one that breaks off is followed by the built-in one
    return (signal.duration_ms, signal.duration_ms + TWO_TONE_MS) if signal else (0, TWO_TONE_MS)


def recorded_signal(document: Emergency) -> Medium | None:
    """The emergency's own attention signal; None where the built-in one is to sound."""
    of_its_own = (m for m in document.media if m.sha256 == document.attention)
    return next((m for m in of_its_own if m.duration_ms in SIGNAL_MS), None)


def shows(document: Emergency) -> bool:
    """Has it text for a board?"""
    return any(shown_text(body) for body in document.bodies)


def shown_text(body: EmergencyBody) -> str | None:
    """What a board shows of a body: what is to be said, where nothing was written to be shown."""
    return (body.text.show or body.text.say) if body.text is not None else None


def _start(one: HeldDocument, document: Emergency, at: datetime) -> datetime:
    """When it began here: acceptance, but not before its own beginning.

    A box without a trusted clock accepts an emergency that its nonce proves fresh; its own time
    then lies before `not_before`, and the moment of acceptance is all that it has.
    """
    not_before_at = parse_utc(document.not_before)
    return one.accepted_at if at < not_before_at else max(one.accepted_at, not_before_at)
