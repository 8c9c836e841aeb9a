"""`tramtin-central live list | keep | export`: what was spoken, and how long it is kept."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from agent.errors import AgentError
from central.cli.cli_errors import handle_errors
from central.cli.live_session import archive_option
from central.cli.options import ANY, lang_option
from central.messages.catalogue import translate
from texts.catalogue import Lang


@click.command("list")
@archive_option
@click.option(
    "--last", type=click.IntRange(min=0), default=50, show_default=True, help="Voices; 0: all."
)
@lang_option
@handle_errors
def list_streams(*, archive: Path, last: int, lang: Lang) -> None:
    """What was spoken: when, how long, by whom, to whom, whether all of it is here."""
    from central.live.archive import list_folders

    for path in list_folders(archive)[-last:]:
        click.echo(_row(path, lang))
    click.echo(_describe_retention(archive, lang))


def _row(path: Path, lang: Lang) -> str:
    from agent.contract.local_time import LOCAL
    from central.live.archive import read_stream

    try:
        stream = read_stream(path)
    except (AgentError, OSError) as error:
        return translate(lang, "live.unreadable", path.name, error)
    grant, begun_at = stream.grant, stream.begun_at.astimezone(LOCAL)
    end = translate(lang, "live.ended" if stream.is_ended else "live.not_ended")
    if not stream.is_complete:
        end += "  " + translate(lang, "live.incomplete", stream.missing)
    return translate(
        lang, "live.row", f"{begun_at:%d/%m/%Y %H:%M:%S}", f"{stream.length_ms / 1000:.1f}",
        translate(lang, f"class.{grant.class_}"), stream.title, grant.editor or "–",
        ", ".join(grant.to), end, stream.bad, path.name,
    )  # fmt: skip


def _describe_retention(archive: Path, lang: Lang) -> str:
    from central.live.archive import list_folders
    from central.live.archive_retention import GB, load_retention, measure_bytes

    folders, retention = list_folders(archive), load_retention(archive)
    size_gb = sum(map(measure_bytes, folders)) / GB
    return translate(
        lang, "live.retention", len(folders), f"{size_gb:.2f}", retention.keep_days,
        f"{retention.keep_gb:g}",
    )  # fmt: skip


@click.command()
@click.option("--days", type=click.IntRange(1, 36_500), help="From the voice's beginning.")
@click.option("--gb", type=click.FloatRange(0, min_open=True), help="Of all voices, 10^9 bytes.")
@archive_option
@lang_option
@handle_errors
def keep(*, days: int | None, gb: float | None, archive: Path, lang: Lang) -> None:
    """How long voices are kept: those beyond are removed when the next voice is over."""
    from central.live.archive_retention import load_retention, store_retention

    stated = {"keep_days": days, "keep_gb": gb}
    changes = {name: value for name, value in stated.items() if value is not None}
    if changes:
        store_retention(archive, msgspec.structs.replace(load_retention(archive), **changes))
    click.echo(_describe_retention(archive, lang))


@click.command()
@click.argument("stream")
@click.option("--out", type=ANY, required=True, help="A file .opus, .wav or .mp3.")
@archive_option
@lang_option
@handle_errors
def export(stream: str, *, out: Path, archive: Path, lang: Lang) -> None:
    """Write what was spoken to a file; STREAM is a part of its folder's name."""
    from central.documents.audio_tools import convert
    from central.live.archive import export_ogg, find_stream

    found = find_stream(archive, stream)
    if out.suffix.lower() == ".opus":
        out.write_bytes(export_ogg(found))
    else:
        plain = out.with_suffix(".part.opus")
        try:
            plain.write_bytes(export_ogg(found))
            convert(plain, out)
        finally:
            plain.unlink(missing_ok=True)
    click.echo(translate(lang, "written", out))
