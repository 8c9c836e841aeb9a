"""How every command of the centre ends when it is refused."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

import click

from agent.errors import AgentError, ConfigError

P = ParamSpec("P")
EXIT_CONFIG = 78  # EX_CONFIG


def told(command: Callable[P, None]) -> Callable[P, None]:
    """A fault of the family is one message and an exit code, never a traceback."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except AgentError as error:
            click.echo(str(error), err=True)
            sys.exit(EXIT_CONFIG if isinstance(error, ConfigError) else 1)

    return run
