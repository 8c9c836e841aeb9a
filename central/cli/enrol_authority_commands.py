"""`tramtin-central enrol ca init | server | client`."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from central.cli.cli_errors import handle_errors
from central.cli.enrol_commands import passphrase_option
from central.cli.options import ANY, FOLDER, lang_option
from central.messages.catalogue import translate
from texts.catalogue import Lang


@click.group()
def ca() -> None:
    """The centre's own certificate authority."""


@ca.command("init")
@click.argument("folder", type=ANY)
@click.option("--name", default="Tramtin", show_default=True, help="Of the province.")
@click.option("--host", "hosts", multiple=True, required=True, help="Of broker and service.")
@passphrase_option
@lang_option
@handle_errors
def init(
    *, folder: Path, name: str, hosts: tuple[str, ...], ca_passphrase: str | None, lang: Lang
) -> None:
    """Make both authorities in FOLDER: of boxes, and of servers named by --host."""
    from central.enrolment.certificate_authority import (
        make_device_authority,
        make_server_authority,
    )

    now = datetime.now(UTC)
    make_device_authority(folder, f"{name} device CA", now, ca_passphrase)
    make_server_authority(folder, f"{name} server CA", hosts, now, ca_passphrase)
    click.echo(translate(lang, "enrol.ca_made", folder))


@ca.command("server")
@click.argument("folder", type=FOLDER)
@click.argument("hosts", nargs=-1, required=True)
@click.option("--out", type=ANY, required=True, help="OUT.pem and OUT.key are written.")
@passphrase_option
@lang_option
@handle_errors
def server(
    *, folder: Path, hosts: tuple[str, ...], out: Path, ca_passphrase: str | None, lang: Lang
) -> None:
    """Certify a server: the broker, or the enrolment service."""
    from central.enrolment.certificate_authority import SERVER, load_authority
    from central.enrolment.issued_pair import write_pair

    authority = load_authority(folder, SERVER, ca_passphrase)
    now = datetime.now(UTC)
    write_pair(out, lambda key: authority.issue_server(hosts, key, now))
    click.echo(translate(lang, "written", f"{out}.pem"))


@ca.command("client")
@click.argument("folder", type=FOLDER)
@click.argument("name", type=click.Choice(["centre", "live"]))
@click.option("--out", type=ANY, required=True, help="OUT.pem and OUT.key are written.")
@passphrase_option
@lang_option
@handle_errors
def client(*, folder: Path, name: str, out: Path, ca_passphrase: str | None, lang: Lang) -> None:
    """Certify the collector (`centre`) or whoever speaks live (`live`) at the broker."""
    from central.enrolment.certificate_authority import DEVICE, OPERATION_DAYS, load_authority
    from central.enrolment.issued_pair import write_pair

    authority = load_authority(folder, DEVICE, ca_passphrase)
    now = datetime.now(UTC)
    write_pair(out, lambda key: authority.issue_client(name, key, now, OPERATION_DAYS))
    click.echo(translate(lang, "written", f"{out}.pem"))
