"""Records an intermittent fault less and less often, each time with the number left out.

An end is recorded exactly when its beginning was: no fault stays open in the journal that is over.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from agent.clock import mono_s
from agent.contract.report import Issue
from agent.evidence.journal_rows import Detail

FREE = 8  # beginnings within `QUIET_S` of each other that are all recorded
FIRST_S, LONGEST_S = 60.0, 3600.0  # between two that are recorded from then on, doubled each time
QUIET_S = 3600.0  # after so long without it a fault counts as a new one
MAX_FAULTS = 512


@dataclass
class _Fault:
    last_mono_s: float
    times: int = 0
    pause_s: float = FIRST_S
    due_mono_s: float = 0.0
    is_recorded: bool = False
    left_out: int = 0


class FaultLog:
    """Decides which beginnings and ends of issues are recorded, and with which detail.

    Args:
        now_mono_s: replaced in tests.
    """

    def __init__(self, now_mono_s: Callable[[], float] = mono_s) -> None:
        self._now_mono_s = now_mono_s
        self._faults: OrderedDict[tuple[str, str], _Fault] = OrderedDict()

    def detail_of(self, issue: Issue, begins: bool) -> Detail | None:  # noqa: FBT001 - begins or ends
        """The detail of the record of an issue that begins or ends; None when none is written."""
        key = issue.kind, issue.subject
        left_out = self._begin(key) if begins else self._end(key)
        if left_out is None:
            return None
        detail: Detail = {"what": issue.kind, "subject": issue.subject}
        detail |= {"state": "begins" if begins else "ends", "hint": issue.hint[:200]}
        return detail | {"left_out": left_out} if left_out else detail

    def _begin(self, key: tuple[str, str]) -> int | None:
        """How often it was left out before; None when it is left out again."""
        now = self._now_mono_s()
        fault = self._faults.setdefault(key, _Fault(now))
        self._faults.move_to_end(key)
        while len(self._faults) > MAX_FAULTS:
            self._faults.popitem(last=False)
        if now - fault.last_mono_s > max(QUIET_S, 2 * fault.pause_s):
            fault.times, fault.pause_s, fault.due_mono_s = 0, FIRST_S, 0.0
        fault.last_mono_s = now
        fault.times += 1
        fault.is_recorded = fault.times <= FREE or now >= fault.due_mono_s
        if not fault.is_recorded:
            fault.left_out += 1
            return None
        if fault.times >= FREE:
            fault.due_mono_s = now + fault.pause_s
            fault.pause_s = min(2 * fault.pause_s, LONGEST_S)
        left_out, fault.left_out = fault.left_out, 0
        return left_out

    def _end(self, key: tuple[str, str]) -> int | None:
        fault = self._faults.get(key)
        return 0 if fault is None or fault.is_recorded else None
