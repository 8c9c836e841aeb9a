"""The lines of a session: what is dropped while it does not answer is not switched on later."""

from __future__ import annotations

import asyncio

import pytest

from agent.play.sound.line_claim import LineClaim
from agent.play.speaker_line import SpeakerLine
from drivers.errors import DeviceTimeout
from drivers.sim.sim_amplifier import SimAmplifier


class Deaf(SimAmplifier):
    """Does not answer the first time."""

    tries = 0

    async def set(self, on: bool) -> None:  # noqa: FBT001 - as the interface
        self.tries += on
        if on and self.tries == 1:
            raise DeviceTimeout("cho", "set", "no answer")
        await super().set(on)


@pytest.mark.parametrize(("is_dropped", "tries"), [(True, 1), (False, 2)])
async def test_a_line_that_was_dropped_is_not_tried_again(
    monkeypatch: pytest.MonkeyPatch,
    is_dropped: bool,  # noqa: FBT001 - parametrized
    tries: int,
) -> None:
    switch = Deaf("cho", switch_ms=0)
    line = SpeakerLine("cho", switch, 0, 0, lambda *_: None)
    claim = LineClaim([line])
    await claim.claim()
    turn = asyncio.sleep

    async def rest(_seconds: float) -> None:
        if is_dropped:
            claim.drop(["cho"])
        await turn(0)

    monkeypatch.setattr("agent.play.sound.line_claim.asyncio.sleep", rest)
    await claim.keep_trying()
    monkeypatch.undo()
    assert (switch.tries, claim.on) == (tries, [] if is_dropped else ["cho"])
    await claim.release(None)
    await line.close()
