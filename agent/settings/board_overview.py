"""What `tramtin check` says of boards: each control card, its faces, and the light."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from agent.settings.messages import translate
from agent.settings.model import Output, Settings
from texts.catalogue import Lang


def build_board_overview(settings: Settings, lang: Lang) -> str:
    """A line for each control card and one for each board's light; empty without cards."""
    return "\n".join(_describe_boards(settings, lang))


def _describe_boards(settings: Settings, lang: Lang) -> Iterator[str]:
    for output in settings.outputs:
        for card in output.controls:
            faces = ", ".join(card.faces or [face.name for face in output.faces])
            yield translate(
                "control_of", lang, output.name, card.name, card.profile, card.port, faces
            )
        if output.light is not None:
            light = output.light
            yield translate(
                "light_of", lang, output.name, f"{light.night_pct}..{light.day_pct} %", light.by
            )


def build_plain_boards(settings: Settings) -> list[dict[str, Any]]:
    """The same as plain values, for programs."""
    return [_to_plain(output) for output in settings.outputs if output.controls]


def _to_plain(output: Output) -> dict[str, Any]:
    return {
        "output": output.name,
        "controls": [
            {
                "name": card.name,
                "profile": card.profile,
                "port": card.port,
                "faces": list(card.faces or [face.name for face in output.faces]),
            }
            for card in output.controls
        ],
        "light": None if output.light is None else output.light.by,
    }
