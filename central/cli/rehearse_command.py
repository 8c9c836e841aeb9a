"""`tramtin-central rehearse`."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from agent.contract.document import Document
from agent.contract.local_time import LOCAL
from agent.contract.utc import encode_utc
from agent.errors import ConfigError
from central.cli.cli_errors import handle_errors
from central.cli.options import FILE, MOMENT, lang_option
from central.messages.catalogue import translate
from texts.catalogue import Lang

FORMATS = ["text", "json", "csv", "ics", "svg"]


@click.command()
@click.argument("file", type=FILE, required=False)
@click.option("--db", type=FILE, required=True, help="The centre's SQLite file.")
@click.option("--station", help="Of one station.")
@click.option("--group", help="Of a group of stations; default: of all.")
@click.option("--days", type=click.IntRange(1, 366), default=7, show_default=True)
@click.option("--at", type=MOMENT, help="The first day, such as 2026-12-05; default: today.")
@click.option("--format", "format_", type=click.Choice(FORMATS), default="text")
@click.option("--diff", is_flag=True, help="Only what FILE changes.")
@lang_option
@handle_errors
def rehearse(
    file: Path | None,
    *,
    db: Path,
    station: str | None,
    group: str | None,
    at: datetime | None,
    lang: Lang,
    **options: Any,
) -> None:
    """What stations will play on the days ahead, by what was published to them; and with FILE.

    FILE is an envelope, signed or not, or a payload, that is rehearsed as if it was published.
    Sounds, refusals with their rule, clashes, and items longer than their slot; stations alike are
    listed once. ics is a calendar for phones; svg a picture, of one station or of stations alike.
    """
    from central.publication.recipients import find_recipients, list_known_configs
    from central.publication.rehearsal_summary import write_changes, write_rehearsals
    from central.publication.station_rehearsal import find_days, rehearse_stations
    from central.store.database import Database

    document = _read(file, diff=options["diff"], lang=lang)
    begin_at = datetime.now(UTC) if at is None else at.replace(tzinfo=LOCAL)
    now = encode_utc(datetime.now(UTC))
    with closing(Database.open(db)) as database:
        if station is None and group is None:
            configs = list_known_configs(database, now)
        else:
            configs = find_recipients(database, now, station=station, group=group).configs
        if not configs:
            hint = translate(lang, "fault.none_known")
            raise ConfigError("E_USAGE", str(station or group or "rehearse"), hint)
        found = rehearse_stations(
            database, configs, *find_days(begin_at, options["days"]), document
        )
    write = write_changes if options["diff"] else write_rehearsals
    click.echo(write(found, options["format_"], datetime.now(UTC), lang))


def _read(file: Path | None, *, diff: bool, lang: Lang) -> Document | None:
    from agent.trust.unverified_document import read_unverified

    if file is None:
        if diff:
            raise ConfigError("E_USAGE", "--diff", translate(lang, "fault.no_correction"))
        return None
    return read_unverified(file.read_bytes())
