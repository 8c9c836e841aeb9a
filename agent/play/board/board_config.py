"""How the agent starts a board; separate from the board, which loads Pillow."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

import msgspec

from drivers.frame_sink import FacePlace

if TYPE_CHECKING:  # a board process does not load the model of the settings
    from agent.settings.model import Output


class BoardConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The configuration of a board process, passed on its command line.

    Args:
        station: its id, for texts.
        profile: the board's driver.
        path: of the board.
        faces: names and places.
        media: the only folder that pictures are read from.
        options: of the board's driver.
    """

    station: str
    profile: str
    path: str
    faces: dict[str, FacePlace]
    media: str = ""
    options: dict[str, bool | int | float | str] = {}


def board_argv(
    station: str,
    profile: str,
    path: str,
    faces: Mapping[str, FacePlace],
    media: str = "",
    options: Mapping[str, bool | int | float | str] | None = None,
) -> list[str]:
    """The command line of a board process; its end of the socket must be fd 3."""
    config = BoardConfig(station, profile, path, dict(faces), media, dict(options or {}))
    return [
        sys.executable,
        "-m",
        "agent.play.board.board_process",
        msgspec.json.encode(config).decode(),
    ]


def list_places(output: Output) -> dict[str, FacePlace]:
    """The faces of a board in the settings, by name, each with its place."""
    return {
        face.name: FacePlace(
            width_px=face.width_px,
            height_px=face.height_px,
            port=face.port or "",
            mode=face.mode or "",
            x_px=face.x_px,
            y_px=face.y_px,
        )
        for face in output.faces
    }
