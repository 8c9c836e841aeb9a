"""`tramtin-central show | backup`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Literal

import click

from agent.errors import ConfigError
from central.cli.cli_errors import handle_errors
from central.cli.options import ANY, FILE, format_option, lang_option


@click.command()
@click.option("--db", type=ANY, required=True, help="The centre's SQLite file; made when absent.")
@click.argument(
    "what",
    nargs=-1,
    type=click.Choice(
        [
            "stations",
            "documents",
            "issues",
            "issue-log",
            "on-air",
            "next",
            "totals",
            "languages",
            "plays",
            "refusals",
            "silences",
            "commands",
            "gaps",
            "faults",
        ]
    ),
)
@format_option
@lang_option
@handle_errors
def show(
    *, db: Path, what: tuple[str, ...], format_: str | None, lang: Literal["vi", "en"]
) -> None:
    """What stations did and refused; all tables when none is named."""
    from central.cli.show import show_json, show_tables
    from central.messages.catalogue import translate
    from central.reports.tables import WHAT
    from central.store.database import Database

    if not db.exists():  # an empty table would say that nothing was played
        raise ConfigError("E_UNREADABLE", str(db), translate(lang, "fault.no_file"))
    database = Database.open(db)
    try:
        if format_ == "json":
            click.echo(show_json(database, what or WHAT))
        else:
            show_tables(database, what or WHAT, lang)
    finally:
        database.close()


@click.command()
@click.option("--db", type=FILE, required=True, help="The centre's SQLite file.")
@click.option("--out", type=ANY, required=True, help="The copy; must not exist yet.")
@lang_option
@handle_errors
def backup(*, db: Path, out: Path, lang: Literal["vi", "en"]) -> None:
    """Copy the whole database to one file, also while `collect` runs.

    A plain copy of the file lacks what is in its WAL. To go back: stop `collect`, put the copy
    in the database's place, and remove the files that end in -wal and -shm.
    """
    from central.messages.catalogue import translate
    from central.store.backup import COUNTED, back_up

    def print_progress(done: int, total: int) -> None:
        if sys.stderr.isatty():
            click.echo(f"\r{100 * done // max(1, total):3} %", err=True, nl=done == total)

    if out.exists():
        raise ConfigError("E_USAGE", str(out), translate(lang, "fault.backup_exists"))
    counts = back_up(db, out, print_progress)
    click.echo(translate(lang, "backed_up", out, *(counts[name] for name in COUNTED)))
