"""Which held documents are still authorised after authority, place or clock have changed."""

from __future__ import annotations

from agent.clock import Now
from agent.contract.accepted import HeldDocument
from agent.contract.ids import Place, StationId
from agent.errors import TrustError
from agent.trust.authority import Authority
from agent.trust.current_authority import AuthorityInForce
from agent.trust.latched_stop import find_latch_place, verify_latched
from agent.trust.verify import reverify

# The plan handles a document's start and end, so these refusals are not reported.
_LEFT_TO_PLAN = frozenset({"E_EXPIRED"})
_FOR_THE_MOMENT = frozenset({"E_NOTYET"})


class Revalidation:
    """Verifies each held document once for each state of authority, place and clock.

    Args:
        authority: in force; a new object in it discards all earlier verdicts.
        station: the box's own id.
    """

    def __init__(self, authority: AuthorityInForce, station: StationId) -> None:
        self._authority = authority
        self._station = station
        self._state: tuple[Authority, str] | None = None
        self._verdicts: dict[tuple[str, Place | None], TrustError | None] = {}
        self._reported: set[tuple[str, str]] = set()
        self._lost: list[tuple[HeldDocument, TrustError]] = []

    def is_entitled(self, held: HeldDocument, place: Place | None, now: Now) -> bool:
        """May it be in force? One that may not is kept, and `newly_revoked` returns it once.

        For a stop only the right behind it is verified: see `latched_stop`.

        While no signing role is known, because the box has only a root, every verdict stays.
        """
        if not self._authority.knows_signers(now):
            return True
        state = (self._authority.current, now.quality)
        if state != self._state:
            self._state, self._verdicts = state, {}
        key = (held.sha256, place)
        if key not in self._verdicts:
            self._verdicts[key] = self._reverify(held, place, now)
        error = self._verdicts[key]
        if error is None:
            return True
        if error.code in _FOR_THE_MOMENT:
            del self._verdicts[key]
        if (held.sha256, error.code) not in self._reported:
            self._reported.add((held.sha256, error.code))
            self._lost.append((held, error))
        return False

    def newly_revoked(self) -> list[tuple[HeldDocument, TrustError]]:
        """Documents found out of force since the last call, each with its reason."""
        lost, self._lost = self._lost, []
        return lost

    def _reverify(self, held: HeldDocument, place: Place | None, now: Now) -> TrustError | None:
        try:
            accepted_in = find_latch_place(held)
            if accepted_in is not None:
                verify_latched(held.document, accepted_in, place, self._authority)
                return None
            reverify(held.envelope, held.document.kind, self._authority, place, self._station, now)
        except TrustError as error:
            return None if error.code in _LEFT_TO_PLAN else error
        return None
