"""A demonstration that is told to end leaves no broker, no sound server and no agent behind."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from pathlib import Path

import psutil
import pytest

PATIENCE_S = 60


async def _until_there(demo: psutil.Process, name: str) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while name not in [child.name() for child in _children(demo)]:  # noqa: ASYNC110 - processes tell nothing
            await asyncio.sleep(0.05)


def _children(demo: psutil.Process) -> list[psutil.Process]:
    with contextlib.suppress(psutil.NoSuchProcess):
        return [one for one in demo.children(recursive=True) if one.status() != "zombie"]
    return []


@pytest.mark.parametrize(
    ("last_started", "how"),
    [
        ("mosquitto", signal.SIGTERM),
        ("pulseaudio", signal.SIGTERM),
        ("parec", signal.SIGHUP),
        ("parec", signal.SIGINT),
    ],
)
async def test_it_takes_everything_with_it(
    tmp_path: Path, last_started: str, how: signal.Signals
) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "central", "demo", "--stay", "--out", str(tmp_path / "out")),
        stdout=asyncio.subprocess.DEVNULL,
        env={**os.environ, "TERM": "dumb"},
    )
    demo = psutil.Process(process.pid)
    await _until_there(demo, last_started)
    left = _children(demo)
    process.send_signal(how)
    async with asyncio.timeout(PATIENCE_S):
        await process.wait()
    try:
        _, alive = await asyncio.to_thread(
            psutil.wait_procs, left, PATIENCE_S
        )  # the last ones are init's
        assert alive == []
        assert process.returncode == 0  # it stayed until it was told to go, and that was no failure
    finally:
        for one in left:
            with contextlib.suppress(psutil.NoSuchProcess):
                one.kill()
