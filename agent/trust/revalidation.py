"""Which of the documents held are still entitled, after authority, place or clock have changed."""

from __future__ import annotations

from agent.clock import Now
from agent.contract.accepted import HeldDocument
from agent.contract.ids import Place, StationId
from agent.errors import TrustError
from agent.trust.authority import Authority
from agent.trust.current_authority import AuthorityInForce
from agent.trust.latched_stop import latched_in, verify_latched
from agent.trust.verify import reverify

# A document's end and beginning are the plan's business: such a one needs no telling.
_LEFT_TO_PLAN = frozenset({"E_EXPIRED"})
_FOR_THE_MOMENT = frozenset({"E_NOTYET"})


class Revalidation:
    """Judges each held document once for each state of authority, place and clock.

    Args:
        authority: in force; a new object in it begins all verdicts anew.
        station: the box's own id.
    """

    def __init__(self, authority: AuthorityInForce, station: StationId) -> None:
        self._authority = authority
        self._station = station
        self._state: tuple[Authority, str] | None = None
        self._verdicts: dict[tuple[str, Place | None], TrustError | None] = {}
        self._told: set[tuple[str, str]] = set()
        self._lost: list[tuple[HeldDocument, TrustError]] = []

    def is_entitled(self, held: HeldDocument, place: Place | None, now: Now) -> bool:
        """May it be in force? What may not is kept, and told once by `newly_revoked`.

        Of a stop only the right behind it is asked: see `latch`.

        While nobody's word can be judged, because only a root is known, all stays as it was.
        """
        if not self._authority.knows_signers(now):
            return True
        state = (self._authority.current, now.quality)
        if state != self._state:
            self._state, self._verdicts = state, {}
        key = (held.sha256, place)
        if key not in self._verdicts:
            self._verdicts[key] = self._judge(held, place, now)
        error = self._verdicts[key]
        if error is None:
            return True
        if error.code in _FOR_THE_MOMENT:
            del self._verdicts[key]
        if (held.sha256, error.code) not in self._told:
            self._told.add((held.sha256, error.code))
            self._lost.append((held, error))
        return False

    def newly_revoked(self) -> list[tuple[HeldDocument, TrustError]]:
        """Those found out of force since this was asked last, each with its reason."""
        lost, self._lost = self._lost, []
        return lost

    def _judge(self, held: HeldDocument, place: Place | None, now: Now) -> TrustError | None:
        try:
            accepted_in = latched_in(held)
            if accepted_in is not None:
                verify_latched(held.document, accepted_in, place, self._authority)
                return None
            reverify(held.envelope, held.document.kind, self._authority, place, self._station, now)
        except TrustError as error:
            return None if error.code in _LEFT_TO_PLAN else error
        return None
