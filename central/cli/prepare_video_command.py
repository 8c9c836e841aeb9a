"""`tramtin-central prepare-video`: an officer's clip becomes one that boxes decode in time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from agent.errors import ConfigError
from central.cli.cli_errors import handle_errors
from central.cli.options import ANY, FILE, lang_option
from central.cli.unconfined_notice import warn_unconfined
from central.messages.catalogue import translate
from texts.catalogue import Lang

if TYPE_CHECKING:
    from central.documents.clip_limits import BoxLimits
    from central.documents.clip_probe import ClipFacts
    from central.documents.preparation.clip import PreparedClip


@click.command("prepare-video")
@click.argument("file", type=FILE)
@click.option("--out", type=ANY, required=True, help="The file for `show: {video:}`; .mp4.")
@click.option(
    "--box", type=click.Choice(["pi4", "pi5"]), default="pi4", show_default=True,
    help="The slowest computer that is to decode it.",
)  # fmt: skip
@lang_option
@handle_errors
def prepare_video(file: Path, *, out: Path, box: str, lang: Lang) -> None:
    """Make a clip for boards of FILE, without sound, and its sound as an .mp3 beside it.

    It is scaled, turned and paced so that the box decodes it in time, and looked at for flashes.
    """
    from central.documents.clip_limits import load_box_limits
    from central.documents.preparation.sound_error import SoundError

    warn_unconfined(lang)
    try:
        prepared = _prepare(file, out, load_box_limits()[box])
    except SoundError as error:
        hint = translate(lang, f"fault.sound.{error.reason}", error.hint)
        raise ConfigError(error.code, error.subject, hint) from error
    for line in _describe(prepared, file.name, lang):
        click.echo(line)


def _prepare(file: Path, out: Path, limits: BoxLimits) -> PreparedClip:
    """Prepare, with a line on stderr while it works."""
    from rich.console import Console

    from central.documents.preparation.clip import prepare_clip
    from central.documents.summary_text import format_span

    with Console(stderr=True).status(file.name) as status:
        return prepare_clip(
            file, out, limits, lambda name, ms: status.update(f"{name} {format_span(ms)}")
        )


def _describe(prepared: PreparedClip, name: str, lang: Lang) -> Iterator[str]:
    yield translate(lang, "clip.before", name, *_facts(prepared.before))
    yield translate(lang, "clip.after", prepared.path.name, *_facts(prepared.after))
    if prepared.sound is None:
        yield translate(lang, "clip.silent")
    else:
        yield translate(lang, "clip.sound", prepared.sound.name)
    for code, value, limit in prepared.excess:
        yield translate(lang, "clip.excess", value, translate(lang, f"file.clip.{code}", limit))
    if prepared.flash_ms is not None:
        second = f"{prepared.flash_ms / 1000:.1f}"
        yield translate(
            lang, "clip.excess", prepared.path.name, translate(lang, "file.clip.flash", second)
        )
    elif not prepared.excess:
        yield translate(lang, "clip.ready")


def _facts(facts: ClipFacts) -> tuple[str, ...]:
    from central.documents.summary_text import format_span

    size = f"{facts.width_px}x{facts.height_px}@{facts.fps:g}"
    return format_span(facts.duration_ms), size, facts.codec, str(facts.kbit_s)
