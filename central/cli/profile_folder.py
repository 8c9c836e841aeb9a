"""Where an officer's files lie, and what the profile there answers for other commands."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from agent.errors import ConfigError
from central.cli.cli_errors import EXIT_CONFIG, print_error
from central.officer.profile import FILE, Profile, load_profile

VARIABLE = "TRAMTIN_PROFILE"
# Command → its parameters that the profile answers; of every command also `lang`. An order's issuer
# is not among them: who signs schedules and emergencies signs them in two roles.
_ANSWERED = {
    "sign": ("key_file", "root", "issuer", "media_dir", "media_url", "editor", "approver"),
    "combine": ("root",),
    "draft emergency": ("media_url", "editor", "approver"),
    "draft command": ("editor", "approver"),
    "draft cancel": ("editor", "approver"),
    "draft silence": ("editor", "approver"),
    "authority sign": ("key",),
}
_READ_ITSELF = ("welcome", "profile")


def profile_folder() -> Path:
    r"""The user's own folder for it.

    `~/.config/tramtin`, `~/Library/Application Support/tramtin`, or `%LOCALAPPDATA%\tramtin`: a
    roaming folder would copy the key to a server.
    """
    given = os.environ.get(VARIABLE)
    return Path(given) if given else Path(click.get_app_dir("tramtin", roaming=False))


def key_name(folder: Path, profile: Profile) -> str | None:
    """The key as commands take it: a path, or a token's address."""
    if profile.key is None or profile.key.startswith("hsm:"):
        return profile.key
    return str(folder / profile.key)


def load_defaults(context: click.Context, group: click.Group) -> dict[str, Any]:
    """What the profile answers for a command; options of the command line go before.

    A profile with faults ends the command: without it a signature would be given unchecked.
    """
    folder, command = profile_folder(), context.invoked_subcommand
    found = group.get_command(context, command) if command else None
    if command is None or found is None or not (folder / FILE).exists():
        return {}
    try:
        profile = load_profile(folder)
    except ConfigError as error:
        if command in _READ_ITSELF:  # they say it themselves
            return {}
        click.echo(print_error(error, "vi"), err=True)
        sys.exit(EXIT_CONFIG)
    if profile is None:
        return {}
    values = {name: one for name, one in _values(folder, profile).items() if one}
    return {command: dict(_spread(found, command, values))}


def _values(folder: Path, profile: Profile) -> dict[str, str | None]:
    return {
        "lang": profile.lang,
        "key_file": key_name(folder, profile),
        "key": key_name(folder, profile),
        "root": str(folder / profile.tree) if profile.tree else None,
        "issuer": profile.role,
        "media_dir": profile.media_dir,
        "media_url": profile.media_url,
        "editor": profile.name,
        "approver": profile.approver,
    }


def _spread(
    command: click.Command, path: str, values: Mapping[str, str]
) -> Iterator[tuple[str, Any]]:
    """The values by parameter, and by subcommand below."""
    wanted = {"lang", *_ANSWERED.get(path, ())}
    names = {parameter.name for parameter in command.params} & wanted
    yield from ((name, value) for name, value in values.items() if name in names)
    if isinstance(command, click.Group):
        for name, one in command.commands.items():
            yield name, dict(_spread(one, f"{path} {name}", values))
