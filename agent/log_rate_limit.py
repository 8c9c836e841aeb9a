"""Log lines that repeat are told once a minute: no stranger may fill the system's log.

A line's sort is its logger and its template. Each has a burst and then a few lines a minute; what
is left out is counted, and told in one line when the minute is over. All sorts together have a
limit too.
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
MAX_SORTS = 256


@dataclass
class _Sort:
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
        self._all = _Sort(now_mono_s(), BURST_OF_ALL)
        self._sorts: OrderedDict[tuple[str, str], _Sort] = OrderedDict()
        self._next_look_mono_s = now_mono_s() + SUMMARY_S

    def emit(self, record: logging.LogRecord) -> None:
        """Write a line, or count it; and tell what was counted when it is time."""
        now = self._now_mono_s()
        if now >= self._next_look_mono_s:
            self._next_look_mono_s = now + SUMMARY_S
            for summary in list(self._summaries()):
                super().emit(summary)
        sort = self._sort_of(record, now)
        is_within = sort.take(BURST, REFILL_S, now)
        if is_within and self._all.take(BURST_OF_ALL, REFILL_OF_ALL_S, now):
            super().emit(record)
        else:
            sort.left_out += 1

    def close(self) -> None:
        """Tell what was counted last."""
        for summary in list(self._summaries()):
            super().emit(summary)
        super().close()

    def _sort_of(self, record: logging.LogRecord, now: float) -> _Sort:
        key = record.name, str(record.msg)[:200]
        if key not in self._sorts:
            self._sorts[key] = _Sort(now, BURST)
            if len(self._sorts) > MAX_SORTS:
                self._sorts.popitem(last=False)
        self._sorts.move_to_end(key)
        return self._sorts[key]

    def _summaries(self) -> Iterator[logging.LogRecord]:
        for (name, template), sort in self._sorts.items():
            if sort.left_out:
                count, sort.left_out = sort.left_out, 0
                yield logging.LogRecord(
                    name, logging.WARNING, "", 0, "%d more of: %s", (count, template), None
                )
