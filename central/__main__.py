"""`tramtin-central`: keys, authority, draft, sign, combine, publish, withhold, collect, show."""

from __future__ import annotations

import asyncio
import logging
import sys
from pathlib import Path
from typing import Literal

import click

from agent.errors import ConfigError
from central.cli import document_commands, draft_commands
from central.cli.authority_commands import authority
from central.cli.authority_signing_commands import (
    export_authority,
    publish_authority,
    show_authority,
    sign_authority,
)
from central.cli.cli_errors import handle_errors

FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)
ANY = click.Path(path_type=Path)
lang_option = click.option(
    "--lang", type=click.Choice(["vi", "en"]), default="vi", show_default=True
)
format_option = click.option("--format", "format_", type=click.Choice(["text", "json"]))
database_option = click.option(
    "--db", type=ANY, required=True, help="The centre's SQLite file; made when absent."
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="tramtin")
def main() -> None:
    """The centre: sign what stations may play, and collect the evidence that they played it."""


main.add_command(draft_commands.draft)
for _command in (
    document_commands.sign,
    document_commands.combine,
    document_commands.publish,
    document_commands.withhold,
    document_commands.reinstate,
):
    main.add_command(_command)
main.add_command(authority)
for _step in (sign_authority, publish_authority, export_authority, show_authority):
    authority.add_command(_step)


@main.group()
def keys() -> None:
    """Make and show signing keys."""


@keys.command("new")
@click.argument("file", type=ANY)
@click.option("--scheme", type=click.Choice(["ed25519", "ecdsa-sha2-nistp256"]), default="ed25519")
@click.password_option("--passphrase", help="Asked for when not given.")
@handle_errors
def keys_new(
    file: Path, scheme: Literal["ed25519", "ecdsa-sha2-nistp256"], passphrase: str
) -> None:
    """Write a new encrypted private key to FILE and its public part to FILE.pub; print its id."""
    from central.authority.ceremony.holder_key import encode_public
    from central.authority.signing_key import make_key

    key = make_key(file, passphrase, scheme)
    file.with_suffix(".pub").write_bytes(encode_public(key))
    click.echo(key.keyid)


@keys.command("show")
@click.argument("key")
@click.option("--passphrase", help="Of the file, or the token's PIN; asked for when needed.")
@click.option("--out", type=ANY, help="Write the public part here, for `authority`.")
@format_option
@handle_errors
def keys_show(key: str, passphrase: str | None, out: Path | None, format_: str | None) -> None:
    """Print the public part of KEY: a file, or a token as hsm:2?label=NAME."""
    from central.authority.ceremony.holder_key import encode_public, read_public

    def ask() -> str:
        return passphrase if passphrase is not None else click.prompt("Passphrase", hide_input=True)

    public = read_public(key, ask)
    if out is not None:
        out.write_bytes(encode_public(public))
    if format_ == "json":
        click.echo(encode_public(public))
    else:
        click.echo(f"{public.keyid}  {public.scheme}")


@keys.command("demo")
@click.argument("folder", type=ANY)
@handle_errors
def keys_demo(folder: Path) -> None:
    """Make a root and role keys in FOLDER that only a demonstration accepts."""
    from central.authority.demo_authority import make_demo_authority

    made = make_demo_authority(folder)
    click.echo(f"root: {made.root}")
    click.echo(f"tree: {made.ceremony}")
    for role, files in sorted(made.keys.items()):
        click.echo(f"{role}: {', '.join(map(str, files))}")


@main.command()
@database_option
@click.option("--broker", required=True, help="host:port, TLS.")
@click.option("--ca", type=FILE, required=True, help="PEM of the broker's authority.")
@click.option("--cert", type=FILE, required=True, help="The centre's client certificate.")
@click.option("--key", type=FILE, required=True, help="The centre's client key.")
@click.option(
    "--devices", type=FOLDER, required=True, help="<station>.pem of boxes; read at the start."
)
@click.option("--time-key", type=FILE, required=True, help="Key of the role vn.time.")
@click.option("--receipt-key", type=FILE, required=True, help="Key of the role vn.receipt.")
@click.option(
    "--head-key", type=FILE, help="Key of the role vn.head; without it late boxes miss alarms."
)
@click.option("--timestamp-key", type=FILE, help="Signs the authority's timestamp every hour.")
@handle_errors
def collect(
    *, db: Path, broker: str, head_key: Path | None, timestamp_key: Path | None, **files: Path
) -> None:
    """Answer the stations' hellos, collect their records, acknowledge. Runs until stopped."""
    from central.authority.signing_key import load_signer
    from central.collector.collector import Collector
    from central.collector.identity import Identity
    from central.store.database import Database

    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    host, _, port = broker.rpartition(":")
    if not host or not port.isdecimal():
        raise ConfigError("E_USAGE", broker, "the broker is host:port")
    database = Database.open(db)
    click.echo(f"{database.enrol_folder(files['devices'])} stations enrolled", err=True)
    if head_key is None:
        hint = "stations that come back later than 30 minutes after an alarm miss it"
        click.echo(f"no --head-key: {hint}, and nothing can be withheld", err=True)
    collector = Collector(
        host=host,
        port=int(port),
        ca=files["ca"],
        identity=Identity(files["cert"], files["key"]),
        database=database,
        signers={
            "time": [load_signer(files["time_key"])],
            "receipt": [load_signer(files["receipt_key"])],
            "head": [load_signer(head_key)] if head_key is not None else [],
            "timestamp": [load_signer(timestamp_key)] if timestamp_key else [],
        },
    )
    try:
        asyncio.run(collector.run())
    except KeyboardInterrupt:
        pass
    finally:
        database.close()


@main.command()
@database_option
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
            "totals",
            "plays",
            "refusals",
            "silences",
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
    from central.cli.table_rows import WHAT
    from central.store.database import Database

    if not db.exists():  # an empty table would say that nothing was played
        raise ConfigError("E_UNREADABLE", str(db), "no such file")
    database = Database.open(db)
    try:
        if format_ == "json":
            click.echo(show_json(database, what or WHAT))
        else:
            show_tables(database, what or WHAT, lang)
    finally:
        database.close()


@main.command()
@click.option("--db", type=FILE, required=True, help="The centre's SQLite file.")
@click.option("--out", type=ANY, required=True, help="The copy; must not exist yet.")
@lang_option
@handle_errors
def backup(*, db: Path, out: Path, lang: Literal["vi", "en"]) -> None:
    """Copy the whole database to one file, also while `collect` runs.

    A plain copy of the file lacks what stands in its WAL. To go back: stop `collect`, put the copy
    in the database's place, and remove the files that end in -wal and -shm.
    """
    from central.messages.catalogue import translate
    from central.store.backup import COUNTED, back_up

    def tell(done: int, total: int) -> None:
        if sys.stderr.isatty():
            click.echo(f"\r{100 * done // max(1, total):3} %", err=True, nl=done == total)

    if out.exists():
        raise ConfigError("E_USAGE", str(out), translate(lang, "fault.backup_exists"))
    counts = back_up(db, out, tell)
    click.echo(translate(lang, "backed_up", out, *(counts[name] for name in COUNTED)))


@main.command()
@click.option("--stay", is_flag=True, help="Keep running until Ctrl-C.")
@click.option("--listen", is_flag=True, help="Also play on this machine, 20 dB down.")
@click.option("--out", type=ANY, help="Keep everything here; an earlier demo's is replaced.")
def demo(*, stay: bool, listen: bool, out: Path | None) -> None:
    """The whole chain on this machine, about a minute."""
    from central.testbed.scenario import main as tell

    sys.exit(tell(stay=stay, listen=listen, out=out))


if __name__ == "__main__":
    main()
