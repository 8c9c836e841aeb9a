"""Asks another program, with a limit in time and length; a program that is not there is a fact."""

from __future__ import annotations

import asyncio
import contextlib
import os
from dataclasses import dataclass

OUTPUT_LIMIT_BYTES = 4 << 20


@dataclass(frozen=True)
class Answer:
    """What it said; `code` is negative when a signal ended it."""

    code: int
    out: str
    err: str


async def ask(*argv: str, limit_s: float) -> Answer | None:
    """Run a program to its end; None when it is not installed.

    Raises:
        TimeoutError: it took longer than `limit_s`; it is dead then.
    """
    try:
        process = await asyncio.create_subprocess_exec(
            *argv,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=os.environ | {"LC_ALL": "C.UTF-8"},
        )
    except (FileNotFoundError, PermissionError):
        return None
    try:
        async with asyncio.timeout(limit_s):
            out, err = await process.communicate()
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    return Answer(process.returncode or 0, _text(out), _text(err))


def _text(raw: bytes) -> str:
    return raw[-OUTPUT_LIMIT_BYTES:].decode(errors="replace")
