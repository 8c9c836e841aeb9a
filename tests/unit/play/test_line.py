"""A loudspeaker line: who claims it, who lets it go, and what a cancelled claim leaves behind."""

from __future__ import annotations

import asyncio

from agent.play.line import Line
from drivers.sim.switch import SimAmplifier


def _build_line(settle_ms: int) -> tuple[Line, SimAmplifier]:
    amplifier = SimAmplifier("loa", switch_ms=0)
    return Line("loa", amplifier, settle_ms, 0, lambda *_: None), amplifier


async def _until_off(line: Line) -> None:
    async with asyncio.timeout(5):
        while line.state != "off":  # noqa: ASYNC110 - a line tells no events
            await asyncio.sleep(0)


async def test_a_claim_cancelled_while_the_line_settles_lets_it_go_again() -> None:
    line, amplifier = _build_line(settle_ms=60_000)
    claim = asyncio.create_task(line.claim())
    async with asyncio.timeout(5):
        while not await amplifier.read():  # noqa: ASYNC110 - a contact tells no events
            await asyncio.sleep(0)
    claim.cancel()
    await asyncio.wait([claim])
    await _until_off(line)
    assert not await amplifier.read()


async def test_the_last_of_two_users_switches_the_line_off() -> None:
    line, amplifier = _build_line(settle_ms=0)
    assert await line.claim()
    assert await line.claim()
    line.release()
    await asyncio.sleep(0)
    assert await amplifier.read()
    line.release()
    await _until_off(line)
    assert not await amplifier.read()
