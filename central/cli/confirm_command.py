"""`tramtin-central confirm`."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from agent.contract.local_time import LOCAL
from agent.contract.utc import encode_utc
from agent.errors import ConfigError
from central.cli.cli_errors import handle_errors
from central.cli.options import FILE, lang_option
from central.messages.catalogue import translate
from texts.catalogue import Lang

# also as `show plays` prints them
MOMENTS = ["%Y-%m-%d %H:%M", "%H:%M %d/%m/%Y", "%Y-%m-%d %H:%M:%S", "%H:%M:%S %d/%m/%Y"]
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)


@click.command()
@click.argument("station")
@click.option("--db", type=FILE, required=True, help="The centre's SQLite file.")
@click.option(
    "--at", type=click.DateTime(MOMENTS), required=True, help="A minute or second of it, local."
)
@click.option("--by", required=True, help="Who says so: name, and perhaps telephone.")
@click.option("--heard/--silent", "is_heard", required=True, help="Was it heard?")
@click.option("--output", help="Of the station, where several sounded.")
@click.option("--note", default="", help="What they said.")
@lang_option
@handle_errors
def confirm(  # noqa: PLR0913 - one a option
    *, station: str, db: Path, at: datetime, by: str, is_heard: bool, output: str | None,
    note: str, lang: Lang,
) -> None:  # fmt: skip
    """Enter what a villager or an officer says about a play of STATION: heard, or silent."""
    from central.reports.plays import shorten_title
    from central.store.database import Database
    from central.store.play_proofs import Confirmation, confirm_play, find_heard_plays

    from_at = at.replace(tzinfo=LOCAL)
    length = SECOND if from_at.second else MINUTE
    moments = encode_utc(from_at), encode_utc(from_at + length)
    with closing(Database.open(db)) as database:
        found = find_heard_plays(database, station, *moments, output)
        if not found:
            raise ConfigError("E_USAGE", station, translate(lang, "confirm.none"))
        if len(found) > 1:
            names = ", ".join(f"{one['output']}: {one['title']}" for one in found)
            raise ConfigError("E_USAGE", station, translate(lang, "confirm.several", names))
        (play,) = found
        said = Confirmation(by, is_heard, encode_utc(datetime.now(UTC)), note)
        confirm_play(database, play, said)
    word = "confirm.heard" if is_heard else "confirm.silent"
    click.echo(translate(lang, word, station, shorten_title(str(play["title"]), lang), by))
