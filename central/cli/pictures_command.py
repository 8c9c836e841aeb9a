"""`tramtin-central pictures`: what faces of boards were sent, as files."""

from __future__ import annotations

from pathlib import Path

import click

from agent.errors import ConfigError
from central.cli.cli_errors import handle_errors
from central.cli.options import ANY, FILE, lang_option
from texts.catalogue import Lang


@click.command()
@click.option("--db", type=FILE, required=True, help="The centre's SQLite file.")
@click.option("--station", help="Only of this station.")
@click.option("--face", help="Only of faces with this name.")
@click.option("--out", type=ANY, required=True, help="The folder for the files; made when absent.")
@lang_option
@handle_errors
def pictures(*, db: Path, station: str | None, face: str | None, out: Path, lang: Lang) -> None:
    """Write the small pictures that stations sent of their faces to PNG files.

    A box takes them when a signed command asks (`draft command screenshot`); the newest twenty of
    each face are kept. They show what the box sent to the board, not the street.
    """
    from central.messages.catalogue import translate
    from central.store.database import Database
    from central.store.face_pictures import list_pictures

    database = Database.open(db)
    try:
        found = list_pictures(database, station, face)
    finally:
        database.close()
    if not found:
        raise ConfigError("E_USAGE", station or str(db), translate(lang, "fault.no_pictures"))
    out.mkdir(parents=True, exist_ok=True)
    for one in found:
        at = one.picture.at.replace(":", "").replace(".", "-")
        file = out / f"{one.station}.{one.picture.face}.{at}.png"
        file.write_bytes(one.picture.png)
        click.echo(translate(lang, "pictured", file, one.picture.frame_sha256))
