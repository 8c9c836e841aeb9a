"""`tramtin-central enrol serve | list | show | approve | deny | replace | revoke | log`."""

from __future__ import annotations

import asyncio
import getpass
import hashlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from central.cli.cli_errors import handle_errors
from central.cli.options import FILE, lang_option
from central.messages.catalogue import translate
from texts.catalogue import Lang

if TYPE_CHECKING:
    from central.enrolment.operator_decisions import DecidingOperator
    from central.enrolment.request_table import PendingRequest
    from central.enrolment.settings import EnrolmentSettings
    from central.store.database import Database

SETTINGS = Path("/etc/tramtin-central/enrol.yaml")
settings_option = click.option(
    "--settings", "settings_file", type=click.Path(path_type=Path), default=SETTINGS,
    envvar="TRAMTIN_ENROL", show_default=True, help="enrol.yaml.",
)  # fmt: skip
passphrase_option = click.option(
    "--ca-passphrase", envvar="TRAMTIN_CA_PASS", help="Of the authority's key, where it has one."
)
by_option = click.option(
    "--by", default=getpass.getuser, show_default="the login name", help="Who decides; recorded."
)
yes_option = click.option("--yes", is_flag=True, help="Do not ask; for programs.")


@click.group()
def enrol() -> None:
    """Boxes become stations by a code; certificates, replacement, revocation."""


@enrol.command()
@settings_option
@passphrase_option
@lang_option
@handle_errors
def serve(*, settings_file: Path, ca_passphrase: str | None, lang: Lang) -> None:
    """Answer boxes, and keep the broker's revocation list current. Runs until stopped."""
    from agent.contract.fingerprint_words import ROOT_WORDS, format_words, words_of
    from central.enrolment.certificate_authority import DEVICE, load_authority
    from central.enrolment.grant import load_grant_source
    from central.enrolment.service import EnrolmentService

    with _opened(settings_file) as (settings, database):
        authority = load_authority(Path(settings.authority), DEVICE, ca_passphrase)
        source = load_grant_source(settings, authority)
        words = words_of(hashlib.sha256(source.root).hexdigest(), ROOT_WORDS)
        click.echo(translate(lang, "enrol.root_words", format_words(words)), err=True)
        service = EnrolmentService(database, source)
        asyncio.run(service.run())


@enrol.command("list")
@settings_option
@lang_option
@handle_errors
def list_(*, settings_file: Path, lang: Lang) -> None:
    """Show what waits for an operator, or for its box."""
    from central.enrolment.request_table import list_requests

    with _opened(settings_file) as (_, database), database.transaction() as connection:
        found = list_requests(connection, datetime.now(UTC))
    for one in found:
        _show(one, lang)
    if not found:
        click.echo(translate(lang, "enrol.nothing"))


@enrol.command()
@click.argument("code")
@settings_option
@by_option
@lang_option
@handle_errors
def show(*, code: str, settings_file: Path, by: str, lang: Lang) -> None:
    """Show the request of CODE, with the words to compare by telephone."""
    with _opened(settings_file) as (_, database):
        _show(_find(database, code, by), lang)


@enrol.command()
@click.argument("code")
@click.option("--station", required=True, help="The id that the box gets.")
@settings_option
@by_option
@yes_option
@lang_option
@handle_errors
def approve(
    *, code: str, station: str, settings_file: Path, by: str, yes: bool, lang: Lang
) -> None:
    """Let the box of CODE be a station that is new, or let its own box come back."""
    from central.enrolment.grant import find_station_config
    from central.enrolment.operator_decisions import approve as decide

    with _opened(settings_file) as (_, database):
        _show(_find(database, code, by), lang)
        if not yes:
            click.confirm(translate(lang, "enrol.ask", station), abort=True)
        now = datetime.now(UTC)
        decide(database, code, station, _operator(by), now)
        click.echo(translate(lang, "enrol.approved", station))
        with database.transaction() as connection:
            if find_station_config(connection, station, now) is None:
                click.echo(translate(lang, "enrol.no_config", station))


@enrol.command()
@click.argument("code")
@click.option("--reason", default="", help="Recorded.")
@settings_option
@by_option
@lang_option
@handle_errors
def deny(*, code: str, reason: str, settings_file: Path, by: str, lang: Lang) -> None:
    """Turn the box of CODE away."""
    from central.enrolment.operator_decisions import deny as decide

    with _opened(settings_file) as (_, database):
        found = decide(database, code, _operator(by), datetime.now(UTC), reason)
    click.echo(translate(lang, "enrol.denied", found.serial))


@enrol.command()
@click.argument("station")
@click.argument("code")
@click.option("--key", "key_file", type=FILE, required=True, help="Of an operator in enrol.yaml.")
@click.option("--passphrase", help="Of that key; asked for when not given.")
@click.option("--reason", required=True, help="Signed and recorded; the same for both.")
@settings_option
@yes_option
@lang_option
@handle_errors
def replace(  # noqa: PLR0913 - one for each option
    *, station: str, code: str, key_file: Path, passphrase: str | None, reason: str,
    settings_file: Path, yes: bool, lang: Lang,
) -> None:  # fmt: skip
    """Sign that the box of CODE takes the place of STATION's; two operators must."""
    from central.cli.signing_key_prompt import open_signer
    from central.enrolment.replacement import (
        approve_replacement,
        sign_replacement,
        state_replacement,
    )
    from central.enrolment.settings import load_operators

    with _opened(settings_file) as (settings, database):
        operators = load_operators(settings, lang)
        found = _find(database, code, getpass.getuser())
        _show(found, lang)
        statement = state_replacement(database, found, station, reason)
        if not yes:
            click.confirm(translate(lang, "enrol.replace_ask", station), abort=True)
        signed = sign_replacement(statement, open_signer(key_file, passphrase, None, lang))
        missing = approve_replacement(database, code, signed, operators, datetime.now(UTC))
    if missing:
        click.echo(translate(lang, "enrol.one_more", missing))
    else:
        click.echo(translate(lang, "enrol.approved", station))


@enrol.command()
@click.argument("station")
@click.option("--reason", required=True, help="Recorded.")
@settings_option
@by_option
@yes_option
@lang_option
@handle_errors
def revoke(
    *, station: str, reason: str, settings_file: Path, by: str, yes: bool, lang: Lang
) -> None:
    """Shut a stolen box out: reports, broker and running session."""
    from central.enrolment.revocation import revoke_station

    with _opened(settings_file) as (_, database):
        if not yes:
            click.confirm(translate(lang, "enrol.revoke_ask", station), abort=True)
        count = revoke_station(database, station, reason, _operator(by), datetime.now(UTC))
    click.echo(translate(lang, "enrol.revoked", station, count))


@enrol.command("log")
@settings_option
@handle_errors
def log_(*, settings_file: Path) -> None:
    """Show the newest steps: who did what to whose enrolment."""
    from central.enrolment.audit_log import list_steps

    with _opened(settings_file) as (_, database), database.transaction() as connection:
        steps = list_steps(connection)
    for one in steps:
        parts = (one["at"], one["step"], one["station"] or "-", one["who"], one["detail"])
        click.echo("  ".join(parts))


@contextmanager
def _opened(path: Path) -> Iterator[tuple[EnrolmentSettings, Database]]:
    from central.enrolment.settings import load_enrolment_settings
    from central.store.database import Database

    settings = load_enrolment_settings(path)
    with closing(Database.open(Path(settings.database))) as database:
        yield settings, database


def _operator(name: str) -> DecidingOperator:
    from central.enrolment.operator_decisions import DecidingOperator

    return DecidingOperator(name)


def _find(database: Database, code: str, by: str) -> PendingRequest:
    from central.enrolment.operator_decisions import find_request_of_code

    return find_request_of_code(database, code, _operator(by), datetime.now(UTC))


def _show(one: PendingRequest, lang: Lang) -> None:
    from central.collector.report_rules import strip_control

    parts = (one.serial, one.model, one.agent_version, one.address, one.place or "-")
    click.echo(translate(lang, "enrol.request", *map(strip_control, parts)))
    click.echo(translate(lang, "enrol.words", one.words))
    click.echo(translate(lang, "enrol.ends", one.state, f"{one.expires_at:%H:%M:%S}Z"))
