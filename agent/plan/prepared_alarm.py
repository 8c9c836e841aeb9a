"""Prepared alarms: emergencies in store that start when somebody presses a local key of their slot.

A prepared alarm is in force only from a press until the first of cancel, expiry, `max_ms`. If
several issuers have one in the same slot, a real one goes before an exercise, then the one that was
issued last.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from agent.clock import Now
from agent.contract.accepted import HeldDocument
from agent.contract.document import Emergency
from agent.contract.utc import parse_utc
from agent.plan.emergency import ActiveEmergency, activate, cancelled_by, has_shown_text
from agent.plan.occurrence import Medium


@dataclass(frozen=True)
class Press:
    """The press of a key, and the alarm that it started.

    Args:
        held: the alarm as it was at that moment: a newer one does not end it.
        document: the same, typed.
        key: the input's name.
        number: increases with each press in this process.
        at: the moment, by the present clock: setting the clock moves it too.
    """

    held: HeldDocument
    document: Emergency
    key: str
    number: int
    at: datetime


def find_alarm(
    held: Sequence[HeldDocument], slot: str, now: Now
) -> tuple[HeldDocument, Emergency] | None:
    """The alarm that a press of a key would start now; None when its slot is empty.

    Without a trusted clock `now` is a lower bound and cannot show that an alarm has not begun.

    Args:
        held: accepted documents of any kind.
        slot: of the key.
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


def find_active_alarm(
    held: Sequence[HeldDocument], press: Press, at: datetime
) -> ActiveEmergency | None:
    """The alarm of a press while it is in force.

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
class KeyAlarm:
    """The alarm that a local key would start now.

    Args:
        key: the input's name.
        slot: of the key.
        document: the alarm; None when the slot is empty.
        missing_media: medium in which this box would play it → None, or why a file is missing.
    """

    key: str
    slot: str
    document: Emergency | None
    missing_media: Mapping[Medium, str | None]

    @property
    def is_startable(self) -> bool:
        """Would any output play it? Missing files do not prevent the rest."""
        return bool(self.missing_media)

    @property
    def why_incomplete(self) -> str | None:
        """The reason why it cannot be played completely."""
        if self.document is None:
            return f"no alarm is prepared in the slot {self.slot}"
        if not self.missing_media:
            return f"{self.slot}: there is nothing in it for the outputs of this box"
        return next((f"{self.slot}: {why}" for why in self.missing_media.values() if why), None)


def find_missing_media(
    document: Emergency,
    outputs: Collection[Medium],
    why_missing: Callable[[str], str | None],
) -> dict[Medium, str | None]:
    """The media in which a box would play an alarm → None, or why a file is missing.

    Every alarm is heard: without recorded words, or while they are missing, the attention signal
    and the built-in line sound.

    Args:
        document: the alarm.
        outputs: the media of the box's outputs.
        why_missing: None when a file is in store, else the reason why it is not.
    """
    found: dict[Medium, str | None] = {}
    digests = [digest for body in document.bodies for digest in body.media or ()]
    if "sound" in outputs:
        found["sound"] = next((why for one in digests if (why := why_missing(one))), None)
    if "picture" in outputs and has_shown_text(document):
        found["picture"] = None
    return found
