"""`tramtin-central speak`: a text becomes a file that an officer hears before signing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from agent.errors import ConfigError
from central.cli.cli_errors import handle_errors
from central.cli.options import ANY, FILE, lang_option
from central.messages.catalogue import translate
from texts.catalogue import Lang

_C = TypeVar("_C", bound=Callable[..., Any])


def reading_options(command: _C) -> _C:
    """The options of every command that settles how a text is read."""
    for option in (
        click.option(
            "--pronunciation", type=FILE, help="The list of names and how they are said; YAML."
        ),
        click.option(
            "--dialect",
            type=click.Choice(["north", "central", "south"]),
            help="Default: north.",
        ),
    ):
        command = option(command)
    return command


def settle(text: str, dialect: str | None, pronunciation: Path | None) -> str:
    """The words that will be said for a text.

    Raises:
        ConfigError: E_USAGE, nothing of it can be said.
        YamlFaults: the list has faults.
    """
    from central.documents.pronunciation import load_pronunciation, settle_words
    from speech.dialect import DIALECTS

    listed = load_pronunciation(pronunciation) if pronunciation is not None else {}
    return settle_words(text, DIALECTS[dialect or "north"], listed)


@click.command()
@click.argument("file", type=FILE)
@click.option("--out", type=ANY, help="The file for `play:`; .opus, .mp3 or .wav.")
@reading_options
@click.option("--engine", help="The voice: a command with {out}; reads standard input.")
@click.option(
    "--chime", type=click.Choice(["before", "both", "after", "none"]), default="before",
    show_default=True, help="Where the station's chime goes.",
)  # fmt: skip
@lang_option
@handle_errors
def speak(file: Path, *, out: Path | None, lang: Lang, **options: Any) -> None:
    """Print the words that will be said for the text in FILE, and make a file of them.

    Numbers, dates, units and abbreviations are written out. Without --out only the words are
    printed. Listen to the result before you sign a schedule that plays it.
    """
    words = settle(file.read_text(encoding="utf-8"), options["dialect"], options["pronunciation"])
    click.echo(translate(lang, "read.words"))
    click.echo(words)
    if out is None:
        return
    from central.documents.preparation.prepare import Preparation
    from central.documents.preparation.report import describe_prepared
    from central.documents.preparation.sound_error import SoundError
    from central.documents.read_aloud import ESPEAK, read_aloud
    from speech.dialect import DIALECTS

    chime = options["chime"]
    wanted = Preparation(
        chime_before=chime in ("before", "both"), chime_after=chime in ("after", "both")
    )
    dialect = DIALECTS[options["dialect"] or "north"]
    try:
        made = read_aloud(words, dialect, out, wanted, engine=options["engine"] or ESPEAK)
    except SoundError as error:
        hint = translate(lang, f"fault.sound.{error.reason}", error.hint)
        raise ConfigError(error.code, error.subject, hint) from error
    for line in describe_prepared(made, lang):
        click.echo(line)
    click.echo(translate(lang, "read.listen", out))
