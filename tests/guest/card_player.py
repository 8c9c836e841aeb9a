"""Runs on the guest: play a tone for ever on one sound card; print what happens to its engine."""

from __future__ import annotations

import asyncio
import itertools
import math
import os
import sys
import threading
from array import array

from agent.clock import mono_s
from agent.play.ipc import RATE_HZ, EngineEvent, Load, Ready, Started, StartSlot, WorkerFault
from agent.play.sound.card_order import CardOrder
from agent.play.sound.engine_config import EngineConfig, MixerLevel
from agent.play.supervisor import Supervisor
from drivers.registry import list_sound_cards

TONE_HZ = 1000
PEAK = 20_000
ids = itertools.count(1)


def say(*words: object) -> None:
    print(f"{mono_s():.2f}", *words, flush=True)


def open_tone() -> int:
    """A pipe with one second of the tone again and again."""
    wave = (round(PEAK * math.sin(2 * math.pi * TONE_HZ * n / RATE_HZ)) for n in range(RATE_HZ))
    second = array("h", wave).tobytes()
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


async def play(device: str, port: str) -> None:
    card = EngineConfig(
        "portaudio", device, port=port, mixer=MixerLevel("Audio Output Volume Control", -10.0)
    )
    order = CardOrder("loa", [card], lambda *issue: say("issue", *issue), list_sound_cards)

    async def on_event(event: EngineEvent) -> None:
        match event:
            case Ready():
                say("ready")
                slot = f"tone{next(ids)}"
                supervisor.send(Load(slot, 1), open_tone())
                supervisor.send(StartSlot(slot, 0.0))
            case Started():
                say("started")
            case WorkerFault():
                say("fault", event.code, event.detail)

    async def on_lost(reason: str) -> None:
        say("lost", reason)

    supervisor: Supervisor[EngineEvent] = Supervisor(
        "loa",
        "engine_lost",
        order,
        on_event=on_event,
        on_lost=on_lost,
        on_fault=lambda *issue: say("issue", *issue),
    )
    await supervisor.run()


asyncio.run(play(*sys.argv[1:]))
