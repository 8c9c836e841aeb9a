"""What `tramtin check` says of sound: the order of the cards, each cluster's level and caps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from agent.settings.messages import translate
from agent.settings.model import Audio, LocalCap, Settings, Zone
from texts.catalogue import Lang


def build_overview(settings: Settings, lang: Lang) -> str:
    """A line for each sound output and one for each of its clusters; empty without sound."""
    return "\n".join(_describe(settings, lang))


def _describe(settings: Settings, lang: Lang) -> Iterator[str]:
    for output in settings.outputs:
        if output.audio is None:
            continue
        cards = [f"{device} ({gain_db:g} dB)" for device, gain_db in list_cards(output.audio)]
        yield translate("cards_of", lang, output.name, " → ".join(cards))
        for zone in output.zones:
            level = translate("level_unmeasured", lang)
            if zone.spl is not None:
                level = f"{zone.spl.dba:g} dBA, {zone.spl.distance_m:g} m"
            caps = [f"{cap.window} {cap.dba} dBA" for cap in list_caps(settings, zone)]
            told = ", ".join(caps) or translate("no_local_cap", lang)
            yield translate("level_of", lang, zone.name, level, told)


def build_plain_overview(settings: Settings) -> list[dict[str, Any]]:
    """The same as plain values, for programs."""
    return [
        {
            "output": output.name,
            "cards": [
                {"device": device, "gain_db": gain_db}
                for device, gain_db in list_cards(output.audio)
            ],
            "zones": [
                {
                    "zone": zone.name,
                    "spl_dba": None if zone.spl is None else zone.spl.dba,
                    "caps": [
                        {"window": cap.window, "dba": cap.dba} for cap in list_caps(settings, zone)
                    ],
                }
                for zone in output.zones
            ],
        }
        for output in settings.outputs
        if output.audio is not None
    ]


def list_cards(audio: Audio) -> list[tuple[str, float]]:
    """The cards in the order in which they are tried, and by how much each is turned down."""
    return [(audio.device, 0.0), *((one.device, one.gain_db) for one in audio.fallbacks)]


def list_caps(settings: Settings, zone: Zone) -> list[LocalCap]:
    """The caps of the file that hold for a cluster; signed ones come on top."""
    caps = [] if settings.policy is None else settings.policy.caps
    return [cap for cap in caps if cap.zone_kind == zone.kind]
