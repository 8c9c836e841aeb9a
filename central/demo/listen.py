"""LISTEN=1: what the stations play, also on this machine's own loudspeaker, 20 dB down."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator

from central.demo.sound import SoundRoom

QUIET_DB = -20
FORMAT = ("--format=s16le", "--rate=48000", "--channels=1", "--raw")


@contextlib.asynccontextmanager
async def play_aloud(room: SoundRoom, sink: str) -> AsyncIterator[None]:
    """Carry the sink's monitor to the default device of the user's own sound server."""
    read_fd, write_fd = os.pipe()
    recorder = await asyncio.create_subprocess_exec(
        *("parec", "-d", f"{sink}.monitor", "--latency-msec=20", *FORMAT),
        env={**os.environ, **room.env},
        stdout=write_fd,
    )
    volume = round(65_536 * 10 ** (QUIET_DB / 60))  # PulseAudio's scale is cubic
    player = await asyncio.create_subprocess_exec(
        "pacat", "--playback", f"--volume={volume}", *FORMAT, stdin=read_fd
    )
    os.close(read_fd)
    os.close(write_fd)
    try:
        yield
    finally:
        for process in (recorder, player):
            if process.returncode is None:
                process.terminate()
            await process.wait()
