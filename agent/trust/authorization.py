"""A document must lie within every link of its role's chain; a child only narrows its parent."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import UNSET

from agent.contract.document import Document, Playlist, StreamGrant
from agent.contract.utc import parse_utc
from agent.errors import TrustError
from agent.trust.broadcast_hours import (
    ALL_DAY,
    DAY_MIN,
    MINUTE_MS,
    clock_ms,
    is_inside,
    length_ms,
    local_ms,
    sun_span_ms,
)
from agent.trust.role import RANK, Role
from agent.trust.scope import is_covered, right_of

# They begin when something else has ended, which nobody knows who signs them.
OPEN_STARTS = frozenset({"after", "next"})


def verify_authorization(document: Document, role: Role, targets: Iterable[str]) -> None:
    """Verify critical limits, kind, epoch, paths, priority and hours.

    Args:
        document: signatures verified, schema valid, issued by `role`.
        role: with its chain.
        targets: the places, or patterns of places, for which the document would apply here.

    Raises:
        TrustError: E_UNSUPPORTED, E_SCOPE, E_PRIO or E_HOURS.
    """
    if role.unknown:
        hint = f"unknown critical limit: {', '.join(role.unknown)}"
        raise TrustError("E_UNSUPPORTED", document.doc_id, hint)
    if right_of(document.kind) not in role.kinds:
        raise TrustError("E_SCOPE", document.doc_id, f"{role.name} may not sign {document.kind}")
    if document.epoch > role.epoch:
        hint = f"epoch {document.epoch} is above the epoch {role.epoch} of {role.name}"
        raise TrustError("E_SCOPE", document.doc_id, hint)
    for target in targets:
        for link in role.chain:
            if not is_covered(link.paths, document.class_, target):
                path = f"{document.class_}/{target}"
                raise TrustError("E_SCOPE", document.doc_id, f"{link.name} does not cover {path}")
    _verify_priority(document, role)
    if role.minutes != ALL_DAY and document.class_ != "emergency":
        _verify_hours(document, role)


def _verify_priority(document: Document, role: Role) -> None:
    rank = RANK.get(document.class_)  # config, command and silence make no sound
    if rank is None:
        return
    for link in role.chain:
        if rank > RANK[link.priority_max]:
            hint = f"{link.name} is limited to {link.priority_max}"
            raise TrustError("E_PRIO", document.doc_id, hint)


def _verify_hours(document: Document, role: Role) -> None:
    """Every start and, where it is known, every end of an item lies within the role's hours."""
    if isinstance(document, StreamGrant):
        start, end = parse_utc(document.not_before), parse_utc(document.expires)
        lasts_ms = int((end - start).total_seconds() * 1000)
        if not is_inside(role.minutes, local_ms(start), lasts_ms):
            raise _outside(document, role, "live")
    if isinstance(document, Playlist) and not _is_plainly_inside(document, role):
        _verify_entries(document, role)


def _is_plainly_inside(playlist: Playlist, role: Role) -> bool:
    """Are all entries within one window of the role's hours? A quick check for the usual case."""
    entries = playlist.entries
    starts = [text for entry in entries for text in entry.when.at]
    if not starts or OPEN_STARTS & {entry.start.kind for entry in entries}:
        return not entries
    if any(entry.when.sun is not UNSET for entry in entries):
        return False
    first_ms = clock_ms(min(starts))  # clock times compare as text
    last_ms = clock_ms(max(starts)) - first_ms
    if is_inside(role.minutes, first_ms, last_ms + _max_length_ms(playlist)):
        return True
    duration_of = {medium.sha256: medium.duration_ms for medium in playlist.media}
    longest_ms = max([length_ms(entry, duration_of) for entry in entries])
    return is_inside(role.minutes, first_ms, last_ms + longest_ms)


def _max_length_ms(playlist: Playlist) -> int:
    """An upper bound of the entries' lengths; quicker to find than each length."""
    bodies = [entry.body for entry in playlist.entries]
    starts_ms = max([entry.start.ms or 0 for entry in playlist.entries])
    relay_ms = max([entry.max_ms or 0 for entry in playlist.entries])
    if any(body.scene for body in bodies):
        return DAY_MIN * MINUTE_MS
    medium_ms = max([medium.duration_ms for medium in playlist.media], default=0)
    files = max([len(body.media or ()) for body in bodies])
    rounds = max([body.repeat for body in bodies])
    gaps_ms = max([body.gap_ms for body in bodies])
    return starts_ms + max((files * medium_ms + gaps_ms) * rounds, relay_ms)


def _verify_entries(playlist: Playlist, role: Role) -> None:
    duration_of = {medium.sha256: medium.duration_ms for medium in playlist.media}
    for entry in playlist.entries:
        if entry.start.kind in OPEN_STARTS:
            raise _outside(playlist, role, entry.id)
        lasts_ms = length_ms(entry, duration_of)
        for text in entry.when.at:
            if not is_inside(role.minutes, clock_ms(text), lasts_ms):
                raise _outside(playlist, role, f"{entry.id} at {text}")
        for one in () if entry.when.sun is UNSET else entry.when.sun:
            first_ms, last_ms = sun_span_ms(one)
            if not is_inside(role.minutes, first_ms, last_ms - first_ms + lasts_ms):
                raise _outside(playlist, role, f"{entry.id} at {one.event}")


def _outside(document: Document, role: Role, what: str) -> TrustError:
    hours = " and ".join(
        f"{link.name} {', '.join(link.hours)}" for link in role.chain if link.hours
    )
    return TrustError("E_HOURS", document.doc_id, f"{what} is outside the hours of {hours}")
