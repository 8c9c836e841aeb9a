"""`tramtin-central keys new | show | demo`."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click

from central.cli.cli_errors import handle_errors
from central.cli.options import ANY, format_option


@click.group()
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
