"""`tramtin blank-boards`: behind the end of the service, boards go black and cards show the box."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

import click

from agent.play.board.board_note import blank_noted
from agent.play.board.input_note import restore_inputs


def run_blank(folder: Path) -> None:
    """Blank every board that is noted in a runtime directory, then take granted inputs back.

    Says on stderr what was done.
    """
    for line in chain(blank_noted(folder), restore_inputs(folder)):
        click.echo(line, err=True)
