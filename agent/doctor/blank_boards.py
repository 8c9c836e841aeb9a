"""`tramtin blank-boards`: behind the end of the service, boards that it has driven go black."""

from __future__ import annotations

from pathlib import Path

import click

from agent.play.board.board_note import blank_noted


def run_blank(folder: Path) -> None:
    """Blank every board that is noted in a runtime directory; says on stderr what was done."""
    for line in blank_noted(folder):
        click.echo(line, err=True)
