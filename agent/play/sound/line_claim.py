"""The loudspeaker lines of one session: switched on, tried again, let go."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from agent.play.speaker_line import SpeakerLine
from agent.play.task_end import end_task

CLAIM_AGAIN_S = 2.0  # between tries to have a line on that did not come


class LineClaim:
    """The lines that one session needs.

    Args:
        lines: what the item's zones select.

    Attributes:
        on: the names of those that came on, in that order.
        is_given_up: lines that did not come are not tried any more.
    """

    def __init__(self, lines: Iterable[SpeakerLine]) -> None:
        self.on: list[str] = []
        self.is_given_up = False
        self._lines = list(lines)
        self._claimed: list[SpeakerLine] = []
        self._heard_somewhere = asyncio.Event()
        self._work: asyncio.Task[None] | None = None
        self._is_released = False

    @property
    def settle_s(self) -> float:
        """The longest settle time among the lines."""
        return max((line.settle_s for line in self._lines), default=0.0)

    @property
    def lead_s(self) -> float:
        """Seconds from now until sound can come on all lines."""
        return max((line.lead_s for line in self._lines), default=0.0)

    @property
    def is_held(self) -> bool:
        """Has any line been claimed by now?"""
        return bool(self._claimed)

    @property
    def is_unheard(self) -> bool:
        """Are there lines, and none of them is on?"""
        return bool(self._lines) and not self.on

    async def take(self) -> None:
        """Try each line once."""
        await asyncio.gather(*(self._take_one(line) for line in self._lines))

    async def keep_trying(self) -> None:
        """Try those that did not come again and again, until all are on or it is given up."""
        while (off := [one for one in self._claimed if one.name not in self.on]) and (
            not self.is_given_up
        ):
            await asyncio.sleep(CLAIM_AGAIN_S)
            await asyncio.gather(*(self._take_again(line) for line in off))

    async def wait_for_some(self, trying: asyncio.Task[None]) -> None:
        """Until a line is on, or `trying` has ended."""
        heard = asyncio.create_task(self._heard_somewhere.wait(), name="first line")
        try:
            await asyncio.wait([trying, heard], return_when=asyncio.FIRST_COMPLETED)
        finally:
            heard.cancel()

    async def _take_one(self, line: SpeakerLine) -> None:
        is_on = await line.claim()
        if self._is_released:  # let go while it settled
            line.release()
            return
        self._claimed.append(line)
        if is_on:
            self._note_on(line)

    async def _take_again(self, line: SpeakerLine) -> None:
        if await line.claim_again():
            self._note_on(line)

    def _note_on(self, line: SpeakerLine) -> None:
        self.on.append(line.name)
        self._heard_somewhere.set()

    async def release(self, trying: asyncio.Task[None] | None) -> None:
        """Let all lines go; what still tries to have them on ends."""
        self._is_released = self.is_given_up = True
        try:
            if trying is not None:
                await end_task(trying)
        finally:
            for line in self._claimed:
                line.release()
            self._claimed = []
