"""`tramtin-central`: keys, sign, publish, collect, show, demo."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import Any, Literal, ParamSpec

import click

from agent.errors import AgentError, ConfigError

P = ParamSpec("P")
FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)
ANY = click.Path(path_type=Path)
EXIT_CONFIG = 78  # EX_CONFIG
lang_option = click.option(
    "--lang", type=click.Choice(["vi", "en"]), default="vi", show_default=True
)
format_option = click.option("--format", "format_", type=click.Choice(["text", "json"]))
database_option = click.option(
    "--db", type=ANY, required=True, help="The centre's SQLite file; made when absent."
)


def _told(command: Callable[P, None]) -> Callable[P, None]:
    """A fault of the family is one message and an exit code, never a traceback."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except AgentError as error:
            click.echo(str(error), err=True)
            sys.exit(EXIT_CONFIG if isinstance(error, ConfigError) else 1)

    return run


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="tramtin")
def main() -> None:
    """The centre: signs what stations may play, and collects the proof that they did."""


@main.group()
def keys() -> None:
    """Make and look at signing keys."""


@keys.command("new")
@click.argument("file", type=ANY)
@click.option("--scheme", type=click.Choice(["ed25519", "ecdsa-sha2-nistp256"]), default="ed25519")
@click.password_option("--passphrase", help="Asked for when not given.")
@_told
def keys_new(
    file: Path, scheme: Literal["ed25519", "ecdsa-sha2-nistp256"], passphrase: str
) -> None:
    """Write a new encrypted private key to FILE; print its key id."""
    from central.authority import make_key

    click.echo(make_key(file, passphrase, scheme).keyid)


@keys.command("show")
@click.argument("file", type=FILE)
@click.option("--passphrase", prompt=True, hide_input=True)
@format_option
@_told
def keys_show(file: Path, passphrase: str, format_: str | None) -> None:
    """Print the public part of the key in FILE."""
    import json

    from central.authority import load_public

    key = load_public(file, passphrase or None)
    if format_ == "json":
        click.echo(json.dumps({"keyid": key.keyid, **key.to_dict()}))
    else:
        click.echo(f"{key.keyid}  {key.scheme}")


@keys.command("demo")
@click.argument("folder", type=ANY)
@_told
def keys_demo(folder: Path) -> None:
    """Make a root and role keys in FOLDER that only a demonstration accepts."""
    from central.authority import make_demo_authority

    made = make_demo_authority(folder)
    click.echo(f"root: {made.root}")
    for role, files in sorted(made.keys.items()):
        click.echo(f"{role}: {', '.join(map(str, files))}")


@main.command()
@click.argument("file", type=FILE)
@click.option("--key", "key_file", type=FILE, required=True, help="The signer's private key.")
@click.option("--out", type=ANY, help="Where the envelope goes; default: FILE with .signed.")
@click.option("--issuer", help="schedule.yaml: the role that signs, such as vn.84.29266.")
@click.option("--seq", type=int, help="schedule.yaml: the document's number, higher each time.")
@click.option("--epoch", type=int, default=1, show_default=True)
@click.option("--media-dir", type=ANY, help="schedule.yaml: where media are kept by digest.")
@click.option("--media-url", help="schedule.yaml: https address under which stations fetch them.")
@click.option("--editor", default="")
@click.option("--approver", default="")
@click.option("--kind", help="A payload as JSON: which kind of document it is.")
@click.option("--yes", is_flag=True, help="Do not ask; for programs.")
@click.option("--passphrase", help="Of the key; asked for when not given.", envvar="TRAMTIN_PASS")
@lang_option
@_told
def sign(file: Path, *, key_file: Path, yes: bool, passphrase: str | None, **options: Any) -> None:
    """Sign FILE: a schedule.yaml, a payload (--kind), or an envelope to which a second person adds.

    Shows first, in plain words, what will sound or show, where and when; asks for the key last.
    """
    from central.authority import load_signer
    from central.describe import describe
    from central.sign import add_signature, read_document, sign_document

    payload, kind, envelope = _read_signable(file, options)
    document = read_document(envelope or sign_document(payload, kind, []))
    for line in describe(document, options["lang"]):
        click.echo(line)
    question = {"vi": "Ký tài liệu này?", "en": "Sign this document?"}[options["lang"]]
    if not yes:
        click.confirm(question, abort=True)
    if passphrase is None:
        ask = {"vi": "Mật khẩu của khoá", "en": "Passphrase of the key"}[options["lang"]]
        passphrase = click.prompt(ask, hide_input=True, default="", show_default=False)
    signer = load_signer(key_file, passphrase or None)
    signed = add_signature(envelope, signer) if envelope else sign_document(payload, kind, [signer])
    target = options["out"] or file.with_suffix(".signed")
    target.write_bytes(signed)
    click.echo(str(target))


def _read_signable(file: Path, options: dict[str, Any]) -> tuple[bytes, str, bytes | None]:
    """Payload, kind, and the envelope when FILE is one already."""
    from central.schedule import compile_schedule
    from central.sign import read_document

    if file.suffix in (".yaml", ".yml"):
        lacking = [n for n in ("issuer", "seq", "media_dir", "media_url") if options[n] is None]
        if lacking:
            flags = ", ".join("--" + name.replace("_", "-") for name in lacking)
            raise ConfigError("E_USAGE", str(file), f"a schedule needs {flags}")
        payload = compile_schedule(
            file,
            issuer=options["issuer"],
            seq=options["seq"],
            epoch=options["epoch"],
            now=datetime.now(UTC),
            media_dir=options["media_dir"],
            media_base_url=options["media_url"],
            editor=options["editor"],
            approver=options["approver"],
        )
        return payload, "playlist", None
    raw = file.read_bytes()
    if options["kind"] is not None:
        return raw, options["kind"], None
    return b"", read_document(raw).kind, raw


@main.command()
@click.argument("file", type=FILE)
@database_option
@click.option("--station", help="For one station.")
@click.option("--group", help="For a group of stations.")
@_told
def publish(file: Path, *, db: Path, station: str | None, group: str | None) -> None:
    """Hand the envelope in FILE to the centre; its running `collect` sends it at once."""
    from agent.contract.topic import build_group_topic, build_station_topic
    from central.database import Database
    from central.publish import keep
    from central.sign import read_document

    if (station is None) == (group is None):
        raise ConfigError("E_USAGE", str(file), "give --station or --group, one of them")
    envelope = file.read_bytes()
    document = read_document(envelope)
    topic = (
        build_station_topic(station, document.kind, document.slot)
        if station is not None
        else build_group_topic(str(group), document.kind, document.slot)
    )
    database = Database.open(db)
    try:
        click.echo(keep(database, topic, envelope).topic)
    finally:
        database.close()


@main.command()
@database_option
@click.option("--broker", required=True, help="host:port, TLS.")
@click.option("--ca", type=FILE, required=True, help="PEM of the broker's authority.")
@click.option("--cert", type=FILE, required=True, help="The centre's client certificate.")
@click.option("--key", type=FILE, required=True, help="The centre's client key.")
@click.option("--devices", type=FOLDER, required=True, help="<station>.pem of enrolled boxes.")
@click.option("--time-key", type=FILE, required=True, help="Key of the role vn.time.")
@click.option("--receipt-key", type=FILE, required=True, help="Key of the role vn.receipt.")
@_told
def collect(*, db: Path, broker: str, **files: Path) -> None:
    """Answer the stations' hellos, collect their records, acknowledge. Runs until stopped."""
    from central.authority import load_signer
    from central.certificate import Identity
    from central.collect import Collector
    from central.database import Database

    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    host, _, port = broker.rpartition(":")
    if not host or not port.isdecimal():
        raise ConfigError("E_USAGE", broker, "the broker is host:port")
    database = Database.open(db)
    click.echo(f"{database.enrol_folder(files['devices'])} stations enrolled", err=True)
    collector = Collector(
        host=host,
        port=int(port),
        ca=files["ca"],
        identity=Identity(files["cert"], files["key"]),
        database=database,
        signers={
            "time": [load_signer(files["time_key"])],
            "receipt": [load_signer(files["receipt_key"])],
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
        ["stations", "issues", "issue-log", "plays", "refusals", "silences", "gaps", "faults"]
    ),
)
@format_option
@lang_option
@_told
def show(
    *, db: Path, what: tuple[str, ...], format_: str | None, lang: Literal["vi", "en"]
) -> None:
    """What stations did and refused; all tables when none is named."""
    from central.database import Database
    from central.show import WHAT, show_json, show_tables

    database = Database.open(db)
    try:
        if format_ == "json":
            click.echo(show_json(database, what or WHAT))
        else:
            show_tables(database, what or WHAT, lang)
    finally:
        database.close()


@main.command()
@click.option("--stay", is_flag=True, help="Keep running until Ctrl-C.")
@click.option("--listen", is_flag=True, help="Also play on this machine, 20 dB down.")
@click.option("--out", type=ANY, help="Keep everything here; an earlier demo's is replaced.")
def demo(*, stay: bool, listen: bool, out: Path | None) -> None:
    """The whole chain on this machine, about a minute."""
    from central.demo.story import main as tell

    sys.exit(tell(stay=stay, listen=listen, out=out))


if __name__ == "__main__":
    main()
