"""Checks that the box holds the documents that the centre's head lists; a day without is a freeze.

The day is counted by the box's own clock from the first check that found the slot behind, and is
stored: a broker that withholds documents must gain nothing from restarts. Heads that do not arrive
while the centre's signed time does count as the same fault.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from agent.clock import Now
from agent.contract.document import Head
from agent.contract.utc import encode_utc, parse_utc
from agent.health.check import CheckFinding, NotCheckedError
from agent.health.check_memory import CheckMemory

FREEZE_AFTER = timedelta(hours=24)
SILENT = timedelta(hours=48)  # a head lives a day and comes with every hello, four times a day
MOST = 10
KEY = "behind"


class HeadCheck:
    """Compares the documents held with those of the heads.

    Args:
        memory: stores since when each slot is behind.
        now: the box's clock.
        heads: those held, also expired ones.
        behind: slot's key → what differs, for the heads' slots that the box lacks or has otherwise.
    """

    name = "head"
    period_s = 300.0

    def __init__(
        self,
        memory: CheckMemory,
        now: Callable[[], Now],
        heads: Callable[[], Sequence[Head]],
        behind: Callable[[], Mapping[str, str]],
    ) -> None:
        self._memory = memory
        self._now = now
        self._heads = heads
        self._behind = behind

    async def check(self) -> list[CheckFinding]:
        """See `Check.check`."""
        now, heads = self._now(), self._heads()
        if not heads:
            raise NotCheckedError("no_head")
        if now.quality == "FLOOR":
            raise NotCheckedError("no_time")
        behind = self._behind()
        since = await self._since(list(behind), now.at)
        late = [key for key, at in since.items() if now.at - at >= FREEZE_AFTER]
        found = [CheckFinding("freeze_suspected", key, behind[key]) for key in sorted(late)[:MOST]]
        newest_at = max(parse_utc(head.issued) for head in heads)
        if now.quality == "SYNCED" and now.at - newest_at > SILENT:
            hint = f"no head since {encode_utc(newest_at)}, though the centre's time comes"
            found.append(CheckFinding("freeze_suspected", "head", hint))
        return found

    async def _since(self, behind: list[str], at: datetime) -> dict[str, datetime]:
        text = await self._memory.read(KEY)
        kept = msgspec.json.decode(text, type=dict[str, str]) if text else {}
        # a moment that was stored by a clock that ran ahead is replaced
        since = {key: min(at, parse_utc(kept[key])) if key in kept else at for key in behind}
        values = {key: encode_utc(first_at) for key, first_at in since.items()}
        await self._memory.write(KEY, msgspec.json.encode(values).decode())
        return since
