"""`tramtin-central publish`."""

from __future__ import annotations

import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from agent.contract.document import Playlist
from agent.contract.utc import encode_utc
from agent.errors import ConfigError
from central.authority.signers import check_complete
from central.cli.cli_errors import handle_errors
from central.cli.document_commands import database_option, root_option
from central.cli.document_review import RehearsalFindings, find_people, read_reason, show_days
from central.cli.options import FILE, clash_option, lang_option
from central.messages.catalogue import translate
from texts.catalogue import Lang

if TYPE_CHECKING:
    from central.publication.publish import Publication
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
@clash_option
@click.option(
    "--key",
    "key_files",
    type=FILE,
    multiple=True,
    help="Signs what --clash after has moved; as often as there are signers.",
)
@click.option("--passphrase", help="Of the keys; asked for when not given.", envvar="TRAMTIN_PASS")
@click.option("--yes", is_flag=True, help="Do not ask before signing; for programs.")
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

    Rehearses first: shows the week of a schedule, what a calendar or a station-config changes, and
    asks when items clash. `after` writes the moved schedule beside FILE; with --key it signs and
    publishes that. What stations would refuse is refused here, with the stations named; so is a
    schedule that takes away, before it begins, what must be broadcast. With --root
    also an envelope that lacks a signature. Exit code 75: kept, but no collector is running. With
    --wait: 0 when all stations took it (and sound it), 4 some, 5 none.
    """
    from central.cli.clash_prompt import settle_clashes
    from central.cli.moved_publication import Moving, publish_moved
    from central.documents.emergency_order import verify_dates
    from central.documents.flash_check import verify_steady
    from central.documents.sign import open_envelope, read_document
    from central.documents.unsupported import verify_supported
    from central.publication.publish import Publication, submit
    from central.publication.recipients import find_recipients
    from central.store.database import Database

    if (station is None) == (group is None):
        raise ConfigError("E_USAGE", str(file), translate(lang, "fault.one_target"))
    envelope = file.read_bytes()
    document, now = read_document(envelope), datetime.now(UTC)
    verify_dates(document, now, lang)
    verify_supported(document, lang)
    verify_steady(document, lang)
    people = find_people(document, root, lang)
    if people is not None:
        check_complete(open_envelope(envelope), people, lang)
    with closing(Database.open(db)) as database:
        recipients = find_recipients(database, encode_utc(now), station=station, group=group)
        publication = Publication(document, envelope, recipients, now)
        shown = _judge(database, publication, options, lang)
        answer = isinstance(document, Playlist) and settle_clashes(
            shown.week, document, options["clash"], "publish", lang, is_terminal=sys.stdin.isatty()
        )
        if answer == "after":
            moving = Moving(
                file, db, root, options["key_files"], options["passphrase"], options["despite"],
                ["--anyway"] * options["anyway"] + _repeat_wait(options["wait_s"]),
            )  # fmt: skip
            publication = publish_moved(
                database, publication, moving, lang, asks=not options["yes"],
                judge=lambda one: _judge(database, one, options, lang),
            )  # fmt: skip
        code = submit(database, publication, lang, options["wait_s"])
    sys.exit(code)


def _repeat_wait(wait_s: float | None) -> list[str]:
    return [] if wait_s is None else ["--wait", f"{wait_s:g}"]


def _judge(
    database: Database, publication: Publication, options: dict[str, Any], lang: Lang
) -> RehearsalFindings:
    """Show what it changes, then refuse what stations would refuse.

    Raises:
        AgentError: with the code that stations would give.
    """
    from central.publication.publish import verify_publishable

    one = publication
    shown = show_days(database, one.document, one.recipients.configs, one.now, lang)
    for line in verify_publishable(
        database, one, lang, stops_now=options["stop_now"], anyway=options["anyway"],
        despite=read_reason(options["despite"], lang), foreseen=shown.objections,
    ):  # fmt: skip
        click.echo(line)
    return shown
