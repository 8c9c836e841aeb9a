"""Turn an `AgentError` into one message on stderr and an exit code."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

import click

from agent.errors import AgentError, ConfigError, YamlFaults
from central.cli.missing_library import describe_missing_library
from central.messages.catalogue import translate
from texts.catalogue import Lang

P = ParamSpec("P")
EXIT_CONFIG = 78  # EX_CONFIG


def handle_errors(command: Callable[P, None]) -> Callable[P, None]:
    """Turn an `AgentError`, and the answer no, into one message and an exit code; no traceback."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        lang: Lang = "en" if kwargs.get("lang") != "vi" else "vi"
        try:
            command(*args, **kwargs)
        except click.Abort:
            click.echo(translate(lang, "cancelled"), err=True)
            sys.exit(1)
        except AgentError as error:
            click.echo(print_error(error, lang), err=True)
            sys.exit(EXIT_CONFIG if isinstance(error, ConfigError) else 1)
        except ModuleNotFoundError as error:
            name = click.get_current_context().info_name or ""
            refusal = describe_missing_library(error, name, lang)
            click.echo(print_error(refusal, lang), err=True)
            sys.exit(EXIT_CONFIG)

    return run


def print_error(error: AgentError, lang: Lang) -> str:
    """Print the message in a language; an English detail follows a translated introduction."""
    if isinstance(error, YamlFaults):
        return "\n".join(fault.text(lang) for fault in error.faults)
    lead = translate(lang, f"error.{error.code}")
    if lang == "en" or lead == f"error.{error.code}":
        return str(error)
    detail = f" ({error.hint})" if error.hint else ""
    return f"{error.code}: {error.subject}: {lead}{detail}"
