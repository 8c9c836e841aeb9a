"""Builds sound outputs from the settings, and restarts any output that fails."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from agent.play.item import Item, OutputContext
from agent.play.sound.card_order import CardOrder
from agent.play.sound.engine_config import EngineConfig, MixerLevel
from agent.play.sound.path_log import PathLog
from agent.play.sound.sound_output import SoundOutput
from agent.play.speaker_line import FaultSink, build_line
from agent.settings.model import Audio, FallbackCard, Output, Zone
from drivers.registry import find_sound_delay_ms, list_sound_cards

if TYPE_CHECKING:  # loads only where the settings name a board
    from agent.play.board.board_output import BoardOutput

log = logging.getLogger(__name__)
RETRY_S = 1.0
STEADY_S = 30.0  # an output that ran this long has recovered


def build_sound_output(output: Output, context: OutputContext) -> SoundOutput:
    """A sound output: an engine and its switched lines.

    Raises:
        ConfigError: a switch's profile or options are unknown.
    """
    if output.audio is None:
        raise ValueError(f"{output.name} has no audio")
    cards = CardOrder(output.name, build_cards(output.audio), context.on_fault, list_sound_cards)
    lines = [build_line(zone, context.on_fault, output.audio.channels) for zone in output.zones]
    context = replace(
        context,
        log=PathLog(context.log, lambda: cards.in_use),
        delay_s=context.delay_s + find_device_delay_s(output.zones),
    )
    return SoundOutput(output.name, lines, cards, context, path=lambda: cards.in_use)


def find_device_delay_s(zones: Sequence[Zone]) -> float:
    """How much later the slowest of these zones' amplifiers sounds, by their profiles."""
    delays_ms = (find_sound_delay_ms(one.switch.profile) for one in zones if one.switch)
    return max(delays_ms, default=0) / 1000


def build_cards(audio: Audio) -> list[EngineConfig]:
    """The cards of a sound path in order, the best first."""
    first = FallbackCard(device=audio.device, port=audio.port, gain_db=0.0, mixer=audio.mixer)
    return [_build_card(audio, card) for card in (first, *audio.fallbacks)]


def _build_card(audio: Audio, card: FallbackCard) -> EngineConfig:
    mixer = MixerLevel(card.mixer.control, card.mixer.db) if card.mixer is not None else None
    return EngineConfig(
        audio.driver,
        card.device,
        port=card.port,
        gain_db=card.gain_db,
        mixer=mixer,
        channels=card.channels or audio.channels,
    )


def list_sounding(outputs: Iterable[SoundOutput | BoardOutput]) -> list[Item]:
    """The items that loudspeakers play now."""
    on_air = (one.on_air for one in outputs if isinstance(one, SoundOutput))
    return [item for item in on_air if item is not None]


async def keep_running(output: SoundOutput | BoardOutput, set_issue: FaultSink) -> None:
    """Restart a failed output: its failure must not stop other outputs, link and journal."""
    loop = asyncio.get_running_loop()
    while True:
        steady = loop.call_later(STEADY_S, set_issue, "output_failed", output.name, None)
        try:
            await output.run()
        except Exception as error:
            log.exception("output %s failed", output.name)
            set_issue("output_failed", output.name, str(error))
        finally:
            steady.cancel()
        await asyncio.sleep(RETRY_S)
