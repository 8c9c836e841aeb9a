"""`tramtin-central relay`: a radio out of every loudspeaker of a group, in step."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from agent.contract.default_title import default_title
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
    from agent.radio.radio import Radio, Trouble
    from agent.radio.radio_programme import State


@click.command()
@click.argument("url")
@click.option("--minutes", type=click.FloatRange(0.01, 240), required=True, help="It ends then.")
@click.option("--filler", type=FILE, help="Heard while the radio is not; default: silence.")
@click.option("--source-ca", type=FILE, help="PEM of the radio's authority; default: the system's.")
@click.option("--title", default=default_title("relay"), show_default=True)
@click.option("--slot", default="relay", show_default=True, help="Two relays at a time need two.")
@speaking_options
@into_archive_option
@lang_option
@handle_errors
def relay(*, lang: Lang, yes: bool, **options: Any) -> None:
    """Relay the radio at URL: https, a stream of Icecast or SHOUTcast, or an .m3u8 (HLS).

    The stations get it as a live voice of the routine class: signed, and all at the same moment. It
    begins when the radio sounds, and ends after --minutes or by Ctrl-C.
    """
    from central.live.relay.named_radio import verify_address

    verify_address(options["url"])
    options["class_"] = "routine"
    confirm_stream(options, lang, yes=yes)
    asyncio.run(_relay(options, lang))


async def _relay(options: dict[str, Any], lang: Lang) -> None:
    from central.live.relay.decoder import decode_file
    from central.live.relay.relay_gateway import build_radio, relay_packets
    from central.live.relay.status import begin_row, keep_status
    from central.store.database import Database

    def on_connection(trouble: Trouble | None, reason: str) -> None:
        click.echo(_line(lang, f"relay.connection.{trouble or 'back'}", reason), err=True)
        status.note_connection(trouble, reason, datetime.now(UTC))

    def on_sent(state: State) -> None:
        click.echo(_line(lang, f"relay.sent.{state}", ""), err=True)
        status.note_sent(state, datetime.now(UTC))

    stop, lasts = stop_by_signal(), timedelta(minutes=options["minutes"])
    asyncio.get_running_loop().call_later(lasts.total_seconds(), stop.set)
    file: Path | None = options["filler"]
    filler = await decode_file(file) if file is not None else b""
    row = begin_row(options["title"], options["url"], options["group"] or options["station"], lasts)
    async with AsyncExitStack() as stack:
        database = stack.enter_context(closing(Database.open(options["db"])))
        status = await stack.enter_async_context(keep_status(database, row))
        radio = build_radio(options["url"], options["source_ca"], filler, on_connection)
        pulling = asyncio.create_task(radio.pull(), name="relay pull")
        pulling.add_done_callback(lambda _: stop.set())  # it ends by an error alone
        try:
            if await _is_ready(radio, pulling, stop):
                await run_stream(
                    options, lang, stop, partial(relay_packets, radio.programme, on_sent)
                )
            else:
                click.echo(translate(lang, "relay.never"))
            if pulling.done():
                pulling.result()
        finally:
            pulling.cancel()
            await asyncio.gather(pulling, return_exceptions=True)


async def _is_ready(radio: Radio, pulling: asyncio.Task[None], stop: asyncio.Event) -> bool:
    """Wait for the first sound: nobody's programme is cut for a radio that is silent."""
    ready = asyncio.create_task(radio.wait_ready(), name="relay ready")
    stopping = asyncio.create_task(stop.wait(), name="relay stop")
    try:
        await asyncio.wait([ready, stopping, pulling], return_when=asyncio.FIRST_COMPLETED)
        if pulling.done():
            pulling.result()
        return ready.done() and not stop.is_set()
    finally:
        for task in (ready, stopping):
            task.cancel()
        await asyncio.gather(ready, stopping, return_exceptions=True)


def _line(lang: Lang, code: str, reason: str) -> str:
    from agent.contract.local_time import LOCAL

    return f"{datetime.now(UTC).astimezone(LOCAL):%H:%M:%S} " + translate(lang, code, reason)
