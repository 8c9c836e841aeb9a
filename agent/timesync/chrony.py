"""Asks chronyd, where one runs, how it keeps the system's clock; verifies nothing.

Only over chronyd's own socket: over UDP `authdata` is refused ("501 Not authorised"). The socket
is there for root and chrony's user alone, until the two drop-ins of systemd/ (chrony-open,
chrony-ask) let the agent ask (docs/decisions/0020).
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from agent.clock import boot_s, system_time
from agent.errors import LinkError

SOCKET = Path("/run/chrony/chronyd.sock")
PROGRAM = "chronyc"
LIMIT_S = 4.0
LIMIT_BYTES = 64 * 1024
COMMANDS = ("tracking", "sources", "authdata")


@dataclass(frozen=True)
class ChronyReport:
    """What chronyc printed.

    Args:
        text: the output of `COMMANDS`, as comma-separated rows.
        boot_s: when chronyc ended.
        system_at: the system's clock at that moment.
        took_s: how long chronyc ran.
    """

    text: str
    boot_s: float
    system_at: datetime
    took_s: float


async def query_chrony(
    socket: Path = SOCKET, program: str = PROGRAM, limit_s: float = LIMIT_S
) -> ChronyReport | None:
    """Ask once; None where no chronyd runs or chronyc is not installed.

    Args:
        socket: chronyd's.
        program: chronyc.
        limit_s: after this time chronyc is killed.

    Raises:
        LinkError: E_CHRONY: no permission to ask, no answer in time, or an error as the answer.
    """
    if not await asyncio.to_thread(_is_there, socket):
        return None
    begun_s = boot_s()
    try:
        code, text = await _run(socket, program, limit_s)
    except FileNotFoundError:
        return None
    except TimeoutError as error:
        raise LinkError("E_CHRONY", str(socket), f"no answer in {limit_s:.0f} s") from error
    except OSError as error:
        raise LinkError("E_CHRONY", str(socket), str(error)) from error
    if code != 0:
        raise LinkError("E_CHRONY", str(socket), f"chronyc exit {code}: {text.strip()[:120]}")
    ended_s = boot_s()
    return ChronyReport(text, ended_s, system_time(), ended_s - begun_s)


def _is_there(socket: Path) -> bool:
    """Does chronyd's socket exist? It is in a folder in RAM."""
    try:
        socket.stat()
    except PermissionError as error:
        raise LinkError("E_CHRONY", str(socket), "this user may not ask chronyd") from error
    except OSError:
        return False
    return True


async def _run(socket: Path, program: str, limit_s: float) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        *(program, "-h", str(socket), "-n", "-c", "-m", *COMMANDS),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env=os.environ | {"LC_ALL": "C"},
    )
    assert process.stdout is not None  # noqa: S101 - stdout is a pipe
    try:
        async with asyncio.timeout(limit_s):
            text = await process.stdout.read(LIMIT_BYTES)
            while part := await process.stdout.read(LIMIT_BYTES):
                if len(text := text + part) > LIMIT_BYTES:
                    raise OSError("its answer is too long")
            code = await process.wait()
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    return code, text.decode(errors="replace")
