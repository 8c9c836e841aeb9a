"""How the agent starts an engine; separate from the engine, which loads numpy."""

from __future__ import annotations

import sys

import msgspec

from agent.play.ipc import EngineCommand, Fire, Gain, Load


class MixerLevel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A control of the card's own mixer, and its level in dB."""

    control: str
    db: float = 0.0


class EngineConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One sound card and how it is driven; passed on the engine's command line.

    Args:
        driver: see `drivers.registry`.
        device: the driver's name of the card.
        block: frames of 48 kHz that the device asks for at a time; 0: what suits the device (see
            `AudioOutput.preferred_block`).
        port: only the card at this link of `/dev/snd/by-path`.
        gain_db: added to every sound on this card.
        mixer: set at each opening.
        channels: of the device.
    """

    driver: str
    device: str
    block: int = 0
    port: str | None = None
    gain_db: float = 0.0
    mixer: MixerLevel | None = None
    channels: int = 1


def engine_argv(config: EngineConfig) -> list[str]:
    """The command line of an engine for one sound path."""
    return _argv("engine_process", config)


def safe_engine_argv(config: EngineConfig) -> list[str]:
    """The command line of the engine of safe mode for one sound path."""
    return _argv("safe_engine_process", config)


def _argv(module: str, config: EngineConfig) -> list[str]:
    text = msgspec.json.encode(config).decode()
    return [sys.executable, "-m", f"agent.play.sound.{module}", text]


def for_card(command: EngineCommand, config: EngineConfig) -> EngineCommand:
    """The same command, with the card's gain in what sets a level.

    A card with too few channels sounds for all lines alike, at the lowest of their levels.
    """
    if not isinstance(command, Load | Fire | Gain):
        return command
    gain_db, channels = command.gain_db + config.gain_db, command.channels
    if channels and max(channels) >= config.channels:
        gain_db, channels = gain_db + min(channels.values()), {}
    return msgspec.structs.replace(command, gain_db=gain_db, channels=channels)
