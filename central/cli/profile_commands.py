"""`tramtin-central profile`: who signs on this computer; `set`, `card`, `root`, `backup`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from agent.errors import ConfigError
from central.cli.cli_errors import handle_errors
from central.cli.options import FOLDER, lang_option
from central.cli.profile_folder import profile_folder
from central.messages.catalogue import translate
from texts.catalogue import Lang

if TYPE_CHECKING:
    from central.officer.profile import Profile

SETTABLE = ("name", "place", "role", "lang", "media_url", "media_dir", "approver")


@click.group(invoke_without_command=True)
@lang_option
@click.pass_context
@handle_errors
def profile(context: click.Context, *, lang: Lang) -> None:
    """Show who signs on this computer, with which key and root; `set` changes an entry."""
    if context.invoked_subcommand is not None:
        return
    from central.cli.welcome_command import summarise
    from central.cli.welcome_root import describe_rights

    folder, found = _load(lang)
    click.echo(translate(lang, "welcome.folder", folder))
    for name in found.__struct_fields__:
        value = getattr(found, name)
        if name in SETTABLE and value:
            click.echo(f"  {name}: {value}")
    for line in (*describe_rights(folder, found, lang), *summarise(folder, found, lang)):
        click.echo(line)


def _load(lang: Lang) -> tuple[Path, Profile]:
    from central.officer.profile import load_profile

    folder = profile_folder()
    found = load_profile(folder)
    if found is None:
        raise ConfigError("E_PROFILE", str(folder), translate(lang, "profile.none"))
    return folder, found


@profile.command("set")
@click.argument("entry")
@click.argument("value")
@lang_option
@handle_errors
def set_entry(entry: str, value: str, *, lang: Lang) -> None:
    """Change one entry: name, place, role, lang, media_url, media_dir or approver."""
    import msgspec

    from central.officer.profile import Profile, write_profile

    folder, found = _load(lang)
    if entry not in SETTABLE:
        hint = translate(lang, "profile.field", ", ".join(SETTABLE))
        raise ConfigError("E_PROFILE", entry, hint)
    fields = {**msgspec.structs.asdict(found), entry: value}
    try:
        changed = msgspec.convert(fields, Profile)
    except msgspec.ValidationError as error:
        hint = translate(lang, "profile.value", str(error))
        raise ConfigError("E_PROFILE", entry, hint) from error
    write_profile(folder, changed)
    click.echo(translate(lang, "profile.set", entry, value))


@profile.command()
@lang_option
@handle_errors
def card(*, lang: Lang) -> None:
    """Show the public part of the key again: text, QR code and words."""
    from central.cli.welcome_key import hand_over

    folder, found = _load(lang)
    hand_over(folder, found, lang)


@profile.command()
@click.argument("source")
@lang_option
@handle_errors
def root(source: str, *, lang: Lang) -> None:
    """Take a new file of the centre from SOURCE, a file or an https address.

    The first one is compared by words; a later one has to follow from it.
    """
    from central.cli.welcome_root import describe_rights, follow_root, pin_root
    from central.officer.received_root import read_bytes, read_received

    folder, found = _load(lang)
    if found.root_sha256 is None:
        received = read_received(read_bytes(source), source)
        found = pin_root(folder, found, received, source, lang)
    else:
        found = follow_root(folder, found, source, lang)
    for line in describe_rights(folder, found, lang):
        click.echo(line)


@profile.command("forget-root")
@lang_option
@handle_errors
def forget_root(*, lang: Lang) -> None:
    """Trust the root no more, because the centre began a new one; `welcome` compares it."""
    from msgspec.structs import replace

    from central.officer.profile import write_profile

    folder, found = _load(lang)
    click.confirm(translate(lang, "profile.forget_ask"), abort=True)
    write_profile(folder, replace(found, root_sha256=None, tree=None))
    click.echo(translate(lang, "profile.forgot"))


@profile.command()
@click.argument("target", type=FOLDER)
@lang_option
@handle_errors
def backup(target: Path, *, lang: Lang) -> None:
    """Copy the locked key and its public part into a folder, such as that of a USB stick."""
    from central.officer.profile import write_whole

    folder, found = _load(lang)
    if found.key is None or found.key.startswith("hsm:"):
        raise ConfigError("E_PROFILE", "backup", translate(lang, "profile.on_token"))
    for name in (found.key, "khoa.pub"):
        raw, copy = (folder / name).read_bytes(), target / name
        if copy.exists() and copy.read_bytes() != raw:
            raise ConfigError("E_PROFILE", str(copy), translate(lang, "profile.backup_there"))
        write_whole(copy, raw)
        if copy.read_bytes() != raw:
            sys.exit(1)
        click.echo(translate(lang, "profile.backup", copy))
