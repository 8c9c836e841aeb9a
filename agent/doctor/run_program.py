"""Runs another program with limits in time and output; a missing program is a result, no error."""

from __future__ import annotations

import asyncio
import contextlib
import os
import pwd
from dataclasses import dataclass
from typing import Any

OUTPUT_LIMIT_BYTES = 4 << 20


@dataclass(frozen=True)
class ProgramOutput:
    """Its output; `code` is negative when a signal ended it."""

    code: int
    out: str
    err: str


async def run_program(
    *argv: str, limit_s: float, user: pwd.struct_passwd | None = None
) -> ProgramOutput | None:
    """Run a program to its end; None when it is not installed.

    Args:
        argv: program and arguments.
        limit_s: how long it may take.
        user: in whose name, with all groups of that user; needs root.

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
            **(_identity(user) if user is not None and os.geteuid() == 0 else {}),
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
    return ProgramOutput(process.returncode or 0, _text(out), _text(err))


def _identity(user: pwd.struct_passwd) -> dict[str, Any]:
    groups = os.getgrouplist(user.pw_name, user.pw_gid)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": groups}


def _text(raw: bytes) -> str:
    return raw[-OUTPUT_LIMIT_BYTES:].decode(errors="replace")
