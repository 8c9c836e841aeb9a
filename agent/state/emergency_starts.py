"""When an emergency began on this box, whatever the clock is set to afterwards.

How long an emergency lasts is counted from its acceptance. A box without the time accepts one by
its nonce, at a moment that is weeks behind; then the time comes. By its old moment the emergency
would be over in the middle of its first word, and after a step backwards it would not have begun.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from agent.clock import Clock, Now, mono_s

JUST_NOW = timedelta(seconds=5)  # what was accepted so shortly ago was accepted by this clock
STEP = timedelta(seconds=1)  # a smaller step changes no moment
REMEMBERED = 64


class EmergencyStarts:
    """The moment at which each emergency began, as a second of CLOCK_MONOTONIC.

    Args:
        clock: the only source of time.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._known: dict[str, tuple[datetime, float]] = {}

    def find(self, doc_id: str, noted_at: datetime, now: Now) -> datetime:
        """When an emergency began, by the present clock; never later than now.

        A moment that a former run noted, and that the present clock cannot judge, stays as it is.

        Args:
            doc_id: of the emergency.
            noted_at: when it began, by the clock of that moment.
            now: the box's clock.
        """
        known = self._known.get(doc_id)
        if known is None or known[0] != noted_at:
            passed = now.at - noted_at
            is_own = timedelta() <= passed <= JUST_NOW
            if not is_own and not now.is_trusted:
                return noted_at
            known = noted_at, mono_s() - max(0.0, passed.total_seconds())
            self._remember(doc_id, known)
        at = self._clock.at_of(known[1])
        return min(noted_at if abs(at - noted_at) < STEP else at, now.at)

    def _remember(self, doc_id: str, known: tuple[datetime, float]) -> None:
        self._known.pop(doc_id, None)
        self._known[doc_id] = known
        if len(self._known) > REMEMBERED:
            del self._known[next(iter(self._known))]
