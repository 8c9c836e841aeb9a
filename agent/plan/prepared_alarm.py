"""Held alarms: emergencies that wait in store until somebody presses a local key of their slot.

A held alarm is on while a press of it lasts, and at no other time: from the press until the first
of cancel, expiry, `max_ms`. HeldDocument by several issuers in one slot, a real one goes before an
exercise, then the one that was issued last.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from agent.clock import Now
from agent.contract.accepted import HeldDocument
from agent.contract.document import Emergency
from agent.contract.utc import parse_utc
from agent.plan.emergency import ActiveEmergency, activate, cancelled_by, shows
from agent.plan.occurrence import Medium


@dataclass(frozen=True)
class Press:
    """A key that was pressed, and the alarm that it started.

    Args:
        held: the alarm as it was held at that moment: a newer one does not cut it off.
        document: the same, typed.
        key: the contact's name.
        number: rises with each press of this process.
        at: the moment, by the clock of now: a clock that is set moves it too.
    """

    held: HeldDocument
    document: Emergency
    key: str
    number: int
    at: datetime


def alarm_of(
    held: Sequence[HeldDocument], slot: str, now: Now
) -> tuple[HeldDocument, Emergency] | None:
    """What a press of a key would start now; None when nothing is held for it.

    Without a trusted clock `now` is a lower bound: it cannot tell that an alarm has not begun.

    Args:
        held: accepted documents of any kind.
        slot: the one that the key starts.
        now: the box's clock.
    """
    cancelled = cancelled_by(held)
    is_early = now.quality == "FLOOR"
    found = [
        (one, document)
        for one in held
        if isinstance(document := one.document, Emergency)
        and document.trigger == "key"
        and document.slot == slot
        and not cancelled & {document.event_id, document.doc_id}
        and (is_early or parse_utc(document.not_before) <= now.at)
        and now.at < parse_utc(document.expires)
    ]
    return max(found, key=lambda pair: _rank(pair[1]), default=None)


def _rank(document: Emergency) -> tuple[bool, datetime, int, int, str]:
    issued_at = parse_utc(document.issued)
    return (not document.exercise, issued_at, document.epoch, document.seq, document.doc_id)


def alarm_on(held: Sequence[HeldDocument], press: Press, at: datetime) -> ActiveEmergency | None:
    """The alarm of a press while it lasts.

    Args:
        held: accepted documents of any kind.
        press: what started it.
        at: the moment.
    """
    document = press.document
    if document.trigger != "key" or cancelled_by(held) & {document.event_id, document.doc_id}:
        return None
    active = activate(press.held, document, press.at, press=(press.key, press.number))
    return active if at < active.end_at else None


@dataclass(frozen=True)
class KeyStanding:
    """What a local key would start now.

    Args:
        key: the contact's name.
        slot: the one that it starts.
        document: the alarm; None when nothing is held.
        senses: each sense in which this box's outputs would play it: None, or what it would lack.
    """

    key: str
    slot: str
    document: Emergency | None
    senses: Mapping[Medium, str | None]

    @property
    def is_startable(self) -> bool:
        """Would any output play it? What it lacks keeps nothing of it back."""
        return bool(self.senses)

    @property
    def why_not_whole(self) -> str | None:
        """What keeps it from being played whole."""
        if self.document is None:
            return f"no alarm is held in the slot {self.slot}"
        if not self.senses:
            return f"{self.slot}: there is nothing in it for the outputs of this box"
        return next((f"{self.slot}: {why}" for why in self.senses.values() if why), None)


def senses_of(
    document: Emergency,
    outputs: Collection[Medium],
    why_missing: Callable[[str], str | None],
) -> dict[Medium, str | None]:
    """In which senses a box with such outputs would play an alarm: None, or what it would lack.

    Every alarm is heard: without recorded words, or while they are missing, by the attention signal
    and the built-in line.

    Args:
        document: the alarm.
        outputs: what the box has.
        why_missing: None when a medium is in store, else why it is not.
    """
    found: dict[Medium, str | None] = {}
    digests = [digest for body in document.bodies for digest in body.media or ()]
    if "sound" in outputs:
        found["sound"] = next((why for one in digests if (why := why_missing(one))), None)
    if "picture" in outputs and shows(document):
        found["picture"] = None
    return found
