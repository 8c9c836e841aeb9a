"""Contacts of one board share its frames, and none gets an answer from before its question."""

from __future__ import annotations

import asyncio

import pytest

from drivers.bus.shared_read import SharedRead
from drivers.errors import DeviceTimeout


class Board:
    """Answers with the state of the moment at which it was asked."""

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


async def test_five_who_ask_at_once_cost_one_frame() -> None:
    board, block = Board(), SharedRead()
    assert await asyncio.gather(*(block.read(board.read) for _ in range(5))) == [[0]] * 5
    assert board.frames == 1


async def test_who_asks_again_gets_what_is_so_now() -> None:
    board, block = Board(), SharedRead()
    assert await block.read(board.read) == [0]
    board.state = 1
    assert await block.read(board.read) == [1]


async def test_who_asks_while_a_frame_is_under_way_gets_the_next_and_shares_it() -> None:
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


async def test_a_failure_is_its_askers_alone_and_the_next_asks_again() -> None:
    board, block = Board(), SharedRead()
    board.is_mute = True
    with pytest.raises(DeviceTimeout):
        await block.read(board.read)
    board.is_mute = False
    assert await block.read(board.read) == [0]
