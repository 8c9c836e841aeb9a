"""Each refusal leaves evidence, and a flood of them costs a bounded amount of it.

The theory. The first refusal of its sort (kind, code, topic's scope) is told at once: a record and
a `res`. So is each further document that was signed by somebody entitled, because an officer waits
for the answer. Both have a budget, and neither takes from the other's. All the rest is counted and
hashed by sort, in one summary record after a minute, then after two, four and at last sixteen while
the flood lasts: so one junk message a second hides nothing, nor fills the journal's own budget.
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
MAX_SORTS = 24  # in one summary; what is of further sorts is counted as `other`
MAX_REMEMBERED = 256
FORGET_S = 3600.0
BURST = 8
REFILL_S = 7.5
OTHER = "other"

_Sort = tuple[str, str, str]  # kind, code, scope of the topic


class RefusalJournal(Protocol):
    """The journal, as far as refusals are concerned."""

    async def append(self, kind: RecordKind, *, detail: Detail) -> object:
        """Write one record."""


class _Budget:
    """So many at once, and one more every few seconds."""

    def __init__(self) -> None:
        self._left = float(BURST)
        self._at_mono_s = mono_s()

    def take(self) -> bool:
        """Is there one left?"""
        now_s = mono_s()
        self._left = min(BURST, self._left + (now_s - self._at_mono_s) / REFILL_S)
        self._at_mono_s = now_s
        if self._left < 1:
            return False
        self._left -= 1
        return True


class _Remembered:
    """What was told within the hour; the oldest gives way."""

    def __init__(self) -> None:
        self._told: OrderedDict[object, float] = OrderedDict()

    def __contains__(self, key: object) -> bool:
        told_mono_s = self._told.get(key)
        return told_mono_s is not None and mono_s() - told_mono_s < FORGET_S

    def add(self, key: object) -> None:
        """Told now."""
        self._told[key] = mono_s()
        self._told.move_to_end(key)
        while len(self._told) > MAX_REMEMBERED:
            self._told.popitem(last=False)


@dataclass
class _Count:
    """Messages of one sort: how many, and a hash over theirs in the order in which they came."""

    times: int = 0
    sha256: hashlib._Hash = field(default_factory=hashlib.sha256)


class RefusalLog:
    """Tells refusals, or counts them.

    Args:
        journal: gets a record for each that is told, and the summaries.
        report: sends a `res`.
    """

    def __init__(
        self, journal: RefusalJournal, report: Callable[[Result], Awaitable[None]]
    ) -> None:
        self._journal = journal
        self._report = report
        self._sorts = _Remembered()
        self._messages = _Remembered()
        self._budget_of_sorts = _Budget()
        self._budget_of_signed = _Budget()
        self._counts: dict[_Sort, _Count] = {}
        self._has_counted = asyncio.Event()

    async def add(self, topic: Topic, message: bytes, error: TrustError) -> None:
        """A message was refused."""
        digest = hashlib.sha256(message).digest()
        sort = _sort_of(topic, error)
        if self._is_to_be_told(sort, digest, is_signed=error.subject != topic.kind):
            await self._tell(topic, message, error)
        else:
            self._count(sort, digest)

    async def run(self) -> None:
        """Live until cancelled; what was counted by then is written."""
        pause_s, last_mono_s = SUMMARY_S, mono_s()
        try:
            while True:
                await self._has_counted.wait()
                if mono_s() - last_mono_s > pause_s:  # the flood had ended
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

    def _is_to_be_told(self, sort: _Sort, digest: bytes, *, is_signed: bool) -> bool:
        """Was it never told, and is there still some budget?

        Early refusals are about the topic's kind, later ones about a document that somebody
        entitled has signed. Whoever holds the broker has old ones of these, but not without end.
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

    async def _tell(self, topic: Topic, message: bytes, error: TrustError) -> None:
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
