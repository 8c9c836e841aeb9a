"""Step 3 of `welcome`: the centre's root, compared by words; and a later tree that follows it."""

from __future__ import annotations

from pathlib import Path

import click
from msgspec.structs import replace

from agent.errors import AgentError, ConfigError, TrustError
from central.authority.signers import read_signers
from central.cli.cli_errors import print_error
from central.cli.word_prompt import compare_words
from central.messages.catalogue import translate
from central.officer.profile import Profile, write_profile, write_whole
from central.officer.received_root import (
    ReceivedRoot,
    is_older,
    read_bytes,
    read_received,
    verify_follows,
)
from texts.catalogue import Lang

ROOT_FILE, TREE_FILE = "root-pinned.json", "root.json"


def receive_root(folder: Path, profile: Profile, lang: Lang) -> Profile:
    """Take the root once its six words are those that the centre reads; Enter puts it off.

    Raises:
        TrustError: E_FINGERPRINT, they are not; nothing was written.
    """
    while True:
        source = click.prompt(
            translate(lang, "welcome.root_source"), default="", show_default=False
        ).strip()
        if not source:
            click.echo(translate(lang, "welcome.root_later"))
            return profile
        try:
            received = read_received(read_bytes(source), source)
        except AgentError as error:
            click.echo(translate(lang, "welcome.root_bad", print_error(error, lang)))
        else:
            return pin_root(folder, profile, received, source, lang)


def pin_root(
    folder: Path, profile: Profile, received: ReceivedRoot, source: str, lang: Lang
) -> Profile:
    """Compare by words, then keep.

    Raises:
        TrustError: E_FINGERPRINT.
    """
    click.echo(translate(lang, "welcome.root_call"))
    if not compare_words(received.sha256, lang):
        raise TrustError("E_FINGERPRINT", source, translate(lang, "welcome.root_wrong"))
    click.echo(translate(lang, "welcome.words_good"))
    return _keep(folder, profile, received, lang)


def follow_root(folder: Path, profile: Profile, source: str, lang: Lang) -> Profile:
    """Take a later tree without words: its roots follow from the one that was compared.

    Raises:
        AgentError: it cannot be used, is older, or does not follow.
    """
    received = read_received(read_bytes(source), source)
    try:
        verify_follows((folder / ROOT_FILE).read_bytes(), received)
    except OSError as error:
        raise ConfigError("E_UNREADABLE", str(folder / ROOT_FILE), str(error)) from error
    except AgentError as error:
        hint = translate(lang, "profile.stranger")
        raise TrustError("E_FINGERPRINT", source, hint) from error
    if profile.tree is not None:
        kept = read_received((folder / profile.tree).read_bytes(), profile.tree)
        if is_older(kept, received):
            raise TrustError("E_REPLAY", source, translate(lang, "profile.older"))
    profile = _keep(folder, profile, received, lang)
    click.echo(translate(lang, "profile.follows", folder / TREE_FILE))
    return profile


def describe_rights(folder: Path, profile: Profile, lang: Lang) -> list[str]:
    """In which roles the officer's key signs, by the tree that is here."""
    if profile.root_sha256 is None:
        return []
    if profile.tree is None:
        return [translate(lang, "welcome.root_alone")]
    people = read_signers(folder / profile.tree)
    roles = sorted(name for name, one in people.items() if profile.keyid in one.role.keys)
    if not roles:
        return [translate(lang, "welcome.no_role")]
    return [translate(lang, "welcome.roles", ", ".join(roles))]


def _keep(folder: Path, profile: Profile, received: ReceivedRoot, lang: Lang) -> Profile:
    """The root, then the tree, then the profile that names them: cut off in between, nothing is."""
    if received.is_demo:
        click.echo(translate(lang, "welcome.root_demo"))
    write_whole(folder / ROOT_FILE, received.root)
    if received.names_signers:
        write_whole(folder / TREE_FILE, received.raw)
    tree = TREE_FILE if received.names_signers else profile.tree
    profile = replace(profile, root_sha256=received.sha256, tree=tree)
    write_profile(folder, profile)
    return profile
