"""A confined ffmpeg that writes its samples into a pipe of the caller's."""

from __future__ import annotations

import asyncio
import os
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Sequence

from agent.errors import PlayError


async def start_ffmpeg(
    argv: Sequence[str], write_fd: int, *, media: Sequence[int] = (), stdin: int = DEVNULL
) -> Process:
    """Start it; its error output is a pipe where it reads media, and discarded where it is fed.

    Args:
        argv: the command line, confined by `agent.sandbox.profile.confine_argv`.
        write_fd: where its samples go; stays open here.
        media: descriptors that it reads.
        stdin: `PIPE` where `send` feeds it; a descriptor that it reads; nothing.

    Raises:
        PlayError: E_DECODE, ffmpeg is missing.
    """
    try:
        return await asyncio.create_subprocess_exec(
            *argv,
            stdin=stdin,
            stdout=write_fd,
            stderr=PIPE if stdin == DEVNULL else DEVNULL,
            pass_fds=media,
            # ffmpeg has a thread an input, and each would reserve 64 MiB of its own for malloc.
            env={
                "PATH": os.environ.get("PATH", os.defpath),
                "LC_ALL": "C",
                "MALLOC_ARENA_MAX": "1",
            },
        )
    except OSError as error:
        raise PlayError("E_DECODE", "ffmpeg", str(error)) from error


async def send(process: Process, data: bytes) -> None:
    """Feed it, as fast as it takes the data.

    Raises:
        ConnectionError: it has ended.
    """
    if data and process.stdin is not None:
        process.stdin.write(data)
        await process.stdin.drain()


def close_stdin(process: Process) -> None:
    """Nothing more follows: it writes what it has and ends."""
    if process.stdin is not None:
        process.stdin.close()
