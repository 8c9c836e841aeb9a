"""A loudspeaker line: who claims it, who lets it go, and what a cancelled claim leaves behind."""

from __future__ import annotations

import asyncio

import pytest

from agent.play import speaker_line as line_module
from agent.play.speaker_line import SpeakerLine, close_buses
from drivers.sim.sim_amplifier import SimAmplifier


def _build_line(settle_ms: int) -> tuple[SpeakerLine, SimAmplifier]:
    amplifier = SimAmplifier("loa", switch_ms=0)
    return SpeakerLine("loa", amplifier, settle_ms, 0, lambda *_: None), amplifier


async def _until_off(line: SpeakerLine) -> None:
    async with asyncio.timeout(60):
        while line.state != "off":  # noqa: ASYNC110 - a line tells no events
            await asyncio.sleep(0)


async def test_a_claim_cancelled_while_the_line_settles_releases_it() -> None:
    line, amplifier = _build_line(settle_ms=60_000)
    claim = asyncio.create_task(line.claim())
    async with asyncio.timeout(60):
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
    line = SpeakerLine("loa", amplifier, 0, 0, lambda *_: None)
    amplifier.answer.set()
    assert await line.claim()
    amplifier.moved.clear()
    amplifier.answer.clear()
    line.release()
    async with asyncio.timeout(60):
        await amplifier.moved.wait()  # it is open, and cannot be called back
    amplifier.answer.set()
    assert await line.claim()
    assert await amplifier.read()
    await line.close()


@pytest.mark.parametrize("begins", ["open", "release"])
async def test_a_line_that_did_not_switch_off_is_retried_until_it_does(
    monkeypatch: pytest.MonkeyPatch, begins: str
) -> None:
    monkeypatch.setattr(line_module, "OFF_AGAIN_S", (0.0,))
    told: list[str | None] = []
    amplifier = SimAmplifier("loa", switch_ms=0, timeout_ms=1)
    line = SpeakerLine("loa", amplifier, 0, 0, lambda kind, _zone, hint: told.append(hint))
    await amplifier.set(True)
    if begins == "release":
        assert await line.claim()
    amplifier.inject("mute")
    if begins == "release":
        line.release()
    else:
        await line.open()
    async with asyncio.timeout(60):
        while line.state != "fault":  # noqa: ASYNC110 - a line tells no events
            await asyncio.sleep(0)
    amplifier.inject(None)
    await _until_off(line)
    assert not await amplifier.read()
    assert told[-1] is None


async def test_a_line_that_cannot_be_switched_off_can_be_claimed() -> None:
    amplifier = SimAmplifier("loa", switch_ms=0, timeout_ms=1)
    line = SpeakerLine("loa", amplifier, 0, 0, lambda *_: None)
    amplifier.inject("mute")
    await line.open()
    amplifier.inject(None)
    assert await line.claim()
    assert await amplifier.read()
    await line.close()


class Lasting(set[str]):
    """The kinds of fault that last."""

    def set_issue(self, kind: str, _zone: str, hint: str | None) -> None:
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
    line = SpeakerLine("loa", amplifier, 0, 0, lasting.set_issue)
    amplifier.inject("mute")
    assert not await line.claim()
    line.release()
    async with asyncio.timeout(60):
        while "switch_stuck" not in lasting:  # noqa: ASYNC110 - a line tells no events
            await asyncio.sleep(0)
    assert "switch_no_answer" in lasting
    amplifier.inject(None)
    await _until_off(line)
    assert lasting == set()


async def test_a_dead_contact_stays_a_fault_although_the_relay_answers() -> None:
    lasting = Lasting()
    amplifier = SimAmplifier("loa", switch_ms=0, timeout_ms=1)
    line = SpeakerLine("loa", amplifier, 0, 0, lasting.set_issue)
    amplifier.inject("dead")
    assert not await line.claim()
    line.release()
    await _until_off(line)
    assert lasting == {"switch_dead"}


class Broken(SimAmplifier):
    """Its driver has a mistake: it raises what no driver may raise."""

    is_broken = False

    async def set(self, on: bool) -> None:  # noqa: FBT001 - as the interface
        if self.is_broken:
            raise KeyError("coil")
        await super().set(on)


class Refusing:
    """The receiver of faults is itself about to stop, and raises."""

    def set_issue(self, kind: str, _zone: str, hint: str | None) -> None:
        if hint is not None:
            raise RuntimeError(f"{kind} comes too late")


@pytest.mark.parametrize("fault", ["mute", "welded", "a mistake of the driver"])
async def test_a_line_that_fails_while_closing_keeps_no_other_line_on(fault: str) -> None:
    first = Broken("nga-ba", switch_ms=0, timeout_ms=1)
    others = [SimAmplifier(name, switch_ms=0) for name in ("cho", "xa")]
    lines = [SpeakerLine(one.name, one, 0, 0, Refusing().set_issue) for one in (first, *others)]
    assert all([await line.claim() for line in lines])
    first.is_broken = fault.startswith("a mistake")
    if not first.is_broken:
        first.inject("welded" if fault == "welded" else "mute")
    await close_buses(lines)
    assert lines[0].state == "fault"
    assert [await other.read() for other in others] == [False, False]


async def test_a_second_cancel_while_lines_close_waits_until_all_are_off() -> None:
    slow, other = SlowAmplifier("nga-ba", switch_ms=0), SimAmplifier("cho", switch_ms=0)
    slow.moved, slow.answer = asyncio.Event(), asyncio.Event()
    slow.answer.set()
    lines = [SpeakerLine(one.name, one, 0, 0, lambda *_: None) for one in (slow, other)]
    assert all([await line.claim() for line in lines])
    slow.moved.clear()
    slow.answer.clear()
    closing = asyncio.create_task(close_buses(lines))
    async with asyncio.timeout(60):
        await slow.moved.wait()
    for _ in range(2):
        closing.cancel()
        await asyncio.sleep(0)
    slow.answer.set()
    await asyncio.wait([closing])
    assert closing.cancelled()
    assert [line.state for line in lines] == ["off", "off"]


async def test_a_device_that_never_answers_does_not_delay_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(line_module, "CLOSE_S", 0.01)
    amplifier = SlowAmplifier("loa", switch_ms=0)
    amplifier.moved, amplifier.answer = asyncio.Event(), asyncio.Event()
    lasting = Lasting()
    line = SpeakerLine("loa", amplifier, 0, 0, lasting.set_issue)
    await line.close()
    assert (line.state, lasting) == ("fault", {"switch_stuck"})


async def test_a_closed_line_is_not_switched_on_again_before_it_is_opened() -> None:
    line, amplifier = _build_line(settle_ms=0)
    await line.close()
    assert not await line.claim()
    assert not await amplifier.read()
    line.release()
    await line.open()
    assert await line.claim()
    await line.close()


async def test_a_drivers_bug_is_a_fault_of_its_line_and_is_retried(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(line_module, "OFF_AGAIN_S", (0.0,))
    amplifier, lasting = Broken("loa", switch_ms=0), Lasting()
    line = SpeakerLine("loa", amplifier, 0, 0, lasting.set_issue)
    assert await line.claim()
    amplifier.is_broken = True
    line.release()
    async with asyncio.timeout(60):
        while "switch_stuck" not in lasting:  # noqa: ASYNC110 - a line tells no events
            await asyncio.sleep(0)
    amplifier.is_broken = False
    await _until_off(line)
    assert not await amplifier.read()
