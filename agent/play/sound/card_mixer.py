"""Sets the level of a sound card's own mixer before the card is opened; for both engines."""

from __future__ import annotations

from agent.play.sound.engine_config import EngineConfig
from drivers.errors import DriverError
from drivers.registry import find_sound_card, set_mixer


def set_card_mixer(config: EngineConfig) -> str | None:
    """Set the configured level; the reason why it could not be set, if so.

    A card whose mixer cannot be set is driven all the same: a warning at a wrong level is better
    than none.
    """
    if config.mixer is None:
        return None
    card = find_sound_card(config.device, config.port)
    if card is None:
        return f"{config.device}: the kernel has no card of this name"
    try:
        set_mixer(card, config.mixer.control, config.mixer.db)
    except DriverError as error:
        return str(error)
    return None
