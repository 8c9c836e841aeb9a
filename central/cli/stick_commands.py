"""`tramtin-central export --usb | import --usb`."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from agent.errors import ConfigError
from central.cli.cli_errors import handle_errors
from central.cli.options import ANY, FILE, FOLDER, lang_option
from central.messages.catalogue import translate
from texts.catalogue import Lang

if TYPE_CHECKING:
    from securesystemslib.signer import Signer

    from central.stick.bring_home import BroughtHome
    from central.stick.fill import Filled
    from central.store.database import Database

OLD_TIMESTAMP_S = 24 * 3600.0  # a stick is on its way for a day, and 48 h are fresh
usb_option = click.option("--usb", type=FOLDER, required=True, help="Where the stick is mounted.")
db_option = click.option("--db", type=FILE, required=True, help="The centre's SQLite file.")
time_option = click.option("--time-key", type=FILE, required=True, help="Key of the role vn.time.")
receipt_option = click.option(
    "--receipt-key", type=FILE, required=True, help="Key of the role vn.receipt."
)


@click.command("export")
@usb_option
@db_option
@click.option("--stations", help="Ids or g/<group>, with commas between; default: all.")
@click.option("--days", type=click.IntRange(1, 400), default=45, show_default=True,
              help="Only what begins within so many days.")  # fmt: skip
@click.option("--media", "media_folders", type=FOLDER, multiple=True, required=True,
              help="Where the centre keeps its media.")  # fmt: skip
@time_option
@receipt_option
@click.option("--head-key", type=FILE, help="Key of the role vn.head: new boxes need it.")
@click.option("--timestamp-key", type=FILE, help="Signs the authority's timestamp anew.")
@lang_option
@handle_errors
def export_stick(  # noqa: PLR0913 - one parameter an option
    *,
    usb: Path,
    db: Path,
    stations: str | None,
    days: int,
    media_folders: tuple[Path, ...],
    time_key: Path,
    receipt_key: Path,
    head_key: Path | None,
    timestamp_key: Path | None,
    lang: Lang,
) -> None:
    """Fill a USB stick with all that stations without a link are to take.

    Exit 0 all is on it, 1 media are missing or a station has no place.
    """
    from central.authority.signing_key import load_signer
    from central.stick.fill import choose_stations, fill_stick
    from central.stick.online_answers import OnlineAnswers

    signers = _load_signers(time_key, receipt_key, head_key)
    with _open(db) as database:
        _renew(database, load_signer(timestamp_key) if timestamp_key else None, lang)
        if head_key is None:
            click.echo(translate(lang, "stick.no_head"), err=True)
        filled = fill_stick(
            database,
            usb,
            choose_stations(database, [one for one in (stations or "").split(",") if one]),
            answers=OnlineAnswers(database, signers),
            media_folders=media_folders,
            days=days,
            progress=_show_progress,
        )
    for line in _describe(filled, lang):
        click.echo(line)
    sys.exit(1 if filled.missing or filled.without_place else 0)


@click.command("import")
@click.option("--usb", type=FOLDER, help="Where the stick is mounted.")
@click.option("--file", type=FILE, help="What a phone has downloaded from the page of a box.")
@db_option
@time_option
@receipt_option
@click.option("--bundles", type=ANY, help="Folder for support bundles; without it they stay.")
@lang_option
@handle_errors
def import_stick(
    *,
    usb: Path | None,
    file: Path | None,
    db: Path,
    time_key: Path,
    receipt_key: Path,
    bundles: Path | None,
    lang: Lang,
) -> None:
    """Take the journals of stations from a USB stick; `export` then puts the receipts onto it.

    Exit 0 all was taken, 1 something was refused: `show faults`.
    """
    from central.collector.report_handler import ReportHandler
    from central.stick.bring_home import bring_home, bring_home_file

    if (usb is None) == (file is None):
        raise ConfigError("E_USAGE", "import", translate(lang, "stick.one_source"))
    is_good = True
    with _open(db) as database:
        handler = ReportHandler(database, _load_signers(time_key, receipt_key, None))
        if usb is not None:
            found: Iterable[BroughtHome] = bring_home(database, handler, usb, bundles)
        elif file is not None:
            found = bring_home_file(database, handler, file)
        for one in found:
            click.echo(translate(lang, "stick.brought", one.station, one.records, one.upto))
            if one.bundle is not None:
                click.echo(translate(lang, "stick.bundle", one.station, one.bundle))
            for name in one.refused:
                is_good = False
                click.echo(translate(lang, "stick.not_taken", one.station, name), err=True)
    click.echo(translate(lang, "stick.next"))
    sys.exit(0 if is_good else 1)


def _load_signers(time: Path, receipt: Path, head: Path | None) -> dict[str, list[Signer]]:
    from central.authority.signing_key import load_signer

    files = {"time": time, "receipt": receipt, "head": head}
    return {role: [load_signer(file)] for role, file in files.items() if file is not None}


@contextmanager
def _open(db: Path) -> Iterator[Database]:
    from central.store.database import Database

    with closing(Database.open(db)) as database:
        yield database


def _renew(database: Database, signer: Signer | None, lang: Lang) -> None:
    """Sign the timestamp anew, or say that boxes will call what is on the stick old.

    Raises:
        ConfigError: E_KEY, it is not the timestamp's key.
    """
    from central.authority.authority_store import renew_timestamp
    from central.stick.station_file import age_of_timestamp

    now = datetime.now(UTC)
    if signer is not None:
        renew_timestamp(database, signer, now)
    age_s = age_of_timestamp(database, now)
    if age_s is not None and age_s > OLD_TIMESTAMP_S:
        click.echo(translate(lang, "stick.old_timestamp", round(age_s / 86_400)), err=True)


def _show_progress(done: int, total: int) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r{100 * done // max(1, total):3} %", err=True, nl=done >= total)


def _describe(filled: Filled, lang: Lang) -> Iterator[str]:
    for parcel in filled.parcels:
        yield translate(lang, "stick.station", parcel.station, len(parcel.documents))
        for kind, count in sorted(parcel.left_out.items()):
            named = translate(lang, f"kind.{kind}")
            yield translate(lang, "stick.left_out", parcel.station, count, named)
    for station in filled.without_place:
        yield translate(lang, "stick.no_place", station)
    size = sum(one.bytes for one in filled.media) >> 20
    yield translate(lang, "stick.media", len(filled.media), size)
    for digest in filled.missing:
        yield translate(lang, "stick.missing", digest)
    yield translate(lang, "stick.filled")
