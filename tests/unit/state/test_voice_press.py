"""Who speaks at the box, and why each of them ended."""

from __future__ import annotations

import asyncio

from agent.state.voice_press import REMEMBERED, VoicePress


async def test_who_was_replaced_is_told_so_however_late_they_ask() -> None:
    press = VoicePress()
    first = press.begin("ban", "nut-noi", is_emergency=False, until_mono_s=1e9)
    waiting = asyncio.create_task(press.wait_end(first.item_key))
    await asyncio.sleep(0)
    second = press.begin("ban", "nut-bao", is_emergency=True, until_mono_s=1e9)
    press.finish()  # before the first one's output has had its turn
    assert await waiting == "replaced"
    assert await press.wait_end(first.item_key) == "replaced"
    assert await press.wait_end(second.item_key) is None


async def test_old_presses_are_forgotten() -> None:
    press = VoicePress()
    first = press.begin("ban", "nut-noi", is_emergency=False, until_mono_s=1e9)
    for _ in range(REMEMBERED + 1):
        press.begin("ban", "nut-noi", is_emergency=False, until_mono_s=1e9)
    assert await press.wait_end(first.item_key) is None
