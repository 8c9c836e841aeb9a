"""What `live speak` and `relay` have in common: the options, the questions before, one stream."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from agent.errors import AgentError, ConfigError
from central.cli.options import FILE, FOLDER
from central.cli.unconfined_notice import warn_unconfined
from central.messages.catalogue import translate
from texts.catalogue import Lang

if TYPE_CHECKING:
    from central.live.broadcast import Broadcast, LiveTarget
    from central.live.live_line import LiveBroker, LiveLine
    from central.live.voice_source import VoicePacket
    from central.store.database import Database

METER_DB = 40  # columns of the level meter, a dB each
Command = TypeVar("Command", bound=Callable[..., Any])
Meter = Callable[[float], None]
MakePackets = Callable[[asyncio.Event, Meter], "AsyncIterator[VoicePacket]"]

archive_option = click.option(
    "--archive", type=FOLDER, required=True, help="Where voices are kept."
)
NEW_FOLDER = click.Path(path_type=Path, file_okay=False)
into_archive_option = click.option(
    "--archive", type=NEW_FOLDER, required=True, help="Where voices are kept; made if absent."
)
SPEAKING = (
    click.option("--db", type=FILE, required=True, help="The centre's SQLite file."),
    click.option("--broker", required=True, help="host:port, TLS."),
    click.option("--ca", type=FILE, required=True, help="PEM of the broker's authority."),
    click.option("--cert", type=FILE, required=True, help="Client certificate of the name `live`."),
    click.option("--cert-key", type=FILE, required=True, help="Its key."),
    click.option(
        "--key", "keys", type=FILE, multiple=True, required=True, help="The signer's; or two."
    ),
    click.option(
        "--root", type=click.Path(path_type=Path, exists=True), help="Names who may sign."
    ),
    click.option("--issuer", required=True, help="The role that signs, such as vn.84.29266."),
    click.option("--to", multiple=True, required=True, help="Where: 84/29266/*."),
    click.option("--station", help="For one station."),
    click.option("--group", help="For a group of stations."),
    click.option("--language", default="vi", show_default=True, help="That is spoken."),
    click.option("--zone", "zones", multiple=True, default=["*"], help="A zone; default: all."),
    click.option("--delay", "delay_ms", type=int, default=1000, show_default=True, help="ms."),
    click.option("--life", "life_s", type=float, default=600.0, hidden=True),
    click.option(
        "--wait", "wait_s", type=float, default=5.0, show_default=True, help="For stations."
    ),
    click.option(
        "--anyway", is_flag=True, help="Although stations are unknown or would refuse it."
    ),
    click.option("--editor", default="", help="Who speaks."),
    click.option("--approver", default="", help="Who approved it."),
    click.option("--yes", is_flag=True, help="Do not ask; for programs."),
    click.option(
        "--passphrase", envvar="TRAMTIN_PASS", help="Of the keys; asked for when not given."
    ),
)


def speaking_options(command: Command) -> Command:
    """The options of whoever sends a stream: line, keys, places, publication."""
    for option in reversed(SPEAKING):
        command = option(command)
    return command


def confirm_stream(options: dict[str, Any], lang: Lang, *, yes: bool) -> None:
    """Ask before a stream, and for the passphrase.

    Raises:
        ConfigError: E_USAGE, not exactly one of station and group.
    """
    if (options["station"] is None) == (options["group"] is None):
        raise ConfigError("E_USAGE", "live", translate(lang, "fault.one_target"))
    warn_unconfined(lang)
    if not yes:
        where, kind = ", ".join(options["to"]), translate(lang, f"class.{options['class_']}")
        click.echo(translate(lang, "live.announce", kind, options["title"], where))
        click.confirm(translate(lang, "live.ask"), abort=True)
    if options["passphrase"] is None:
        options["passphrase"] = click.prompt(
            translate(lang, "secret"), hide_input=True, default="", show_default=False
        )


def stop_by_signal() -> asyncio.Event:
    """Set by Ctrl-C and by the system's stop."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for one in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(one, stop.set)
    return stop


async def run_stream(
    options: dict[str, Any], lang: Lang, stop: asyncio.Event, make_packets: MakePackets
) -> None:
    """Send one stream from its grant to its end, and say what was sent.

    Args:
        options: of the command.
        lang: of all lines.
        stop: set to end it.
        make_packets: what is spoken.
    """
    from central.authority.signing_key import load_signer
    from central.live.archive_writer import ArchiveWriter
    from central.live.broadcast import Broadcast, LiveTarget
    from central.live.grant import LiveOrder
    from central.live.grant_publication import GrantPublication
    from central.live.live_line import LiveBroker, open_line
    from central.store.database import Database

    host, _, port = options["broker"].rpartition(":")
    if not host or not port.isdecimal():
        raise ConfigError("E_USAGE", options["broker"], "host:port")
    names = ("issuer", "to", "class_", "title", "delay_ms", "slot", "editor", "approver")
    order = LiveOrder(
        **{name: options[name] for name in names}, zones=options["zones"],
        lang=options["language"], life=timedelta(seconds=options["life_s"]),
    )  # fmt: skip
    target = LiveTarget(options["group"] or options["station"], options["group"] is not None)
    signers = [load_signer(file, options["passphrase"] or None) for file in options["keys"]]
    broker = LiveBroker(host, int(port), options["ca"], options["cert"], options["cert_key"])
    stream_id = Broadcast.new_stream_id()
    async with AsyncExitStack() as stack:
        database = stack.enter_context(closing(Database.open(options["db"])))
        publication = GrantPublication(
            database, target, lang, root=options["root"], wait_s=options["wait_s"],
            anyway=options["anyway"], print_line=click.echo,
        )  # fmt: skip
        archive = stack.enter_context(
            ArchiveWriter(
                options["archive"], stream_id, datetime.now(UTC),
                lambda error: click.echo(translate(lang, "live.archive_fails", error), err=True),
            )
        )  # fmt: skip
        await _check_right(broker, target, lang)
        line = await stack.enter_async_context(open_line(broker, order.delay_ms / 1000))
        broadcast = Broadcast(
            order, target, signers, publication.publish, line.send, archive, stream_id,
            report=lambda error: click.echo(translate(lang, "live.renewal", error), err=True),
        )  # fmt: skip
        await line.wait_connected()
        await broadcast.begin()
        heeding = asyncio.create_task(_heed_cancel(database, stream_id, stop, lang), name="cancel")
        try:
            await _speak_until_stopped(broadcast, line, lang, stop, make_packets)
        finally:
            heeding.cancel()
            await asyncio.wait([heeding])
    segments = broadcast.counts.segments
    click.echo(translate(lang, "live.over", segments, line.unsent, archive.path.name))
    if archive.missing:
        click.echo(translate(lang, "live.not_kept", archive.missing), err=True)
    _remove_expired(options["archive"], lang)


def _remove_expired(archive: Path, lang: Lang) -> None:
    """Remove what the archive keeps no longer; a failure is told and fails nothing."""
    from central.live.archive_retention import remove_expired

    try:
        removed = remove_expired(archive, datetime.now(UTC))
    except (AgentError, OSError) as error:
        click.echo(translate(lang, "live.not_removed", error), err=True)
        return
    if removed:
        click.echo(translate(lang, "live.removed", len(removed), removed[-1].name))


async def _check_right(broker: LiveBroker, target: LiveTarget, lang: Lang) -> None:
    from central.live.live_line import load_tls
    from central.live.write_right import NO_STREAM, is_write_refused

    context = await asyncio.to_thread(load_tls, broker)
    if await is_write_refused(broker, context, target.topic_of(NO_STREAM)):
        raise ConfigError("E_PUBLISH", broker.name, translate(lang, "live.no_right"))


async def _heed_cancel(database: Database, stream_id: str, stop: asyncio.Event, lang: Lang) -> None:
    """End it when somebody else has ended it at the stations, and say who."""
    from agent.contract.utc import encode_utc
    from central.live.cancel_watch import wait_cancelled

    issuer = await wait_cancelled(database, stream_id, encode_utc(datetime.now(UTC)))
    click.echo(translate(lang, "live.cancelled", issuer), err=True)
    stop.set()


async def _speak_until_stopped(
    broadcast: Broadcast, line: LiveLine, lang: Lang, stop: asyncio.Event, make_packets: MakePackets
) -> None:
    from rich.console import Console

    with Console(stderr=True).status(translate(lang, "live.on_air")) as status:

        def meter(peak_dbfs: float) -> None:
            bars = max(0, min(METER_DB, round(peak_dbfs + METER_DB)))
            level = "█" * bars + "·" * (METER_DB - bars)
            seconds = broadcast.counts.segments // 5
            unsent = f" {translate(lang, 'live.unsent', line.unsent)}" if line.unsent else ""
            status.update(f"{translate(lang, 'live.on_air')} {seconds} s {level}{unsent}")

        try:
            await broadcast.speak(make_packets(stop, meter))
        finally:  # also when a renewal failed: nobody waits for a voice that is over
            await broadcast.end()
