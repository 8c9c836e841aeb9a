"""Parameter types and options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

MOMENT = click.DateTime(["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%d"])
FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


class _KeyName(click.ParamType[str]):
    """A key file that exists, or a token's address `hsm:2?label=NAME`."""

    name = "KEY"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The name as it was given."""
        if not str(value).startswith("hsm:"):
            FILE.convert(value, param, ctx)
        return str(value)


KEY = _KeyName()
FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)
ANY = click.Path(path_type=Path)
lang_option = click.option(
    "--lang", type=click.Choice(["vi", "en"]), default="vi", show_default=True
)
format_option = click.option("--format", "format_", type=click.Choice(["text", "json"]))
clash_option = click.option(
    "--clash",
    type=click.Choice(["instead", "after", "cancel"]),
    help="What to do when items of one class overlap; on a terminal it is asked.",
)
