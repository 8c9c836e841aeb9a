"""Rate limit of the log: repeated lines are summarised once a minute, so no sender can fill it.

Lines with the same logger and the same template form one group. Each group has a burst and then a
few lines a minute; what is left out is counted and logged as one line when the minute is over. All
groups together have a limit too.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from agent.clock import mono_s

BURST, REFILL_S = 30, 5.0
BURST_OF_ALL, REFILL_OF_ALL_S = 600, 0.1
SUMMARY_S = 60.0
MAX_GROUPS = 256


@dataclass
class _TokenBucket:
    at_mono_s: float
    tokens: float
    left_out: int = 0

    def take(self, burst: int, refill_s: float, now: float) -> bool:
        self.tokens = min(burst, self.tokens + (now - self.at_mono_s) / refill_s)
        self.at_mono_s = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


class LimitedHandler(logging.StreamHandler):  # type: ignore[type-arg]  # of the standard error
    """Writes to standard error, within the limits.

    Args:
        now_mono_s: replaced in tests.
    """

    def __init__(self, now_mono_s: Callable[[], float] = mono_s) -> None:
        super().__init__()
        self._now_mono_s = now_mono_s
        self._all = _TokenBucket(now_mono_s(), BURST_OF_ALL)
        self._groups: OrderedDict[tuple[str, str], _TokenBucket] = OrderedDict()
        self._next_summary_mono_s = now_mono_s() + SUMMARY_S

    def emit(self, record: logging.LogRecord) -> None:
        """Write a line or count it; once a minute write what was counted."""
        now = self._now_mono_s()
        if now >= self._next_summary_mono_s:
            self._next_summary_mono_s = now + SUMMARY_S
            for summary in list(self._summaries()):
                super().emit(summary)
        group = self._group_of(record, now)
        is_within = group.take(BURST, REFILL_S, now)
        if is_within and self._all.take(BURST_OF_ALL, REFILL_OF_ALL_S, now):
            super().emit(record)
        else:
            group.left_out += 1

    def close(self) -> None:
        """Write what was counted since the last summary."""
        for summary in list(self._summaries()):
            super().emit(summary)
        super().close()

    def _group_of(self, record: logging.LogRecord, now: float) -> _TokenBucket:
        key = record.name, str(record.msg)[:200]
        if key not in self._groups:
            self._groups[key] = _TokenBucket(now, BURST)
            if len(self._groups) > MAX_GROUPS:
                self._groups.popitem(last=False)
        self._groups.move_to_end(key)
        return self._groups[key]

    def _summaries(self) -> Iterator[logging.LogRecord]:
        for (name, template), group in self._groups.items():
            if group.left_out:
                count, group.left_out = group.left_out, 0
                yield logging.LogRecord(
                    name, logging.WARNING, "", 0, "%d more of: %s", (count, template), None
                )
