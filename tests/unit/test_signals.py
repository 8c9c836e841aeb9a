"""Listeners are called in order, and the failure of one does not keep the others from it."""

from __future__ import annotations

import pytest

from agent.signals import AsyncSignal, Signal


def test_listeners_are_called_in_the_order_in_which_they_were_connected() -> None:
    told: list[str] = []
    signal = Signal[[str]]()
    signal.connect(lambda word: told.append(f"a {word}"), lambda word: told.append(f"b {word}"))
    signal.connect(lambda word: told.append(f"c {word}"))
    signal.emit("x")
    assert told == ["a x", "b x", "c x"]


def test_a_listener_that_fails_is_logged_and_stops_no_other(
    caplog: pytest.LogCaptureFixture,
) -> None:
    told: list[int] = []
    signal = Signal[[int]]()
    signal.connect(lambda number: [][number], told.append)
    signal.emit(7)
    assert told == [7]
    assert "IndexError" in caplog.text


async def test_each_coroutine_is_awaited_before_the_next_listener_is_called(
    caplog: pytest.LogCaptureFixture,
) -> None:
    told: list[str] = []

    async def slow(word: str) -> None:
        told.append(f"begins {word}")
        told.append(f"ends {word}")

    async def fails(word: str) -> None:
        raise OSError(word)

    signal = AsyncSignal[[str]]()
    signal.connect(slow, fails, told.append)
    await signal.emit("x")
    assert told == ["begins x", "ends x", "x"]
    assert "OSError" in caplog.text
