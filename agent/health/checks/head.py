"""Does the box hold what the centre's head says it should? A day without is called a freeze.

The day is counted by the box's own clock from the first look that found the slot behind, and kept
in the notebook: a broker that holds back must not win by restarts. Heads that stay away while the
centre's signed time comes through are the same thing.
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

PATIENCE = timedelta(hours=24)
SILENT = timedelta(hours=48)  # a head lives a day and comes with every hello, four times a day
MOST = 10
KEY = "behind"


class HeadCheck:
    """Of what is held against what should be.

    Args:
        notebook: since when each slot is behind.
        now: the box's clock.
        heads: those held, also expired ones.
        behind: slot's key → what is so, of the heads' slots that the box lacks or has otherwise.
    """

    name = "head"
    period_s = 300.0

    def __init__(
        self,
        notebook: CheckMemory,
        now: Callable[[], Now],
        heads: Callable[[], Sequence[Head]],
        behind: Callable[[], Mapping[str, str]],
    ) -> None:
        self._notebook = notebook
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
        late = [key for key, at in since.items() if now.at - at >= PATIENCE]
        found = [CheckFinding("freeze_suspected", key, behind[key]) for key in sorted(late)[:MOST]]
        newest_at = max(parse_utc(head.issued) for head in heads)
        if now.quality == "SYNCED" and now.at - newest_at > SILENT:
            hint = f"no head since {encode_utc(newest_at)}, though the centre's time comes"
            found.append(CheckFinding("freeze_suspected", "head", hint))
        return found

    async def _since(self, behind: list[str], at: datetime) -> dict[str, datetime]:
        text = await self._notebook.read(KEY)
        kept = msgspec.json.decode(text, type=dict[str, str]) if text else {}
        # what was noted by a clock that ran ahead is noted anew
        since = {key: min(at, parse_utc(kept[key])) if key in kept else at for key in behind}
        words = {key: encode_utc(first_at) for key, first_at in since.items()}
        await self._notebook.write(KEY, msgspec.json.encode(words).decode())
        return since
