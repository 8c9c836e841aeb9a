"""A fallback card at its reduced level, and the way back to the first one; the capture counts."""

from __future__ import annotations

import asyncio
import itertools
import os
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from agent.play.ipc import EngineEvent, Load, Ready, Started, StartSlot
from agent.play.sound import card_order
from agent.play.sound.card_order import CardOrder
from agent.play.sound.engine_config import EngineConfig
from agent.play.supervisor import Supervisor
from central.testbed.pulseaudio import SoundServer, read_samples

RATE = 48_000
PEAK = 12_000
PATIENCE_S = 60
LOOKS_S = 0.2  # until an absent card is tried again
FIRST = EngineConfig("portaudio", "usb")
JACK = EngineConfig("portaudio", "jack", gain_db=-20.0)
_ids = itertools.count(1)


class Output:
    """Plays a tone for ever on whatever card is in use."""

    def __init__(self) -> None:
        self.issues: dict[str, str] = {}
        self.starts: asyncio.Queue[str] = asyncio.Queue()
        self.is_quiet = False
        self.order = CardOrder("loa", [FIRST, JACK], self._set_issue, list)
        self.supervisor: Supervisor[EngineEvent] = Supervisor(
            "loa",
            "engine_lost",
            self.order,
            on_event=self._on_event,
            on_lost=self._on_lost,
            on_fault=self._set_issue,
            is_quiet=lambda: self.is_quiet,
        )

    def _set_issue(self, kind: str, _subject: str, hint: str | None) -> None:
        if hint is None:
            self.issues.pop(kind, None)
        else:
            self.issues[kind] = hint

    async def _on_event(self, event: EngineEvent) -> None:
        if isinstance(event, Ready):
            name = f"{next(_ids)}.{event.device}"
            self.supervisor.send(Load(name, 1), open_tone())
            self.supervisor.send(StartSlot(name, 0.0))
        elif isinstance(event, Started):
            self.starts.put_nowait(event.id.partition(".")[2])

    async def _on_lost(self, _reason: str) -> None:
        pass

    async def started(self) -> str:
        """On which card the next tone starts."""
        async with asyncio.timeout(PATIENCE_S):
            return await self.starts.get()


def open_tone() -> int:
    wave = np.cos(2 * np.pi * 1000 * np.arange(RATE) / RATE) * PEAK
    second = wave.astype("<i2").tobytes()
    read_fd, write_fd = os.pipe()

    def fill() -> None:
        with os.fdopen(write_fd, "wb") as pipe:
            try:
                while True:
                    pipe.write(second)
            except BrokenPipeError:
                return

    threading.Thread(target=fill, daemon=True).start()
    return read_fd


@pytest.fixture
async def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[SoundServer]:
    room = SoundServer(tmp_path / "room")
    await room.start(["jack", "loa"])
    for name, value in room.env.items():
        monkeypatch.setenv(name, value)
    yield room
    await room.stop()


def append(path: Path, text: str) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(text)


async def heard_peak(room: SoundServer, sink: str) -> int:
    capture = await room.capture(sink)
    await asyncio.sleep(0.3)
    samples = read_samples((await room.finish(capture)).path)
    return int(np.max(np.abs(samples.astype(int))))


async def tone_peak(room: SoundServer, sink: str) -> int:
    """The tone's own: a starved machine may leave it out of one capture."""
    async with asyncio.timeout(PATIENCE_S):
        while not (peak := await heard_peak(room, sink)):
            pass
    return peak


async def test_a_fallback_card_plays_20_db_down_until_the_first_one_is_back(
    room: SoundServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(card_order, "CARD_AGAIN_S", LOOKS_S)
    output = Output()
    running = asyncio.create_task(output.supervisor.run())
    try:
        assert await output.started() == "jack"
        assert "jack at -20 dB; usb: E_DEVICE" in output.issues["sound_fallback"]
        # 10 ** (-20 / 20) = 0.1
        assert await tone_peak(room, "jack") == pytest.approx(PEAK * 0.1, rel=0.02)
        assert await heard_peak(room, "loa") == 0
        socket = room.env["PULSE_SERVER"]
        plugged = f'pcm.usb {{ type pulse server "{socket}" device "loa" }}\n'
        await asyncio.to_thread(append, Path(room.env["ALSA_CONFIG_PATH"]), plugged)
        output.is_quiet = True
        assert await output.started() == "usb"
        assert output.issues == {}
        assert await tone_peak(room, "loa") == pytest.approx(PEAK, rel=0.02)
        assert output.order.in_use is not None
        assert output.order.in_use.rank == 0
    finally:
        running.cancel()
        await asyncio.wait([running])
