"""How the agent starts an engine; separate from the engine, which loads numpy."""

from __future__ import annotations

import sys

import msgspec

BLOCK_FRAMES = 240


class EngineConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The configuration of an engine, passed on its command line."""

    driver: str
    device: str
    block: int = BLOCK_FRAMES


def engine_argv(device: str, driver: str = "portaudio", block: int = BLOCK_FRAMES) -> list[str]:
    """The command line of an engine for one sound path; `block` in frames of 48 kHz."""
    config = msgspec.json.encode(EngineConfig(driver, device, block)).decode()
    return [sys.executable, "-m", "agent.play.sound.engine_process", config]
