"""`tramtin-central welcome`: an officer's computer from nothing to a first practised signature."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from central.cli.cli_errors import handle_errors
from central.cli.options import lang_option
from central.cli.profile_folder import profile_folder
from central.messages.catalogue import translate
from speech.dialect import DialectName
from texts.catalogue import Lang

if TYPE_CHECKING:
    from central.officer.profile import Profile


@click.command()
@click.option(
    "--dialect", type=click.Choice(["north", "central", "south"]), default="south",
    show_default=True, help="In which the practice schedule is read.",
)  # fmt: skip
@lang_option
@handle_errors
def welcome(*, dialect: DialectName, lang: Lang) -> None:
    """Set up an officer's computer, step by step: key, public part, root, practice; resumable."""
    from central.officer.profile import load_profile

    folder = profile_folder()
    profile = load_profile(folder)
    for code in ("welcome.title", "welcome.folder"):
        click.echo(translate(lang, code, folder))
    try:
        _walk(folder, profile, dialect, lang)
    except click.Abort:
        click.echo(f"\n{translate(lang, 'welcome.stopped')}", err=True)
        sys.exit(1)


def _walk(folder: Path, profile: Profile | None, dialect: DialectName, lang: Lang) -> None:
    """The steps in their order; each keeps what it has reached before the next begins."""
    from msgspec.structs import replace

    from central.cli.welcome_key import hand_over, introduce, make_officer_key
    from central.cli.welcome_practice import practise
    from central.cli.welcome_root import describe_rights, receive_root
    from central.officer.profile import write_profile

    _head("key", lang)
    profile = make_officer_key(folder, profile or introduce(folder, lang), lang)
    _head("card", lang)
    if not profile.handed_over:
        hand_over(folder, profile, lang)
        click.prompt(translate(lang, "welcome.enter"), default="", show_default=False)
        profile = replace(profile, handed_over=True)
        write_profile(folder, profile)
    else:
        click.echo(translate(lang, "welcome.card_done", folder / "khoa.txt"))
    _head("root", lang)
    if profile.root_sha256 is None:
        profile = receive_root(folder, profile, lang)
    else:
        click.echo(translate(lang, "welcome.root_done", profile.root_sha256[:16]))
    for line in describe_rights(folder, profile, lang):
        click.echo(line)
    _head("practice", lang)
    if not profile.practised:
        practise(folder, profile, dialect, lang)
        profile = replace(profile, practised=True)
        write_profile(folder, profile)
    click.echo(translate(lang, "practice.done"))
    click.secho(f"\n{translate(lang, 'welcome.step.summary')}", bold=True)
    for line in summarise(folder, profile, lang):
        click.echo(line)


def _head(step: str, lang: Lang) -> None:
    click.secho(f"\n{translate(lang, f'welcome.step.{step}')}", bold=True)
    click.echo(translate(lang, f"welcome.why.{step}"))


def summarise(folder: Path, profile: Profile, lang: Lang) -> Iterator[str]:
    """What is done, what is missing, and what to do with it."""
    tree = "root" if profile.tree else "tree_lacks" if profile.root_sha256 else "root_lacks"
    rows = [
        ("key", profile.key is not None, (folder / str(profile.key),)),
        ("card" if profile.handed_over else "card_lacks", profile.handed_over, ()),
        (tree, profile.tree is not None, (folder / str(profile.tree),)),
        (
            "practice" if profile.practised else "practice_lacks",
            profile.practised, (),
        ),
    ]  # fmt: skip
    rows += [("role_lacks", False, ())] if profile.role is None else []
    rows += [("media_lacks", False, ())] if profile.media_url is None else []
    for code, is_done, args in rows:
        text = translate(lang, f"summary.{code}", *args)
        yield translate(lang, "summary.good" if is_done else "summary.lacks", text)
    yield ""
    yield translate(lang, "summary.backup")
    yield ""
    yield translate(lang, "summary.next")
