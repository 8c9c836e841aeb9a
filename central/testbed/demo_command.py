"""`tramtin-central demo`."""

from __future__ import annotations

import sys
from pathlib import Path

import click


@click.command()
@click.option(
    "--only", type=click.Choice(["voice", "board"]), help="A further part: voices, or an LED wall."
)
@click.option("--stay", is_flag=True, help="Keep running until Ctrl-C.")
@click.option("--listen", is_flag=True, help="Also play on this machine, 20 dB down.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Keep everything here; an earlier demo's is replaced.",
)
def demo(*, only: str | None, stay: bool, listen: bool, out: Path | None) -> None:
    """The whole chain on this machine, about a minute; or a further part of it."""
    from central.testbed.board_scenario import BOARD
    from central.testbed.scenario import CHAIN
    from central.testbed.scenario import main as run_demo
    from central.testbed.voice_scenario import VOICE

    part = {"voice": VOICE, "board": BOARD, None: CHAIN}[only]
    sys.exit(run_demo(part=part, stay=stay, listen=listen, out=out))
