"""Options that the ceremony's commands share, and the line that repeats a command exactly."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from central.authority.ceremony.messages import translate
from central.cli.cli_errors import handle_errors
from central.cli.options import lang_option
from texts.catalogue import LANGS

_FOLDER = click.Path(path_type=Path, file_okay=False)
_SPAN_S = {"d": 86_400, "h": 3600, "m": 60, "s": 1}
_MOMENT = "%Y-%m-%dT%H:%M:%SZ"
_UNLOGGED = frozenset({"passphrase", "lang", "yes"})


def parse_moment(_: click.Context, __: click.Parameter, text: str | None) -> datetime:
    """`2026-11-24T08:00:00Z`; nothing is now, to the second.

    Raises:
        BadParameter: another form.
    """
    if text is None:
        return datetime.now(UTC).replace(microsecond=0)
    try:
        return datetime.strptime(text, _MOMENT).replace(tzinfo=UTC)
    except ValueError as error:
        raise click.BadParameter(_both("fault.moment", text)) from error


def parse_span_s(_: click.Context, __: click.Parameter, text: str | None) -> int | None:
    """`45d`, `12h`, `30m`, `90s` in seconds.

    Raises:
        BadParameter: another form.
    """
    if text is None:
        return None
    match = re.fullmatch(r"(\d+)([dhms])", text)
    if match is None:
        raise click.BadParameter(_both("fault.span", text))
    return int(match[1]) * _SPAN_S[match[2]]


def _both(code: str, *args: object) -> str:
    return " · ".join(translate(lang, code, *args) for lang in LANGS)


folder_argument = click.argument("folder", type=_FOLDER)
at_option = click.option(
    "--at", callback=parse_moment, help="Now, as UTC text; the same input gives the same bytes."
)
days_option = click.option("--days", type=click.IntRange(1, 3650), help="Life of changed files.")
passphrase_option = click.option(
    "--passphrase", envvar="TRAMTIN_PASS", help="Or the token's PIN; asked for when not given."
)


def step(command: Callable[..., None]) -> Callable[..., None]:
    """A command on a ceremony's folder: its folder, moment and language; faults become messages."""
    for decorate in (handle_errors, lang_option, at_option, folder_argument):
        command = decorate(command)
    return command


def repeat_line() -> str:
    """The running command as one would type it to have the same bytes; nothing secret in it."""
    context = click.get_current_context()
    words = ["tramtin-central", "authority", str(context.info_name)]
    for parameter in context.command.params:
        if parameter.name not in _UNLOGGED:
            words += _words(parameter, context.params[str(parameter.name)])
    return shlex.join(words)


def _words(parameter: click.Parameter, value: Any) -> Iterator[str]:
    values = value if isinstance(value, tuple) else (value,)
    for one in values:
        if one is None or one is False:
            continue
        if isinstance(parameter, click.Option):
            yield parameter.opts[0]
        if one is not True:
            yield _text(parameter, one)


def _text(parameter: click.Parameter, value: Any) -> str:
    if isinstance(value, datetime):
        return value.strftime(_MOMENT)
    return f"{value}s" if parameter.name == "ttl" else str(value)
