"""A command group whose texts reach a file or a pipe as UTF-8, under any code page of Windows."""

from __future__ import annotations

import sys
from io import TextIOWrapper
from typing import Any

import click


class Utf8Group(click.Group):
    """The outermost group of a program that speaks Vietnamese.

    A window of Windows shows everything, but its pipes have the system's code page: cp1258 lacks
    `ế`, and the program ends in the middle of its answer.
    """

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run the command line."""
        for stream in (sys.stdin, sys.stdout, sys.stderr):
            if isinstance(stream, TextIOWrapper):
                stream.reconfigure(encoding="utf-8")
        return super().main(*args, **kwargs)
