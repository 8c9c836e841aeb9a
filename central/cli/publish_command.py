"""`tramtin-central publish`."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from agent.contract.document import Document, Playlist, StationConfig
from agent.contract.utc import encode_utc
from agent.errors import ConfigError
from central.authority.signers import check_complete
from central.cli.cli_errors import handle_errors
from central.cli.document_commands import (
    database_option,
    find_people,
    read_reason,
    root_option,
)
from central.cli.options import FILE, lang_option
from central.messages.catalogue import translate
from texts.catalogue import Lang

if TYPE_CHECKING:
    from central.publication.clash import Answer
    from central.publication.station_rehearsal import GroupRehearsal
    from central.store.database import Database


@click.command()
@click.argument("file", type=FILE)
@database_option
@click.option("--station", help="For one station.")
@click.option("--group", help="For a group of stations.")
@click.option("--stop-now", is_flag=True, help="Also a cancel that ends before its prepared alarm.")
@click.option(
    "--wait", "wait_s", type=float, is_flag=False, flag_value=60.0,
    help="Tell what stations answer, for so many seconds [60] at the most.",
)  # fmt: skip
@click.option("--anyway", is_flag=True, help="Although the centre does not know the stations.")
@click.option("--despite", metavar="REASON", help="Although stations would refuse it; recorded.")
@click.option(
    "--clash",
    type=click.Choice(["instead", "after", "cancel"]),
    help="What to do when items of one class overlap; on a terminal it is asked.",
)
@root_option
@lang_option
@handle_errors
def publish(
    file: Path,
    *,
    db: Path,
    station: str | None,
    group: str | None,
    root: Path | None,
    lang: Lang,
    **options: Any,
) -> None:
    """Publish the envelope in FILE; the centre's running `collect` sends it at once.

    Rehearses a schedule first: shows its week, and asks when items clash. What stations would
    refuse is refused here, with the stations named. With --root also an envelope that lacks a
    signature. Exit code 75: kept, but no collector is running. With --wait: 0
    when all stations took it (and sound it), 4 some, 5 none.
    """
    from central.documents.emergency_order import verify_dates
    from central.documents.sign import open_envelope, read_document
    from central.documents.unsupported import verify_supported
    from central.publication.publish import Publication, submit, verify_publishable
    from central.publication.recipients import find_recipients
    from central.store.database import Database

    if (station is None) == (group is None):
        raise ConfigError("E_USAGE", str(file), translate(lang, "fault.one_target"))
    envelope = file.read_bytes()
    document, now = read_document(envelope), datetime.now(UTC)
    verify_dates(document, now, lang)
    verify_supported(document, lang)
    people = find_people(document, root, lang)
    if people is not None:
        check_complete(open_envelope(envelope), people, lang)
    with closing(Database.open(db)) as database:
        recipients = find_recipients(database, encode_utc(now), station=station, group=group)
        publication = Publication(document, envelope, recipients, now)
        found = _show_week(database, document, recipients.configs, now, lang)
        for line in verify_publishable(
            database, publication, lang, stops_now=options["stop_now"], anyway=options["anyway"],
            despite=read_reason(options["despite"], lang),
        ):  # fmt: skip
            click.echo(line)
        _ask_of_clashes(found, document, options["clash"], lang)
        code = submit(database, publication, lang, options["wait_s"])
    sys.exit(code)


def _show_week(
    database: Database,
    document: Document,
    configs: Mapping[str, StationConfig],
    now: datetime,
    lang: Lang,
) -> list[GroupRehearsal]:
    """Show the week of a playlist at its stations; other documents have none."""
    from central.publication.rehearsal_summary import describe_publication
    from central.publication.station_rehearsal import find_week, rehearse_stations

    if not isinstance(document, Playlist):
        return []
    found = rehearse_stations(database, configs, *find_week(document, now), document)
    for line in describe_publication(found, document, lang):
        click.echo(line)
    return found


def _ask_of_clashes(
    found: list[GroupRehearsal], document: Document, answer: Answer | None, lang: Lang
) -> None:
    """Ask what is to happen to items that clash; without a terminal the option answers.

    Raises:
        PlanError: E_CLASH.
    """
    from central.cli.clash_prompt import ask_clash
    from central.publication.clash import describe_clashes, find_clashes, verify_no_clash

    clashes = find_clashes(found, document)
    if not clashes or not isinstance(document, Playlist):
        return
    for line in (translate(lang, "clash.found"), *describe_clashes(clashes, lang)):
        click.echo(line)
    if answer is None and sys.stdin.isatty():
        answer = ask_clash(lang)
    verify_no_clash(clashes, found, document, answer, lang)
