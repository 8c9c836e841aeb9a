"""The emergencies in force: a state of the box computed from held documents, not planned entries.

An emergency is in force from the moment at which it was accepted until the first of: cancel,
expiry, `max_ms`. A sound output plays its sequence meanwhile
(`play.sound.emergency_sequence`): the attention signal, then all bodies whose words are in store,
`repeat` times, with `gap_ms` between rounds. `silence` can stop it for a while. An alarm that waits
for a local key is never in force by itself: see `prepared_alarm`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from msgspec import UNSET

from agent.contract.accepted import HeldDocument
from agent.contract.document import Cancel, Emergency, EmergencyBody, Medium
from agent.contract.priority import Level
from agent.contract.utc import parse_utc

TWO_TONE_MS = 3_000  # the built-in attention signal, as play/sound/attention_tone.py makes it
SIGNAL_MS = range(3_000, 10_001)  # how long a recorded attention signal may last
# Amplifiers settle and engines restart after acceptance: the last word must not be cut off.
SEQUENCE_SLACK = timedelta(seconds=10)


@dataclass(frozen=True)
class ActiveEmergency:
    """An emergency that is in force.

    Args:
        held: the document with its hash.
        document: the same, typed.
        start_at: when it began on this box.
        end_at: when it ends at the latest.
        sequence_ms: attention signal, rounds and gaps together when all words are in store; 0 for
            an emergency without recorded words, whose sequence has no end.
        press: name of the local key that started it, and the number of the press in this process;
            None for an emergency that no key started.
    """

    held: HeldDocument
    document: Emergency
    start_at: datetime
    end_at: datetime
    sequence_ms: int
    press: tuple[str, int] | None = None

    @property
    def level(self) -> Level:
        """The level; an emergency started by a local key has priority over a remote one."""
        return Level.EMERGENCY if self.press is None else Level.LOCAL_KEY

    @property
    def exercise(self) -> bool:
        """Is it an exercise?"""
        return self.document.exercise

    def is_playing(self, at: datetime) -> bool:
        """Would its sound still be playing if its words had been in store from the beginning?"""
        sequence = timedelta(milliseconds=self.sequence_ms) + SEQUENCE_SLACK
        return not self.sequence_ms or at < self.start_at + sequence


def list_active_emergencies(held: Sequence[HeldDocument], at: datetime) -> list[ActiveEmergency]:
    """The emergencies in force: real ones before exercises, then the one that began last.

    Never a prepared alarm, whatever its age: only a press starts one.

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


def find_active_emergency(held: Sequence[HeldDocument], at: datetime) -> ActiveEmergency | None:
    """The first of the emergencies in force; arguments as for `list_active_emergencies`."""
    return next(iter(list_active_emergencies(held, at)), None)


def cancelled_by(held: Iterable[HeldDocument]) -> frozenset[str]:
    """The events and documents named by held cancels of the emergency class."""
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
    """An emergency that begins at a moment, with its end; arguments as in `ActiveEmergency`."""
    signed_ms, attention_ms = _attention_ms(document)
    added = timedelta(milliseconds=max(0, attention_ms - signed_ms))
    longest = timedelta(milliseconds=document.max_ms) + added
    sequence_ms = _sequence_ms(document, attention_ms)
    sequence = timedelta(milliseconds=sequence_ms)
    if sequence_ms and sequence <= longest:  # it was signed to be played completely
        longest = max(longest, sequence + SEQUENCE_SLACK)
    end_at = min(parse_utc(document.expires), start_at + longest)
    return ActiveEmergency(one, document, start_at, end_at, sequence_ms, press)


def _sequence_ms(document: Emergency, attention_ms: int) -> int:
    durations = {m.sha256: m.duration_ms for m in document.media}
    round_ms = sum(_words_ms(body, durations) for body in document.bodies)
    if not round_ms:
        return 0
    return attention_ms + round_ms * document.repeat + document.gap_ms * (document.repeat - 1)


def _words_ms(body: EmergencyBody, durations: Mapping[str, int]) -> int:
    """The longer of a body's recording and of the phrases that may be played in its place."""
    phrases = [] if body.phrases is UNSET else body.phrases
    forms = (body.media or [], phrases)
    return max(sum(durations.get(digest, 0) for digest in form) for form in forms)


def _attention_ms(document: Emergency) -> tuple[int, int]:
    """The length of the attention signal as signed, and the longest that may sound in its place."""
    if document.attention is None:
        return 0, TWO_TONE_MS
    if document.attention == "two-tone":
        return TWO_TONE_MS, TWO_TONE_MS
    signal = recorded_signal(document)
    # a recorded signal that breaks off is followed by the built-in one
    return (signal.duration_ms, signal.duration_ms + TWO_TONE_MS) if signal else (0, TWO_TONE_MS)


def recorded_signal(document: Emergency) -> Medium | None:
    """The emergency's own attention signal; None if the built-in one is used."""
    of_its_own = (m for m in document.media if m.sha256 == document.attention)
    return next((m for m in of_its_own if m.duration_ms in SIGNAL_MS), None)


def has_shown_text(document: Emergency) -> bool:
    """Has it text for a board?"""
    return any(shown_text(body) for body in document.bodies)


def shown_text(body: EmergencyBody) -> str | None:
    """The text of a body for a board: the spoken text, if there is no text for display."""
    return (body.text.show or body.text.say) if body.text is not None else None


def _start(one: HeldDocument, document: Emergency, at: datetime) -> datetime:
    """When it began on this box: at acceptance, but not before its `not_before`.

    A box without a trusted clock accepts an emergency that its nonce proves fresh; the box's own
    time may then lie before `not_before`, and only the moment of acceptance is known.
    """
    not_before_at = parse_utc(document.not_before)
    return one.accepted_at if at < not_before_at else max(one.accepted_at, not_before_at)
