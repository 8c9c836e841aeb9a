"""Step 4 of `welcome`: a first schedule, rehearsed and signed with a practice key; two mistakes."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from agent.contract.document import Playlist
from agent.errors import ConfigError, TrustError, YamlFaults
from central.cli.cli_errors import print_error
from central.messages.catalogue import translate
from central.officer.practice import (
    PASSPHRASE,
    QUIET,
    ROLE,
    PracticeTree,
    change_one_letter,
    compile_practice,
    describe_practice,
    draw_practice,
    is_taken,
    judge_as_box,
    list_spoken,
    make_practice_tree,
    sign_practice,
    write_schedule,
)
from central.officer.profile import Profile, write_whole
from speech.dialect import DialectName
from texts.catalogue import Lang

SCHEDULE, PICTURE = "lich-tap.yaml", "lich-tap.svg"


def practise(folder: Path, profile: Profile, dialect: DialectName, lang: Lang) -> None:
    """Go through all of it; keys and tree are gone afterwards, the schedule stays as an example."""
    now = datetime.now(UTC)
    with TemporaryDirectory(prefix="tramtin-") as scratch:
        tree = make_practice_tree(Path(scratch) / "cay")
        document, text, at = _write_first(folder, profile, now, dialect, lang)
        click.echo(translate(lang, "practice.spoken"))
        for words in list_spoken(document):
            click.secho(f"  “{words}”", bold=True)
        envelope = _sign(document, tree, lang)
        judge_as_box(envelope, tree, now)
        click.echo(translate(lang, "practice.signed"))
        _show_forged(envelope, tree, now, lang)
        wrong = compile_practice(text.replace(f'"{at}"', f'"{QUIET}"'), profile.name, now, folder)
        click.echo(translate(lang, "practice.quiet", QUIET, at))
        _show_week(wrong, lang)


def _write_first(
    folder: Path, profile: Profile, now: datetime, dialect: DialectName, lang: Lang
) -> tuple[Playlist, str, str]:
    """Three questions until a box would take the schedule; the document, its text and its time."""
    path, days = folder / SCHEDULE, "t2-t7" if lang == "vi" else "mon-sat"
    words, at = translate(lang, "practice.sample"), "05:30"
    while True:
        words = str(click.prompt(translate(lang, "practice.words"), default=words)).strip()
        at = str(click.prompt(translate(lang, "practice.at"), default=at)).strip()
        days = str(click.prompt(translate(lang, "practice.days"), default=days)).strip()
        title = translate(lang, "practice.title")
        text = write_schedule(title, words, (at, days), now, dialect)
        try:
            document = compile_practice(text, profile.name, now, folder)
        except (YamlFaults, TrustError, ConfigError) as error:
            click.echo(print_error(error, lang))
            continue
        write_whole(path, text.encode())
        click.echo(f"{translate(lang, 'practice.file', path)}\n")
        click.echo(text)
        write_whole(folder / PICTURE, draw_practice(document, profile.name, lang).encode())
        click.echo(translate(lang, "practice.week", folder / PICTURE))
        _show_week(document, lang)
        if is_taken(document):
            return document, text, at
        click.echo(translate(lang, "practice.rejected"))


def _show_week(document: Playlist, lang: Lang) -> None:
    for line in describe_practice(document, lang):
        click.echo(f"  {line}")


def _sign(document: Playlist, tree: PracticeTree, lang: Lang) -> bytes:
    """As `sign` does: what it is, who must, yes or no, the passphrase last."""
    from central.authority.signers import describe_missing
    from central.documents.summary import describe

    for line in (*describe(document, lang), *describe_missing(None, tree.people[ROLE], lang)):
        click.echo(f"  {line}")
    click.echo(translate(lang, "practice.secret", PASSPHRASE))
    while not click.confirm(translate(lang, "ask")):
        pass
    while True:
        typed = click.prompt(
            translate(lang, "secret"), hide_input=True, default="", show_default=False
        )
        try:
            return sign_practice(document, tree, typed)
        except ConfigError as error:
            click.echo(print_error(error, lang))


def _show_forged(envelope: bytes, tree: PracticeTree, now: datetime, lang: Lang) -> None:
    try:
        judge_as_box(change_one_letter(envelope), tree, now)
    except TrustError as error:
        click.echo(translate(lang, "practice.forged", error.code))
    else:
        raise AssertionError
