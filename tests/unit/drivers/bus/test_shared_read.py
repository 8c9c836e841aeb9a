"""Contacts of one board share its frames; no caller gets a reading from before its call."""

from __future__ import annotations

import asyncio

import pytest

from drivers.bus.shared_read import SharedRead
from drivers.errors import DeviceTimeout


class Board:
    """A device that answers with its state at the moment of the request."""

    def __init__(self) -> None:
        self.frames = 0
        self.state = 0
        self.is_mute = False
        self.asked = asyncio.Event()
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def read(self) -> list[int]:
        self.frames += 1
        state = self.state
        self.asked.set()
        await self.may_answer.wait()
        if self.is_mute:
            raise DeviceTimeout("board", "read")
        return [state]


async def test_five_concurrent_callers_share_one_frame() -> None:
    board, block = Board(), SharedRead()
    assert await asyncio.gather(*(block.read(board.read) for _ in range(5))) == [[0]] * 5
    assert board.frames == 1


async def test_a_later_call_gets_a_new_reading() -> None:
    board, block = Board(), SharedRead()
    assert await block.read(board.read) == [0]
    board.state = 1
    assert await block.read(board.read) == [1]


async def test_callers_during_a_frame_share_the_next_one() -> None:
    board, block = Board(), SharedRead()
    board.may_answer.clear()
    early = asyncio.create_task(block.read(board.read))
    await board.asked.wait()
    board.state = 1
    late = [asyncio.create_task(block.read(board.read)) for _ in range(3)]
    await asyncio.sleep(0)
    board.may_answer.set()
    assert await early == [0]
    assert [await task for task in late] == [[1]] * 3
    assert board.frames == 2


async def test_a_failure_is_not_shared_and_the_next_caller_reads_again() -> None:
    board, block = Board(), SharedRead()
    board.is_mute = True
    with pytest.raises(DeviceTimeout):
        await block.read(board.read)
    board.is_mute = False
    assert await block.read(board.read) == [0]
