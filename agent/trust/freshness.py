"""The times of a document: too early, expired, too long-lived, or not proved fresh."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from agent.clock import Now
from agent.contract.document import (
    CARRIED,
    Cancel,
    Document,
    Emergency,
    StreamGrant,
    TimeReply,
)
from agent.contract.ids import BASE_SLOT, KEY_SLOT
from agent.contract.utc import parse_utc
from agent.errors import TrustError
from agent.trust.authority import Authority, Grade
from agent.trust.role import Role

DAY = timedelta(days=1)
EARLY = timedelta(minutes=5)
EMERGENCY_WINDOW = timedelta(minutes=30)  # two people sign, one after the other, at night
BASE_LIFETIME = 400 * DAY
PRIORITY_LIFETIME = 14 * DAY
PREPARED_ALARM_LIFETIME = 400 * DAY  # as a station-config: both may wait for more than a year
# Longest time from `issued` to `expires`; a role's own limit only shortens it.
LIFETIME_OF_KIND: dict[str, timedelta] = {
    "playlist": 45 * DAY,
    "emergency": timedelta(hours=2),
    "cancel": 400 * DAY,  # must outlive what it cancels
    "silence": 45 * DAY,
    "stream-grant": timedelta(minutes=10),
    "station-config": 400 * DAY,
    "command": DAY,
    "head": DAY,
    "time": timedelta(hours=1),
    "ack": 30 * DAY,
    "calendar": 400 * DAY,
}


def longest_lifetime(document: Document) -> timedelta:
    """The contract's longest lifetime for this kind, class and slot."""
    if document.kind == "playlist":
        if document.class_ == "priority":
            return PRIORITY_LIFETIME
        if document.slot == BASE_SLOT:
            return BASE_LIFETIME
    if isinstance(document, Emergency) and document.trigger == "key":
        return PREPARED_ALARM_LIFETIME
    return LIFETIME_OF_KIND[document.kind]


def longest_life(kind: str, slot: str) -> timedelta:
    """The longest that any document of a kind in a slot may live."""
    if (kind == "playlist" and slot == BASE_SLOT) or (kind == "emergency" and KEY_SLOT.match(slot)):
        return max(BASE_LIFETIME, PREPARED_ALARM_LIFETIME)
    return LIFETIME_OF_KIND[kind]


def _is_fresh(document: Document, now: Now, nonces: Collection[str], *, is_attested: bool) -> bool:
    """Was the document signed recently? A nonce of this box proves it at any clock quality.

    A time that a stick brings answers no question: it proves what is past and nothing else. A
    prepared alarm need not be fresh: the box's key starts it, not its arrival. A live stream that
    is played again is as old as its grant, so a grant must be shown not to have expired.
    """
    if isinstance(document, TimeReply):
        return document.nonce in nonces or document.nonce == CARRIED
    if isinstance(document, Emergency) and document.trigger == "now":
        if _answers(document, nonces) or (is_attested and _is_surely_in_force(document, now)):
            return True
        return now.is_trusted and abs(now.at - parse_utc(document.issued)) <= EMERGENCY_WINDOW
    if isinstance(document, StreamGrant):
        if now.is_trusted:
            return True
        return document.class_ == "emergency" and is_attested and _is_surely_in_force(document, now)
    return True


def _answers(document: Emergency, nonces: Collection[str]) -> bool:
    return document.nonce is not None and document.nonce in nonces


def _is_surely_in_force(document: Emergency | StreamGrant, now: Now) -> bool:
    """Is it still in force at the latest possible moment of now? Only a signed time proves it."""
    expires = parse_utc(document.expires)
    if now.is_trusted:
        return now.at + timedelta(seconds=now.error_s or 0.0) < expires
    return now.latest is not None and now.latest < expires


def verify_freshness(
    document: Document,
    role: Role,
    now: Now,
    nonces: Collection[str],
    *,
    is_attested: bool = False,
    held: bool,
) -> None:
    """Verify the document's times.

    Without a trusted clock the floor alone can prove that a document has expired, and nothing can
    prove that it is early. Such documents are accepted; the plan keeps them silent. The signed time
    is verified by the box's nonce alone: a wrong clock must not refuse the message that corrects
    it.

    Args:
        document: signatures verified, schema valid.
        role: the one that issued it.
        now: the box's clock.
        nonces: the open nonces of this box.
        is_attested: a head that answers one of them lists this emergency as in force.
        held: the box already holds this document, so it need not be fresh again.

    Raises:
        TrustError: E_EXPIRED, E_NOTYET, E_TTL or E_TIME.
    """
    issued, expires = parse_utc(document.issued), parse_utc(document.expires)
    is_time = isinstance(document, TimeReply)
    if now.is_past(expires) and not is_time:
        raise TrustError("E_EXPIRED", document.doc_id, f"expired at {document.expires}")
    if now.is_trusted and not is_time and issued > now.at + EARLY:
        raise TrustError("E_NOTYET", document.doc_id, f"issued in the future, {document.issued}")
    limit = min(longest_lifetime(document), timedelta(seconds=role.max_ttl_s))
    if expires - issued > limit:
        raise TrustError("E_TTL", document.doc_id, f"lives longer than {limit}")
    if not held and not _is_fresh(document, now, nonces, is_attested=is_attested):
        raise TrustError("E_TIME", document.doc_id, f"not proved fresh (clock {now.quality})")


def grade_for(document: Document, authority: Authority, now: Now, nonces: Collection[str]) -> Grade:
    """How fresh the authority is for this document.

    A clock that is only a lower bound cannot distinguish fresh files from old ones. An answer to a
    nonce of this box can: the signed time, even if it came too late to set the clock, or else the
    emergency itself, which two people dated after the box had asked.
    """
    grade = authority.grade(now)
    if grade is Grade.FRESH or now.is_trusted:
        return grade
    if now.latest is not None:
        return min(grade, authority.grade(Now(now.latest, "SYNCED", 0.0)))
    if isinstance(document, Emergency) and _answers(document, nonces):
        issued = max(parse_utc(document.issued), now.past or now.at)
        return min(grade, authority.grade(Now(issued, "SYNCED", 0.0)))
    return grade


def verify_grade(document: Document, grade: Grade) -> None:
    """Verify that authority of this grade may still bring a new document.

    Time and receipts always may: they make no sound, and without the time the box cannot recover.

    Raises:
        TrustError: E_STALE.
    """
    if document.kind in ("time", "ack") or grade is Grade.FRESH:
        return
    if grade is Grade.EXPIRED:
        raise TrustError("E_STALE", document.doc_id, "the authority metadata has expired")
    if document.class_ == "emergency" and not isinstance(document, Cancel):
        raise TrustError("E_STALE", document.doc_id, "authority metadata older than 48 h")
