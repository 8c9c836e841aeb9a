"""A session that is cancelled while it ends: the caller must see the cancellation."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

from agent.play.item import OutputContext
from agent.play.sound.sound_session import SoundSession
from agent.play.speaker_line import SpeakerLine
from drivers.sim.sim_amplifier import SimAmplifier
from tests.harness.sound_output_harness import build_item


class Slow(SimAmplifier):
    """Takes some turns of the loop to give up what it was asked for."""

    async def set(self, on: bool) -> None:  # noqa: FBT001 - as the interface
        if not on:
            return
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            for _ in range(5):
                await asyncio.sleep(0)
            raise


async def test_a_cancel_while_a_session_lets_its_lines_go_is_not_swallowed() -> None:
    any_: Any = None
    context = OutputContext(any_, any_, any_, any_, lambda *_: None)
    line = SpeakerLine("cho", Slow("cho", switch_ms=0), 0, 0, lambda *_: None)
    item = build_item("tin", datetime(2026, 11, 24, tzinfo=UTC))
    session = SoundSession("loa", item, 0, lines=[line], send=lambda *_: None, context=context)
    session.cue(0.0)
    for _ in range(3):
        await asyncio.sleep(0)
    ending = asyncio.create_task(session.withdraw())
    for _ in range(3):
        await asyncio.sleep(0)
    ending.cancel()
    await asyncio.wait([ending])
    assert ending.cancelled()
    await line.close()
