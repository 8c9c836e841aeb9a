"""Records refusals; a flood of them takes a bounded amount of the journal.

The theory. The first refusal of its sort (kind, code, topic's scope) is reported at once: a record
and a `res`. So is each further document that an entitled key signed, because an officer waits for
the answer. Both have separate budgets. All others are counted and hashed by sort, in one summary
record after a minute, then after two, four and finally sixteen while the flood lasts: one junk
message a second hides nothing and does not use up the journal's own budget.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol

from agent.clock import mono_s
from agent.contract.document import KINDS
from agent.contract.report import RecordKind, Result
from agent.contract.topic import Topic
from agent.errors import TrustError
from agent.evidence.journal_rows import Detail
from agent.trust.refused_message import name_refused

log = logging.getLogger(__name__)
SUMMARY_S = 60.0
LONGEST_S = 960.0
MAX_SORTS = 24  # in one summary; further sorts are counted as `other`
MAX_REMEMBERED = 256
FORGET_S = 3600.0
BURST = 8
REFILL_S = 7.5
OTHER = "other"

_Sort = tuple[str, str, str]  # kind, code, scope of the topic


class RefusalJournal(Protocol):
    """The journal, as far as this module uses it."""

    async def append(self, kind: RecordKind, *, detail: Detail) -> object:
        """Write one record."""


class _Budget:
    """A token bucket: `BURST` at once, then one more every `REFILL_S` seconds."""

    def __init__(self) -> None:
        self._left = float(BURST)
        self._at_mono_s = mono_s()

    def take(self) -> bool:
        """Take one token; False when none is left."""
        now_s = mono_s()
        self._left = min(BURST, self._left + (now_s - self._at_mono_s) / REFILL_S)
        self._at_mono_s = now_s
        if self._left < 1:
            return False
        self._left -= 1
        return True


class _RecentKeys:
    """Keys reported within the last hour; the oldest is dropped when there are too many."""

    def __init__(self) -> None:
        self._reported: OrderedDict[object, float] = OrderedDict()

    def __contains__(self, key: object) -> bool:
        reported_mono_s = self._reported.get(key)
        return reported_mono_s is not None and mono_s() - reported_mono_s < FORGET_S

    def add(self, key: object) -> None:
        """Mark a key as reported now."""
        self._reported[key] = mono_s()
        self._reported.move_to_end(key)
        while len(self._reported) > MAX_REMEMBERED:
            self._reported.popitem(last=False)


@dataclass
class _Count:
    """Messages of one sort: their number, and a hash over their hashes in order of arrival."""

    times: int = 0
    sha256: hashlib._Hash = field(default_factory=hashlib.sha256)


class RefusalLog:
    """Reports refusals, or counts them.

    Args:
        journal: receives a record for each reported refusal, and the summaries.
        report: sends a `res`.
    """

    def __init__(
        self, journal: RefusalJournal, report: Callable[[Result], Awaitable[None]]
    ) -> None:
        self._journal = journal
        self._report = report
        self._sorts = _RecentKeys()
        self._messages = _RecentKeys()
        self._budget_of_sorts = _Budget()
        self._budget_of_signed = _Budget()
        self._counts: dict[_Sort, _Count] = {}
        self._has_counted = asyncio.Event()

    async def add(self, topic: Topic, message: bytes, error: TrustError) -> None:
        """Handle the refusal of a message."""
        digest = hashlib.sha256(message).digest()
        sort = _sort_of(topic, error)
        if self._is_reported(sort, digest, is_signed=error.subject != topic.kind):
            await self._report_now(topic, message, error)
        else:
            self._count(sort, digest)

    async def run(self) -> None:
        """Live until cancelled; then write what was counted."""
        pause_s, last_mono_s = SUMMARY_S, mono_s()
        try:
            while True:
                await self._has_counted.wait()
                if mono_s() - last_mono_s > pause_s:  # the flood has ended
                    pause_s = SUMMARY_S
                await asyncio.sleep(pause_s)
                await self.flush()
                pause_s, last_mono_s = min(2 * pause_s, LONGEST_S), mono_s()
        finally:
            await self.flush()

    async def flush(self) -> None:
        """Write the summary of what was counted since the last one."""
        counts, self._counts = self._counts, {}
        self._has_counted.clear()
        if not counts:
            return
        largest = sorted(counts.items(), key=lambda one: -one[1].times)
        total = sum(count.times for count in counts.values())
        (kind, code, _), first = largest[0]
        log.warning("refused %d more messages, %d of them: %s %s", total, first.times, kind, code)
        detail: Detail = {
            "code": code,
            "subject": "summary",
            "hint": f"{total} more were refused, the most of them {kind} {code}",
            "kind": kind,
            "slot": "",
            "sha256": None,
            "count": total,
            "sorts": [
                f"{' '.join(sort)} {count.times} {count.sha256.hexdigest()}"
                for sort, count in largest
            ],
        }
        await self._journal.append("refusal", detail=detail)

    def _is_reported(self, sort: _Sort, digest: bytes, *, is_signed: bool) -> bool:
        """Is it new, and is there budget left?

        Early refusals concern the topic's kind, later ones a document that an entitled key signed.
        An attacker with the broker has old documents of that sort, but a limited number.
        """
        if sort not in self._sorts and self._budget_of_sorts.take():
            self._sorts.add(sort)
            self._messages.add(digest)
            return True
        if is_signed and digest not in self._messages and self._budget_of_signed.take():
            self._messages.add(digest)
            return True
        return False

    def _count(self, sort: _Sort, digest: bytes) -> None:
        if sort not in self._counts and len(self._counts) >= MAX_SORTS:
            sort = (OTHER, OTHER, OTHER)
        count = self._counts.setdefault(sort, _Count())
        count.times += 1
        count.sha256.update(digest)
        self._has_counted.set()

    async def _report_now(self, topic: Topic, message: bytes, error: TrustError) -> None:
        named = name_refused(topic, message)
        log.warning("refused %s on %s: %s", named.sha256[:12], topic, error)
        detail: Detail = {
            "code": error.code,
            "subject": error.subject[:120],
            "hint": error.hint[:200],
            "kind": topic.kind,
            "slot": topic.slot,
            "sha256": named.sha256,
            "doc_id": named.doc_id,
            "count": 1,
        }
        await self._journal.append("refusal", detail=detail)
        await self._report(
            Result(named.doc_id, "refused", error.code, error.hint[:300], topic.kind, named.sha256)
        )


def _sort_of(topic: Topic, error: TrustError) -> _Sort:
    kind = topic.kind if topic.kind in KINDS else OTHER
    scope = f"g/{topic.group}" if topic.group is not None else "d"
    return kind, error.code, scope
