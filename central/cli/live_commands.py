"""`tramtin-central live speak | stop`; `list | keep | export` are in `archive_commands`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from agent.contract.default_title import default_title
from agent.errors import ConfigError
from central.cli.archive_commands import export, keep, list_streams
from central.cli.cli_errors import handle_errors
from central.cli.live_session import (
    confirm_stream,
    into_archive_option,
    run_stream,
    speaking_options,
    stop_by_signal,
)
from central.cli.options import FILE, lang_option
from central.messages.catalogue import translate
from texts.catalogue import Lang

if TYPE_CHECKING:
    from central.live.voice_source import VoicePacket, VoiceSource


@click.group()
def live() -> None:
    """Speak live to stations, and listen again to what was spoken."""


@live.command()
@click.argument("source")
@click.option(
    "--class", "class_", type=click.Choice(["routine", "priority", "emergency"]),
    default="routine", show_default=True,
)  # fmt: skip
@click.option("--title", default=default_title("live"), show_default=True)
@click.option("--slot", default="live", show_default=True, help="Two voices at a time need two.")
@click.option("--no-chime", is_flag=True, help="Nothing is heard before the voice.")
@speaking_options
@into_archive_option
@lang_option
@handle_errors
def speak(*, lang: Lang, yes: bool, **options: Any) -> None:
    """Speak SOURCE live: `mic`, `-` (standard input), pulse:<device>, alsa:<device>, or a file.

    Signs a grant of ten minutes and renews it; ends by Ctrl-C or with the source. An emergency
    needs two --key.
    """
    from central.live.voice_source import chime_before, parse_source

    sources = [parse_source(options["source"])]
    if not options["no_chime"]:
        sources.insert(0, chime_before(options["class_"]))
    confirm_stream(options, lang, yes=yes)
    asyncio.run(_speak(sources, options, lang))


async def _speak(sources: Sequence[VoiceSource], options: dict[str, Any], lang: Lang) -> None:
    await run_stream(options, lang, stop_by_signal(), partial(_join, sources))


async def _join(
    sources: Sequence[VoiceSource], stop: asyncio.Event, meter: Any
) -> AsyncIterator[VoicePacket]:
    from central.live.voice_source import capture

    for source in sources:
        async for packet in capture(source, stop, meter):
            yield packet


@live.command()
@click.argument("stream_id")
@click.option("--db", type=FILE, required=True, help="The centre's SQLite file.")
@click.option(
    "--key", "keys", type=FILE, multiple=True, required=True, help="The signer's; or two."
)
@click.option("--root", type=click.Path(path_type=Path, exists=True), help="Names who may sign.")
@click.option("--issuer", required=True, help="The role that signs, such as vn.84.29266.")
@click.option("--to", multiple=True, required=True, help="Where: 84/29266/*.")
@click.option("--station", help="For one station.")
@click.option("--group", help="For a group of stations.")
@click.option(
    "--class", "class_", type=click.Choice(["routine", "priority", "emergency"]),
    default="routine", show_default=True, help="Of the voice.",
)  # fmt: skip
@click.option("--passphrase", envvar="TRAMTIN_PASS", help="Of the keys; asked for when not given.")
@lang_option
@handle_errors
def stop(stream_id: str, *, lang: Lang, **options: Any) -> None:
    """End somebody's live voice by a signed cancel; STREAM_ID is the end of its folder's name."""
    if (options["station"] is None) == (options["group"] is None):
        raise ConfigError("E_USAGE", "live", translate(lang, "fault.one_target"))
    if options["passphrase"] is None:
        options["passphrase"] = click.prompt(
            translate(lang, "secret"), hide_input=True, default="", show_default=False
        )
    asyncio.run(_stop(stream_id, options, lang))


async def _stop(stream_id: str, options: dict[str, Any], lang: Lang) -> None:
    from central.authority.signing_key import load_signer
    from central.documents.sign import sign_document
    from central.live.broadcast import LiveTarget
    from central.live.grant import LiveOrder, draft_cancel, next_seq
    from central.live.grant_publication import GrantPublication
    from central.store.database import Database

    now = datetime.now(UTC)
    order = LiveOrder(options["issuer"], options["to"], options["class_"])
    payload = draft_cancel(order, stream_id, now=now, seq=next_seq(now))
    signers = [load_signer(file, options["passphrase"] or None) for file in options["keys"]]
    target = LiveTarget(options["group"] or options["station"], options["group"] is not None)
    with closing(Database.open(options["db"])) as database:
        publication = GrantPublication(
            database, target, lang, root=options["root"], wait_s=5.0, anyway=True,
            print_line=click.echo,
        )  # fmt: skip
        await publication.publish(sign_document(payload, "cancel", signers))


live.add_command(list_streams)
live.add_command(keep)
live.add_command(export)
