"""A loudspeaker line: who claims it, who lets it go, and what a cancelled claim leaves behind."""

from __future__ import annotations

import asyncio

import pytest

from agent.play import line as line_module
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


class SlowAmplifier(SimAmplifier):
    """Its contact moves at once; its answer takes as long as the test wants."""

    moved: asyncio.Event
    answer: asyncio.Event

    async def set(self, on: bool) -> None:  # noqa: FBT001 - as the interface
        await super().set(on)
        self.moved.set()
        await self.answer.wait()


async def test_a_claim_while_the_contact_opens_closes_it_again() -> None:
    amplifier = SlowAmplifier("loa", switch_ms=0)
    amplifier.moved, amplifier.answer = asyncio.Event(), asyncio.Event()
    line = Line("loa", amplifier, 0, 0, lambda *_: None)
    amplifier.answer.set()
    assert await line.claim()
    amplifier.moved.clear()
    amplifier.answer.clear()
    line.release()
    async with asyncio.timeout(5):
        await amplifier.moved.wait()  # it is open, and cannot be called back
    amplifier.answer.set()
    assert await line.claim()
    assert await amplifier.read()
    await line.close()


@pytest.mark.parametrize("begins", ["open", "release"])
async def test_a_line_that_did_not_switch_off_is_tried_until_it_does(
    monkeypatch: pytest.MonkeyPatch, begins: str
) -> None:
    monkeypatch.setattr(line_module, "OFF_AGAIN_S", (0.0,))
    told: list[str | None] = []
    amplifier = SimAmplifier("loa", switch_ms=0, timeout_ms=1)
    line = Line("loa", amplifier, 0, 0, lambda kind, _zone, hint: told.append(hint))
    await amplifier.set(True)
    if begins == "release":
        assert await line.claim()
    amplifier.inject("mute")
    if begins == "release":
        line.release()
    else:
        await line.open()
    async with asyncio.timeout(5):
        while line.state != "fault":  # noqa: ASYNC110 - a line tells no events
            await asyncio.sleep(0)
    amplifier.inject(None)
    await _until_off(line)
    assert not await amplifier.read()
    assert told[-1] is None


async def test_a_line_that_cannot_be_switched_off_is_claimed_all_the_same() -> None:
    amplifier = SimAmplifier("loa", switch_ms=0, timeout_ms=1)
    line = Line("loa", amplifier, 0, 0, lambda *_: None)
    amplifier.inject("mute")
    await line.open()
    amplifier.inject(None)
    assert await line.claim()
    assert await amplifier.read()
    await line.close()


class Lasting(set[str]):
    """The kinds of fault that last."""

    def note(self, kind: str, _zone: str, hint: str | None) -> None:
        if hint is None:
            self.discard(kind)
        else:
            self.add(kind)


async def test_a_relay_that_was_plugged_in_again_ends_its_own_fault_without_a_play(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(line_module, "OFF_AGAIN_S", (0.0,))
    lasting = Lasting()
    amplifier = SimAmplifier("loa", switch_ms=0, timeout_ms=1)
    line = Line("loa", amplifier, 0, 0, lasting.note)
    amplifier.inject("mute")
    assert not await line.claim()
    line.release()
    async with asyncio.timeout(5):
        while "switch_stuck" not in lasting:  # noqa: ASYNC110 - a line tells no events
            await asyncio.sleep(0)
    assert "switch_no_answer" in lasting
    amplifier.inject(None)
    await _until_off(line)
    assert lasting == set()


async def test_a_dead_contact_is_not_well_because_it_answers() -> None:
    lasting = Lasting()
    amplifier = SimAmplifier("loa", switch_ms=0, timeout_ms=1)
    line = Line("loa", amplifier, 0, 0, lasting.note)
    amplifier.inject("dead")
    assert not await line.claim()
    line.release()
    await _until_off(line)
    assert lasting == {"switch_dead"}
