"""`tramtin-central why`."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import click

from agent.contract.local_time import LOCAL
from agent.contract.utc import encode_utc
from central.cli.cli_errors import handle_errors
from central.cli.options import FILE, MOMENT, lang_option
from texts.catalogue import Lang


@click.command()
@click.argument("station")
@click.option("--db", type=FILE, required=True, help="The centre's SQLite file.")
@click.option("--at", type=MOMENT, help="Local time, such as 2026-12-05T03:15; default: now.")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text")
@lang_option
@handle_errors
def why(station: str, *, db: Path, at: datetime | None, format_: str, lang: Lang) -> None:
    """What plays at STATION at a moment, by which rule, what loses or is refused, what comes next.

    By what was published to it, as `tramtin why` answers at the station itself. Of a moment that is
    over: by the documents that held then, with what is on record beside the plan.
    """
    from central.publication.recipients import find_config
    from central.publication.station_past import has_history
    from central.publication.station_why import explain_station, write_why
    from central.store.database import Database

    now = datetime.now(UTC)
    asked_at = now if at is None else at.replace(tzinfo=LOCAL).astimezone(UTC)
    with closing(Database.open(db)) as database:
        if not has_history(database, station):
            find_config(database, station, encode_utc(now), lang)
        found = explain_station(database, station, asked_at, now)
    click.echo(write_why(found, format_, lang))
