"""The loudspeaker lines of one session: switched on, tried again, released."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable

from agent.play.speaker_line import SpeakerLine
from agent.play.task_end import end_task

RETRY_S = 2.0  # between attempts to switch on a line that did not answer


class LineClaim:
    """The lines that one session needs.

    Args:
        lines: those that the item's zones select.

    Attributes:
        on: the names of those that are on, in the order in which they came on.
        is_given_up: lines that did not answer are not tried any more.
    """

    def __init__(self, lines: Iterable[SpeakerLine]) -> None:
        self.on: list[str] = []
        self.is_given_up = False
        self._lines = list(lines)
        self._claimed: list[SpeakerLine] = []
        self._first_on = asyncio.Event()
        self._retrying: asyncio.Task[None] | None = None
        self._is_released = False

    @property
    def names(self) -> list[str]:
        """The lines that the session may still use."""
        return [line.name for line in self._lines]

    def drop(self, names: Collection[str]) -> None:
        """Use these lines no longer: those that are on go off, the others are not tried again."""
        self._lines = [line for line in self._lines if line.name not in names]
        for line in [one for one in self._claimed if one.name in names]:
            self._claimed.remove(line)
            line.release()

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
        """Has any line been claimed?"""
        return bool(self._claimed)

    @property
    def is_unheard(self) -> bool:
        """Are there lines, but none of them is on?"""
        return bool(self._lines) and not self.on

    async def claim(self) -> None:
        """Try each line once."""
        await asyncio.gather(*(self._claim_one(line) for line in self._lines))

    async def keep_trying(self) -> None:
        """Retry the lines that did not answer, until all are on or the claim is given up."""
        while (off := [one for one in self._claimed if one.name not in self.on]) and (
            not self.is_given_up
        ):
            await asyncio.sleep(RETRY_S)
            # not one that was dropped meanwhile: nobody would switch it off again
            held = [line for line in off if line in self._claimed]
            await asyncio.gather(*(self._claim_again(line) for line in held))

    async def wait_for_some(self, trying: asyncio.Task[None]) -> None:
        """Wait until a line is on, or `trying` has ended."""
        heard = asyncio.create_task(self._first_on.wait(), name="first line")
        try:
            await asyncio.wait([trying, heard], return_when=asyncio.FIRST_COMPLETED)
        finally:
            heard.cancel()

    async def _claim_one(self, line: SpeakerLine) -> None:
        is_on = await line.claim()
        if self._is_released or line not in self._lines:  # released while it settled
            line.release()
            return
        self._claimed.append(line)
        if is_on:
            self._add_on(line)

    async def _claim_again(self, line: SpeakerLine) -> None:
        if await line.claim_again() and line in self._claimed:
            self._add_on(line)

    def _add_on(self, line: SpeakerLine) -> None:
        self.on.append(line.name)
        self._first_on.set()

    async def release(self, trying: asyncio.Task[None] | None) -> None:
        """Release all lines and stop the retries."""
        self._is_released = self.is_given_up = True
        try:
            if trying is not None:
                await end_task(trying)
        finally:
            for line in self._claimed:
                line.release()
            self._claimed = []
