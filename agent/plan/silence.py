"""Silence: the kill switch, a state of the box computed from held documents.

Its effect depends on the threshold of the role that issued it. A role of two or more signatures
stops everything, an emergency too, from acceptance until the role lifts it or the document expires,
whatever the clock does meanwhile. A role of one signature only pauses: at most ten minutes from
acceptance, never an emergency, and neither role nor key again within an hour, so that no single key
can silence a station permanently, however many roles it belongs to. Only the role that issued a
silence can lift it, by its newer document in the same slot.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from agent.clock import Now
from agent.contract.accepted import Accepted, HeldDocument, Pause
from agent.contract.document import Silence
from agent.contract.utc import encode_utc, parse_utc
from agent.errors import TrustError
from agent.trust.latched_stop import STOPPING

PAUSE = timedelta(minutes=10)
REST = timedelta(hours=1)


@dataclass(frozen=True)
class ActiveSilence:
    """A silence that is in force.

    Args:
        held: the document with its hash.
        document: the same, typed.
        end_at: when it ends by itself, unless a later moment is attested before that.
        stops_emergency: nothing at all is played or shown; else it is a pause.
    """

    held: HeldDocument
    document: Silence
    end_at: datetime
    stops_emergency: bool

    def is_overdue(self, now: Now) -> bool:
        """Is it over by the clock, but continues because only the time key attests that time?"""
        return parse_utc(self.document.expires) <= now.at


def list_active_silences(held: Iterable[HeldDocument], now: Now) -> list[ActiveSilence]:
    """The silences in force: those that stop everything first, then by the latest end."""
    newest: dict[tuple[str, str], tuple[HeldDocument, Silence]] = {}
    for one in held:
        document = one.document
        if isinstance(document, Silence):
            key = (document.issuer, document.slot)
            former = newest.get(key)
            if former is None or _order(former[1]) < _order(document):
                newest[key] = (one, document)
    found = [
        active
        for one, document in newest.values()
        if document.state == "on" and (active := _activate(one, document, now)) is not None
    ]
    return sorted(found, key=lambda active: (active.stops_emergency, active.end_at), reverse=True)


def find_active_silence(held: Sequence[HeldDocument], now: Now) -> ActiveSilence | None:
    """The strongest silence in force."""
    return next(iter(list_active_silences(held, now)), None)


def _order(document: Silence) -> tuple[int, int]:
    return document.epoch, document.seq


def _activate(one: HeldDocument, document: Silence, now: Now) -> ActiveSilence | None:
    """A stop begins at its acceptance: a clock that reads earlier must not lift it.

    A clock that reads later must not lift it either, because the key that signs the time is online:
    a stop has expired when both the clock and the attested time are past its end.

    A pause has a beginning: if the clock was set back before it, the pause counts as over, never as
    longer. With a clock that is only a lower bound nothing scheduled plays anyway.
    """
    expires = parse_utc(document.expires)
    if one.standing >= STOPPING:
        lag = now.at - (now.attested or now.at)
        end_at = max(expires, expires + lag)
        return ActiveSilence(one, document, end_at, True) if now.at < end_at else None  # noqa: FBT003 - its last field
    end_at = min(expires, one.accepted_at + PAUSE)
    if not one.accepted_at <= now.at < end_at:
        return None
    return ActiveSilence(one, document, end_at, False)  # noqa: FBT003 - its last field


def _is_pause(accepted: Accepted) -> bool:
    """Does it begin a silence with a single signature?"""
    document = accepted.document
    is_on = isinstance(document, Silence) and document.state == "on"
    return is_on and accepted.standing < STOPPING


def next_pause(accepted: Accepted, at: datetime) -> Pause | None:
    """The pause to store for its role and keys when this document is accepted at a moment."""
    if not _is_pause(accepted):
        return None
    return Pause(at, min(parse_utc(accepted.document.expires), at + PAUSE))


def verify_pause(accepted: Accepted, former: Iterable[Pause], now: Now) -> None:
    """Verify that this document may pause now; a pause that arrives late is refused.

    Args:
        accepted: any document.
        former: the last pauses of its role and of each key that signed it.
        now: the box's clock.

    Raises:
        TrustError: E_EXPIRED issued more than ten minutes ago; E_POLICY too soon after the last.
    """
    document = accepted.document
    if not _is_pause(accepted):
        return
    is_trusted = now.quality in ("SYNCED", "HOLDOVER")
    if is_trusted and now.at > parse_utc(document.issued) + PAUSE:
        hint = "a pause is for the ten minutes after its issue"
        raise TrustError("E_EXPIRED", document.doc_id, hint)
    # a clock that was set back before a pause gives no age for it
    rests = [one.end_at + REST for one in former if one.begun_at <= now.at < one.end_at + REST]
    if rests:
        hint = f"this role or key paused already; again at {encode_utc(max(rests))}"
        raise TrustError("E_POLICY", document.doc_id, hint)
