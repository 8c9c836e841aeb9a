"""A stop is latched: a silence of two or more signatures is judged once, when it is accepted.

It stands wherever the box is moved, whatever keys its role is given, and however old the authority
becomes. It falls with the right behind it alone: when whoever delegates takes the role away, or
its right to silence both where the stop was accepted and where the box is now. As long as it
stands, its role can therefore lift it, unless the role is written in a file that a box which moved
away does not pull any more: such a role is not known to be gone.
"""

from __future__ import annotations

from collections.abc import Mapping

from agent.contract.accepted import HeldDocument
from agent.contract.document import Document, Silence
from agent.contract.ids import Place, is_match
from agent.errors import TrustError
from agent.trust.authority import Authority
from agent.trust.authorization import verify_entitlement
from agent.trust.role import Role

STOPPING = 2  # signatures: as many as an emergency needs
# Where each latched silence was accepted, by issuer and slot.
Latches = Mapping[tuple[str, str], Place]


def latched_in(held: HeldDocument) -> Place | None:
    """Where a document was accepted, if it is a stop or what has lifted one."""
    is_stop = isinstance(held.document, Silence) and held.standing >= STOPPING
    return held.accepted_in if is_stop else None


def lifted_in(document: Document, latches: Latches) -> Place | None:
    """Where the stop was accepted that a document lifts, if it does."""
    if isinstance(document, Silence) and document.state == "off":
        return latches.get((document.issuer, document.slot))
    return None


def judged_in(
    document: Document, role: Role, place: Place | None, latches: Latches
) -> Place | None:
    """The place at which a document is judged: a lifting also where its stop was accepted.

    Args:
        document: of sound schema.
        role: the one that issued it.
        place: the box's now.
        latches: the stops on this box.
    """
    former = lifted_in(document, latches)
    if former is not None and role.covers(document.class_, str(former)):
        place = former if any(is_match(pattern, former) for pattern in document.to) else place
    return place


def verify_latched(
    document: Document, accepted_in: Place, place: Place | None, authority: Authority
) -> None:
    """Judge whether somebody still stands behind a stop.

    Args:
        document: accepted once.
        accepted_in: the place for which it was.
        place: the box's now.
        authority: who may sign what now.

    Raises:
        TrustError: E_ROLE its role is gone; E_SCOPE it may silence nothing here any more.
    """
    role = authority.roles.get(document.issuer)
    if role is None:
        if _is_gone(document.issuer, accepted_in, authority):
            raise TrustError("E_ROLE", document.doc_id, f"{document.issuer} was taken away")
        return
    if role.unknown:  # a limit that this box does not know must not end a stop
        return
    try:
        verify_entitlement(document, role, [str(accepted_in)])
    except TrustError:
        if place in (None, accepted_in):
            raise
        verify_entitlement(document, role, [str(place)])


def _is_gone(name: str, accepted_in: Place, authority: Authority) -> bool:
    """Is an unknown role taken away, and not only written in a file that is not here?"""
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
