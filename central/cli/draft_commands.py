"""`tramtin-central draft …`: the payload of an order, to be signed by people."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from agent.contract.command_args import LONGEST_MUTE
from agent.contract.document import Emergency
from agent.contract.local_time import LOCAL
from agent.contract.report import MAX_PICTURES
from agent.errors import ConfigError
from agent.trust.payload import decode_payload
from central.cli.cli_errors import handle_errors
from central.cli.options import ANY, FILE, lang_option
from central.cli.speak_command import reading_options, settle
from central.cli.unconfined_notice import warn_unconfined
from central.messages.catalogue import translate
from texts.catalogue import Lang

if TYPE_CHECKING:
    from central.documents.emergency_order import OrderParams

COMMANDS = [
    "volume", "mute", "unmute", "tone", "restart", "blank", "unblank", "dim", "screenshot",
]  # fmt: skip
_C = TypeVar("_C", bound=Callable[..., Any])


def _moment(_: click.Context, __: click.Parameter, text: str | None) -> datetime:
    """`HH:MM` of today, local; without one: now. A time over an hour ago means tomorrow."""
    now = datetime.now(LOCAL)
    if text is None:
        return now.astimezone(UTC)
    try:
        at = datetime.combine(now.date(), time.fromisoformat(text), LOCAL)
    except ValueError as error:
        raise click.BadParameter(f"HH:MM: {text!r}") from error
    if at < now - timedelta(hours=1):
        at += timedelta(days=1)
    return at.astimezone(UTC)


def _end(_: click.Context, __: click.Parameter, text: str | None) -> datetime | None:
    """`HH:MM`, the next one, or `YYYY-MM-DD HH:MM`; local."""
    if text is None:
        return None
    now = datetime.now(LOCAL)
    try:
        if len(text) <= len("HH:MM"):
            at = datetime.combine(now.date(), time.fromisoformat(text), LOCAL)
            return at if at > now else at + timedelta(days=1)
        return datetime.fromisoformat(text).replace(tzinfo=LOCAL)
    except ValueError as error:
        raise click.BadParameter(f"HH:MM, YYYY-MM-DD HH:MM: {text!r}") from error


def read_span(_: click.Context, __: click.Parameter, text: str) -> timedelta:
    """`30m`, `2h` of an option as a span."""
    from central.documents.schedule_model import parse_span_ms

    try:
        return timedelta(milliseconds=parse_span_ms(text))
    except ValueError as error:
        raise click.BadParameter(f"30m, 2h: {text!r}") from error


def _ordered(life: str) -> Callable[[_C], _C]:
    """The options of every order; `life` is the default lifetime."""
    options = (
        click.option("--issuer", required=True, help="The role that signs, such as vn.84.em."),
        click.option("--to", multiple=True, required=True, help="Where: 84/29266/*."),
        click.option("--at", callback=_moment, help="HH:MM local: when it will be sent; or now."),
        click.option("--for", "life", callback=read_span, default=life, show_default=True),
        click.option("--seq", type=int, help="Its number; default: milliseconds since 1970."),
        click.option("--epoch", type=int, default=1, show_default=True),
        click.option("--editor", default="", help="Who wrote it."),
        click.option("--approver", default="", help="Who approved it."),
        click.option("--out", type=ANY, required=True, help="Where the payload goes."),
        click.option(
            "--lang", type=click.Choice(["vi", "en"]), default="vi", show_default=True
        ),
    )  # fmt: skip

    def add(command: _C) -> _C:
        for option in reversed(options):
            command = option(command)
        return command

    return add


@click.group()
def draft() -> None:
    """Write an order that people then sign, each on a machine of their own."""


@draft.command("emergency")
@_ordered("1h")
@click.option("--play", type=FILE, multiple=True, help="Recorded message; may be repeated.")
@click.option("--show", help="Text on boards.")
@click.option(
    "--phrases", type=(FILE, str), multiple=True,
    help='A bank of recorded phrases and a message of it: khmer.yaml "lu place=ap-3 hour=17".',
)  # fmt: skip
@click.option("--say", help="Text that boxes read aloud where no recording has come; Vietnamese.")
@reading_options
@click.option("--text-lang", default="vi", show_default=True, help="Language of the message.")
@click.option("--repeat", type=click.IntRange(1, 20), default=3, show_default=True)
@click.option("--exercise", is_flag=True, help="Say on every board that it is an exercise.")
@click.option("--media-dir", type=ANY, default=Path("media"), help="Where media are kept.")
@click.option("--media-url", help="https address under which stations fetch them.")
@handle_errors
def draft_emergency_(**options: Any) -> None:
    """An emergency: attention signal, then the message, several times, over everything.

    Prints what will be heard and seen. Without --play loudspeakers play a built-in announcement
    only.
    """
    from central.documents.emergency_order import EmergencyMessage, draft_emergency
    from central.documents.emergency_summary import describe_outputs
    from central.documents.preparation.fitness import describe_unprepared

    message = EmergencyMessage(
        options["play"], options["show"], lang=options["text_lang"], repeat=options["repeat"],
        is_exercise=options["exercise"],
    )  # fmt: skip
    lang: Lang = options["lang"]
    if options["say"] is not None:
        words = settle(options["say"], options["dialect"], options["pronunciation"])
        # boards show what was written, not the words that it is read with
        shown = options["say"] if message.show is None else message.show
        message = replace(message, say=words, show=shown, dialect=options["dialect"])
    if options["phrases"]:
        from central.documents.phrase_bank import compose

        told = [compose(bank, order) for bank, order in options["phrases"]]
        message = replace(message, phrases=told)
    if not message.play and message.show is None and not message.phrases:
        raise ConfigError("E_USAGE", "emergency", translate(lang, "fault.says_nothing"))
    if (message.play or message.phrases) and options["media_url"] is None:
        raise ConfigError("E_USAGE", "emergency", translate(lang, "fault.media_url"))
    order = _order(options)
    payload = draft_emergency(order, message, options["media_dir"], options["media_url"])
    _write(payload, options)
    document = decode_payload("emergency", payload)
    if isinstance(document, Emergency):
        for line in describe_outputs(document, lambda code, *args: translate(lang, code, *args)):
            click.echo(line)
        warn_unconfined(lang)
        for line in describe_unprepared(document, options["media_dir"], lang):
            click.echo(translate(lang, "notice", line))


@draft.command("silence")
@_ordered("2h")
@click.option("--why", required=True, help="Read by everyone who looks at the station.")
@handle_errors
def draft_silence_(**options: Any) -> None:
    """A silence: of a role that needs two signatures it stops everything until it is lifted."""
    from central.documents.emergency_order import draft_silence

    _write(draft_silence(_order(options), "on", options["why"]), options)


@draft.command("lift")
@_ordered("2h")
@click.option("--why", required=True, help="Read by everyone who looks at the station.")
@handle_errors
def draft_lift(**options: Any) -> None:
    """The end of a silence, by the role that ordered it."""
    from central.documents.emergency_order import draft_silence

    _write(draft_silence(_order(options), "off", options["why"]), options)


@draft.command("cancel")
@_ordered("24h")
@click.option("--event", help="The emergency's event, as `sign` shows it.")
@click.option("--alarm", type=FILE, help="Or the signed emergency: the cancel then outlives it.")
@handle_errors
def draft_cancel_(**options: Any) -> None:
    """The end of an emergency, by the role that ordered it; of a prepared alarm, give its file."""
    from central.documents.emergency_order import draft_cancel, extend_for_cancel, read_emergency

    order, event, file = _order(options), options["event"], options["alarm"]
    if (event is None) == (file is None):
        hint = translate(options["lang"], "fault.event_or_alarm")
        raise ConfigError("E_USAGE", "cancel", hint)
    if file is not None:
        emergency = read_emergency(file)
        order, event = extend_for_cancel(order, emergency), emergency.event_id
    _write(draft_cancel(order, "emergency", event), options)


@draft.command("command")
@click.argument("do", type=click.Choice(COMMANDS))
@_ordered("10m")
@click.option("--zone", "zones", multiple=True, help="A zone or face; repeatable. Default: all.")
@click.option("--db", "gain_db", type=click.IntRange(-40, 0), help="volume: below calibration.")
@click.option("--pct", type=click.IntRange(1, 100), help="dim: the most that a face is bright.")
@click.option("--until", callback=_end, help="HH:MM, or YYYY-MM-DD HH:MM, local.")
@handle_errors
def draft_command_(**options: Any) -> None:
    """An order that stations carry out at once, and once.

    volume: the zones play quieter, until --until or until it is changed. mute: they are silent
    until --until, seven days at most; emergencies still sound. unmute, tone (one --zone), restart.
    blank: the faces of boards are black until --until, as long at most; unblank; dim: they are at
    most --pct bright. Emergencies are seen all the same, and not dimmed. screenshot: a small
    picture of what one or two faces (--zone) were sent; `pictures` writes it to files.
    --for says how long a station that is offline may take it late.
    """
    from central.documents.command_order import draft_command
    from central.documents.summary import describe

    lang: Lang = options["lang"]
    order = _order(options)
    _check_command(options, order, lang)
    payload = draft_command(
        order,
        options["do"],
        options["zones"],
        gain_db=options["gain_db"],
        until_at=options["until"],
        pct=options["pct"],
    )
    _write(payload, options)
    for line in describe(decode_payload("command", payload), lang):
        click.echo(line)


@draft.command("caps")
@click.option("--edition", help="Print the caps of this edition as JSON for a policy.")
@lang_option
@handle_errors
def draft_caps(edition: str | None, lang: Lang) -> None:
    """The limits of the noise regulations, as a hint for the policy of a station-config.

    Nothing is signed or imposed. Each edition says where its figures come from.
    """
    from central.documents.noise_caps import describe_noise_edition, load_noise_editions

    editions = load_noise_editions()
    if edition is None:
        click.echo("\n".join("\n".join(describe_noise_edition(one, lang)) for one in editions))
        return
    found = next((one for one in editions if one.name == edition), None)
    if found is None or not found.caps:
        known = ", ".join(one.name for one in editions if one.caps)
        raise ConfigError("E_USAGE", edition, translate(lang, "fault.no_edition", known))
    import msgspec

    click.echo(msgspec.json.encode(found.policy_caps()).decode())


@draft.command("light-caps")
@click.option(
    "--white-nits",
    type=click.IntRange(100, 20_000),
    required=True,
    help="The wall's light, all white at full brightness, by its maker, in cd/m².",
)
@click.option("--limit", help="Print the caps by this limit as JSON for a policy.")
@lang_option
@handle_errors
def draft_light_caps(white_nits: int, limit: str | None, lang: Lang) -> None:
    """How bright boards may be by night, as a hint for the policy of a station-config.

    Nothing is signed or imposed. Each limit says where it comes from.
    """
    from central.documents.light_caps import describe_light_limit, load_light_limits

    limits = load_light_limits()
    if limit is None:
        for one in limits:
            click.echo("\n".join(describe_light_limit(one, white_nits, lang)))
        return
    found = next((one for one in limits if one.name == limit), None)
    if found is None:
        known = ", ".join(one.name for one in limits)
        raise ConfigError("E_USAGE", limit, translate(lang, "fault.no_light_limit", known))
    import json

    click.echo(json.dumps({"board_light": {"night_pct": found.policy_caps(white_nits).night_pct}}))


def _check_command(options: dict[str, Any], order: OrderParams, lang: Lang) -> None:
    """Check what the command needs, in words of this tool.

    Raises:
        ConfigError: E_USAGE.
    """
    do, zones = options["do"], options["zones"]
    lacking = {
        "volume": "--db" if options["gain_db"] is None else "",
        "mute": "--until" if options["until"] is None else "",
        "blank": "--until" if options["until"] is None else "",
        "dim": "--pct" if options["pct"] is None else "",
        "tone": "--zone" if len(zones) != 1 else "",
        "screenshot": "--zone" if not 1 <= len(zones) <= MAX_PICTURES else "",
    }.get(do)
    if lacking:
        raise ConfigError("E_USAGE", do, translate(lang, "fault.command_lacks", do, lacking))
    if do in ("mute", "blank") and options["until"] - order.issued > LONGEST_MUTE:
        raise ConfigError("E_USAGE", do, translate(lang, "fault.long_mute"))


def _order(options: dict[str, Any]) -> OrderParams:
    from central.documents.emergency_order import OrderParams

    seq = options["seq"]
    return OrderParams(
        issuer=options["issuer"],
        to=options["to"],
        issued=options["at"],
        lifetime=options["life"],
        seq=int(datetime.now(UTC).timestamp() * 1000) if seq is None else seq,
        editor=options["editor"],
        approver=options["approver"],
        epoch=options["epoch"],
    )


def _write(payload: bytes, options: dict[str, Any]) -> None:
    lang: Lang = options["lang"]
    options["out"].write_bytes(payload)
    click.echo(translate(lang, "drafted", options["out"]))
