"""The line about a computer that cannot confine the tools which read what somebody brought."""

from __future__ import annotations

import click

from central.messages.catalogue import translate
from texts.catalogue import Lang


def warn_unconfined(lang: Lang) -> None:
    """Print it on stderr where a mechanism is missing; the command goes on."""
    from central.documents.confined_tool import find_missing

    if missing := find_missing():
        click.echo(translate(lang, "sound.unconfined", ", ".join(missing)), err=True)
