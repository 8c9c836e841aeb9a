"""Checks how old the box's authority files are.

`tramtin doctor` calls the functions too, on the files of a box whose agent may not run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from agent.clock import Now, mono_s
from agent.health.check import CheckFinding, NotCheckedError
from agent.trust.authority import Grade
from agent.trust.current_authority import AuthorityInForce

SUBJECT = "authority"
GRACE_S = 120.0  # after a start the files come within seconds on a good network
HOUR_S = 3600.0


@dataclass(frozen=True)
class AuthorityState:
    """The state of the authority.

    Args:
        grade: its freshness.
        versions: by file.
        issued: when it was last confirmed; None where it never needs confirming.
        is_known: does the box know anybody who may sign?
    """

    grade: Grade
    versions: Mapping[str, int]
    issued: datetime | None
    is_known: bool

    def age_s(self, now: Now) -> float | None:
        """Seconds since it was confirmed; None where it never needs confirming."""
        if self.issued is None or not self.is_known:
            return None
        return max(0.0, (now.at - self.issued).total_seconds())


def read_state(authority: AuthorityInForce, now: Now) -> AuthorityState:
    """The state of an authority at a moment."""
    return AuthorityState(
        grade=authority.grade(now),
        versions=authority.versions,
        issued=authority.issued,
        is_known=authority.knows_signers(now),
    )


def find_faults(state: AuthorityState, now: Now) -> list[CheckFinding]:
    """The faults of a state, without any grace after a start.

    Raises:
        NotCheckedError: this clock cannot tell the age.
    """
    if not state.is_known:
        hint = f"only root {state.versions.get('root')} is known"
        return [CheckFinding("authority_missing", SUBJECT, hint)]
    if _is_age_unknown(state, now):
        raise NotCheckedError("no_time")
    if state.grade is Grade.FRESH:
        return []
    kind = "authority_aged" if state.grade is Grade.AGED else "authority_expired"
    return [CheckFinding(kind, SUBJECT, _hint(state, now))]


def _is_age_unknown(state: AuthorityState, now: Now) -> bool:
    """An untrusted clock may be behind by any time."""
    grade, issued = state.grade, state.issued
    if issued is None or grade is Grade.EXPIRED or now.quality not in ("RTC", "FLOOR"):
        return False
    return issued > now.at if grade is Grade.AGED else now.quality == "FLOOR"


class AuthorityCheck:
    """Checks the authority in force.

    Args:
        state: its state.
        now: the moment and its quality.
        now_mono_s: replaced in tests.
    """

    name = "authority"
    period_s = 60.0

    def __init__(
        self,
        state: Callable[[], AuthorityState],
        now: Callable[[], Now],
        *,
        now_mono_s: Callable[[], float] = mono_s,
    ) -> None:
        self._state = state
        self._now = now
        self._now_mono_s = now_mono_s
        self._since_mono_s = now_mono_s()

    async def check(self) -> list[CheckFinding]:
        """See `Check.check`."""
        state, now = self._state(), self._now()
        if not state.is_known and self._now_mono_s() - self._since_mono_s < GRACE_S:
            return []
        return find_faults(state, now)


def _hint(state: AuthorityState, now: Now) -> str:
    age_s = state.age_s(now)
    age = "" if age_s is None else f"confirmed {age_s / HOUR_S:.0f} h ago, "
    return age + ", ".join(f"{name} {version}" for name, version in state.versions.items())
