"""Stop signals and new settings: the store is never closed under a life that still closes."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from agent import bootstrap

NO_SETTINGS: Any = None


class Life:
    """An agent whose closing takes some turns of the loop."""

    def __init__(self, turns: int = 20) -> None:
        self.card_is_back = asyncio.Event()
        self.has_begun, self.is_closing = asyncio.Event(), asyncio.Event()
        self.has_ended = False
        self._turns = turns

    async def serve(self) -> None:
        self.has_begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.is_closing.set()
            for _ in range(self._turns):
                await asyncio.sleep(0)
            self.has_ended = True


@pytest.fixture
def reread(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(bootstrap, "serve_box", lambda _settings, device: device.serve())
    return SimpleNamespace(is_good=asyncio.Event())


async def begin(life: Any, reread: Any) -> asyncio.Task[None]:
    task = asyncio.create_task(bootstrap._until_anew(NO_SETTINGS, life, reread), name="main")
    await life.has_begun.wait()
    return task


@pytest.mark.parametrize("signals", [1, 2, 4])
async def test_every_further_stop_signal_waits_until_the_agent_has_ended(
    reread: Any, signals: int
) -> None:
    life = Life()
    task = await begin(life, reread)
    for _ in range(signals):
        task.cancel()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert not task.done()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert life.has_ended


async def test_a_stop_signal_during_a_restart_for_new_settings_is_not_lost(
    reread: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap, "ANSWER_S", 0)
    life = Life()
    task = await begin(life, reread)
    reread.is_good.set()
    await life.is_closing.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert life.has_ended


async def test_the_agent_restarts_when_the_card_takes_writes_again(
    reread: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap, "ANSWER_S", 0)
    life = Life()
    task = await begin(life, reread)
    life.card_is_back.set()
    await task
    assert life.has_ended


async def test_a_failure_of_the_agent_is_raised(reread: Any) -> None:
    class Broken(Life):
        async def serve(self) -> None:
            self.has_begun.set()
            raise OSError("broken")

    task = await begin(Broken(), reread)
    with pytest.raises(OSError, match="broken"):
        await task


async def test_a_card_that_does_not_take_the_state_in_memory_is_tried_less_and_less_often(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each look that finds it writable ends a life of the agent: its connection, its outputs."""
    outcomes = iter([False] * 9 + [True, False])
    pauses_s: list[float] = []

    async def live(*_: object, card_s: float, **__: object) -> bool:
        pauses_s.append(card_s)
        try:
            return next(outcomes)
        except StopIteration:
            raise asyncio.CancelledError from None

    monkeypatch.setattr(bootstrap, "_live", live)
    monkeypatch.setattr(bootstrap, "_set_signals", lambda _: None)
    await bootstrap.serve(SimpleNamespace(), Path())  # type: ignore[arg-type]  # only handed on
    minutes = [pause_s / 60 for pause_s in pauses_s]
    assert minutes == [1, 2, 4, 8, 16, 32, 64, 64, 64, 64, 1, 2]
