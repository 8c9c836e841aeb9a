"""A session that is cancelled while it ends, or stopped while it begins."""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from agent.errors import PlayError
from agent.play.item import OutputContext
from agent.play.sound.opening_signal import OpeningSignal
from agent.play.sound.sound_session import SoundSession
from agent.play.sound_source import Feed
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


class Pipe:
    """A source with a pipe; only what the beginning of a session needs."""

    is_stopped = False
    fd = -1

    async def prepare(self, _offset_ms: int) -> Feed:
        self.fd, write_fd = os.pipe()
        os.close(write_fd)
        return Feed(self.fd, is_live=True)

    async def stop(self) -> None:
        self.is_stopped = True


async def test_a_voice_that_ends_while_its_chime_is_made_is_not_loaded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    any_: Any = None
    source: Any = Pipe()
    sent: list[Any] = []
    context = OutputContext(
        any_, any_, any_, any_, lambda *_: None, {"microphone": lambda _item: source}
    )
    item = build_item("mic", datetime(2026, 11, 24, tzinfo=UTC))
    item = replace(item, kind="microphone", opening="chime")
    session = SoundSession(
        "loa", item, 0, lines=[], send=lambda one, _fd=None: sent.append(one), context=context
    )
    fd = os.memfd_create("chime")

    async def open_late(_kind: str) -> OpeningSignal:
        session.stop("withdrawn")
        return OpeningSignal(fd, 1.0)

    monkeypatch.setattr("agent.play.sound.sound_session.open_signal", open_late)
    with pytest.raises(PlayError):
        await session.prepare()
    assert source.is_stopped
    assert [type(one).__name__ for one in sent] == ["Stop"]
    for closed in (fd, source.fd):
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.fstat(closed)
