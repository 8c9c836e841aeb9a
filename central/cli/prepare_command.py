"""`tramtin-central prepare`: officers' files become one file that stations play."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from agent.errors import ConfigError
from central.cli.cli_errors import handle_errors
from central.cli.options import ANY, FILE, lang_option
from central.cli.unconfined_notice import warn_unconfined
from central.messages.catalogue import translate
from texts.catalogue import Lang


@click.command()
@click.argument("files", type=FILE, nargs=-1, required=True)
@click.option("--out", type=ANY, required=True, help="The file for `play:`; .opus, .mp3 or .wav.")
@click.option(
    "--chime", type=click.Choice(["before", "both", "after", "none"]), default="before",
    show_default=True, help="Where the station's chime goes.",
)  # fmt: skip
@click.option(
    "--pause-ms", type=click.IntRange(0, 60_000), default=700, show_default=True,
    help="Silence between the parts.",
)  # fmt: skip
@click.option(
    "--fade-ms", type=click.IntRange(1, 1000), default=20, show_default=True,
    help="How long each part rises and falls.",
)  # fmt: skip
@click.option("--keep-silence", is_flag=True, help="Leave the silence at both ends of each file.")
@click.option("--picture", type=ANY, help="Where the waveform goes; .svg. Default: beside --out.")
@lang_option
@handle_errors
def prepare(files: tuple[Path, ...], *, out: Path, lang: Lang, **options: Any) -> None:
    """Make one file for stations of FILES: recordings, music, a video's sound, in this order.

    Each is decoded to its end, trimmed, brought to the loudness of all others (EBU R 128) and
    joined with pauses and the station's chime. Prints what was found and what to listen to.
    """
    from central.documents.preparation.prepare import Preparation
    from central.documents.preparation.report import describe_prepared, draw_prepared
    from central.documents.preparation.sound_error import SoundError

    warn_unconfined(lang)
    chime = options["chime"]
    wanted = Preparation(
        is_trimmed=not options["keep_silence"],
        chime_before=chime in ("before", "both"),
        chime_after=chime in ("after", "both"),
        pause_ms=options["pause_ms"],
        fade_ms=options["fade_ms"],
    )
    try:
        prepared = _prepare(files, out, wanted)
    except SoundError as error:
        hint = translate(lang, f"fault.sound.{error.reason}", error.hint)
        raise ConfigError(error.code, error.subject, hint) from error
    for line in describe_prepared(prepared, lang):
        click.echo(line)
    picture = options["picture"] or out.with_suffix(".svg")
    picture.write_text(draw_prepared(prepared), encoding="utf-8")
    click.echo(translate(lang, "sound.picture", picture))


def _prepare(files: tuple[Path, ...], out: Path, wanted: Any) -> Any:
    """Prepare, with a line on stderr that says how far it is."""
    from rich.console import Console

    from central.documents.preparation.prepare import prepare as prepare_files
    from central.documents.summary_text import format_span

    with Console(stderr=True).status("") as status:
        return prepare_files(
            files, out, wanted, lambda name, ms: status.update(f"{name} {format_span(ms)}")
        )
