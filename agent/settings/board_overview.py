"""What `tramtin check` says of boards: control cards, their faces, capture cards, the light."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from agent.settings.messages import translate
from agent.settings.model import Output, Settings
from texts.catalogue import Lang


def build_board_overview(settings: Settings, lang: Lang) -> str:
    """A line for each control and capture card and for each board's light; empty without them."""
    return "\n".join(_describe_boards(settings, lang))


def _describe_boards(settings: Settings, lang: Lang) -> Iterator[str]:
    for output in settings.outputs:
        for card in output.controls:
            faces = ", ".join(card.faces or [face.name for face in output.faces])
            yield translate(
                "control_of", lang, output.name, card.name, card.profile, card.port, faces
            )
        for video in output.video_inputs:
            yield translate("video_of", lang, output.name, video.name, video.profile, video.path)
        if output.light is not None:
            light = output.light
            yield translate(
                "light_of", lang, output.name, f"{light.night_pct}..{light.day_pct} %", light.by
            )


def build_plain_boards(settings: Settings) -> list[dict[str, Any]]:
    """The same as plain values, for programs."""
    return [_to_plain(output) for output in settings.outputs if _has_cards(output)]


def _has_cards(output: Output) -> bool:
    return bool(output.controls or output.video_inputs)


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
        "video_inputs": [
            {"name": one.name, "profile": one.profile, "path": one.path}
            for one in output.video_inputs
        ],
        "light": None if output.light is None else output.light.by,
    }
