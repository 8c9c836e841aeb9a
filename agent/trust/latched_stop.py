"""A stop is latched: a silence with two or more signatures is verified once, when it is accepted.

It stays in force wherever the box is moved, whatever keys its role gets, and however old the
authority becomes. It ends only with its right: when the delegator removes the role, or removes its
right to silence both the place where the stop was accepted and the place where the box is now. So
the role can lift the stop as long as it is in force. The exception is a role that is defined in a
file which a moved box no longer pulls: such a role is not known to be removed.
"""

from __future__ import annotations

from collections.abc import Mapping

from agent.contract.accepted import HeldDocument
from agent.contract.document import Document, Silence
from agent.contract.ids import Place, is_match
from agent.errors import TrustError
from agent.trust.authority import Authority
from agent.trust.authorization import verify_authorization
from agent.trust.role import Role

STOPPING = 2  # signatures: as many as an emergency needs
# Where each latched silence was accepted, by issuer and slot.
Latches = Mapping[tuple[str, str], Place]


def find_latch_place(held: HeldDocument) -> Place | None:
    """Where a document was accepted, if it is a stop or the lifting of one; else None."""
    is_stop = isinstance(held.document, Silence) and held.standing >= STOPPING
    return held.accepted_in if is_stop else None


def find_lifted_latch_place(document: Document, latches: Latches) -> Place | None:
    """Where the stop that a document lifts was accepted; None if it lifts none."""
    if isinstance(document, Silence) and document.state == "off":
        return latches.get((document.issuer, document.slot))
    return None


def find_verification_place(
    document: Document, role: Role, place: Place | None, latches: Latches
) -> Place | None:
    """The place at which a document is verified: a lifting also where its stop was accepted.

    Args:
        document: its schema is valid.
        role: the one that issued it.
        place: the box's place now.
        latches: the stops on this box.
    """
    former = find_lifted_latch_place(document, latches)
    if former is not None and role.covers(document.class_, str(former)):
        place = former if any(is_match(pattern, former) for pattern in document.to) else place
    return place


def verify_latched(
    document: Document, accepted_in: Place, place: Place | None, authority: Authority
) -> None:
    """Verify that the right behind a stop still exists.

    Args:
        document: the stop, accepted before.
        accepted_in: the place for which it was accepted.
        place: the box's place now.
        authority: the authority in force.

    Raises:
        TrustError: E_ROLE its role is gone; E_SCOPE it may silence nothing here any more.
    """
    role = authority.roles.get(document.issuer)
    if role is None:
        if _is_gone(document.issuer, accepted_in, authority):
            raise TrustError("E_ROLE", document.doc_id, f"{document.issuer} was removed")
        return
    if role.unknown:  # a limit that this box does not know must not end a stop
        return
    try:
        verify_authorization(document, role, [str(accepted_in)])
    except TrustError:
        if place in (None, accepted_in):
            raise
        verify_authorization(document, role, [str(place)])


def _is_gone(name: str, accepted_in: Place, authority: Authority) -> bool:
    """Is an unknown role removed, and not only defined in a file that this box does not hold?"""
    if "targets" not in authority.versions:  # pinned: all roles are in one file
        return True
    above, _, _ = name.rpartition(".")
    parent = authority.roles.get(above)
    if parent is None:
        return "." not in above or _is_gone(above, accepted_in, authority)
    here = str(accepted_in)
    may_delegate = parent.unknown or all(
        parent.covers(class_, here) for class_ in ("authority", "silence")
    )
    return parent.name in authority.versions or not may_delegate
